import { isAscii, isUtf8 } from "node:buffer";

/** Bytes from which it is told what a text is written in: a few thousand characters. */
const LOOKED_AT = 16 * 1024;

/** The first part of a text that has more than ASCII. */
function telling(bytes: Buffer): Buffer {
  let at = 0;
  while (at < bytes.length && isAscii(bytes.subarray(at, at + LOOKED_AT))) at += LOOKED_AT;
  return bytes.subarray(at, at + LOOKED_AT);
}

/** Kinds of characters in a text, by which it is told in what it is written. */
interface Counts {
  chinese: number;
  other: number;
}

/** What bytes are written in, as far as they show it themselves: `UTF-8` or `GBK`; undefined where they do not. */
export function writtenIn(bytes: Buffer): "UTF-8" | "GBK" | undefined {
  if (isUtf8(bytes)) return "UTF-8";
  const { chinese, other } = inGbk(telling(bytes));
  return chinese > 2 * other ? "GBK" : undefined;
}

/** Broken characters that are looked for at most: a text that has more of them is in another encoding. */
const FEW = 5;

/**
 * The line of the first broken character in a text that is UTF-8 but for a few; undefined where there are none or many, which is
 * another encoding.
 */
export function brokenLine(bytes: Buffer): number | undefined {
  const broken = [];
  let whole = 0;
  for (let at = 0; at < bytes.length && broken.length <= FEW; ) {
    const length = characterAt(bytes, at);
    if (length === 0) broken.push(at);
    else if (length > 1) whole++;
    at += length || 1;
  }
  const [first] = broken;
  if (first === undefined || broken.length > FEW || broken.length > whole + 1) return undefined;
  let line = 1;
  for (let at = bytes.indexOf(0x0a); at !== -1 && at < first; at = bytes.indexOf(0x0a, at + 1)) line++;
  return line;
}

/** Bytes of the UTF-8 character at a place; 0 where there is none. */
function characterAt(bytes: Buffer, at: number): number {
  const lead = bytes[at] as number;
  if (lead < 0x80) return 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  for (let next = 1; next < length; next++) if (((bytes[at + next] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

/** Characters of more than two bytes are those of East Asia, but for a few. */
function inUtf8(bytes: Buffer): Counts {
  const counts: Counts = { chinese: 0, other: 0 };
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte >= 0xe2 && byte <= 0xef) counts.chinese++;
    else if (byte >= 0xc2) counts.other++;
  }
  return counts;
}

/** Nearly all characters in use lie in the part of GBK that GB2312 had, whose second byte is above A0. */
function inGbk(bytes: Buffer): Counts {
  const counts: Counts = { chinese: 0, other: 0 };
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at] as number;
    if (lead < 0x80) continue;
    const trail = bytes[at + 1] ?? 0;
    if (trail < 0x40) {
      counts.other++;
      continue;
    }
    const common = trail >= 0xa1 && lead >= 0xa1 && lead <= 0xf7;
    if (common && lead >= 0xb0) counts.chinese++;
    else if (!common) counts.other++;
    at++;
  }
  return counts;
}

/**
 * Whether the characters of a UTF-8 text are those of East Asia rather than of Europe. Two or three Chinese characters in GBK may
 * happen to be UTF-8 as well, and then read as European ones.
 */
export function isMostlyChinese(bytes: Buffer): boolean {
  const { chinese, other } = inUtf8(telling(bytes));
  return chinese > other;
}
