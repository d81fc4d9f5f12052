import type { Refusal, RefusalFile } from "./types.js";
import { element, localFile } from "./written.js";

/** 金关二期导入回执 of a failure (domain 1.2), spelled as in reality (domain 0, item 1): DealFlag -1, SeqNo empty. */
export function commonResponeMessage({ code, text, document }: Refusal): RefusalFile {
  const fields = [
    element("SeqNo", ""),
    element("EtpsPreentNo", document.clientKey),
    element("CheckInfo", text),
    element("DealFlag", "-1"),
  ];
  return { format: "CommonResponseMessage", bytes: localFile(element("CommonResponeMessage", fields), code) };
}
