import { encodingDoubt } from "../xml/encoding-doubt.js";

const MARK = "\xef\xbb\xbf";
/** `true`, as the service desk's FAQ prints a receipt (faq 18): XML knows `yes` and `no`. */
const STANDALONE = /^(?:\xef\xbb\xbf)?<\?xml\s[^>]*?(\sstandalone\s*=\s*["'](?:true|false)["'])/;
const DECLARATION = /^<\?xml[^>]*\?>/;

/**
 * A receipt's bytes as an XML parser takes them: without white space before the declaration and zeros behind the root, which some
 * senders leave there, and in the encoding that it is really in where the declaration names another one. Nothing in between is
 * touched, so that what was cut stays cut. The bytes themselves where there is nothing to do.
 */
export function tidied(bytes: Buffer): Buffer {
  let from = 0;
  const marked = bytes.toString("latin1", 0, 3) === MARK;
  if (marked) from = 3;
  while (from < bytes.length && isBlank(bytes[from] as number)) from++;
  // Behind a mark alone, or before nothing that is a tag, there is nothing to mend.
  const leading = bytes[from] === 0x3c && from > (marked ? 3 : 0);
  let to = bytes.length;
  if (leading || bytes[0] === 0x3c || marked) while (to > 0 && isFiller(bytes[to - 1] as number)) to--;
  const part = leading || to < bytes.length ? bytes.subarray(leading ? from : 0, to) : bytes;
  if (encodingDoubt(part)?.real === "UTF-8") return Buffer.from(part.toString("utf8").replace(DECLARATION, ""));
  const standalone = STANDALONE.exec(part.toString("latin1", 0, 256));
  if (!standalone) return part;
  const at = standalone.index + standalone[0].length;
  return Buffer.concat([part.subarray(0, at - (standalone[1] as string).length), part.subarray(at)]);
}

/** Zeros of a buffer that was too long, and the end-of-file mark of old programs. */
function isFiller(byte: number): boolean {
  return byte === 0 || byte === 0x1a;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
