import { readTempBox } from "../boxes/claim.js";
import { handleOf } from "../boxes/context.js";
import type { ImportClient } from "../client/import-client.js";
import { codeOf } from "../errors.js";
import type { DocumentRow, EventNote } from "../ledger/index.js";
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

/**
 * Goes on with sends that no message carries: what a stop left unknown, and what a person released. They go out again as they
 * were, said to be possible duplicates, or are held, as the client is set.
 */
export class TakeUp {
  private readonly onChange = (row: DocumentRow, { event }: EventNote) => {
    if (event === "released" && this.isOurs(row)) void this.send(row, true);
  };

  private cancel: (() => void) | undefined;
  private stopped = false;
  /** What cancels each send that waits for its bytes. */
  private readonly alarms = new Set<() => void>();

  constructor(
    private readonly client: ImportClient,
    private readonly sender: DocumentSender,
    private readonly events: TakeUpEvents,
  ) {}

  async start(): Promise<void> {
    this.client.on("change", this.onChange);
    this.cancel = this.client.clock.every(LOOK_AGAIN, () => {
      if (!this.client.lease.fault) this.look().catch((error) => this.client.reports.fault(error));
    });
    await this.look();
  }

  private async look(): Promise<void> {
    for (let after = "", more = true; more; ) {
      const rows = await this.client.ledger.unsettled({ after, limit: PAGE });
      for (const row of rows) {
        if (!this.isOurs(row) || this.sender.isSending(row.id)) continue;
        // Its sender stopped before it could commit the outcome.
        if (row.state === "sending" && !(await this.becomesUnknown(row))) continue;
        void this.send(row, false);
      }
      after = rows.at(-1)?.id ?? "";
      more = rows.length === PAGE;
    }
  }

  stop(): void {
    this.cancel?.();
    this.stopped = true;
    for (const cancel of this.alarms) cancel();
    this.client.off("change", this.onChange);
  }

  /** Is it a begun send that nobody goes on with, and ours to take up? */
  isOurs({ id, state, wire }: DocumentRow): boolean {
    if ((state !== "unknown" && state !== "sending") || wire === "") return false;
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
      client.claims.inFlight.release(row.id);
      const code = codeOf(error);
      if (code === "SW-FOLDER") this.sendLater(row.id, released);
      // It is said once that it waits.
      if (code !== "SW-STOPPED" && !(code === "SW-FOLDER" && waited)) events.onFault(row, error);
    }
  }

  /** Its bytes lie on a share that is away. */
  private sendLater(id: string, released: boolean): void {
    if (this.stopped) return;
    const cancel = this.client.clock.after(AGAIN, async () => {
      this.alarms.delete(cancel);
      const row = await this.client.ledger.get(id).catch(() => undefined);
      if (!this.stopped && row && this.isOurs(row)) await this.send(row, released, true);
    });
    this.alarms.add(cancel);
  }
}
