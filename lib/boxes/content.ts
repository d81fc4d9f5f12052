import { createHash } from "node:crypto";
import type { Clock } from "../clock.js";
import { bytesOf, LARGE } from "../files/bytes.js";
import type { Disk } from "../files/disk.js";
import { sha256InTurns, sha256Of } from "../sha256.js";
import { Turn } from "../turn.js";

/**
 * A file with more bytes is no document of ours, unless somebody sets another limit: RabbitMQ takes no message above 128 MiB
 * (16 MiB since its version 4) unless it is set otherwise, and in a DxpMsg a file grows by a third.
 */
export const LARGEST = 100 * 1024 * 1024;

/** Bytes that are read and hashed between two turns of the event loop. */
const PIECE = 1024 * 1024;

/** What the ledger knows a file by, and its bytes, unless they were more than it was allowed to have. */
export interface FileContent {
  size: number;
  sha256: string;
  /** Undefined for a file that is too large: nobody has it in memory. */
  payload: Buffer | undefined;
}

/** The SHA-256 of a file, of which no more than a piece is in memory. Rejects with what the file system says. */
export async function hashOf(disk: Disk, path: string, clock: Clock): Promise<string> {
  return (await hashed(disk, path, clock)).sha256;
}

/** A file's bytes and their hash; only the hash of one with more bytes than `mostBytes`. Rejects with what the file system says. */
export async function contentOf(disk: Disk, path: string, clock: Clock, mostBytes = LARGEST): Promise<FileContent> {
  const size = disk.facts(path)?.size ?? 0;
  if (size > mostBytes) return { ...(await hashed(disk, path, clock)), payload: undefined };
  return contentOfBytes(await bytesOf(disk, path, size), clock);
}

/** The same of bytes that are in memory already. */
export async function contentOfBytes(payload: Buffer, clock: Clock): Promise<FileContent> {
  return { size: payload.length, sha256: await sha256InTurns(payload, clock), payload };
}

async function hashed(disk: Disk, path: string, clock: Clock): Promise<{ size: number; sha256: string }> {
  if ((disk.facts(path)?.size ?? 0) <= LARGE) {
    const bytes = disk.read(path);
    return { size: bytes.length, sha256: sha256Of(bytes) };
  }
  const hash = createHash("sha256");
  const turn = new Turn(clock);
  const file = disk.open(path);
  let size = 0;
  try {
    for (;;) {
      const piece = file.read(size, PIECE);
      if (piece.length === 0) return { size, sha256: hash.digest("hex") };
      hash.update(piece);
      size += piece.length;
      await turn.over();
    }
  } finally {
    file.close();
  }
}
