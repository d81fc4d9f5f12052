import { keyPath, nearest } from "../places.js";
import type { Rule } from "../types.js";

/** Without the producer's own key no receipt can be matched to the document (domain 0, item 4; domain A). */
export const rule: Rule = {
  id: "client-key-missing",
  severity: "error",
  kinds: [],
  source: "domain A",
  title: { zh: "没有企业自编号", en: "the producer's own key is missing" },
  advice: {
    zh: "请填写唯一的企业自编号：回执靠它与报文对应。",
    en: "Fill in a number of your own, unique for each document: receipts are matched by it.",
  },
  start({ kind, root, body }) {
    if (!kind) return undefined;
    return {
      end(report) {
        const path = keyPath(kind.type);
        if ((path === undefined ? kind.clientKey(root) : body.textAt(path)) !== "") return;
        const place = path ?? { zh: "企业自编号", en: "the producer's own key" };
        const named = typeof place === "string" ? { zh: place, en: place } : place;
        report({
          element: path === undefined ? body : nearest(body, path),
          // Where the key stands is known of these by several sources; of the others by one (domain A).
          severity: path === undefined ? "warning" : undefined,
          text: { zh: `${named.zh} 为空或缺失`, en: `${named.en} is missing or empty` },
        });
      },
    };
  },
};
