import { createWriteStream, mkdirSync, readdirSync, rmSync, type WriteStream } from "node:fs";
import { join } from "node:path";

const DAY = 24 * 60 * 60 * 1000;

/** `yyyy-MM-dd`, local time. */
function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
}

/**
 * One text file a day, `<folder>/<yyyy-MM-dd>/SWLog-<yyyy-MM-dd>.log`, as the official client writes it (faq 8). A line:
 * time, event, document id, file name, code, text, separated by tabs. Days older than the retention are removed.
 */
export class DailyLog {
  private day = "";
  private stream: WriteStream | undefined;

  constructor(
    private readonly folder: string,
    private readonly retentionDays: number,
    private readonly onFault: (error: Error) => void = () => {},
  ) {}

  write(at: number, fields: readonly string[]): void {
    const day = dayOf(at);
    if (day !== this.day) this.turnTo(day, at);
    const time = new Date(at).toISOString();
    // One event, one line: nothing from outside may forge a line or a colour.
    const line = [time, ...fields].map((field) => field.replace(/\p{Cc}+/gu, " ")).join("\t");
    this.stream?.write(`${line}\n`);
  }

  async close(): Promise<void> {
    const stream = this.stream;
    this.stream = undefined;
    this.day = "";
    if (stream) await new Promise<void>((resolve) => stream.end(resolve));
  }

  private turnTo(day: string, at: number): void {
    this.stream?.end();
    this.day = day;
    try {
      const folder = join(this.folder, day);
      mkdirSync(folder, { recursive: true });
      this.stream = createWriteStream(join(folder, `SWLog-${day}.log`), { flags: "a", mode: 0o640 });
      this.stream.on("error", this.onFault);
      const oldest = dayOf(at - this.retentionDays * DAY);
      for (const name of readdirSync(this.folder)) {
        if (/^\d{4}-\d{2}-\d{2}$/.test(name) && name < oldest)
          rmSync(join(this.folder, name), { recursive: true, force: true });
      }
    } catch (error) {
      this.stream = undefined;
      this.onFault(error as Error);
    }
  }
}
