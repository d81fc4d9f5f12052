import { crc32, deflateRawSync } from "node:zlib";

/** One entry of a ZIP built by hand; what is not given is what an honest writer would write. */
export interface RawEntry {
  name: string | Buffer;
  content?: Buffer | string;
  /** Written instead of the deflated content. */
  data?: Buffer;
  method?: number;
  flags?: number;
  attributes?: number;
  /** What the local header says where it differs from the directory. */
  local?: Partial<{ name: string | Buffer; crc: number; size: number; packed: number; method: number; flags: number }>;
  /** What both say. */
  crc?: number;
  size?: number;
  packed?: number;
  /** Bytes between the data and the next header, e.g. a data descriptor. */
  after?: Buffer;
  extra?: Buffer;
  time?: number;
  date?: number;
  /** Where the directory says the local header is. */
  offset?: number;
}

export interface RawZip {
  before?: Buffer;
  after?: Buffer;
  comment?: Buffer;
  count?: number;
  directorySize?: number;
  directoryAt?: number;
}

const nameBytes = (name: string | Buffer) => (Buffer.isBuffer(name) ? name : Buffer.from(name, "utf8"));

function fields(parts: readonly [size: 2 | 4, value: number][]): Buffer {
  return Buffer.concat(
    parts.map(([size, value]) => {
      const bytes = Buffer.alloc(size);
      if (size === 2) bytes.writeUInt16LE(value & 0xffff);
      else bytes.writeUInt32LE(value >>> 0);
      return bytes;
    }),
  );
}

/** A ZIP byte by byte, so that every lie can be told. */
export function rawZip(entries: readonly RawEntry[], zip: RawZip = {}): Buffer {
  const parts: Buffer[] = [zip.before ?? Buffer.alloc(0)];
  let at = parts[0]?.length ?? 0;
  const directory: Buffer[] = [];
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? "");
    const method = entry.method ?? 8;
    const data = entry.data ?? (method === 8 ? deflateRawSync(content) : content);
    const name = nameBytes(entry.name);
    const both = {
      flags: entry.flags ?? 0x0800,
      method,
      time: entry.time ?? 0x6000,
      date: entry.date ?? 0x5b21,
      crc: entry.crc ?? crc32(content),
      packed: entry.packed ?? data.length,
      size: entry.size ?? content.length,
    };
    const extra = entry.extra ?? Buffer.alloc(0);
    const header = ({ flags, method, crc, packed, size }: typeof both, length: number) =>
      fields([
        [2, 20],
        [2, flags],
        [2, method],
        [2, both.time],
        [2, both.date],
        [4, crc],
        [4, packed],
        [4, size],
        [2, length],
        [2, extra.length],
      ]);
    const localName = nameBytes(entry.local?.name ?? name);
    const local = Buffer.concat([
      fields([[4, 0x04034b50]]),
      header({ ...both, ...entry.local } as typeof both, localName.length),
      localName,
      extra,
      data,
      entry.after ?? Buffer.alloc(0),
    ]);
    directory.push(
      fields([
        [4, 0x02014b50],
        [2, 0x031e],
      ]),
      header(both, name.length),
      fields([
        [2, 0],
        [2, 0],
        [2, 0],
        [4, entry.attributes ?? 0],
        [4, entry.offset ?? at],
      ]),
      name,
      extra,
    );
    parts.push(local);
    at += local.length;
  }
  const central = Buffer.concat(directory);
  const count = zip.count ?? entries.length;
  const comment = zip.comment ?? Buffer.alloc(0);
  return Buffer.concat([
    ...parts,
    central,
    fields([
      [4, 0x06054b50],
      [2, 0],
      [2, 0],
      [2, count],
      [2, count],
      [4, zip.directorySize ?? central.length],
      [4, zip.directoryAt ?? at],
      [2, comment.length],
    ]),
    comment,
    zip.after ?? Buffer.alloc(0),
  ]);
}
