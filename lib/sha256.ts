import { createHash } from "node:crypto";

/** SHA-256 of a file's bytes as lower-case hex: what a document's bytes are known by. */
export function sha256Of(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
