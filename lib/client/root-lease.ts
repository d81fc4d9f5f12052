import { EventEmitter } from "node:events";
import { dirname } from "node:path";
import { ImportClientError, messageOf, neutral } from "../errors.js";
import { makeFolder } from "../files/make-folder.js";
import { timeStamp } from "../files/names.js";
import type { Ports } from "../files/ports.js";
import { LEDGER_FACTS } from "../ledger/facts.js";
import type { KnownPlace, Ledger } from "../ledger/index.js";
import { isPostgres } from "../ledger/postgres/place.js";
import { assertBound } from "../ledger/rules/owner.js";
import { systemFault } from "../system-fault.js";
import { type BindingParts, bind, type Gap, gapOf, isInside, rootAway } from "./binding.js";
import type { Holding, Lead } from "./instance-lease.js";
import { type LeaseFile, occupied } from "./lease-file.js";
import type { PlaceWriter, RootFacts } from "./root-marker.js";

export interface RootLeaseEvents {
  /** Work has to stop, or, undefined, may go on. */
  fault: [ImportClientError | undefined];
  /** What was put right by itself, for people. */
  mended: [{ zh: string; en: string }];
}

/** What the client does when it comes into its own again. */
export interface Takeover {
  /** The ledger may not know what was done: it is brought up to the boxes. */
  rebuild(gap: Gap): Promise<void>;
  /** Another process was at work, or the ledger is another one: open claims are taken up. */
  takeUp(): Promise<void>;
}

/**
 * That this process may work on its root: the root is there and ours, nobody else has it, and its ledger is the one that it names and can
 * be used. Checked all the time; before each act `assertHeld` is asked. Whatever is lost comes back by itself when its fault is over.
 */
export class RootLease extends EventEmitter<RootLeaseEvents> {
  fault: ImportClientError | undefined;
  private checking: Promise<void> | undefined;
  private holding = "";
  private place: PlaceWriter | undefined;
  private takeover: Takeover | undefined;
  /** Claims of others, or of a ledger that was put here, have not been taken up yet. */
  private owes = false;
  /** Root and ledger have been brought together: from now on it is written down where they lie. */
  private bound = false;

  constructor(
    private readonly file: Holding,
    private readonly parts: BindingParts,
    private readonly ledger: Ledger,
    private readonly ports: Ports,
    private facts: RootFacts | undefined,
    /** The root's own lease: where several instances share it, whoever has it brings their ledger up to the boxes. */
    private readonly starts: LeaseFile,
  ) {
    super();
    ledger.onCommit((place) => this.place?.note(place));
    ledger.expects(() => this.known());
  }

  /** Throws SW-FENCED, SW-OWNER, SW-FOLDER or SW-LEDGER while nothing may be claimed, sent or settled. */
  assertHeld(): void {
    if (this.fault) throw this.fault;
    this.assertTaken();
  }

  /** Throws SW-FENCED where somebody else may have the root by now; not while it is being taken. */
  assertTaken(): void {
    this.file.assertHeld();
  }

  /** Whether `assertHeld` would throw nothing now. */
  get held(): boolean {
    try {
      this.assertHeld();
      return true;
    } catch {
      return false;
    }
  }

  /** Several instances may work on the root (`InstanceLease`). */
  get shared(): boolean {
    return this.file.shared;
  }

  /** Of several instances, the one that does what only one may do. */
  get leads(): boolean {
    return this.file.leads;
  }

  /** No other instance is alive. */
  get alone(): boolean {
    return this.file.alone;
  }

  /** Of several instances, what there is to know and to do about who leads. */
  get lead(): Lead | undefined {
    return this.file.lead;
  }

  /** How many instances are at work on the root, this one with them. */
  get count(): number {
    return this.file.count;
  }

  /** From now on the ledger takes writes of this process alone; where several share it, joining it has seen to that. */
  async fence(): Promise<void> {
    const { holding, shared } = this.file;
    if (!shared) {
      // Frozen since it took the root, another one may be at work with the ledger.
      this.file.assertHeld();
      await this.ledger.fence(LEDGER_FACTS.lease, holding);
    }
    this.holding = holding;
  }

  /** Writes into root and ledger that they belong together; from then on the root knows how far the ledger has come. */
  async bind(renew: boolean, own = false): Promise<void> {
    this.facts = await bind(this.ledger, this.parts, this.facts, renew, own);
    await this.noteSite(this.facts, true);
    this.bound = true;
    await this.mark(this.facts);
  }

  /** Marks the ledger's file anew, now and then: a copy made before that is known as one, also where it is put beside our log. */
  async renewMark(): Promise<void> {
    if (!this.facts || this.fault) return;
    await this.noteSite(this.facts, true);
    await this.mark(this.facts);
  }

