import { type Entry, fromBuffer, type LocalFileHeader, type ZipFile } from "yauzl";
import { messageOf } from "../errors.js";
import { damageWords } from "./messages.js";
import { decodeName, shown } from "./names.js";
import { zipRefused } from "./refusal.js";

const END_SIZE = 22;
const CENTRAL_SIZE = 46;
const LOCAL = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const FLAG_ENCRYPTED = 0x0001;
const FLAG_DESCRIPTOR = 0x0008;
const FLAG_STRONG = 0x0040;
const FLAG_UTF8 = 0x0800;
const FLAG_MASKED = 0x2000;
/** Flags that must say the same in both headers; the others are hints about the compressor. */
const FLAGS_COMPARED = FLAG_ENCRYPTED | FLAG_DESCRIPTOR | FLAG_STRONG | FLAG_UTF8 | FLAG_MASKED;
const ALL_ONES = 0xffffffff;
const CHINA = 8 * 3_600_000;

/** An entry whose central and local header agree and whose data lies where it says. */
export interface LocatedEntry {
  /** Decoded, not yet checked for folders. */
  name: string;
  method: number;
  crc32: number;
  compressedSize: number;
  size: number;
  data: Buffer;
  local: LocalFileHeader;
}

/** What one local header carries (faq 17: method, sizes, CRC and time must be there). */
export interface HeaderFacts {
  name: string;
  /** 0 stored, 8 deflate. */
  method: number;
  /** As the local header has them: 0 where they are only in a data descriptor behind the data. */
  compressedSize: number;
  size: number;
  crc32: number;
  /** Milliseconds since the epoch, reading the header as China time; undefined where it is empty or no date. */
  time: number | undefined;
  dataDescriptor: boolean;
  /** Method, sizes, CRC and time are all in the local header, and there is no data descriptor. */
  complete: boolean;
}

/** True when the bytes begin like a ZIP: a local header, or the end record of an empty one. */
export function isZip(bytes: Buffer): boolean {
  if (bytes.length < 4) return false;
  const signature = bytes.readUInt32LE(0);
  return signature === LOCAL || signature === 0x06054b50;
}

function open(bytes: Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    fromBuffer(
      bytes,
      { lazyEntries: true, decodeStrings: false, validateEntrySizes: true, strictFileNames: true },
      (error, zip) => (error ? reject(error) : resolve(zip)),
    );
  });
}

function localHeader(zip: ZipFile, entry: Entry): Promise<LocalFileHeader> {
  return new Promise((resolve, reject) => {
    zip.readLocalFileHeader(entry, (error, header) => (error ? reject(error) : resolve(header)));
  });
}

/** Size field of a local header: its own, or that of its zip64 field where it holds 0xffffffff. */
function localSizes(header: LocalFileHeader): { size: number; compressedSize: number } {
  let { uncompressedSize: size, compressedSize } = header;
  if (size !== ALL_ONES && compressedSize !== ALL_ONES) return { size, compressedSize };
  for (let at = 0; at + 4 <= header.extraField.length; at += 4 + header.extraField.readUInt16LE(at + 2)) {
    if (header.extraField.readUInt16LE(at) !== 1) continue;
    let from = at + 4;
    if (size === ALL_ONES && from + 8 <= header.extraField.length) {
      size = Number(header.extraField.readBigUInt64LE(from));
      from += 8;
    }
    if (compressedSize === ALL_ONES && from + 8 <= header.extraField.length) {
      compressedSize = Number(header.extraField.readBigUInt64LE(from));
    }
    break;
  }
  return { size, compressedSize };
}

/** Do the two headers of an entry say the same? `what` is the first field that differs. */
function disagreement(entry: Entry, local: LocalFileHeader): string | undefined {
  const rawName = entry.fileNameRaw as Buffer;
  if (!rawName.equals(local.fileName)) return "name";
  if ((entry.generalPurposeBitFlag & FLAGS_COMPARED) !== (local.generalPurposeBitFlag & FLAGS_COMPARED)) return "flags";
  if (entry.compressionMethod !== local.compressionMethod) return "method";
  const sizes = localSizes(local);
  const later = (local.generalPurposeBitFlag & FLAG_DESCRIPTOR) !== 0;
  const same = (inLocal: number, inDirectory: number) => inLocal === inDirectory || (later && inLocal === 0);
  if (!same(local.crc32, entry.crc32)) return "crc32";
  if (!same(sizes.compressedSize, entry.compressedSize)) return "compressed size";
  if (!same(sizes.size, entry.uncompressedSize)) return "size";
  return undefined;
}

