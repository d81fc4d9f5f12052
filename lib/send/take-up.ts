import { readTempBox } from "../boxes/claim.js";
import { handleOf } from "../boxes/context.js";
import type { ImportClient } from "../client/import-client.js";
import { codeOf } from "../errors.js";
import type { DocumentRow, EventNote } from "../ledger/index.js";
import { isReady, LOOK, MOST_READY } from "./line.js";
import type { DocumentSender } from "./sender.js";
import type { Wire } from "./wire.js";

/** Rows that are looked at in one go. */
const PAGE = 500;

/** Milliseconds between two looks: what another process left that had the root for a while is found without a restart. */
const LOOK_AGAIN = 15_000;

/** Milliseconds until a send is taken up again whose bytes lie on a share that is away. */
const AGAIN = 3_000;

export interface TakeUpEvents {
  /** Is there still a node with this id? What a node left that is no more goes to whoever asks first. */
  isKnownSender(id: string): boolean;
  /** It has arrived and goes on through the flow, with its file's bytes. */
  onSent(row: DocumentRow, payload: Buffer): void;
  onFault(row: DocumentRow, error: unknown): void;
}

/** Events that begin or end the doubt whether a document has arrived; `released`: a person has let it be sent again. */
const DOUBTS = ["sending", "resending", "unknown", "released"];

/**
 * Goes on with sends that no message carries: what a stop left unknown, and what a person released. They go out again as they
 * were, said to be possible duplicates, or are held, as the client is set. Where one of several instances has the link it sends what is
 * ready as well; all others hand theirs over to it (several machines, line 12).
 */
export class TakeUp {
  private readonly onChange = (row: DocumentRow, { event }: EventNote) => {
    if (event === "released" && !this.client.link.follows && this.isOurs(row)) void this.send(row, true);
  };

  private readonly ends: (() => void)[] = [];
  private stopped = false;
  private looking = false;
  /** What cancels each send that waits for its bytes, by its document. */
  private readonly alarms = new Map<string, () => void>();

  constructor(
    private readonly client: ImportClient,
    private readonly sender: DocumentSender,
    private readonly events: TakeUpEvents,
  ) {}

  async start(): Promise<void> {
    const { clock, link, lease, reports } = this.client;
    const every = (period: number, look: () => Promise<void>) =>
      clock.every(period, () => {
        if (!lease.fault) look().catch((error) => reports.fault(error));
      });
    this.client.on("change", this.onChange);
    this.ends.push(every(LOOK_AGAIN, () => this.look()));
    if (link.single) this.ends.push(every(LOOK, () => this.lookForReady()));
    await this.look();
  }

  /** What is ready: sent, by whoever has the link, or handed over to that one. */
  private async lookForReady(): Promise<void> {
    const { link, ledger } = this.client;
    const { instances } = ledger;
    if (!instances || this.looking) return;
    this.looking = true;
    try {
      if (link.follows) {
        const some = (await instances.toSend("", 1)).length > 0;
        if (some) await instances.handOver(MOST_READY);
        return;
      }
      for (let after = "", more = link.isOpen; more && !this.stopped; ) {
        const rows = await instances.toSend(after, MOST_READY);
        for (const row of rows) {
          if (this.client.claims.inFlight.count(this.sender.id) >= MOST_READY) return;
          if (this.isFree(row)) void this.send(row, await this.wasReleased(row));
        }
        after = rows.at(-1)?.id ?? "";
        more = rows.length === MOST_READY;
      }
    } finally {
      this.looking = false;
    }
  }

  /** Ours to send, and neither under way here nor waiting for its bytes. */
  private isFree(row: DocumentRow): boolean {
    return this.isOurs(row) && !this.sender.isSending(row.id) && !this.alarms.has(row.id);
  }

  /** A person has let it be sent again, here or at another instance, and nobody has done so. */
  private async wasReleased({ id, state }: DocumentRow): Promise<boolean> {
    const { settings, ledger } = this.client;
    if (state !== "unknown" || settings.onUncertain !== "hold") return false;
    return (await ledger.lastEventOf(id, DOUBTS))?.event === "released";
  }

  private async look(): Promise<void> {
    for (let after = "", more = true; more; ) {
      const rows = await this.client.ledger.unsettled({ after, limit: PAGE });
      for (const row of rows) {
        if (!this.isFree(row)) continue;
        // Its sender stopped before it could commit the outcome.
        if (row.state === "sending" && !(await this.becomesUnknown(row))) continue;
        if (!this.client.link.follows) void this.send(row, await this.wasReleased(row));
      }
      after = rows.at(-1)?.id ?? "";
      more = rows.length === PAGE;
    }
  }

  stop(): void {
    for (const end of this.ends) end();
    this.stopped = true;
    for (const cancel of this.alarms.values()) cancel();
    this.client.off("change", this.onChange);
  }

  /** Is it ready, or a begun send that nobody goes on with, and ours to take up? */
  isOurs(row: DocumentRow): boolean {
    const { id, state, wire } = row;
    const begun = (state === "unknown" || state === "sending") && wire !== "";
    if (!begun && !isReady(row)) return false;
    if (this.client.claims.inFlight.has(id)) return false;
    const { sender } = JSON.parse(wire) as Wire;
    return sender === this.sender.id || !this.events.isKnownSender(sender);
  }

  private async becomesUnknown({ id }: DocumentRow): Promise<boolean> {
    const note = { event: "unknown", text: "stopped while sending" };
    try {
      await this.client.ledger.transition(id, { from: ["sending"], to: "unknown" }, { possibleDuplicate: true }, note);
      return true;
    } catch (error) {
      if (codeOf(error) === "SW-STATE") return false; // Its receipt came in between.
      throw error;
    }
  }

  private async send(row: DocumentRow, released: boolean, waited = false): Promise<void> {
    const { client, sender, events } = this;
    client.claims.inFlight.take(row.id, sender.id);
    try {
      // The bytes that go out are those of the first time, from the disk.
      const sent = await sender.send(handleOf(row), Buffer.alloc(0), { released });
      events.onSent(sent.row, (await readTempBox(client, sent.row)) ?? Buffer.alloc(0));
    } catch (error) {
      const code = codeOf(error);
      const { inFlight } = client.claims;
      const first = isReady(row);
      if (first && code === "SW-FILE-MISSING") {
        await client.claims.unready(row.id).catch((fault) => client.reports.fault(fault));
        return inFlight.release(row.id);
      }
      // It is said once that it waits; what was taken over is another instance's.
      const silent = code === "SW-STOPPED" || code === "SW-FENCED" || (code === "SW-FOLDER" && waited);
      // Never sent, it is its flow's to settle.
      if (!first || silent || code === "SW-FOLDER") inFlight.release(row.id);
      if (code === "SW-FOLDER") this.sendLater(row.id, released);
      if (!silent) events.onFault(row, error);
    }
  }

  /** Its bytes lie on a share that is away. */
  private sendLater(id: string, released: boolean): void {
    if (this.stopped) return;
    const cancel = this.client.clock.after(AGAIN, async () => {
      this.alarms.delete(id);
      const row = await this.client.ledger.get(id).catch(() => undefined);
      if (!this.stopped && row && this.isOurs(row)) await this.send(row, released, true);
    });
    this.alarms.set(id, cancel);
  }
}
