import { el, fields, UTF8, writeXml } from "../write-xml.js";
import type { Answer } from "./types.js";

/** 报关单导入回执. On failure SeqNo is absent; ClientSeqNo too when it could not be read (formats, receipts). */
export function decImportResponse(of: { code: string; text: string; key: string; seqNo: string }): Answer {
  const root = el(
    "DecImportResponse",
    fields({
      ResponseCode: of.code,
      ErrorMessage: of.text,
      ClientSeqNo: of.key || undefined,
      SeqNo: of.seqNo || undefined,
    }),
    { xmlns: "http://www.chinaport.gov.cn/dec" },
  );
  return {
    kind: "import",
    format: "DecImportResponse",
    code: of.code,
    body: Buffer.from(writeXml(root, { declaration: UTF8 }), "utf8"),
  };
}
