import { createHash } from "node:crypto";
import type { Clock } from "./clock.js";
import { Turn } from "./turn.js";

/** Bytes that are hashed in a few milliseconds. */
const PIECE = 4 * 1024 * 1024;

/** SHA-256 of a file's bytes as lower-case hex: what a document's bytes are known by. */
export function sha256Of(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The same for bytes that may be many: the event loop gets its turn in between. */
export async function sha256InTurns(bytes: Buffer, clock: Clock): Promise<string> {
  if (bytes.length <= PIECE) return sha256Of(bytes);
  const hash = createHash("sha256");
  const turn = new Turn(clock);
  for (let at = 0; at < bytes.length; at += PIECE) {
    await turn.over();
    hash.update(bytes.subarray(at, at + PIECE));
  }
  return hash.digest("hex");
}
