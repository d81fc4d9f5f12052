import type { DetachedSignature } from "../document.js";
import { ImportClientError } from "../errors.js";
import type { Card } from "./card.js";
import { signOnCard } from "./sign-on-card.js";

/** Name of this way to sign; a message that has no document, so no row of a folder may name it. */
export const TEXT = "text";

/** Bytes of a text: what the rules sign has some hundred, and a long one keeps the card from the documents. */
const LONGEST = 1024 * 1024;

/** Half of a character of two halves: it has no bytes in UTF-8. */
const HALF = /\p{Cs}/u;

/**
 * The bytes of a text as it comes: a string's in UTF-8, a Buffer's as they are; nothing is trimmed, no line end changed. Throws
 * SW-MESSAGE for what is no text, is empty or cannot be written in UTF-8.
 */
export function textBytes(payload: unknown): Buffer {
  const bytes = typeof payload === "string" ? Buffer.from(payload, "utf8") : payload;
  if (!Buffer.isBuffer(bytes)) throw unfit("不是文本", "is no text");
  if (bytes.length === 0) throw unfit("为空", "is empty");
  if (bytes.length > LONGEST)
    throw unfit(`有 ${bytes.length} 字节，上限 ${LONGEST}`, `has ${bytes.length} bytes, the limit is ${LONGEST}`);
  if (typeof payload === "string" && HALF.test(payload))
    throw unfit("含有不完整的字符，无法按 UTF-8 编码", "has half a character, which UTF-8 cannot write");
  return bytes;
}

function unfit(zh: string, en: string): ImportClientError {
  return new ImportClientError(
    "SW-MESSAGE",
    { zh: `待签名的 msg.payload ${zh}`, en: `msg.payload, which is to be signed, ${en}` },
    {
      advice: {
        zh: "请让 msg.payload 为待签名的字符串（UTF-8）或 Buffer。",
        en: "Make msg.payload the string (UTF-8) or the Buffer that is to be signed.",
      },
    },
  );
}

/**
 * Signs a text by the card, as 公告 2018 年第 179 号 wants of the data that a platform hands over (domain 3, "Signing rules"). `suite`: as
 * of the detached profile. Rejects as `signOnCard` does; the card's company and number are compared with nothing.
 */
export async function signText(card: Card, text: Buffer, suite?: string): Promise<DetachedSignature> {
  const { signature } = await signOnCard(card, {
    profile: "detached",
    options: suite ? { suite } : {},
    request: { payload: text, fileName: "", at: 0, messageType: "" },
    inspection: undefined,
    waived: [],
  });
  if (!signature) throw new Error("the detached profile gave no signature");
  return { ...signature, profile: TEXT };
}
