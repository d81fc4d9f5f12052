import { randomBytes, randomUUID } from "node:crypto";

/** Whatever has to be unlike anything made before. A test gives one that repeats itself from a seed. */
export interface Ids {
  /**
   * A new document id: a UUID of version 7 whose order is the order of making, also within one millisecond and when the
   * clock goes back, so that the ledger can be paged by id. `now` in milliseconds since the epoch.
   */
  document(now: number): string;
  /** A new name for something that lives as long as the process: a delivery, a writer. */
  handle(): string;
  /** From 0 up to but without 1, to keep those who wait from coming back all at once. */
  jitter(): number;
}

export const SYSTEM_IDS: Ids = { document: newDocumentId, handle: () => randomUUID(), jitter: () => Math.random() };

let lastTime = 0;
let counter = 0;

function newDocumentId(now: number): string {
  if (now > lastTime) {
    lastTime = now;
    counter = 0;
  } else if (++counter > 0xfff) {
    lastTime++;
    counter = 0;
  }
  const hex = lastTime.toString(16).padStart(12, "0");
  const random = someBytes();
  random[0] = ((random[0] as number) & 0x3f) | 0x80;
  const tail = random.toString("hex");
  const step = counter.toString(16).padStart(3, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${step}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}

/** Random bytes, asked of the system for many ids at a time. */
let pool = Buffer.alloc(0);

function someBytes(): Buffer {
  if (pool.length === 0) pool = randomBytes(8 * 128);
  const bytes = pool.subarray(0, 8);
  pool = pool.subarray(8);
  return bytes;
}

/**
 * The smallest id that a document can have which was claimed at this time or later (milliseconds since the epoch). Ids
 * carry their time, so that a range of times is a range of ids and needs no index of its own.
 */
export function firstIdAt(time: number): string {
  const hex = Math.min(Math.max(Math.trunc(time), 0), 0xffff_ffff_ffff)
    .toString(16)
    .padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-`;
}
