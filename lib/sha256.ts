import { createHash } from "node:crypto";
import type { Clock } from "./clock.js";
import { inPieces, isOnePiece } from "./turn.js";

/** SHA-256 of a file's bytes as lower-case hex: what a document's bytes are known by. */
export function sha256Of(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The same for bytes that may be many: the event loop gets its turn in between. */
export async function sha256InTurns(bytes: Buffer, clock: Clock): Promise<string> {
  if (isOnePiece(bytes)) return sha256Of(bytes);
  const hash = createHash("sha256");
  await inPieces(bytes, clock, (piece) => hash.update(piece));
  return hash.digest("hex");
}