  /** Where the root lies and how far it has come. A ledger that several share is seen from several places, and knows it better. */
  private async noteSite({ id }: RootFacts, open: boolean): Promise<void> {
    const { site, settings } = this.parts;
    const { host, clock } = this.ports;
    if (!isPostgres(settings.ledger))
      await site.note(id, open, { host, at: clock.now() }, () => this.file.assertHeld());
  }

  private async mark(facts: RootFacts): Promise<void> {
    const { marker } = this.parts;
    this.place?.close();
    // The mark that it has now counts until the new one is in the file.
    const mark = 1 + Math.floor(this.ports.ids.jitter() * 0x7ffffffe);
    const marks = [...(marker.place()?.marks.slice(-1) ?? []), mark];
    this.place = marker.follow({ ledger: facts.ledger, place: await this.ledger.place(), marks }, this.ports.clock);
    await this.ledger.stamp(mark);
    this.place.marked(mark);
  }

  start(takeover: Takeover): void {
    this.takeover = takeover;
  }

  /** What is being done before the work may go on: it is told as a fault is, and over with the check that it belongs to. */
  tell(waits: ImportClientError): void {
    this.set(waits);
  }

  /** Checks whether all is as it should be. Resolves when it has checked; a fault is emitted. */
  check(): Promise<void> {
    this.checking ??= this.checkNow()
      .then(
        () => this.set(undefined),
        (error) => this.set(asFault(error)),
      )
      .finally(() => {
        this.checking = undefined;
      });
    return this.checking;
  }

  async close(): Promise<void> {
    await this.checking;
    this.place?.close();
    this.place = undefined;
    await this.noteStop();
    await this.file.release();
  }

  /** A stop in good order; of a root that is away, or was not bound, nothing is written down. */
  private async noteStop(): Promise<void> {
    const { marker } = this.parts;
    try {
      const { facts } = this;
      if (this.bound && this.held && facts && marker.read()?.id === facts.id) await this.noteSite(facts, false);
    } catch {
      // It counts as one that was not stopped, which matters only where it is copied.
    }
  }

  private async checkNow(): Promise<void> {
    const { marker, settings } = this.parts;
    let facts: RootFacts | undefined;
    try {
      facts = marker.read();
    } catch (error) {
      throw error instanceof ImportClientError ? error : rootAway(settings.root, error);
    }
    if (!facts || facts.id !== this.facts?.id) throw rootAway(settings.root);
    assertBound(facts, settings, { zh: `根目录 ${settings.root} `, en: settings.root });
    // Whatever the lease is, it is one of a database that may not be ours any more.
    if (this.shared && this.ledger.look() === "damaged") await this.takeAnother(facts);
    const other = await this.file.take();
    if (other) throw occupied(settings.root, other.holder);
    if (this.file.fault) throw this.file.fault;
    // Whatever has become of the ledger while another one had the root was done by that one: ours may be the older.
    if (this.file.holding !== this.holding) {
      if (this.shared) this.owes = true;
      else {
        await this.ledger.reopen();
        const before = await this.ledger.fact(LEDGER_FACTS.lease);
        this.owes = before !== this.holding || this.owes;
      }
      await this.adopt(facts);
    } else await this.checkLedger(facts);
  }

  private async checkLedger(facts: RootFacts): Promise<void> {
    const { ledger: file } = this.parts.settings;
    const found = this.ledger.look();
    if (found === "locked") throw locked(file);
    if (found === "away") throw this.ledger.trouble() ?? away(file);
    if (found === "damaged") await this.takeAnother(facts);
    else if (found === "bare") {
      // Others may be reading just now. It can wait: all of it is in the open connection.
      await this.mend().catch(() => undefined);
    } else if (found !== "sound") {
      this.emit("mended", mendedText(file, await this.mend()));
    }
    // Who was frozen as it took the root may have written its name into the ledger when it woke: the root's lease has the last word.
    if (!this.shared && (await this.ledger.fact(LEDGER_FACTS.lease)) !== this.holding) this.owes = true;
    if (this.owes) await this.adopt(facts);
  }

  /** A root that is away says nothing. */
  private known(): KnownPlace | undefined {
    try {
      return this.parts.marker.place();
    } catch {
      return undefined;
    }
  }

  private async mend(): Promise<string> {
    const { settings } = this.parts;
    // The root has just been seen to be there: its folder has gone with the file. What lies elsewhere may be a share that is away.
    if (isInside(settings)) makeFolder(this.ports.disk, dirname(settings.ledger));
    const aside = await this.ledger.mend(timeStamp(this.ports.clock.now()));
    await this.bind(false);
    return aside;
  }

