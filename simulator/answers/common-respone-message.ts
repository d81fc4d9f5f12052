import { el, fields, UTF8_STANDALONE, writeXml } from "../write-xml.js";
import type { Answer } from "./types.js";

/** 金关二期导入回执, in the spelling that real ones have. SeqNo is left out on failure, as in a real failed one. */
export function commonResponeMessage(of: { code: string; text: string; key: string; seqNo: string }): Answer {
  const root = el(
    "CommonResponeMessage",
    fields({ SeqNo: of.seqNo || undefined, EtpsPreentNo: of.key, CheckInfo: of.text, DealFlag: of.code }),
  );
  return {
    kind: "import",
    format: "CommonResponeMessage",
    code: of.code,
    body: Buffer.from(writeXml(root, { declaration: UTF8_STANDALONE }), "utf8"),
  };
}
