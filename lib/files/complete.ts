import { extname } from "node:path";
import { isZip, readZip } from "../archive/index.js";
import { fileKind } from "../file-kind.js";
import { sha256Of } from "../sha256.js";
import type { Disk, OpenFile } from "./disk.js";
import { pdfEnd } from "./pdf-end.js";

const TAIL = 64 * 1024;
const END_OF_DIRECTORY = Buffer.from("PK\x05\x06", "latin1");

/**
 * Does the content say that the file is finished (promises 2)? XML: the last tag closes the root. ZIP: the end record is
 * the last thing in it and its directory lies where it says. PDF: it has its end (`pdfEnd`), or something behind it. Anything else has no end to look
 * for: only stillness counts. Reads at most 64 KiB from either end.
 */
export function looksComplete(disk: Disk, path: string, size: number): boolean {
  if (size === 0) return false;
  const file = disk.open(path);
  try {
    const head = file.read(0, Math.min(4096, size));
    const from = Math.max(0, size - TAIL);
    const tail = file.read(from, size - from);
    if (head.length === 0 || tail.length < size - from) return false;
    if (isForeign(head)) return tail[tail.length - 1] !== 0;
    if (head.subarray(0, 2).toString("latin1") === "PK" || extname(path).toLowerCase() === ".zip") {
      return zipIsComplete(file, tail, from, size);
    }
    if (extname(path).toLowerCase() === ".pdf" || head.subarray(0, 5).toString("latin1") === "%PDF-") {
      return pdfEnd(head, tail, size) !== "unfinished";
    }
    if (looksLikeXml(head) || extname(path).toLowerCase() === ".xml") return xmlIsComplete(head, tail);
    return true;
  } finally {
    file.close();
  }
}

/**
 * Why a file is not finished: it is `empty`, or by its name an XML and begins as none (`no-xml`); `behind` its whole content something else
 * stands, or `zeros`, of a file that was made in its full size and not cut; `hole` when zeros stand in between; `unfinished` when its end is
 * missing.
 */
export type Incomplete = "empty" | "no-xml" | "zeros" | "hole" | "behind" | "unfinished";

/** Why the file, of so many bytes, is not finished, by its first 4 and its last 64 KiB. Rejects with what the file system says. */
export function whyIncomplete(disk: Disk, path: string, size: number): Incomplete {
  if (size === 0) return "empty";
  const file = disk.open(path);
  try {
    const head = file.read(0, Math.min(4096, size));
    const from = Math.max(0, size - TAIL);
    const tail = file.read(from, size - from);
    if (isNoXml(head, path)) return "no-xml";
    const end = endOfContent(head, tail, path);
    if (end === -1) return "unfinished";
    const rest = tail.subarray(end);
    if (rest.every((byte) => byte === 10 || byte === 13)) return hasHole(head, tail) ? "hole" : "unfinished";
    return rest.every((byte) => byte === 0 || byte === 10 || byte === 13) ? "zeros" : "behind";
  } finally {
    file.close();
  }
}

/** Text or bytes of no kind that is known, under the name of an XML; zeros may be filled yet. */
const isNoXml = (head: Buffer, path: string): boolean =>
  extname(path).toLowerCase() === ".xml" &&
  !looksLikeXml(head) &&
  head.some((byte) => byte !== 0) &&
  !/^(?:PK|%PDF-)/.test(head.toString("latin1", 0, 8));

/** Are there zeros anywhere in an XML, of a file that was made in its full size and is filled out of order? UTF-16 has them by right. */
export function hasZeros(bytes: Buffer): boolean {
  const head = bytes.subarray(0, 4096);
  return looksLikeXml(head) && !isWide(head) && bytes.includes(0);
}

/** Zeros within an XML that has one byte for a character of its tags. */
const hasHole = (head: Buffer, tail: Buffer): boolean =>
  looksLikeXml(head) && !isWide(head) && (head.includes(0) || tail.includes(0));

/** Where in the last bytes of a file its content ends; -1 when it does not. */
function endOfContent(head: Buffer, tail: Buffer, path: string): number {
  const isZip = head.subarray(0, 2).toString("latin1") === "PK";
  const mark = isZip ? END_OF_DIRECTORY : head.includes("%PDF-") ? Buffer.from("%%EOF") : undefined;
  if (mark) {
    const at = tail.lastIndexOf(mark);
    if (at === -1) return -1;
    return isZip ? Math.min(tail.length, at + 22 + (tail.length >= at + 22 ? tail.readUInt16LE(at + 20) : 0)) : at + 5;
  }
  if (!looksLikeXml(head) && extname(path).toLowerCase() !== ".xml") return -1;
  // In UTF-16 each character has two bytes: their order does not matter for where the last tag ends.
  const wide = isWide(head);
  const root = rootName(asAscii(head, wide));
  if (root === undefined) return -1;
  const close = [...`</${root}`].join(wide ? "\0" : "");
  const at = tail.lastIndexOf(Buffer.from(close, "latin1"));
  const end = at === -1 ? -1 : tail.indexOf(">", at);
  if (end === -1 || asAscii(tail.subarray(at + close.length, end), wide).trim() !== "") return -1;
  return end + (wide && head[0] !== 0xfe && head[0] !== 0 ? 2 : 1);
}

