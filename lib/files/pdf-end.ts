import type { Disk } from "./disk.js";

/**
 * What the two ends of a PDF say: it is `whole`; `behind` its end mark stands something else, as padding or junk that its producer will not take
 * away, or as more that is still to come; it is `unfinished`: it has no end mark, is shorter than it says itself, begins as none, or its end is full
 * of zeros that somebody may fill.
 */
export type PdfEnd = "whole" | "behind" | "unfinished";

const HEAD = 4096;
const TAIL = 64 * 1024;
/** Readers of PDF look for the beginning in the first kilobyte. */
const HEADER = 1024;
const END_MARK = "%%EOF";
/** More zeros than these are no padding to the end of a block. */
const PADDING = 4096;

/** Of a file of so many bytes, by its first 4 and its last 64 KiB. Rejects with what the file system says. */
export function pdfEndOf(disk: Disk, path: string, size: number): PdfEnd {
  if (size === 0) return "unfinished";
  const file = disk.open(path);
  try {
    const from = Math.max(0, size - TAIL);
    return pdfEnd(file.read(0, Math.min(HEAD, size)), file.read(from, size - from), size);
  } finally {
    file.close();
  }
}

/** The same of bytes that are in memory: the first and the last ones, of so many. */
export function pdfEnd(head: Buffer, tail: Buffer, size: number): PdfEnd {
  if (!head.subarray(0, HEADER).includes("%PDF-") || size < ownLength(head)) return "unfinished";
  const at = tail.lastIndexOf(END_MARK);
  if (at === -1) return "unfinished";
  const behind = tail.subarray(at + END_MARK.length);
  if (behind.every(isBlank)) return "whole";
  return behind.length > PADDING && behind.every((byte) => byte === 0 || isBlank(byte)) ? "unfinished" : "behind";
}

/** One that is made for reading over the web says in front how long it is; it has an end mark near its beginning too (ISO 32000-1, annex F). */
function ownLength(head: Buffer): number {
  const text = head.toString("latin1");
  const at = text.indexOf("/Linearized");
  const [, length = "0"] = at === -1 ? [] : (/\/L\s{1,8}(\d{1,12})/.exec(text.slice(at, at + 512)) ?? []);
  return Number(length);
}

const isBlank = (byte: number): boolean => byte === 10 || byte === 13 || byte === 32 || byte === 9;