/** Length of the data descriptor at `at`, or undefined when none there fits the entry. */
function descriptorLength(bytes: Buffer, at: number, entry: Entry): number | undefined {
  for (const signed of [4, 0]) {
    if (signed && !(at + 4 <= bytes.length && bytes.readUInt32LE(at) === DESCRIPTOR)) continue;
    const from = at + signed;
    if (from + 12 > bytes.length || bytes.readUInt32LE(from) !== entry.crc32) continue;
    if (
      bytes.readUInt32LE(from + 4) === entry.compressedSize &&
      bytes.readUInt32LE(from + 8) === entry.uncompressedSize
    ) {
      return signed + 12;
    }
    if (
      from + 20 <= bytes.length &&
      Number(bytes.readBigUInt64LE(from + 4)) === entry.compressedSize &&
      Number(bytes.readBigUInt64LE(from + 12)) === entry.uncompressedSize
    ) {
      return signed + 20;
    }
  }
  return undefined;
}

function refuseKind(entry: Entry, name: string): void {
  const text = shown(name);
  if (entry.generalPurposeBitFlag & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED)) {
    throw zipRefused(`ZIP 内文件已加密：${text}`, `a ZIP entry is encrypted: ${text}`, {
      entry: text,
      reason: "encrypted",
    });
  }
  const fileType = (entry.externalFileAttributes >>> 16) & 0xf000;
  if (fileType !== 0 && fileType !== 0x8000 && fileType !== 0x4000) {
    throw zipRefused(`ZIP 内含有链接或特殊文件：${text}`, `a ZIP entry is a link or a special file: ${text}`, {
      entry: text,
      reason: "link",
    });
  }
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    throw zipRefused(
      `ZIP 内文件的压缩方式 ${entry.compressionMethod} 不支持：${text}`,
      `a ZIP entry uses compression method ${entry.compressionMethod}, which is not deflate: ${text}`,
      { entry: text, reason: "method" },
    );
  }
}

/**
 * The entries of a ZIP in the order of the directory, after yauzl's own checks and these: the end record is the last
 * thing in the file, the directory lies right before it and nothing else does, each local header repeats its
 * directory entry, and headers, data and descriptors cover the file from its first byte without gap or overlap.
 * No data is inflated. `limit` caps the entries. Throws SW-ZIP.
 */
export async function locateEntries(bytes: Buffer, limit: number): Promise<LocatedEntry[]> {
  try {
    return await locate(bytes, limit);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "SW-ZIP") throw error;
    const { zh, en } = damageWords(messageOf(error));
    throw zipRefused(`ZIP 已损坏或不完整：${zh}`, `the ZIP is damaged or incomplete: ${en}`, {
      reason: "damaged",
      cause: error,
    });
  }
}

