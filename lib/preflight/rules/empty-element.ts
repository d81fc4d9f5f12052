import { within } from "../places.js";
import type { Rule } from "../types.js";

/** Manifests must hold no empty element at all; one of them leaves the manifest at 成功发往海关 (faq 17, domain 1.3). */
export const rule: Rule = {
  id: "empty-element",
  severity: "error",
  kinds: ["MT*"],
  source: "faq 17",
  title: { zh: "舱单中有空元素", en: "empty element in a manifest" },
  advice: {
    zh: "请填写内容或删除整个元素：舱单中的空值字段会使单据一直停在“成功发往海关”。",
    en: "Fill the element or leave it out: an empty one keeps the manifest at 成功发往海关 for ever.",
  },
  start({ body }) {
    return {
      element(element, report) {
        // Cheap refusals first: this rule sees every element.
        if (element.children.length > 0 || !element.isEmpty || !within(element, body)) return;
        report({
          element,
          text: { zh: `元素 ${element.name} 为空`, en: `the element ${element.name} is empty` },
        });
      },
    };
  },
};
