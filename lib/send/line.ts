import type { ImportClient } from "../client/import-client.js";
import type { DocumentHandle } from "../document.js";
import { codeOf, messageOf } from "../errors.js";
import type { DocumentRow } from "../ledger/index.js";
import { goesElsewhere, stopped } from "./errors.js";
import { outgoingOf } from "./outgoing.js";
import type { DocumentSender, SendOptions, Sent } from "./sender.js";
import { LARGEST, type SenderSettings } from "./sender-settings.js";

/** Ready documents that one instance holds before the next one waits: what is not claimed yet lies in OutBox, for all. */
export const MOST_READY = 200;

/** Milliseconds between two looks whether there is room for one more, and what is to go out. */
export const LOOK = 250;

/**
 * The way of a document to the broker, where one instance alone has the link (several machines, line 12). Whoever has it sends. All others
 * fix what is to go out, bytes and properties, and commit that: the document is ready then, its message ends, and it is handed over to the
 * leader (`TakeUp`). A stop before that commit leaves a claim like any other.
 */
export class Line {
  private readonly underWay = new Map<string, Promise<Sent>>();
  private closed = false;

  constructor(
    private readonly client: ImportClient,
    private readonly sender: DocumentSender,
    private readonly settings: SenderSettings,
  ) {}

  /** As `DocumentSender.send`. Rejects with SW-STOPPED as well when the document goes out through another instance. */
  send(document: DocumentHandle, payload: Buffer, options: SendOptions = {}): Promise<Sent> {
    const { id } = document;
    const underWay = this.underWay.get(id);
    if (underWay) return underWay;
    if (!this.client.link.follows) return this.sent(document, payload, options);
    // No frame that waits may hold the payload, hence the two steps.
    const sent = this.fix(document, payload, options)
      .then((fixed) => (typeof fixed === "string" ? this.makeReady(id, fixed, options) : fixed))
      .finally(() => this.underWay.delete(id));
    this.underWay.set(id, sent);
    return sent;
  }

  private async sent(document: DocumentHandle, payload: Buffer, options: SendOptions): Promise<Sent> {
    const sent = this.sender.send(document, payload, options);
    // The link went elsewhere while it waited, and the document with it.
    return sent.catch((error) => {
      if (codeOf(error) === "SW-STOPPED") this.client.claims.inFlight.release(document.id);
      throw error;
    });
  }

  close(): void {
    this.closed = true;
  }

  /** What is to go out for a document, its bytes spooled; of one that is no open claim any more what `DocumentSender` says of it. */
  private async fix(document: DocumentHandle, payload: Buffer, options: SendOptions): Promise<string | Sent> {
    const row = await this.client.ledger.get(document.id);
    if (row && (row.state === "sending" || row.state === "unknown" || isReady(row))) throw this.leave(row.id);
    const settings = { ...this.settings, maxBytes: this.settings.maxBytes ?? LARGEST };
    const outgoing =
      row?.state === "claimed"
        ? await outgoingOf(this.client, settings, document, row, payload, options.fields)
        : undefined;
    return outgoing ? JSON.stringify(outgoing.wire) : this.sender.send(document, payload, options);
  }

  /** Rejects in any case: when it is ready, and when it cannot be. */
  private async makeReady(id: string, wire: string, { onWait }: SendOptions): Promise<never> {
    const { client } = this;
    for (;;) {
      try {
        if (!client.link.follows || (await this.hasRoom())) {
          await client.claims.ready(id, wire);
          throw this.leave(id);
        }
      } catch (error) {
        if (codeOf(error) !== "SW-LEDGER") throw error;
        client.notice("SW-LEDGER", messageOf(error), messageOf(error));
      }
      onWait?.();
      await new Promise<void>((resolve) => client.clock.after(LOOK, resolve));
      if (this.closed) throw stopped();
    }
  }

  private async hasRoom(): Promise<boolean> {
    const ready = await this.client.ledger.instances?.toSend("", MOST_READY);
    return ready === undefined || ready.length < MOST_READY;
  }

  private leave(id: string): Error {
    this.client.claims.inFlight.release(id);
    return goesElsewhere();
  }
}

/** Checked, packed and signed, its bytes fixed, and not sent yet: no flow has it. */
export function isReady({ state, wire, box, retryAt, settled }: DocumentRow): boolean {
  return !settled && state === "claimed" && wire !== "" && box === "TempBox" && retryAt === 0;
}
