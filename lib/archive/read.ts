import { promisify } from "node:util";
import { crc32, type Inflate, inflateRaw, inflateRawSync } from "node:zlib";
import { codeOf, messageOf } from "../errors.js";
import { type LocatedEntry, locateEntries } from "./headers.js";
import { damageWords } from "./messages.js";
import { assertFlatName, assertSafeName, isFolderLitter, shown, withoutLeadingSlash } from "./names.js";
import { zipRefused } from "./refusal.js";
import type { ZipEntry, ZipLimits } from "./types.js";

export const ZIP_LIMITS: ZipLimits = { entries: 200, totalBytes: 256 * 1024 * 1024, ratio: 200 };

/** Up to here a bad ratio harms nobody, and small files full of blanks do have one. */
const RATIO_FROM = 1024 * 1024;
/** Below this, inflating at once costs less than a trip through the thread pool, and blocks for under a millisecond. */
const INFLATE_AT_ONCE = 128 * 1024;
const CRC_PIECE = 4 * 1024 * 1024;

export interface ReadZipOptions extends Partial<ZipLimits> {
  /** Drops folders, a leading `/` too, where the names stay unique (faq 3) instead of refusing them. */
  flatten?: boolean;
}

/** One piece for an entry of nearly any size: by default zlib gives thousands of 16 KiB, and putting them together costs more than inflating. */
const PIECE = 16 * 1024 * 1024;

type Inflated = { buffer: Buffer; engine: Inflate };
const inflateLater = promisify(inflateRaw) as unknown as (
  data: Buffer,
  options: { maxOutputLength: number; chunkSize: number; info: true },
) => Promise<Inflated>;

async function inflated(entry: LocatedEntry): Promise<Buffer> {
  if (entry.method === 0) return Buffer.from(entry.data);
  // zlib wants a positive cap; one byte more than promised is already a lie that the size check names.
  const options = { maxOutputLength: entry.size + 1, info: true } as const;
  const result =
    entry.size <= INFLATE_AT_ONCE
      ? (inflateRawSync(entry.data, options) as unknown as Inflated)
      : await inflateLater(entry.data, { ...options, chunkSize: Math.min(PIECE, entry.size + 1) });
  if (result.engine.bytesWritten !== entry.compressedSize) {
    throw new Error(`${entry.compressedSize - result.engine.bytesWritten} bytes behind the compressed data`);
  }
  return result.buffer;
}

/** CRC-32 in pieces of a few milliseconds, so that a large entry does not hold up the event loop. */
async function checksum(bytes: Buffer): Promise<number> {
  let value = crc32(bytes.subarray(0, CRC_PIECE));
  for (let at = CRC_PIECE; at < bytes.length; at += CRC_PIECE) {
    await new Promise((resolve) => setImmediate(resolve));
    value = crc32(bytes.subarray(at, at + CRC_PIECE), value);
  }
  return value;
}

async function contentOf(entry: LocatedEntry): Promise<Buffer> {
  const name = shown(entry.name);
  let bytes: Buffer;
  try {
    bytes = await inflated(entry);
  } catch (cause) {
    const larger = codeOf(cause) === "ERR_BUFFER_TOO_LARGE";
    const why = damageWords(messageOf(cause));
    throw zipRefused(
      larger ? `ZIP 内文件比声明的大：${name}` : `ZIP 内文件无法解压：${name}，${why.zh}`,
      larger ? `a ZIP entry is larger than it says: ${name}` : `a ZIP entry cannot be inflated: ${name}: ${why.en}`,
      { entry: name, reason: larger ? "size" : "damaged", cause },
    );
  }
  if (bytes.length !== entry.size) {
    throw zipRefused(
      `ZIP 内文件大小与声明不符：${name}（${bytes.length} / ${entry.size}）`,
      `a ZIP entry does not have the size it says: ${name} (${bytes.length}, not ${entry.size})`,
      { entry: name, reason: "size" },
    );
  }
  if ((await checksum(bytes)) !== entry.crc32) {
    throw zipRefused(`ZIP 内文件校验和错误，文件已损坏：${name}`, `a ZIP entry fails its checksum: ${name}`, {
      entry: name,
      reason: "crc",
    });
  }
  return bytes;
}

