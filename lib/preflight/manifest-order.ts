import type { XmlElement } from "../xml/scan.js";
import { fieldTable } from "./fields/index.js";
import { within } from "./places.js";
import type { Rule } from "./types.js";

/** Manifest elements stand in the order of the XSD (faq 17). Road manifests only: of the others no order is certain. */
export const manifestOrder: Rule = {
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
    const order = fieldTable(kind?.type ?? "")?.order;
    if (!order) return undefined;
    const ranks = new Map(Object.entries(order).map(([path, names]) => [path, rankOf(names)]));
    const paths = new Map<XmlElement, string>();
    return {
      element(element, report) {
        if (element.children.length < 2 || !within(element, body)) return;
        const rank = ranks.get(namePath(element, body, paths));
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

function rankOf(names: readonly string[]): Map<string, number> {
  return new Map(names.map((name, index) => [name, index]));
}

/** `Manifest/Declaration/Consignment`: local names from the body down. */
function namePath(element: XmlElement, body: XmlElement, known: Map<XmlElement, string>): string {
  if (element === body) return element.name;
  const found = known.get(element);
  if (found !== undefined) return found;
  const path = `${element.parent ? namePath(element.parent, body, known) : ""}/${element.name}`;
  known.set(element, path);
  return path;
}
