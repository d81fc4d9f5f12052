import { join } from "node:path";
import { kindOf } from "../codes.js";
import { codeOf, type Fault } from "../errors.js";
import type { BusinessFolder } from "../files/folders.js";
import { KeyedLock } from "../keyed-lock.js";
import type { DocumentRow } from "../ledger/index.js";
import { returnsIn } from "../ledger/rules/retry.js";
import { ARRIVED, isPutOff, isUnsent } from "../ledger/rules/states.js";
import { wordsOf } from "../ledger/rules/words.js";
import { innerCodeIn } from "../signing/faults.js";
import type { FoundPdf } from "./attachments.js";
import { type ClaimedFile, claimFile, repeatOf } from "./claim.js";
import { hashOf } from "./content.js";
import type { BoxContext } from "./context.js";
import { holdDoubted } from "./doubt.js";
import { claimGathered } from "./gather.js";
import { InFlight } from "./in-flight.js";
import { assertNewest } from "./newer.js";
import { assertOurs } from "./ours.js";
import type { OutBox } from "./out-box.js";
import type { Outcome } from "./outcome.js";
import { putOff } from "./put-off.js";
import { finishEnded, hold, returnToOutBox, rowOf, settleFailed, settleReplaced, settleSent } from "./settle.js";

/** Milliseconds until a claim that could not be ended is given out again. */
const GIVE_OUT_AGAIN = 15_000;

/** Does a document wait for the reason that it waited for before? Of a card's fault the inner code tells it: a refused PIN is no absent card. */
function isSameWait(before: DocumentRow | undefined, { code, text }: Fault): boolean {
  return before?.code === code && (code !== "C134" || innerCodeIn(before.text) === innerCodeIn(text.zh));
}

/** PDFs that are claimed with a bare declaration; `stays`: it is copied, another document wants it too. */
export interface Gathering {
  pdfs: readonly FoundPdf[];
  stays: (pdf: FoundPdf) => boolean;
}

/** How a file is claimed. */
export interface Claiming {
  gathering?: Gathering | undefined;
  /** Of all that is read for it, as far as it stays in memory. */
  bytes?: number;
  /** What has more bytes is not read: it comes without payload, to be refused. */
  mostBytes?: number | undefined;
}

/**
 * The life of a claim: it begins, it is sent, and it is settled, failed, held or given back. Each of these is done for one
 * document after the other, a person's decision too (`alone`): whoever comes second finds what the first one did. What an act
 * leaves undone for a fault of the disk is taken up again later. `reportFault` hears of what fails in the background.
 */
export class Claims {
  /** The claims that are out in messages now. */
  readonly inFlight: InFlight;
  private readonly lock = new KeyedLock();
  /** What cancels each alarm that is set. */
  private readonly alarms = new Set<() => void>();
  private closed = false;

  constructor(
    private readonly context: BoxContext,
    private readonly reportFault: (error: unknown) => void,
  ) {
    this.inFlight = new InFlight(context.clock);
    this.inFlight.on("free", ({ id }) => context.inspections.drop(id));
  }

  /** Claims a file that is ready, for a node that then carries it. Resolves to undefined when it has gone or changed. */
  async begin(
    owner: string,
    outBox: OutBox,
    name: string,
    { gathering, bytes, mostBytes }: Claiming = {},
  ): Promise<(ClaimedFile & { release(): void }) | undefined> {
    this.context.lease.assertHeld();
    let taken = "";
    const onId = (id: string) => {
      taken = id;
      this.inFlight.take(id, owner, bytes);
    };
    const claiming = gathering
      ? claimGathered(this.context, outBox, name, gathering.pdfs, gathering.stays, onId)
      : claimFile(this.context, outBox, name, { onId, mostBytes });
    try {
      const claimed = await claiming;
      // Its file was still to be brought when it was put on hold: no flow is to have it.
      const onHold = claimed?.row.state === "held";
      if (!claimed || onHold) this.inFlight.release(taken);
      if (!claimed || onHold) return undefined;
      const repeats = await this.unlessReplaced(claimed.row, claimed.repeats);
      if (claimed.doubted && !repeats) {
        await this.alone(claimed.row.id, () => holdDoubted(this.context, claimed.row));
        this.inFlight.release(taken);
        return undefined;
      }
      return { ...claimed, repeats, release: () => this.inFlight.release(claimed.row.id) };
    } catch (error) {
      this.inFlight.release(taken);
      throw error;
    }
  }

