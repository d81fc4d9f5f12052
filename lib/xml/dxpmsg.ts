import type { Bilingual } from "../errors.js";
import type { XmlElement } from "./scan.js";

/** What a DxpMsg carries. */
export interface DxpContent {
  bytes: Buffer;
  /** AddInfo/FileName: the original file's name, where it is given. */
  fileName: string;
  /** TransInfo/CopMsgId: the message's own id. */
  messageId: string;
}

/** Looked for one character at a time: a repeated group runs out of stack at some 7 MB. */
const NOT_BASE64 = /[^A-Za-z0-9+/]/;

/** Some leave out the `=` at the end. That nothing else is missing is told by what is in it: an XML or a ZIP, to its end. */
function isWholeBase64(data: string): boolean {
  const plain = data.replace(/={1,2}$/, "");
  return plain.length > 0 && plain.length % 4 !== 1 && !NOT_BASE64.test(plain);
}

/** The DxpMsg, prefixed or not, bare or one or more inside `DxpMsgSv` (domain 1.4); none for any other document. */
export function dxpMessages(root: XmlElement): XmlElement[] {
  if (root.name === "DxpMsg") return [root];
  return root.name === "DxpMsgSv" ? root.children.filter(({ name }) => name === "DxpMsg") : [];
}

/** Decodes `Data`, as far as it is base64; of several the first. */
export function dxpContent(message: XmlElement): DxpContent {
  const data = message.child("Data")?.text ?? "";
  return {
    bytes: Buffer.from(data, "base64"),
    fileName: message.textAt("AddInfo/FileName"),
    messageId: message.textAt("TransInfo/CopMsgId"),
  };
}

/** Why what `dxpContent` decodes may not be what was put in; undefined when there is one `Data`, of whole base64. */
export function dxpDataFault(message: XmlElement): Bilingual | undefined {
  if (message.children.filter(({ name }) => name === "Data").length > 1)
    return { zh: "DxpMsg 中有多个 Data", en: "the DxpMsg has more than one Data" };
  const data = (message.child("Data")?.text ?? "").replace(/\s+/g, "");
  if (data === "") return { zh: "DxpMsg 中没有 Data", en: "the DxpMsg has no Data" };
  if (!isWholeBase64(data))
    return { zh: "DxpMsg 的 Data 不是完整的 base64", en: "the Data of the DxpMsg is not whole base64" };
  return undefined;
}
