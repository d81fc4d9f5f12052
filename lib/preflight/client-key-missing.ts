import { keyPath, nearest } from "./places.js";
import type { Rule } from "./types.js";

/** Without the producer's own key no receipt can be matched to the document (domain 0, item 4; domain A). */
export const clientKeyMissing: Rule = {
  id: "client-key-missing",
  severity: "error",
  kinds: ["DEC", "INV101", "SAS121", "ICP101", "MT*"],
  source: "domain A",
  title: { zh: "没有企业自编号", en: "the producer's own key is missing" },
  advice: {
    zh: "请填写唯一的企业自编号：回执靠它与报文对应。",
    en: "Fill in a number of your own, unique for each document: receipts are matched by it.",
  },
  start({ kind, body }) {
    const path = keyPath(kind?.type ?? "");
    if (path === undefined) return undefined;
    return {
      end(report) {
        if (body.textAt(path) !== "") return;
        report({ element: nearest(body, path), text: { zh: `${path} 为空或缺失`, en: `${path} is missing or empty` } });
      },
    };
  },
};
