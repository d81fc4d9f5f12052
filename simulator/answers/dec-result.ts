import { dateTime } from "../china-time.js";
import { el, fields, UTF8_STANDALONE, writeXml } from "../write-xml.js";
import type { Answer } from "./types.js";

export interface DecResult {
  seqNo: string;
  /** Empty until customs has given one. */
  entryId: string;
  channel: string;
  note: string;
  customMaster: string;
  /** As the document has it. */
  ieDate: string;
  at: number;
  /** The older nesting: DEC_DATA around it, RESULT_INFO beside it. */
  nested?: boolean;
}

/** 报关单业务回执: no namespace, standalone, empty elements. The own number is not in it: CUS_CIQ_NO is the key. */
export function decResult(of: DecResult): Answer {
  const result = el(
    "DEC_RESULT",
    fields({
      CUS_CIQ_NO: of.seqNo,
      ENTRY_ID: of.entryId,
      NOTICE_DATE: dateTime(of.at),
      CHANNEL: of.channel,
      NOTE: of.note,
      CUSTOM_MASTER: of.customMaster,
      I_E_DATE: of.ieDate,
      D_DATE: dateTime(of.at),
    }),
  );
  const root = of.nested ? el("DEC_DATA", [result, el("RESULT_INFO")]) : result;
  return {
    kind: "business",
    format: of.nested ? "DEC_DATA" : "DEC_RESULT",
    code: of.channel,
    body: Buffer.from(writeXml(root, { declaration: UTF8_STANDALONE, selfClose: true }), "utf8"),
  };
}
