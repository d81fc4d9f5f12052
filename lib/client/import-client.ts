import { createHash } from "node:crypto";
import { EventEmitter } from "node:events";
import { mkdirSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { type AdviceBook, BUILT_IN, loadAdvice } from "../advice/index.js";
import { Spool } from "../amqp/spool.js";
import { adoptOrphans } from "../boxes/adopt.js";
import type { BoxContext } from "../boxes/context.js";
import { Folders } from "../boxes/folders.js";
import { type Recovery, recover } from "../boxes/recover.js";
import { type Failure, finishEnded, hold, returnToOutBox, settleFailed, settleSent } from "../boxes/settle.js";
import { messageOf } from "../errors.js";
import { type DocumentRow, type EventNote, type Ledger, openLedger } from "../ledger/index.js";
import { machinePins } from "../signing/guard-store.js";
import type { CardEvent } from "../signing/types.js";
import { Claims } from "./claims.js";
import { DailyLog } from "./daily-log.js";
import { Deliveries } from "./deliveries.js";
import { applyRetention } from "./retention.js";
import type { ClientSettings } from "./settings.js";

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;

/** A change of a card's state, with the card node that tells of it. */
export interface CardChange extends CardEvent {
  id: string;
  name: string;
}

/** Events of a client. `notice` is a text for people that stops nothing. */
export interface ClientEvents {
  card: [CardChange];
  change: [DocumentRow, EventNote];
  notice: [{ code: string; text: { zh: string; en: string } }];
}

/**
 * The client itself: folders, ledger, log, the claims and deliveries that are out in messages. Made by the import-client
 * node, shared by all nodes that name it.
 */
export class ImportClient extends EventEmitter<ClientEvents> implements BoxContext {
  readonly folders: Folders;
  readonly claims = new Claims();
  readonly deliveries = new Deliveries();
  private readonly log: DailyLog;
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly turns = new Map<string, Promise<void>>();
  private readonly stopInheriting: () => void;
  private closed = false;

  private constructor(
    readonly settings: ClientSettings,
    readonly ledger: Ledger,
    /** What codes mean, with the user's own changes. */
    readonly advice: AdviceBook,
  ) {
    super();
    this.folders = new Folders(settings.root);
    this.stopInheriting = machinePins().inherit(ledger.pins);
    this.log = new DailyLog(settings.logDir, settings.retentionDays, (error) =>
      this.notice("SW-LOG", `日志无法写入：${messageOf(error)}`, `the log cannot be written: ${messageOf(error)}`),
    );
    ledger.onChange((row, note) => {
      this.record(note.event, row.id, row.fileName, note.code ?? "", note.text ?? "");
      this.emit("change", row, note);
      this.followReceipt(row);
      if (note.event === "sent") this.inBackground(adoptOrphans(this, row.id));
    });
  }

  /** Opens folders and ledger and brings rows and files together. Rejects with SW-LEDGER; nothing is sent before this. */
  static async open(settings: ClientSettings): Promise<{ client: ImportClient; recovery: Recovery }> {
    mkdirSync(settings.root, { recursive: true });
    const advice = settings.advice ? await loadAdvice(settings.advice) : BUILT_IN;
    const ledger = await openLedger(settings.ledger);
    const client = new ImportClient(settings, ledger, advice);
    try {
      const recovery = await recover(client);
      await new Spool(settings.root).sweep(async (id) => (await ledger.get(id))?.settled === false);
      client.record("start", "", "", "", `${settings.environment} ${settings.clientId} ${JSON.stringify(recovery)}`);
      for (const row of await ledger.unsettled()) client.scheduleReturn(row);
      client.every(MINUTE / 2, () => client.tellOverdueClaims());
      client.every(6 * HOUR, () => applyRetention(client));
      return { client, recovery };
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  /** Ends the claim of a sent document. */
  async settleSent(id: string): Promise<DocumentRow> {
    const row = await this.inTurn(id, () => settleSent(this, id));
    this.claims.release(id);
    return row;
  }

  /** Ends the claim of a document that will not be sent; holds it when its send is uncertain. */
  async settleFailed(id: string, failure: Failure): Promise<DocumentRow> {
    const row = await this.inTurn(id, () => settleFailed(this, id, failure));
    this.claims.release(id);
    return row;
  }

  /**
   * Gives a claim back: its file returns to OutBox after a delay in milliseconds, also over a restart. Changes nothing when
   * the claim has ended, was given back before, or its send has begun.
   */
  settleRetry(id: string, delay: number, why: { code: string; text: string }): Promise<DocumentRow> {
    return this.inTurn(id, async () => {
      const now = await this.ledger.get(id);
      if (now && (now.settled || now.state !== "claimed" || now.box !== "TempBox" || now.retryAt > 0)) return now;
      const note = { event: "retry", code: why.code, text: why.text };
      const row = await this.ledger.update(id, { retryAt: Date.now() + delay, code: why.code, text: why.text }, note);
      this.scheduleReturn(row);
      return row;
    });
  }

  /** Holds a document for a person. */
  async hold(row: DocumentRow, failure: Failure): Promise<DocumentRow> {
    const held = await this.inTurn(row.id, () => hold(this, row, failure));
    this.claims.release(row.id);
    return held;
  }

  /**
   * A claim that could not be settled, for a full disk say, is let go after a while: what waits for its flow is given out
   * again, what has ended is moved to its box.
   */
  releaseLater(id: string, delay: number): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.claims.release(id);
      this.finish(id);
    }, delay);
    this.timers.add(timer);
  }

  /** One line of the daily log. */
  record(event: string, id: string, fileName: string, code: string, text: string): void {
    this.log.write(Date.now(), [event, id, fileName, code, text]);
  }

  /** The lines of the daily log that name a document, of the days on which something happened to it (times in ms). */
  logLinesOf(id: string, times: readonly number[]): Promise<string[]> {
    return this.log.linesOf(id, times);
  }

  /** Tells of a card's change of state, and notes it in the daily log. */
  cardChanged(change: CardChange): void {
    const { id, name, state, code, text } = change;
    this.record("card", id, name, code, [state, text.zh, text.en].filter(Boolean).join(" / "));
    this.emit("card", change);
  }

  notice(code: string, zh: string, en: string): void {
    this.emit("notice", { code, text: { zh, en } });
  }

  /** Warns once when this is another machine than last time (faq client 1). */
  async checkHost(): Promise<void> {
    const fingerprint = hostFingerprint();
    const known = await this.ledger.fact("host");
    if (known === fingerprint) return;
    await this.ledger.setFact("host", fingerprint);
    if (known === undefined) return;
    this.notice(
      "SW-HOST",
      "检测到电脑或网卡变更。若官方登录提示设备绑定错误：用申请客户端的账号登录单一窗口，用户管理 → 自动导入客户端申请 → 解除设备绑定，或联系单一窗口客服。",
      "This machine or its network cards changed. If the Single Window refuses the device: log in with the account that applied for the client, 用户管理 → 自动导入客户端申请 → 解除设备绑定, or call its service desk.",
    );
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.record("stop", "", "", "", "");
    this.stopInheriting();
    await this.ledger.close();
    await this.log.close();
  }

  /** A flow that never settles a claim must not keep it in silence: told once; a restart gives the claim out again. */
  private async tellOverdueClaims(): Promise<void> {
    const limit = this.settings.claimTimeout * 1000;
    if (limit <= 0) return;
    for (const { id } of this.claims.overdue(limit)) {
      const row = await this.ledger.get(id);
      if (!row || row.settled || row.state === "sending" || row.state === "unknown") continue;
      this.record("unsettled", id, row.fileName, "SW-CLAIM", row.state);
      this.notice(
        "SW-CLAIM",
        `单据 ${row.fileName} 已被取走但流程一直没有结束它（${row.state}），请检查流程是否接到 settle`,
        `${row.fileName} was claimed and its flow has not settled it (${row.state}): is every way wired to settle?`,
      );
    }
  }

  /** One settle of a document after the other: cloned messages bring several at once, and the second finds what the first did. */
  private async inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.turns.get(id) ?? Promise.resolve()).then(work);
    const quiet = mine.then(
      () => undefined,
      () => undefined,
    );
    this.turns.set(id, quiet);
    try {
      return await mine;
    } finally {
      if (this.turns.get(id) === quiet) this.turns.delete(id);
    }
  }

  /** For work that nobody waits for: its fault is told, and must not end the process. */
  private inBackground(work: Promise<unknown>): void {
    work.catch((error) => {
      if (!this.closed) this.notice("SW-CLIENT", messageOf(error), messageOf(error));
    });
  }

  /** Runs a job every so many milliseconds until the client closes. */
  private every(period: number, job: () => Promise<unknown>): void {
    const timer = setInterval(() => {
      this.inBackground(job());
    }, period);
    timer.unref();
    this.timers.add(timer);
  }

  private scheduleReturn(row: DocumentRow): void {
    if (row.settled || row.retryAt === 0 || row.box !== "TempBox" || row.state !== "claimed") return;
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        const returned = this.inTurn(row.id, () => returnToOutBox(this, row.id));
        this.inBackground(returned.finally(() => this.claims.release(row.id)));
      },
      Math.max(0, row.retryAt - Date.now()),
    );
    this.timers.add(timer);
  }

  /** A receipt proved a send that nobody waits for any more: its file can go to SentBox (promises 1). */
  private followReceipt(row: DocumentRow): void {
    if (row.settled || row.state === "failed" || this.claims.has(row.id)) return;
    this.finish(row.id);
  }

  private finish(id: string): void {
    const finished = this.inTurn(id, async () => {
      const row = await this.ledger.get(id);
      if (row) await finishEnded(this, row);
    });
    this.inBackground(finished);
  }
}

/** Hash over the host's name and its network cards. */
function hostFingerprint(): string {
  const cards = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).map((address) => address.mac),
  );
  const real = [...new Set(cards)].filter((mac) => mac !== "00:00:00:00:00:00").sort();
  return createHash("sha256")
    .update([hostname(), ...real].join("\n"))
    .digest("hex");
}