  /**
   * Before a declaration is gathered with its PDFs: one that was claimed without them and given back to OutBox ends as replaced, or it would
   * be waiting for the file that is gathered, and that be its repeat. False when it is another instance's, which gathers it then.
   */
  async makesWay({ code }: BusinessFolder, name: string): Promise<boolean> {
    const { ledger } = this.context;
    const waiting = await ledger.openAt(code, "OutBox", name);
    if (!waiting) return true;
    if (!ledger.owns(waiting)) return false;
    await this.alone(waiting.id, () => settleReplaced(this.context, waiting.id));
    return true;
  }

  /** What a document that was claimed before repeats, and that still stands in its way. */
  async inTheWayOf(row: DocumentRow): Promise<DocumentRow | undefined> {
    return this.unlessReplaced(row, await repeatOf(this.context, row));
  }

  /**
   * A corrected file takes the place of the earlier one of its name that never was sent, be it waiting or in a flow: what carries it there
   * finds that it has been replaced (`assertNewest`).
   */
  private async unlessReplaced(row: DocumentRow, repeats: DocumentRow | undefined): Promise<DocumentRow | undefined> {
    const replaces =
      repeats &&
      isUnsent(repeats) &&
      repeats.sha256 !== row.sha256 &&
      repeats.fileName.toLowerCase() === row.fileName.toLowerCase();
    if (!replaces) return repeats;
    try {
      await this.alone(repeats.id, () => settleReplaced(this.context, repeats.id));
    } catch (error) {
      // Its flow has sent it meanwhile.
      if (codeOf(error) === "SW-STATE") return repeats;
      throw error;
    }
    return undefined;
  }

  /**
   * Commits that a document goes to the broker now; `repeat`: it may have got there before. Rejects with SW-STATE, with SW-REPLACED when
   * its producer has written a newer one meanwhile, with SW-OWNER when it
   * was claimed for another client or environment, and with SW-FENCED when another process has the root: nothing may go out then.
   */
  send(id: string, wire: string, repeat: boolean, text: string): Promise<DocumentRow> {
    const { ledger, clock, settings } = this.context;
    const before = repeat ? "unknown" : "claimed";
    return this.alone(id, async () => {
      if (!repeat) await assertNewest(this.context, id);
      const row = await ledger.transition(
        id,
        { from: [before], to: "sending", owner: settings },
        { wire, sendingAt: clock.now(), ...(repeat && { possibleDuplicate: true }) },
        { event: repeat ? "resending" : "sending", text },
      );
      try {
        // Committed in time, and frozen since?
        assertOurs(this.context, row);
      } catch (fault) {
        // Nothing was written to the broker. Where that cannot be committed, whoever has the root takes it for unknown.
        const note = { event: "refused", code: "SW-FENCED" };
        await ledger
          .transition(id, { from: ["sending"], to: before }, repeat ? {} : { wire: "", sendingAt: 0 }, note)
          .catch(() => undefined);
        throw fault;
      }
      return row;
    });
  }

  /**
   * Commits what is to go out for a claim: from then on it is ready, and goes out without its flow. Rejects with SW-STATE when it is not
   * claimed any more, and as `send` does.
   */
  ready(id: string, wire: string): Promise<DocumentRow> {
    return this.alone(id, async () => {
      await assertNewest(this.context, id);
      return this.context.ledger.update(id, { wire }, { event: "ready" }, ["claimed"]);
    });
  }

