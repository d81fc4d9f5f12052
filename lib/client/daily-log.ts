import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  type WriteStream,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { maskSecrets } from "../advice/mask.js";

const PAUSE = 60_000;
const MOST_LINES = 10_000;
const DAY = 24 * 60 * 60 * 1000;

/** `yyyy-MM-dd`, local time. */
function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
}

/**
 * One field of a line: nothing from outside may forge a line, a field or a colour, turn the reading direction round, or
 * carry a password.
 */
function harmless(field: string): string {
  return maskSecrets(field).replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, " ");
}

/**
 * One text file a day, `<folder>/<yyyy-MM-dd>/SWLog-<yyyy-MM-dd>.log`, as the official client writes it (faq 8). A line:
 * time, event, document id, file name, code, text, separated by tabs. Days older than the retention are removed.
 */
export class DailyLog {
  private day = "";
  private stream: WriteStream | undefined;
  /** When a log that could not be written is tried again. */
  private again = 0;

  constructor(
    private readonly folder: string,
    private readonly retentionDays: number,
    private readonly onFault: (error: Error) => void = () => {},
  ) {}

  write(at: number, fields: readonly string[]): void {
    const day = dayOf(at);
    if (day !== this.day || (!this.stream && at >= this.again)) this.turnTo(day, at);
    const time = new Date(at).toISOString();
    const line = [time, ...fields].map(harmless).join("\t");
    this.stream?.write(`${line}\n`);
  }

  /**
   * The lines that have this text as one of their fields, of the days of these times; at most 10,000. The files are read as
   * streams: a day's log may be large.
   */
  async linesOf(field: string, times: readonly number[]): Promise<string[]> {
    await this.flushed();
    const found: string[] = [];
    for (const day of [...new Set(times.map(dayOf))].sort()) {
      const path = this.fileOf(day);
      if (!existsSync(path)) continue;
      for await (const line of createInterface({
        input: createReadStream(path),
        crlfDelay: Number.POSITIVE_INFINITY,
      })) {
        if (line.includes(field) && line.split("\t").includes(field)) found.push(line);
        if (found.length >= MOST_LINES) return found;
      }
    }
    return found;
  }

  async close(): Promise<void> {
    const stream = this.stream;
    this.stream = undefined;
    this.day = "";
    if (stream) await new Promise<void>((resolve) => stream.end(resolve));
  }

  /** A full disk, say: told, and tried again after a while; work goes on without the log. */
  private lose(stream: WriteStream | undefined, error: Error): void {
    if (this.stream !== stream) return;
    stream?.destroy();
    this.stream = undefined;
    this.again = Date.now() + PAUSE;
    this.onFault(error);
  }

  private async flushed(): Promise<void> {
    const { stream } = this;
    // The answer comes with an error too.
    if (stream?.writable) await new Promise<void>((resolve) => stream.write("", () => resolve()));
  }

  private fileOf(day: string): string {
    return join(this.folder, day, `SWLog-${day}.log`);
  }

  private turnTo(day: string, at: number): void {
    this.stream?.end();
    this.stream = undefined;
    this.day = day;
    try {
      mkdirSync(join(this.folder, day), { recursive: true });
      this.stream = createWriteStream(this.fileOf(day), { flags: "a", mode: 0o640 });
      const { stream } = this;
      stream.on("error", (error) => this.lose(stream, error));
      const oldest = dayOf(at - this.retentionDays * DAY);
      for (const name of readdirSync(this.folder)) {
        if (/^\d{4}-\d{2}-\d{2}$/.test(name) && name < oldest)
          rmSync(join(this.folder, name), { recursive: true, force: true });
      }
    } catch (error) {
      this.lose(this.stream, error as Error);
    }
  }
}
