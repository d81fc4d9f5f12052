import { join } from "node:path";
import type { Clock } from "../clock.js";
import type { Disk } from "../files/disk.js";
import { inOrder, LOG_ENDINGS, LOG_FORMATS, type LogEntry, type LogFormat, logLine, tellsOf } from "./log-lines.js";

const PAUSE = 60_000;
const MOST_LINES = 10_000;
/** Milliseconds that a line waits for others: to open the file for each of them costs more than all else that is done with it. */
const TOGETHER = 100;
/** Lines that may wait for a slow disk; beyond that the log says that some are missing. */
const MOST_WAITING = 50_000;

/** `yyyy-MM-dd`, local time. */
function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
}

/**
 * One text file a day, `<folder>/<yyyy-MM-dd>/SWLog-<yyyy-MM-dd>.log`, as the official client writes it (faq 8), or
 * `….jsonl`. Of several processes that share the folder each writes `SWLog-<yyyy-MM-dd>_<host>-<pid>.log`: what two append to one file
 * over a network may be lost. A line: time, event, document id, file name, code, text, separated by tabs or as JSON. Its folder is made once, by `begin`: where it has gone, with
 * a share that is away, nothing is made in its place. What cannot be written is lost, reported once, and tried again after a while.
 */
export class DailyLog {
  private waiting: { day: string; line: string }[] = [];
  private lost = 0;
  private writing: Promise<void> | undefined;
  /** Ends the wait for other lines. */
  private hurry: () => void = () => {};
  /** When a log that could not be written is tried again, by the monotonic clock. */
  private again = 0;

  constructor(
    private readonly folder: string,
    private readonly format: LogFormat,
    private readonly ports: { disk: Disk; clock: Clock },
    private readonly onFault: (error: Error) => void = () => {},
    /** What tells the file of this process from others' that write into the same folder; empty where nobody else does. */
    private readonly writer: () => string = () => "",
  ) {}

  begin(): void {
    try {
      this.ports.disk.makeFolder(this.folder);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  write(at: number, entry: LogEntry): void {
    if (this.ports.clock.monotonic() < this.again) return;
    if (this.waiting.length < MOST_WAITING)
      this.waiting.push({ day: dayOf(at), line: logLine(this.format, at, entry) });
    else this.lost++;
    this.writing ??= this.together().then(() => this.flush());
  }

  /** The lines about a document, of the days of these times, in their order; at most 10,000. */
  async linesOf(document: string, times: readonly number[]): Promise<string[]> {
    await this.flushed();
    const found: string[] = [];
    for (const day of [...new Set(times.map(dayOf))].sort()) {
      for (const file of this.filesOf(day)) {
        for await (const line of this.ports.disk.lines(file)) {
          if (tellsOf(line, document)) found.push(line);
          if (found.length >= MOST_LINES) return inOrder(found);
        }
      }
    }
    return inOrder(found);
  }

  /** Removes the days before this time. */
  removeBefore(at: number): void {
    const { disk } = this.ports;
    const oldest = dayOf(at);
    if (!disk.isFolder(this.folder)) return;
    for (const { name } of disk.list(this.folder)) {
      if (/^\d{4}-\d{2}-\d{2}$/.test(name) && name < oldest) disk.removeFolder(join(this.folder, name));
    }
  }

  close(): Promise<void> {
    return this.flushed();
  }

  private async flushed(): Promise<void> {
    this.hurry();
    await this.writing;
  }

  private together(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.ports.clock.after(TOGETHER, resolve);
      this.hurry = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Writes what waits, and what comes meanwhile, one write after the other. */
  private async flush(): Promise<void> {
    for (let first = this.waiting[0]; first; first = this.waiting[0]) {
      const { day } = first;
      const other = this.waiting.findIndex((one) => one.day !== day);
      const lines = this.waiting.splice(0, other === -1 ? this.waiting.length : other).map(({ line }) => line);
      if (this.lost > 0) lines.push(this.missing(this.lost));
      this.lost = 0;
      try {
        await this.append(day, Buffer.from(`${lines.join("\n")}\n`, "utf8"));
      } catch (error) {
        this.fail(error as Error);
      }
    }
    this.writing = undefined;
  }

  private missing(lost: number): string {
    const text = `${lost} lines are missing`;
    if (this.format === "text") return text;
    return logLine(this.format, this.ports.clock.now(), { document: "", file: "", event: "log", code: "SW-LOG", text });
  }

  private async append(day: string, bytes: Buffer): Promise<void> {
    const { disk } = this.ports;
    const folder = join(this.folder, day);
    if (!disk.isFolder(folder)) {
      if (!disk.isFolder(this.folder)) throw new Error(`${this.folder} has gone`);
      disk.makeFolder(folder);
    }
    const writer = this.writer();
    const name = `SWLog-${day}${writer && `_${writer}`}.${LOG_ENDINGS[this.format]}`;
    await disk.append(join(folder, name), bytes);
  }

  /** A full disk, say: reported, and tried again after a while; work goes on without the log. */
  private fail(error: Error): void {
    this.again = this.ports.clock.monotonic() + PAUSE;
    this.waiting = [];
    this.onFault(error);
  }

  /** All files of a day, whoever wrote them and in whichever format. */
  private filesOf(day: string): string[] {
    const { disk } = this.ports;
    const folder = join(this.folder, day);
    if (!disk.isFolder(folder)) return [];
    const names = disk.list(folder).flatMap(({ name, kind }) => (kind === "file" ? name : []));
    const ofFormat = (format: LogFormat) =>
      names.filter((name) => name.startsWith(`SWLog-${day}`) && name.endsWith(`.${LOG_ENDINGS[format]}`)).sort();
    return LOG_FORMATS.flatMap(ofFormat).map((name) => join(folder, name));
  }
}
