import { type Field, modelOf } from "../../model/model.js";
import type { XmlElement } from "../../xml/scan.js";
import { within } from "../places.js";
import type { Rule } from "../types.js";

/** Manifest elements stand in the order of the XSD (faq 17). Road manifests only: of the others no order is certain. */
export const rule: Rule = {
  id: "manifest-order",
  severity: "error",
  kinds: ["MT1401", "MT2401"],
  source: "faq 17",
  title: { zh: "舱单字段顺序与 XSD 不一致", en: "manifest elements out of schema order" },
  advice: {
    zh: "请按 XSD 顺序输出舱单字段，顺序不对会使单据一直停在“成功发往海关”。",
    en: "Write the manifest's elements in the order of the XSD; otherwise it stays at 成功发往海关 for ever.",
  },
  start({ kind, body }) {
    const root = modelOf(kind?.type ?? "")?.roots.get(body.name);
    if (!root) return undefined;
    const fields = new Map<XmlElement, Field | undefined>([[body, root]]);
    return {
      element(element, report) {
        if (element.children.length < 2 || !within(element, body)) return;
        const rank = fieldOf(element, fields)?.places;
        if (!rank) return;
        let last = -1;
        let before = "";
        for (const child of element.children) {
          const at = rank.get(child.name);
          if (at === undefined) continue;
          if (at < last) {
            const present = [...rank.keys()].filter((name) => element.child(name));
            report({
              element: child,
              text: {
                zh: `${child.name} 应在 ${before} 之前；${element.name} 中的顺序应为：${present.join("、")}`,
                en: `${child.name} belongs before ${before}; the order in ${element.name} is: ${present.join(", ")}`,
              },
            });
            // One finding for each parent: behind the first, everything is shifted.
            return;
          }
          last = at;
          before = child.name;
        }
      },
    };
  },
};

/** How the model describes an element, found from the body down. */
function fieldOf(element: XmlElement, known: Map<XmlElement, Field | undefined>): Field | undefined {
  if (known.has(element)) return known.get(element);
  const field = element.parent && fieldOf(element.parent, known)?.child(element.name);
  known.set(element, field);
  return field;
}
