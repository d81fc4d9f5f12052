import { randomUUID } from "node:crypto";

/** Longest text that goes in one frame; longer ones are cut into blocks (domain 3, one source). */
export const BLOCK_SIZE = 120 * 1024;

/** CRC-16 with Modbus' polynomial over UTF-16 code units, start FFFF. */
export function crc16(text: string): string {
  let crc = 0xffff;
  for (let at = 0; at < text.length; at++) {
    crc ^= text.charCodeAt(at);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return (crc & 0xffff).toString(16).toUpperCase().padStart(4, "0");
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

/**
 * Cuts a request into frames with a header of 128 characters each: BLOCKTXT, CRC of all, CRC of this block, size of all
 * (16), size of this block (8), number of blocks (4), guid (36), number of this block from 1 (4), 44 blanks. That the
 * numbers are decimal with leading zeros is inferred.
 */
export function blocksOf(text: string, guid: string = randomUUID(), size = BLOCK_SIZE): string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += size) parts.push(text.slice(at, at + size));
  const total = crc16(text);
  return parts.map((part, index) =>
    [
      "BLOCKTXT",
      total,
      crc16(part),
      padded(text.length, 16),
      padded(part.length, 8),
      padded(parts.length, 4),
      guid,
      padded(index + 1, 4),
      " ".repeat(44),
      part,
    ].join(""),
  );
}
