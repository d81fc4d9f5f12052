import { inflateRawSync } from "node:zlib";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const MAX_ENTRY = 256 * 1024 * 1024;

export interface OpenedEntry {
  name: string;
  bytes: Buffer;
}

/** What came over the wire, opened. */
export interface Opened {
  /** The document's own bytes: the body, or what its DxpMsg carries. A detached signature is over these. */
  content: Buffer;
  /** The DxpMsg around it, when there is one: what its TransInfo says. */
  wrapper?: { messageId: string; sender: string; receivers: string[]; type: string };
  zipped: boolean;
  /** Without directories. */
  entries: OpenedEntry[];
  /** Names, directories too, that hold `/` or `\` (faq 3). */
  folders: string[];
  /** What is wrong with the headers, one line each; empty when method, sizes, CRC and time are all there (faq 17). */
  headerFaults: string[];
  /** Set when the bytes could not be opened at all. */
  unreadable?: string;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

function crc32(bytes: Buffer): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (CRC_TABLE[(value ^ byte) & 0xff] as number) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

function nameOf(raw: Buffer, utf8: boolean): string {
  if (utf8) return raw.toString("utf8");
  try {
    return new TextDecoder("gb18030", { fatal: true }).decode(raw);
  } catch {
    return raw.toString("latin1");
  }
}

/** Faults of one local header: this is what the Single Window's receiving side is said to read (faq 17). */
function faultsOf(name: string, header: Buffer): string[] {
  const faults: string[] = [];
  const method = header.readUInt16LE(8);
  if ((header.readUInt16LE(6) & 0x0008) !== 0) faults.push(`${name}: data descriptor, sizes stand behind the data`);
  if (method !== 8 && method !== 0) faults.push(`${name}: compression method ${method}`);
  if (header.readUInt16LE(12) === 0) faults.push(`${name}: no date`);
  return faults;
}

/** `<Name>…</Name>` in any prefix, in the order of the document. */
function textsOf(xml: string, name: string): string[] {
  const found = xml.matchAll(new RegExp(`<(?:\\w+:)?${name}>([^<]*)</`, "g"));
  return [...found].map(([, text = ""]) => text.trim());
}

/** Takes the DxpMsg off, if there is one (domain 1.4); undefined when the body is none. */
function unwrap(body: Buffer): Pick<Opened, "content" | "wrapper"> | undefined {
  if (!/<(?:\w+:)?DxpMsg[\s>]/.test(body.toString("latin1", 0, 512))) return undefined;
  const xml = body.toString("utf8");
  const [data = ""] = textsOf(xml, "Data");
  const one = (name: string) => textsOf(xml, name)[0] ?? "";
  return {
    content: Buffer.from(data, "base64"),
    wrapper: {
      messageId: one("CopMsgId"),
      sender: one("SenderId"),
      receivers: textsOf(xml, "ReceiverId"),
      type: one("MsgType"),
    },
  };
}

/**
 * Takes a DxpMsg off, then opens a ZIP by its central directory and reads every local header with code of its own: an independent check of what
 * the client's ZIP writer wrote. Anything else is taken as a bare XML.
 */
export function open(arrived: Buffer): Opened {
  const unwrapped = unwrap(arrived) ?? { content: arrived };
  const body = unwrapped.content;
  const opened: Opened = { ...unwrapped, zipped: true, entries: [], folders: [], headerFaults: [] };
  if (body.length < 4 || (body.readUInt32LE(0) !== LOCAL && body.readUInt32LE(0) !== END)) {
    return { ...opened, zipped: false, entries: [{ name: "", bytes: body }] };
  }
  try {
    readEntries(body, opened);
  } catch (error) {
    opened.unreadable = error instanceof Error ? error.message : String(error);
  }
  return opened;
}

function readEntries(body: Buffer, opened: Opened): void {
  let end = body.length - 22;
  while (end >= 0 && body.readUInt32LE(end) !== END) end--;
  if (end < 0) throw new Error("no end record");
  const count = body.readUInt16LE(end + 10);
  let at = body.readUInt32LE(end + 16);
  const seen = new Set<string>();
  for (let number = 0; number < count; number++) {
    if (body.readUInt32LE(at) !== CENTRAL) throw new Error(`entry ${number}: no central header`);
    const crc = body.readUInt32LE(at + 16);
    const compressed = body.readUInt32LE(at + 20);
    const size = body.readUInt32LE(at + 24);
    const nameLength = body.readUInt16LE(at + 28);
    const local = body.readUInt32LE(at + 42);
    const name = nameOf(body.subarray(at + 46, at + 46 + nameLength), (body.readUInt16LE(at + 8) & 0x0800) !== 0);
    at += 46 + nameLength + body.readUInt16LE(at + 30) + body.readUInt16LE(at + 32);

    if (body.readUInt32LE(local) !== LOCAL) throw new Error(`${name}: no local header`);
    const header = body.subarray(local, local + 30);
    opened.headerFaults.push(...faultsOf(name, header));
    if (/[\\/]/.test(name)) opened.folders.push(name);
    if (name.endsWith("/")) continue;
    if (header.readUInt32LE(18) === 0 && compressed !== 0) opened.headerFaults.push(`${name}: no compressed size`);
    if (header.readUInt32LE(22) === 0 && size !== 0) opened.headerFaults.push(`${name}: no size`);
    if (header.readUInt32LE(14) === 0 && crc !== 0) opened.headerFaults.push(`${name}: no CRC`);
    if (seen.has(name)) throw new Error(`${name}: twice in the ZIP`);
    seen.add(name);

    const start = local + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const data = body.subarray(start, start + compressed);
    if (data.length !== compressed) throw new Error(`${name}: cut off`);
    const bytes = header.readUInt16LE(8) === 0 ? data : inflateRawSync(data, { maxOutputLength: MAX_ENTRY });
    if (bytes.length !== size) throw new Error(`${name}: ${bytes.length} bytes where the header says ${size}`);
    if (crc32(bytes) !== crc) throw new Error(`${name}: CRC differs`);
    opened.entries.push({ name, bytes });
  }
}
