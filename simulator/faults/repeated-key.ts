import { textAt } from "../tree.js";
import type { FaultRule } from "./types.js";

/** The key under which an accepted document is remembered; empty when it has none, or is a modification of a stored one. */
export function keyOf(document: {
  type: string;
  key: string;
  family: string;
  body: Parameters<typeof textAt>[0];
}): string {
  if (document.key === "") return "";
  const head = document.family === "dec" ? "DecHead/SeqNo" : "InvtHeadType/SeqNo";
  if (textAt(document.body, head) !== "") return "";
  return `${document.type}:${document.key}`;
}

/**
 * An accepted document's own number again, under another message id. The text for 核注清单 is the known one (domain B);
 * for 报关单 only that it fails is assumed; for 舱单 the code is of a public list of road manifest replies.
 */
export const repeatedKey: FaultRule = {
  id: "repeated-key",
  source: "domain B; 报关单 assumed; RMFT.ReplyCode 19001",
  check({ document, memory, messageId }) {
    const key = keyOf(document);
    const before = key === "" ? undefined : memory.keys.get(key);
    if (before === undefined || (before === messageId && messageId !== "")) return undefined;
    if (document.family === "dec") return { kind: "refuse", code: "1", text: `客户端编号${document.key}重复` };
    if (document.family === "inv") return { kind: "refuse", code: "-1", text: `企业内部编号${document.key}重复` };
    return { kind: "refuse", code: "19001", text: "新增：提运单号已存在" };
  },
};
