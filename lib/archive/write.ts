import JSZip from "jszip";
import { assertFlatName, assertSafeName, encodeGbk, shown } from "./names.js";
import { zipRefused } from "./refusal.js";
import type { ZipEntry } from "./types.js";

export interface WriteZipOptions {
  /** Milliseconds since the epoch: the fixed time in every header, so that a repeat gives identical bytes. */
  at: number;
  /** How names that are not ASCII are written: UTF-8 with its flag (default), or GBK without it. */
  names?: "utf-8" | "gbk";
}

const CHINA = 8 * 3_600_000;
const FIRST = Date.UTC(1980, 0, 1);
const LAST = Date.UTC(2107, 11, 31, 23, 59, 58);

/** jszip writes a date's UTC fields; DOS time has no zone, and the readers of these files sit in China. */
function dosTime(at: number): Date {
  return new Date(Math.min(LAST, Math.max(FIRST, at + CHINA)));
}

/**
 * Packs a flat ZIP (faq 3): deflate, with method, sizes, CRC and time in every local header and no data descriptor
 * (faq 17). The same entries and `at` give the same bytes on every machine: jszip deflates in JavaScript, where the
 * output of Node's own zlib changes with its version and the processor. Throws SW-ZIP for a name with a folder, an unsafe
 * or a repeated name, or one that GBK cannot write.
 */
export async function writeZip(entries: readonly ZipEntry[], options: WriteZipOptions): Promise<Buffer> {
  const zip = new JSZip();
  const date = dosTime(options.at);
  const taken = new Set<string>();
  for (const { name, bytes } of entries) {
    assertSafeName(name);
    assertFlatName(name);
    const key = name.normalize("NFC").toLowerCase();
    if (taken.has(key)) {
      throw zipRefused(`ZIP 内文件名重复：${shown(name)}`, `a ZIP entry's name occurs twice: ${shown(name)}`, {
        entry: name,
        reason: "duplicate",
      });
    }
    taken.add(key);
    zip.file(name, bytes, { date, binary: true, createFolders: false });
  }
  return await zip.generateAsync({
    type: "nodebuffer",
    compression: "DEFLATE",
    compressionOptions: { level: 6 },
    platform: "DOS",
    streamFiles: false,
    // jszip takes any function here as "not UTF-8" and then leaves the flag out.
    ...(options.names === "gbk" ? { encodeFileName: (name: string) => encodeGbk(name) as unknown as string } : {}),
  });
}
