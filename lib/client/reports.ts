import { EventEmitter } from "node:events";
import { type Bilingual, bothLanguages, ImportClientError, messageOf } from "../errors.js";
import { noticeOf } from "../fault.js";
import type { Ports } from "../files/ports.js";
import type { CardEvent } from "../signing/types.js";
import { systemFault } from "../system-fault.js";
import { DailyLog } from "./daily-log.js";
import type { ClientSettings } from "./settings.js";

/** A change of a card's state, with the card node that tells of it. */
export interface CardChange extends CardEvent {
  id: string;
  name: string;
}

/** A text for people that stops nothing. */
export interface Notice {
  code: string;
  text: Bilingual;
}

export interface ReportParts {
  /** As `DailyLog` has it. */
  writer?: () => string;
  /** Is the fault of this code said by the client as a whole? */
  stands?: (code: string) => boolean;
}

/** Milliseconds in which the same text is told once, and of how many texts that is remembered. */
const TOLD_ONCE = 60_000;
const MOST_TEXTS = 500;

/** What is reported to people: the daily log, and notices for whoever listens. */
export class Reports extends EventEmitter<{ card: [CardChange]; notice: [Notice] }> {
  private readonly log: DailyLog;
  private closed = false;
  /** Texts that were told, and when, by the monotonic clock. */
  private readonly told = new Map<string, number>();

  constructor(
    { logDir, logFormat }: Pick<ClientSettings, "logDir" | "logFormat">,
    private readonly ports: Ports,
    private readonly parts: ReportParts = {},
  ) {
    super();
    const told = (error: Error) => {
      const [, zh, en] = noticeOf(error);
      this.notice("SW-LOG", `日志无法写入：${zh}`, `the log cannot be written: ${en}`);
    };
    this.log = new DailyLog(logDir, logFormat, ports, told, parts.writer);
  }

  begin(): void {
    this.log.begin();
  }

  /** One line of the daily log. */
  record(event: string, document: string, file: string, code: string, text: string): void {
    this.log.write(this.ports.clock.now(), { event, document, file, code, text });
  }

  /** The lines of the daily log that name a document, of the days on which something happened to it (times in ms). */
  linesOf(id: string, times: readonly number[]): Promise<string[]> {
    return this.log.linesOf(id, times);
  }

  /** Removes the days of the log before this time. */
  removeBefore(at: number): void {
    this.log.removeBefore(at);
  }

  /** Reports a card's change of state, and notes it in the daily log. */
  cardChanged(change: CardChange): void {
    const { id, name, state, code, text } = change;
    this.record("card", id, name, code, [state, bothLanguages(text)].filter(Boolean).join(" "));
    this.emit("card", change);
  }

  /** Tells people something. What many documents meet at once is told once, and what stands for all of them not again. Returns whether it was told. */
  notice(code: string, zh: string, en: string): boolean {
    if (this.parts.stands?.(code)) return false;
    const [text, now] = [`${code} ${zh}`, this.ports.clock.monotonic()];
    if (now - (this.told.get(text) ?? Number.NEGATIVE_INFINITY) < TOLD_ONCE) return false;
    if (this.told.size >= MOST_TEXTS) this.told.clear();
    this.told.set(text, now);
    this.emit("notice", { code, text: { zh, en } });
    return true;
  }

  /** The same, in the daily log too. */
  report(event: string, { code, text }: Notice): void {
    this.record(event, "", "", code, bothLanguages(text));
    this.emit("notice", { code, text });
  }

  /** A fault of work that nobody waits for: it is reported, and must not end the process. */
  fault(error: unknown): void {
    if (this.closed) return;
    const known = error instanceof ImportClientError ? error : systemFault(error);
    if (known) this.notice(...noticeOf(known));
    else this.notice("SW-CLIENT", messageOf(error), messageOf(error));
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.log.close();
  }
}