function assertWithin(entries: readonly LocatedEntry[], limits: ZipLimits): void {
  // What the headers promise is summed first; `inflated` then holds every entry to its promise, so that neither an
  // honest bomb nor a lying one gets further than the caps.
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  const packed = entries.reduce((sum, entry) => sum + entry.compressedSize, 0);
  if (total > limits.totalBytes) {
    throw zipRefused(
      `ZIP 解压后过大：${total} 字节（上限 ${limits.totalBytes}）`,
      `the ZIP is too large unpacked: ${total} bytes (limit ${limits.totalBytes})`,
      { reason: "total" },
    );
  }
  if (total > RATIO_FROM && total > limits.ratio * packed) {
    throw zipRefused(
      `ZIP 压缩比过高：${Math.round(total / Math.max(1, packed))}（上限 ${limits.ratio}）`,
      `the ZIP's compression ratio is too high: ${Math.round(total / Math.max(1, packed))} (limit ${limits.ratio})`,
      { reason: "ratio" },
    );
  }
}

/** Name without its folders, or undefined for an entry that is only a folder. */
function flattened(entry: LocatedEntry): string | undefined {
  if (/[\\/]$/.test(entry.name) && entry.size === 0) return undefined;
  // What macOS keeps of a file's look beside it: nobody's document, and named like one.
  if (entry.name.startsWith("__MACOSX/")) return undefined;
  const name = entry.name.slice(Math.max(entry.name.lastIndexOf("/"), entry.name.lastIndexOf("\\")) + 1);
  // Each folder has one: they would be one name twice.
  return isFolderLitter(name) ? undefined : name;
}

/**
 * Reads a whole ZIP, strictly (promises 5): see `locateEntries` for its structure; names flat, unique without regard to
 * case and harmless; no link, no encryption; sizes and CRC true; within `ZIP_LIMITS` or the limits given. Entries come
 * in the order of the directory. Names without the UTF-8 flag that are not UTF-8 are read as GB18030. With `flatten`,
 * folders, a leading `/` too, are dropped when the names stay unique (faq 3). Throws SW-ZIP with `details.entry` and `details.reason`.
 */
export async function readZip(bytes: Buffer, options: ReadZipOptions = {}): Promise<ZipEntry[]> {
  const limits: ZipLimits = {
    entries: options.entries ?? ZIP_LIMITS.entries,
    totalBytes: options.totalBytes ?? ZIP_LIMITS.totalBytes,
    ratio: options.ratio ?? ZIP_LIMITS.ratio,
  };
  const located = await locateEntries(bytes, limits.entries);
  const named: { name: string; entry: LocatedEntry }[] = [];
  const taken = new Set<string>();
  for (const entry of located) {
    assertSafeName(options.flatten ? withoutLeadingSlash(entry.name) : entry.name);
    if (!options.flatten) assertFlatName(entry.name);
    const name = options.flatten ? flattened(entry) : entry.name;
    if (name === undefined) continue;
    const key = name.normalize("NFC").toLowerCase();
    if (name === "" || taken.has(key)) {
      throw zipRefused(
        `ZIP 内文件名重复：${shown(entry.name)}`,
        `a ZIP entry's name occurs twice: ${shown(entry.name)}`,
        {
          entry: shown(entry.name),
          reason: "duplicate",
        },
      );
    }
    taken.add(key);
    named.push({ name, entry });
  }
  assertWithin(located, limits);
  const entries: ZipEntry[] = [];
  for (const { name, entry } of named) entries.push({ name, bytes: await contentOf(entry) });
  return entries;
}
