import * as hashes from "../../lib/sha256.js";
import { IN_THREAD, loadLibXml } from "../../lib/xml/libxml.js";
import * as reading from "../../lib/xml/read.js";
import type { XmlElement } from "../../lib/xml/scan.js";

/**
 * What `start.ts` puts in the place of `lib/sha256.ts` and `lib/xml/read.ts` where many worlds are run in one process: they hand in the same
 * few documents and get the same receipts again and again. Each is hashed and parsed once, by the real code; the same turns of the event
 * loop go by, so that a seed means the same with it and without.
 */

/** Bytes that are kept in mind at most; beyond that it begins anew. */
const MOST = 20_000;

const known = new Map<string, string>();
const trees = new Map<string, XmlElement>();

function kept<T>(map: Map<string, T>, key: string, value: T): T {
  if (map.size >= MOST) map.clear();
  map.set(key, value);
  return value;
}

export function sha256Of(bytes: Buffer): string {
  if (bytes.length > IN_THREAD) return hashes.sha256Of(bytes);
  const key = bytes.toString("latin1");
  return known.get(key) ?? kept(known, key, hashes.sha256Of(bytes));
}

export async function sha256InTurns(...args: Parameters<typeof hashes.sha256InTurns>): Promise<string> {
  const [bytes] = args;
  return bytes.length > IN_THREAD ? hashes.sha256InTurns(...args) : sha256Of(bytes);
}

/** A tree is never changed, so that all may have the same. What cannot be parsed is parsed each time. */
export async function readXml(bytes: Buffer): Promise<XmlElement> {
  if (bytes.length > IN_THREAD) return reading.readXml(bytes);
  const lib = await loadLibXml();
  const key = bytes.toString("latin1");
  return trees.get(key) ?? kept(trees, key, reading.readNow(lib, bytes));
}