/**
 * A file that is something else than its name says (a RAR named .zip, an image named .pdf) has an end of its own: it is complete
 * when it is still, and who reads it says what it is.
 */
function isForeign(head: Buffer): boolean {
  return !/^(?:PK|%PDF-|[\s\0]|<|\xef\xbb\xbf)/.test(head.toString("latin1", 0, 8)) && fileKind(head) !== undefined;
}

/** Up to so many bytes a file is gone through as a whole to prove that it is finished. */
const PROVABLE = 256 * 1024;
/** And so many bytes of a ZIP's content. */
const UNPACKED = 4 * 1024 * 1024;

/**
 * The SHA-256 of a file's bytes when they prove that nothing of it is missing. XML: its root is closed, nothing stands behind it, and
 * nowhere are the zeros of a file that was made in its full size. ZIP: the directory agrees and every entry has its checksum.
 * Undefined does not say that something is missing: what is large, in UTF-16, or has no end to see proves nothing.
 */
export async function proofOf(disk: Disk, path: string, size: number): Promise<string | undefined> {
  if (size === 0 || size > PROVABLE) return undefined;
  const bytes = disk.read(path);
  if (bytes.length !== size) return undefined;
  const proves = isZip(bytes) ? await isWholeZip(bytes) : !/\.(?:zip|pdf)$/i.test(path) && isWholeXml(bytes);
  return proves ? sha256Of(bytes) : undefined;
}

function isWholeXml(bytes: Buffer): boolean {
  const head = bytes.subarray(0, 4096);
  return looksLikeXml(head) && !bytes.includes(0) && xmlIsComplete(head, bytes.subarray(-TAIL));
}

async function isWholeZip(bytes: Buffer): Promise<boolean> {
  try {
    return (await readZip(bytes, { flatten: true, totalBytes: UNPACKED })).length > 0;
  } catch {
    return false;
  }
}

function looksLikeXml(head: Buffer): boolean {
  return /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*<[\s\S]/.test(head.subarray(0, 64).toString("latin1"));
}

/** Works on bytes: tags are ASCII in every encoding that is used, but for the zero bytes of UTF-16. */
function xmlIsComplete(head: Buffer, tail: Buffer): boolean {
  const wide = isWide(head);
  // Zeros of a file that was made in its full size and is not filled everywhere; in UTF-16 a character NUL at its end.
  if (!wide && (head.includes(0) || tail.includes(0))) return false;
  if (wide && tail.length > 1 && tail.readUInt16LE(tail.length - 2) === 0) return false;
  const ascii = (bytes: Buffer) => asAscii(bytes, wide);
  const root = rootName(ascii(head));
  if (root === undefined) return false;
  // Comments may follow the root.
  const end = withoutTrailer(ascii(tail));
  if (end.endsWith("/>")) return ascii(tail).length < TAIL && end.lastIndexOf(`<${root}`) === end.lastIndexOf("<");
  // Searched from the end: an expression would try each tag of the last 64 KiB.
  const close = end.lastIndexOf("</");
  return close !== -1 && end.endsWith(">") && end.slice(close + 2, -1).trimEnd() === root;
}

/** Of the encodings in use UTF-16 alone has two bytes for each character. */
function isWide(head: Buffer): boolean {
  return head[0] === 0xff || head[0] === 0xfe || (head[0] === 0) !== (head[1] === 0);
}

function asAscii(bytes: Buffer, wide: boolean): string {
  return wide ? bytes.toString("latin1").replace(/\0/g, "") : bytes.toString("latin1");
}

const NAME = /[^\s/>]+/y;

/** The name of the first element, behind the declaration, comments and instructions. Undefined = there is none yet. */
function rootName(text: string): string | undefined {
  for (let at = text.indexOf("<"); at !== -1; at = text.indexOf("<", at)) {
    const close = ["<!--", "<?", "<!"].findIndex((open) => text.startsWith(open, at));
    if (close === -1) {
      NAME.lastIndex = at + 1;
      return NAME.exec(text)?.[0];
    }
    const end = text.indexOf(["-->", "?>", ">"][close] as string, at + 2);
    if (end === -1) return undefined;
    at = end + 1;
  }
  return undefined;
}

/** Without the comments, instructions and white space that may stand behind the root. */
function withoutTrailer(text: string): string {
  let end = text.trimEnd();
  for (;;) {
    const from = end.endsWith("-->") ? end.lastIndexOf("<!--") : end.endsWith("?>") ? end.lastIndexOf("<?") : -1;
    if (from === -1) return end;
    end = end.slice(0, from).trimEnd();
  }
}

function zipIsComplete(file: OpenFile, tail: Buffer, from: number, size: number): boolean {
  const at = tail.lastIndexOf(END_OF_DIRECTORY);
  if (at === -1 || tail.length - at < 22) return false;
  const comment = tail.readUInt16LE(at + 20);
  if (from + at + 22 + comment !== size) return false;
  const entries = tail.readUInt16LE(at + 10);
  const length = tail.readUInt32LE(at + 12);
  const start = tail.readUInt32LE(at + 16);
  if (entries === 0) return start + length === from + at;
  if (entries === 0xffff || start === 0xffffffff) return true; // ZIP64: the archive reader judges it.
  if (start + length > from + at) return false;
  return file.read(start, 4).toString("latin1") === "PK\x01\x02";
}
