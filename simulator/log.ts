import { closeSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { makePath } from "../lib/make-path.js";

/** One line of the log; `event` says what the rest is (README.md). */
export interface LogLine {
  event: "ready" | "disconnected" | "delivered" | "judged" | "answered" | "acknowledged" | "error" | "stopped";
  [fact: string]: unknown;
}

/** The independent log of what the broker delivered and what was answered: one JSON line each, written at once. */
export class Log {
  private file: number | undefined;

  constructor(path: string) {
    if (path === "") return;
    makePath(dirname(path));
    this.file = openSync(path, "a");
  }

  write(line: LogLine): void {
    if (this.file !== undefined) writeSync(this.file, `${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }
}
