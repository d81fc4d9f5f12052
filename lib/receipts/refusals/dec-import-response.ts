import type { Refusal, RefusalFile } from "./types.js";
import { element, localFile } from "./written.js";

/** 报关单导入回执 of a failure (domain 1.1): ResponseCode 1, no SeqNo. */
export function decImportResponse({ code, text, document }: Refusal): RefusalFile {
  const fields = [
    element("ResponseCode", "1"),
    element("ErrorMessage", text),
    element("ClientSeqNo", document.clientKey),
  ];
  const root = element("DecImportResponse", fields, ' xmlns="http://www.chinaport.gov.cn/dec"');
  return { format: "DecImportResponse", bytes: localFile(root, code) };
}