  /** A claim that was ready goes through its flow again: what was to go out of it is gone. Nothing of it was sent. */
  unready(id: string): Promise<DocumentRow> {
    return this.alone(id, () => this.context.ledger.update(id, { wire: "" }, undefined, ["claimed"]));
  }

  /** Ends the claim of a sent document. Rejects with SW-STATE when it has not been sent. */
  async settle(id: string): Promise<DocumentRow> {
    const row = await this.alone(id, () => settleSent(this.context, id));
    this.inFlight.release(id);
    return row;
  }

  /** Ends the claim of a document that will not be sent; holds it when its send is uncertain. */
  async fail(id: string, fault: Fault): Promise<DocumentRow> {
    const row = await this.alone(id, () => settleFailed(this.context, id, fault));
    this.inFlight.release(id);
    return row;
  }

  /**
   * Ends a claim as its flow decided, or as follows from its row; `fault` for all that is not `sent`, `delay` in milliseconds for what
   * is given back. When that cannot be done now, for a full disk or a ledger that is away say, the claim is given out again after a
   * while.
   */
  async end(
    id: string,
    decided: Outcome | ((row: DocumentRow | undefined) => Outcome),
    fault: Fault,
    delay: number,
  ): Promise<void> {
    try {
      const outcome = typeof decided === "string" ? decided : decided(await this.context.ledger.get(id));
      if (outcome === "sent") await this.settle(id);
      else if (outcome === "failed") await this.fail(id, fault);
      else await this.giveBack(id, delay, fault);
    } catch (error) {
      this.releaseLater(id, GIVE_OUT_AGAIN);
      throw error;
    }
  }

  /**
   * Is the file of an open claim in TempBox, with the bytes that were claimed? Other ones are its producer's, who put them in its place in the
   * last moment before it was brought, and a fault or a stop came before that was seen: they go back to OutBox, and are claimed anew.
   */
  async checkItsFile(row: DocumentRow): Promise<boolean> {
    const { files, folders, clock } = this.context;
    const path = join(folders.of(row.business).box("TempBox"), row.boxName);
    if (!files.disk.exists(path)) return false;
    if ((await hashOf(files.disk, path, clock)) === row.sha256) return true;
    await this.alone(row.id, () => returnToOutBox(this.context, row.id));
    return false;
  }

  /**
   * Puts a document on hold before its send, for a person or until a time (ms, 0 = none): it does not count as in flight. Rejects as
   * `putOff`.
   */
  async putOff(id: string, why: Fault, until = 0): Promise<DocumentRow> {
    const row = await this.alone(id, () => putOff(this.context, id, why, until));
    this.inFlight.release(id);
    return row;
  }

  /**
   * Gives one that is on hold another time (ms, 0 = until a person releases it), unless it was released or got another time since `seen`.
   * Resolves to whether it did.
   */
  async putOffAnew(seen: DocumentRow, why: Fault, until: number): Promise<boolean> {
    return this.alone(seen.id, async () => {
      const row = await this.context.ledger.get(seen.id);
      if (!row || !isPutOff(row) || row.retryAt !== seen.retryAt) return false;
      await putOff(this.context, row.id, why, until);
      return true;
    });
  }

  /** Holds a document for a person. */
  async hold(row: DocumentRow, fault: Fault): Promise<DocumentRow> {
    const held = await this.alone(row.id, () => hold(this.context, row, fault));
    this.inFlight.release(row.id);
    return held;
  }

