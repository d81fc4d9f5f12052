import { createHash } from "node:crypto";
import { EventEmitter } from "node:events";
import { hostname, networkInterfaces } from "node:os";
import { type AdviceBook, BUILT_IN, loadAdvice } from "../advice/index.js";
import { Claims } from "../boxes/claims.js";
import type { BoxContext } from "../boxes/context.js";
import { Reconciler, type Reconciliation } from "../boxes/reconcile.js";
import type { Clock } from "../clock.js";
import { bothLanguages, messageOf } from "../errors.js";
import { Files } from "../files/files.js";
import { Folders } from "../files/folders.js";
import { type Ports, SYSTEM } from "../files/ports.js";
import { Spool } from "../files/spool.js";
import type { Ids } from "../ids.js";
import { adoptOrphans } from "../intake/adopt.js";
import { Deliveries } from "../intake/deliveries.js";
import { Intake } from "../intake/intake.js";
import { type DocumentRow, type EventNote, type Ledger, openLedger } from "../ledger/index.js";
import type { CardEvent } from "../signing/types.js";
import { DailyLog } from "./daily-log.js";
import { applyRetention } from "./retention.js";
import type { ClientSettings } from "./settings.js";

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
/** Between two comparisons of rows and files. */
const RECONCILE = MINUTE / 4;

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
  readonly files: Files;
  readonly folders: Folders;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly claims: Claims;
  readonly reconciler: Reconciler;
  readonly deliveries: Deliveries;
  readonly intake: Intake;
  private readonly log: DailyLog;
  /** What ends each job that is done again and again. */
  private readonly timers = new Set<() => void>();
  private closed = false;

  private constructor(
    readonly settings: ClientSettings,
    readonly ledger: Ledger,
    /** What codes mean, with the user's own changes. */
    readonly advice: AdviceBook,
    { disk, clock, ids }: Ports,
  ) {
    super();
    this.files = new Files(disk);
    this.clock = clock;
    this.ids = ids;
    this.claims = new Claims(this, (error) => this.reportFault(error));
    this.reconciler = new Reconciler(this, this.claims);
    this.folders = new Folders(settings.root, disk);
    this.deliveries = new Deliveries(this.folders);
    this.intake = new Intake(this, this.deliveries, (error) => this.reportFault(error));
    this.spool = new Spool(settings.root, this.files);
    this.log = new DailyLog(settings.logDir, settings.retentionDays, (error) =>
      this.notice("SW-LOG", `日志无法写入：${messageOf(error)}`, `the log cannot be written: ${messageOf(error)}`),
    );
    ledger.onChange((row, note) => {
      this.record(note.event, row.id, row.fileName, note.code ?? "", note.text ?? "");
      this.emit("change", row, note);
      this.claims.followReceipt(row);
      if (note.event === "sent") this.inBackground(adoptOrphans(this, row.id));
    });
  }

  /** Opens folders and ledger and brings rows and files together. Rejects with SW-LEDGER; nothing is sent before this. */
  static async open(
    settings: ClientSettings,
    ports: Ports = SYSTEM,
  ): Promise<{ client: ImportClient; recovery: Reconciliation }> {
    ports.disk.makeFolder(settings.root);
    const advice = settings.advice ? await loadAdvice(settings.advice) : BUILT_IN;
    const ledger = await openLedger(settings.ledger);
    const client = new ImportClient(settings, ledger, advice, ports);
    try {
      const recovery = await client.reconciler.start();
      await client.spool.sweep(async (id) => (await ledger.get(id))?.settled === false);
      client.record("start", "", "", "", `${settings.environment} ${settings.clientId} ${JSON.stringify(recovery)}`);
      for (const row of await ledger.unsettled()) client.claims.scheduleReturn(row);
      client.every(RECONCILE, () => client.reconciler.look());
      client.every(MINUTE / 2, () => client.tellOverdueClaims());
      client.every(6 * HOUR, () => applyRetention(client));
      return { client, recovery };
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  /** One line of the daily log. */
  record(event: string, id: string, fileName: string, code: string, text: string): void {
    this.log.write(this.clock.now(), [event, id, fileName, code, text]);
  }

  /** The lines of the daily log that name a document, of the days on which something happened to it (times in ms). */
  logLinesOf(id: string, times: readonly number[]): Promise<string[]> {
    return this.log.linesOf(id, times);
  }

  /** Tells of a card's change of state, and notes it in the daily log. */
  cardChanged(change: CardChange): void {
    const { id, name, state, code, text } = change;
    this.record("card", id, name, code, [state, bothLanguages(text)].filter(Boolean).join(" "));
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
    for (const cancel of this.timers) cancel();
    this.claims.close();
    this.intake.close();
    this.record("stop", "", "", "", "");
    await this.ledger.close();
    await this.log.close();
  }

  /** A flow that never settles a claim must not keep it in silence: told once; a restart gives the claim out again. */
  private async tellOverdueClaims(): Promise<void> {
    const limit = this.settings.claimTimeout * 1000;
    if (limit <= 0) return;
    for (const { id } of this.claims.inFlight.overdue(limit)) {
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

  /** For work that nobody waits for: its fault is told, and must not end the process. */
  private inBackground(work: Promise<unknown>): void {
    work.catch((error) => this.reportFault(error));
  }

  private reportFault(error: unknown): void {
    if (!this.closed) this.notice("SW-CLIENT", messageOf(error), messageOf(error));
  }

  /** Runs a job every so many milliseconds until the client closes. */
  private every(period: number, job: () => Promise<unknown>): void {
    this.timers.add(this.clock.every(period, () => this.inBackground(job())));
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
