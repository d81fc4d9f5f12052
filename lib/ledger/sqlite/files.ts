import { existsSync, renameSync } from "node:fs";

/** SQLite's own files beside the ledger. */
export const BESIDE = ["-wal", "-shm"];

/** Puts a ledger's file and what is beside it under another name. Returns that name, empty when there was no file. */
export function setAside(file: string, mark: string): string {
  const aside = `${file}.${mark}`;
  const isThere = existsSync(file);
  for (const end of ["", ...BESIDE]) {
    if (existsSync(file + end)) renameSync(file + end, aside + end);
  }
  return isThere ? aside : "";
}