  /**
   * Gives a claim back: its file returns to OutBox after a delay in milliseconds, also over a restart. Changes nothing when
   * it was given back before or its send has begun; the claim of one that has ended is closed. What waits for the same reason as before is no new event.
   */
  giveBack(id: string, delay: number, why: Fault): Promise<DocumentRow> {
    const { ledger, clock } = this.context;
    return this.alone(id, async () => {
      const now = await ledger.get(id);
      if (now && (now.settled || now.state === "failed" || ARRIVED.includes(now.state))) {
        return this.closeEnded(now);
      }
      if (now && (now.state !== "claimed" || now.box !== "TempBox" || now.retryAt > 0)) return now;
      const words = wordsOf(why);
      const tries = (now?.tries ?? 0) + (kindOf(why) === "retries" ? 1 : 0);
      // How long it waits is seen from both, also when the clock is set before this is committed.
      const updatedAt = clock.now();
      // What was ready goes through its flow again.
      const change = { retryAt: updatedAt + delay, updatedAt, tries, wire: "", ...words };
      const note = isSameWait(now, why) ? undefined : { event: "retry", ...words };
      try {
        const row = await ledger.update(id, change, note, ["claimed"]);
        this.scheduleReturn(row);
        return row;
      } catch (error) {
        // A receipt of an earlier send has come since the look.
        if (codeOf(error) !== "SW-STATE") throw error;
        return this.closeEnded(await rowOf(this.context, id));
      }
    });
  }

  /** One that ended while its flow had it, by a receipt or as one that a newer file has replaced. */
  private async closeEnded(row: DocumentRow): Promise<DocumentRow> {
    await finishEnded(this.context, row);
    this.inFlight.release(row.id);
    return row;
  }

  /** Runs work on a document while nobody else works on it, and while this process may work on the root. */
  alone<T>(id: string, work: () => Promise<T>): Promise<T> {
    return this.reconciling(id, async () => {
      this.context.lease.assertHeld();
      return work();
    });
  }

  /** The same for who brings rows and files together: that is a part of taking the root, and comes before the work. */
  reconciling<T>(id: string, work: () => Promise<T>): Promise<T> {
    return this.lock.run(id, work);
  }

  /**
   * A claim that could not be settled, for a full disk say, is released after a while: what waits for its flow is given out
   * again, what has ended is moved to its box.
   */
  releaseLater(id: string, delay: number): void {
    this.alarm(delay, () => {
      this.inFlight.release(id);
      this.finish(id);
    });
  }

  /** A receipt proved a send that nobody waits for any more: its file can go to SentBox (promises 1). */
  followReceipt(row: DocumentRow): void {
    if (row.settled || row.state === "failed" || this.inFlight.has(row.id)) return;
    this.finish(row.id);
  }

  /** Sets the alarm of a document that was given back. */
  scheduleReturn(row: DocumentRow): void {
    if (row.settled || row.retryAt === 0 || row.box !== "TempBox" || row.state !== "claimed") return;
    this.returnIn(returnsIn(row, this.context.clock.now()), row.id);
  }

  /** What cannot be done now is done a while later, whatever the clock says by then. */
  private returnIn(delay: number, id: string, told = false): void {
    this.alarm(delay, () => {
      const returned = this.alone(id, () => returnToOutBox(this.context, id)).then(
        (row) => row ?? this.finish(id),
        (error) => {
          if (!told) this.reportFault(error);
          this.returnIn(GIVE_OUT_AGAIN, id, true);
        },
      );
      void returned.finally(() => this.inFlight.release(id));
    });
  }

  /** Nothing is taken up again after this. */
  close(): void {
    this.closed = true;
    for (const cancel of this.alarms) cancel();
    this.alarms.clear();
  }

  private finish(id: string): void {
    const finished = this.alone(id, async () => {
      const row = await this.context.ledger.get(id);
      if (row) await finishEnded(this.context, row);
    });
    finished.catch(this.reportFault);
  }

  private alarm(delay: number, act: () => void): void {
    if (this.closed) return;
    const cancel = this.context.clock.after(delay, () => {
      this.alarms.delete(cancel);
      act();
    });
    this.alarms.add(cancel);
  }
}