async function locate(bytes: Buffer, limit: number): Promise<LocatedEntry[]> {
  if (bytes.length === 0) throw zipRefused("文件为空，不是 ZIP", "the file is empty, not a ZIP", { reason: "empty" });
  const zip = await open(bytes);
  const end = bytes.length - END_SIZE - (zip.comment as unknown as Buffer).length;
  const count = bytes.readUInt16LE(end + 10);
  const directorySize = bytes.readUInt32LE(end + 12);
  const directoryAt = bytes.readUInt32LE(end + 16);
  if (zip.entryCount > limit) {
    throw zipRefused(
      `ZIP 内文件过多：${zip.entryCount}（上限 ${limit}）`,
      `the ZIP has too many entries: ${zip.entryCount} (limit ${limit})`,
      { reason: "entries" },
    );
  }
  if (directoryAt + directorySize !== end || count !== zip.entryCount || bytes.readUInt16LE(end + 8) !== count) {
    throw zipRefused(
      "ZIP 的目录位置与结尾记录不符（可能含多余数据、被截断或使用 ZIP64）",
      "the ZIP's directory is not where its end record says (stray data, truncation, or ZIP64)",
      { reason: "directory" },
    );
  }
  const entries = await readDirectory(zip, directorySize);
  const located: { entry: Entry; found: LocatedEntry; from: number; to: number }[] = [];
  for (const entry of entries) {
    const rawName = entry.fileNameRaw as Buffer;
    const name = decodeName(rawName, (entry.generalPurposeBitFlag & FLAG_UTF8) !== 0, entry.extraFields);
    refuseKind(entry, name);
    const local = await localHeader(zip, entry);
    const what = disagreement(entry, local);
    if (what !== undefined) {
      throw zipRefused(
        `ZIP 目录与文件头不一致（${what}）：${shown(name)}`,
        `the ZIP's directory and local header disagree (${what}): ${shown(name)}`,
        { entry: shown(name), reason: "disagree" },
      );
    }
    const dataEnd = local.fileDataStart + entry.compressedSize;
    const descriptor = entry.generalPurposeBitFlag & FLAG_DESCRIPTOR ? descriptorLength(bytes, dataEnd, entry) : 0;
    if (descriptor === undefined) {
      throw zipRefused(
        `ZIP 的数据描述符与目录不一致：${shown(name)}`,
        `the ZIP's data descriptor disagrees with its directory: ${shown(name)}`,
        { entry: shown(name), reason: "disagree" },
      );
    }
    const found: LocatedEntry = {
      name,
      method: entry.compressionMethod,
      crc32: entry.crc32,
      compressedSize: entry.compressedSize,
      size: entry.uncompressedSize,
      data: bytes.subarray(local.fileDataStart, dataEnd),
      local,
    };
    located.push({ entry, found, from: entry.relativeOffsetOfLocalHeader, to: dataEnd + descriptor });
  }
  let covered = 0;
  for (const { found, from, to } of [...located].sort((a, b) => a.from - b.from)) {
    if (from !== covered) {
      throw zipRefused(
        `ZIP 内文件重叠或夹有多余数据：${shown(found.name)}`,
        `ZIP entries overlap, or there is stray data before one: ${shown(found.name)}`,
        { entry: shown(found.name), reason: from < covered ? "overlap" : "garbage" },
      );
    }
    covered = to;
  }
  if (covered !== directoryAt) {
    throw zipRefused("ZIP 内夹有多余数据", "there is stray data inside the ZIP", { reason: "garbage" });
  }
  return located.map(({ found }) => found);
}

async function readDirectory(zip: ZipFile, directorySize: number): Promise<Entry[]> {
  const entries: Entry[] = [];
  let read = 0;
  await new Promise<void>((resolve, reject) => {
    zip.on("error", reject);
    zip.on("end", resolve);
    zip.on("entry", (entry: Entry) => {
      entries.push(entry);
      read += CENTRAL_SIZE + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
      zip.readEntry();
    });
    zip.readEntry();
  });
  if (read !== directorySize) {
    throw zipRefused("ZIP 目录的大小与其内容不符", "the size of the ZIP's directory is not that of its entries", {
      reason: "directory",
    });
  }
  return entries;
}

function timeOf(date: number, time: number): number | undefined {
  const month = (date >> 5) & 0xf;
  const day = date & 0x1f;
  if (month < 1 || month > 12 || day < 1) return undefined;
  const utc = Date.UTC((date >> 9) + 1980, month - 1, day, time >> 11, (time >> 5) & 0x3f, (time & 0x1f) * 2);
  return utc - CHINA;
}

/**
 * What the local headers carry, in the order of the directory. A ZIP with an entry that is not `complete` is what
 * stays at 成功发往海关 (faq 17) and has to be repacked. Throws SW-ZIP for a ZIP that is damaged.
 */
export async function headersOf(bytes: Buffer, entries = 200): Promise<HeaderFacts[]> {
  const located = await locateEntries(bytes, entries);
  return located.map(({ name, size: realSize, local }) => {
    const dataDescriptor = (local.generalPurposeBitFlag & FLAG_DESCRIPTOR) !== 0;
    const { size, compressedSize } = localSizes(local);
    const time = timeOf(local.lastModFileDate, local.lastModFileTime);
    const sized = size === realSize && (realSize === 0 || local.crc32 !== 0);
    return {
      name,
      method: local.compressionMethod,
      compressedSize,
      size,
      crc32: local.crc32,
      time,
      dataDescriptor,
      complete: !dataDescriptor && sized && time !== undefined,
    };
  });
}