  /**
   * As at a start: one that is gone altogether is made anew, a damaged one is waited for. One in a database that several share is waited for
   * in any case: who restores it must not find another one in its place.
   */
  private async takeAnother(facts: RootFacts): Promise<void> {
    // Work has to stop before somebody puts another file there.
    this.fault ??= this.ledger.trouble() ?? damaged(this.parts.settings.ledger);
    this.owes = true;
    try {
      await this.ledger.replace(false);
    } catch (error) {
      if (this.shared || !(error instanceof ImportClientError) || error.details.reason !== "missing") throw error;
      await this.ledger.replace(true);
    }
    if (!this.shared) return;
    // Written down before anything is written into it: whoever joins takes over what stands in it.
    await gapOf(this.ledger, this.parts, facts, {});
    await this.file.doubt?.();
  }

  /** Goes on with a ledger that others have had, or that was put here. */
  private async adopt(facts: RootFacts): Promise<void> {
    const gap = await gapOf(this.ledger, this.parts, facts, {});
    if (!gap || !this.shared) return this.goOn(facts, gap);
    const { marker, settings } = this.parts;
    const other = this.starts.take();
    if (other) throw occupied(settings.root, other.holder);
    try {
      // Another one may have done it meanwhile.
      const now = marker.read() ?? facts;
      await this.goOn(now, await gapOf(this.ledger, this.parts, now, {}));
    } finally {
      this.starts.release();
    }
  }

  private async goOn(facts: RootFacts, gap: Gap | undefined): Promise<void> {
    await this.fence();
    this.facts = facts;
    if (gap) this.owes = true;
    if (gap) await this.takeover?.rebuild(gap);
    await this.bind(gap !== undefined);
    if (this.owes) await this.takeover?.takeUp();
    this.owes = false;
  }

  private set(fault: ImportClientError | undefined): void {
    const before = this.fault;
    this.fault = fault;
    if (toldAs(before) !== toldAs(fault)) this.emit("fault", fault);
  }
}

/** By what a fault is known to have been told: a time stamp in one of the ledger makes no other fault of it. */
function toldAs(fault: ImportClientError | undefined): string | undefined {
  return fault?.code === "SW-LEDGER" ? fault.message.replace(/\d+/g, "") : fault?.message;
}

function locked(file: string): ImportClientError {
  return new ImportClientError(
    "SW-LEDGER",
    { zh: `台账 ${file} 被其他程序占用`, en: `the ledger ${file} is locked by another program` },
    {
      advice: {
        zh: "单据等待，不会失败；请结束占用台账文件的程序（备份、杀毒、数据库工具）。",
        en: "Documents wait, none fails: end the program that holds the ledger's file (backup, virus scanner, database tool).",
      },
      details: { reason: "locked" },
    },
  );
}

function away(address: string): ImportClientError {
  return new ImportClientError(
    "SW-LEDGER",
    { zh: `台账数据库 ${address} 没有应答`, en: `the ledger's database ${address} does not answer` },
    {
      advice: {
        zh: "单据等待，不会失败，数据库恢复后自动继续；请检查数据库服务器和网络。",
        en: "Documents wait, none fails, and work goes on by itself once it is back: check its server and the network.",
      },
      details: { reason: "away" },
    },
  );
}

function damaged(file: string): ImportClientError {
  return new ImportClientError(
    "SW-LEDGER",
    { zh: `台账 ${file} 已损坏`, en: `the ledger ${file} is damaged` },
    {
      advice: {
        zh: "请放回最近的备份，随后自动继续；没有备份时重新部署，并在侧栏中确认改用新台账。",
        en: "Put the newest backup in its place, work then goes on by itself; without one deploy again and confirm a new ledger in the sidebar.",
      },
      details: { reason: "damaged" },
    },
  );
}

function mendedText(file: string, aside: string): { zh: string; en: string } {
  return aside === ""
    ? {
        zh: `台账 ${file} 在运行中被删除，已完整写回，没有丢失`,
        en: `the ledger ${file} was removed while we ran; it was written again as a whole, nothing is lost`,
      }
    : {
        zh: `台账 ${file} 在运行中被替换，已写回原来的内容；替换来的文件保存为 ${aside}`,
        en: `the ledger ${file} was replaced while we ran; what it held was written again, the other file is kept as ${aside}`,
      };
}

/** Whatever goes wrong in a check stops the work: better to wait than to do wrong. */
function asFault(error: unknown): ImportClientError {
  if (error instanceof ImportClientError) return error;
  return systemFault(error) ?? new ImportClientError("SW-FOLDER", neutral(messageOf(error)), { cause: error });
}
