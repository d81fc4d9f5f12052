import { isUtf8 } from "node:buffer";
import { ImportClientError } from "../errors.js";

/** The XML declaration, which no longer holds once the bytes are UTF-8. */
const DECLARATION = /^<\?xml[^>]{0,200}\?>/;
/** GB2312 and its larger brothers, by any of their names. */
const CHINESE = /^(?:gb[-_]?2312|gbk|gb18030|cp936|x-gbk)$/i;

/** Names of elements and attributes whose content is nobody's business: UserPin, passwords of mail and others. */
const SECRET = /(?:pin|password|passwd|pwd|secret|token)$/i;

/**
 * The settings file as UTF-8, with everything blanked that is a PIN or a password: it is overwritten before the file is parsed, so that
 * no later step, and no error of a parser, can have it. Never throws for what the bytes hold, except SW-SETTINGS for an encoding that is
 * not known.
 */
export function xmlWithoutPins(bytes: Buffer): { xml: Buffer; hasPin: boolean } {
  const text = decoded(bytes).replace(DECLARATION, "");
  const { kept, hasPin } = blanked(text);
  return { xml: Buffer.from(kept, "utf8"), hasPin };
}

/** By byte order mark, then by what the declaration says if that is true, then UTF-8, then GB18030: .NET declares UTF-16 over UTF-8 bytes. */
function decoded(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodedAs(bytes, "utf-16le");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decodedAs(bytes, "utf-16be");
  if (bytes[1] === 0 && bytes[0] === 0x3c) return decodedAs(bytes, "utf-16le");
  if (bytes[0] === 0 && bytes[1] === 0x3c) return decodedAs(bytes, "utf-16be");
  const head = bytes.toString("latin1", 0, 200);
  const declared = /encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._-]{1,30})["']/.exec(head)?.[1] ?? "";
  if (CHINESE.test(declared)) return decodedAs(bytes, "gb18030");
  return decodedAs(bytes, isUtf8(bytes) ? "utf-8" : "gb18030");
}

function decodedAs(bytes: Buffer, encoding: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new ImportClientError(
      "SW-SETTINGS",
      { zh: `文件已损坏：不是 ${encoding} 编码的文字`, en: `the file is damaged: it is no text in ${encoding}` },
      { details: { reason: "encoding" } },
    );
  }
}

/** What is no tag, with what ends it. */
const SKIPPED = [
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
  ["<?", "?>"],
] as const;

/** One walk over the tags: the content of a secret element, up to its close tag or the end, and the values of secret attributes. */
function blanked(text: string): { kept: string; hasPin: boolean } {
  const kept: string[] = [];
  let hasPin = false;
  let from = 0;
  const blank = (start: number, end: number, isSecret = true) => {
    if (isSecret && end > start && text.slice(start, end).trim() !== "") hasPin = true;
    kept.push(text.slice(from, start));
    from = end;
  };
  for (let at = text.indexOf("<"); at !== -1; at = text.indexOf("<", at)) {
    // What stands in comments is no setting; a quote in one is the beginning of nothing.
    const [skipped, mark] = SKIPPED.find(([start]) => text.startsWith(start, at)) ?? [];
    if (skipped !== undefined && mark !== undefined) {
      const close = text.indexOf(mark, at + skipped.length);
      const behind = close === -1 ? text.length : close + mark.length;
      if (skipped === "<!--") blank(at, behind, false);
      at = behind;
      continue;
    }
    const end = endOfTag(text, at);
    const name = localName(text, at + 1);
    for (const [start, stop] of secretValues(text, at + 1 + name.length, end)) blank(start, stop);
    if (SECRET.test(name) && text[end - 1] !== "/") {
      // To its own close tag; of a damaged file, to the end of it.
      const close = closeOf(text, name, end + 1);
      blank(Math.min(end + 1, text.length), close);
      at = Math.max(close, end);
    } else at = end;
    if (at >= text.length) break;
  }
  kept.push(text.slice(from));
  return { kept: kept.join(""), hasPin };
}

/** Where the tag ends, `>` in a quoted value left out; the end of the text for one that does not end. */
function endOfTag(text: string, at: number): number {
  let quote = "";
  for (let index = at + 1; index < text.length; index++) {
    const sign = text[index] as string;
    if (quote !== "") {
      if (sign === quote) quote = "";
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === ">") return index;
  }
  return text.length;
}

function localName(text: string, at: number): string {
  let end = at;
  while (end < text.length && !/[\s/>="'<]/.test(text[end] as string)) end++;
  return text.slice(at, end);
}

function closeOf(text: string, name: string, from: number): number {
  const at = text.indexOf(`</${name}`, from);
  return at === -1 ? text.length : at;
}

/** Start and end of the values of secret attributes within a tag. */
function* secretValues(text: string, from: number, end: number): Generator<[start: number, end: number]> {
  for (let at = text.indexOf("=", from); at !== -1 && at < end; at = text.indexOf("=", at + 1)) {
    let open = at + 1;
    while (open < end && /\s/.test(text[open] as string)) open++;
    const quote = text[open];
    if (quote !== '"' && quote !== "'") continue;
    const found = text.indexOf(quote, open + 1);
    const close = found === -1 || found > end ? end : found;
    const name = nameBefore(text, at, from);
    if (SECRET.test(name)) yield [open + 1, close];
    at = close;
  }
}

/** The attribute's name before its `=`. */
function nameBefore(text: string, at: number, from: number): string {
  let end = at;
  while (end > from && /\s/.test(text[end - 1] as string)) end--;
  let start = end;
  while (start > from && !/[\s"'<>=]/.test(text[start - 1] as string)) start--;
  return text.slice(start, end);
}
