import { setMaxListeners } from "node:events";
import type { Broker, Publisher, PublishOutcome } from "../amqp/broker.js";
import { type BrokerFault, sendError } from "../amqp/faults.js";
import { backOff } from "../back-off.js";
import { sizeOfSent } from "../boxes/sent-bytes.js";
import type { ImportClient } from "../client/import-client.js";
import { waitAtMost } from "../clock.js";
import { kindOf } from "../codes.js";
import type { DocumentHandle } from "../document.js";
import { codeOf, ImportClientError } from "../errors.js";
import { faultOf, noticeOf } from "../fault.js";
import type { DocumentRow } from "../ledger/index.js";
import { isPutOff } from "../ledger/rules/states.js";
import { conclude, concludeLate, hasArrived } from "./conclusion.js";
import {
  bytesGone,
  fileAway,
  fileMissing,
  goesElsewhere,
  heldError,
  isLinkLost,
  putOffError,
  stopped,
  tooLarge,
} from "./errors.js";
import type { WireFields } from "./fields.js";
import { handedOver } from "./handed-over.js";
import { dropUnsent, type Outgoing, outgoingOf } from "./outgoing.js";
import { publishOnce } from "./publish.js";
import { LARGEST, type SenderSettings } from "./sender-settings.js";
import { Sleepers } from "./sleepers.js";
import { Uncertain } from "./uncertain.js";
import { TRY_AGAIN, type Waiter, Waiting } from "./waiting.js";
import { SendWindow, type Share } from "./window.js";

export interface SendOptions {
  /** A person has let a held document be resent, so the policy does not hold it again before that. */
  released?: boolean;
  /** What the flow sets on the wire; only a document's first publish looks at it. */
  fields?: WireFields;
  /** The document has to wait; its bytes are safe on disk, and nobody needs to keep them in memory. */
  onWait?: () => void;
}

/** A document that has arrived. */
export interface Sent {
  row: DocumentRow;
  /** Its bytes again, when `onWait` took them; undefined when nobody had to wait. */
  payload?: Buffer | undefined;
}

/** A document on its way through this sender. */
interface Sending extends Waiter {
  row: DocumentRow;
  outgoing: Outgoing;
  /** How often it may be resent while its outcome is not known. */
  resends: number;
}

/** The broker certainly does not have it. */
type NotTaken = Exclude<PublishOutcome, { kind: "confirmed" | "unknown" }>;

/** Those who want to hear that a document waits: a cloned message joins the send that is under way. */
interface Running {
  sent: Promise<Sent>;
  waits: boolean;
  listeners: (() => void)[];
}

const WINDOW = 100;
/** A message with more bytes goes alone: brokers set their limits somewhere above. */
const ALONE_FROM = 1024 * 1024;

/** Milliseconds that a stop waits for the confirms of what is on its way: without them it is unknown, and sent again. */
const CONFIRMS_WITHIN = 5000;

/**
 * Sends documents: `sending` is committed before the publish, `sent` only by the broker's confirm of that message; what
 * is neither confirmed nor refused is unknown, and is resent with the same id and bytes, or held (promises 1). While a
 * document waits, for its turn or for the broker, only its handle is in memory.
 */
export class DocumentSender {
  readonly publisher: Publisher;
  private readonly window: SendWindow;
  private readonly maxBytes: number;
  private readonly stopping = new AbortController();
  private readonly running = new Map<string, Running>();
  private readonly sleepers: Sleepers;
  private readonly uncertain: Uncertain;
  private readonly waiting: Waiting;
  private leaveClient: (() => void) | undefined;
  private readonly wakeAll = () => this.sleepers.wakeAll();
  private readonly onChange = (row: DocumentRow) => this.sleepers.wake(row.id);

  constructor(
    private readonly client: ImportClient,
    private readonly broker: Broker,
    private readonly settings: SenderSettings,
  ) {
    // Each document that pauses listens to it.
    setMaxListeners(0, this.stopping.signal);
    this.sleepers = new Sleepers(client.clock, this.stopping.signal);
    this.uncertain = new Uncertain(
      (id, messageId, outcome, certainlyNot) => this.answered(id, messageId, outcome, certainlyNot),
      (id) => this.sleepers.wake(id),
    );
    this.publisher = broker.publisher(settings);
    this.window = new SendWindow(settings.window || WINDOW, settings.perBusiness);
    this.maxBytes = settings.maxBytes ?? LARGEST;
    this.waiting = new Waiting(
      client,
      this.publisher,
      this.window,
      this.sleepers,
      this.uncertain,
      this.stopping.signal,
      () => this.notSent(),
    );
  }

  /** The node that it sends for. */
  get id(): string {
    return this.settings.id;
  }

  /** Is a send of this document under way here? */
  isSending(id: string): boolean {
    return this.running.has(id);
  }

  start(): void {
    this.leaveClient = this.client.use();
    this.broker.on("state", this.wakeAll);
    this.publisher.on("change", this.wakeAll);
    this.client.on("change", this.onChange);
    this.client.link.on("change", this.wakeAll);
    this.publisher.start();
  }

  /** Gives back what waits. What is on its way gets a moment for its confirm; without it, it is unknown. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wakeAll();
    const ended = Promise.allSettled([...this.running.values()].map(({ sent }) => sent));
    await waitAtMost(this.client.clock, CONFIRMS_WITHIN, ended);
    await this.publisher.stop();
    // What they commit on their way out must be there before another sender looks for it, and before the ledger closes.
    await ended;
    this.leaveClient?.();
    this.broker.off("state", this.wakeAll);
    this.publisher.off("change", this.wakeAll);
    this.client.off("change", this.onChange);
    this.client.link.off("change", this.wakeAll);
  }

  /**
   * Resolves when the broker has confirmed the document, or a receipt has proved that it arrived. Rejects with C18 (not
   * sent, for certain), SW-SIZE (larger than it may be, not sent), SW-UNKNOWN (held for a person), SW-CONFIG (the DxpMsg
   * cannot be made), SW-FILE-MISSING, and with SW-STOPPED when the node stops: the claim is given back then.
   */
  send(document: DocumentHandle, payload: Buffer, options: SendOptions = {}): Promise<Sent> {
    const { onWait } = options;
    const underWay = this.running.get(document.id);
    if (underWay) {
      if (onWait && underWay.waits) onWait();
      else if (onWait) underWay.listeners.push(onWait);
      return underWay.sent;
    }
    const running: Omit<Running, "sent"> = { waits: false, listeners: onWait ? [onWait] : [] };
    // No frame that waits may hold the payload, hence the two steps.
    const sent = this.begin(document, payload, options, running)
      .then((begun) => ("outgoing" in begun ? this.deliver(begun) : begun))
      .then(
        (arrived) => this.leave(arrived),
        (error) => this.giveBack(document.id, error),
      )
      .finally(() => {
        this.running.delete(document.id);
        this.uncertain.end(document.id);
      });
    this.running.set(document.id, Object.assign(running, { sent }));
    return sent;
  }

  private async begin(
    document: DocumentHandle,
    payload: Buffer,
    { released, fields }: SendOptions,
    running: Omit<Running, "sent">,
  ): Promise<Sent | Sending> {
    if (this.stopping.signal.aborted) throw stopped();
    const row = await this.client.ledger.get(document.id);
    if (!row) {
      throw new ImportClientError("SW-UNKNOWN-DOCUMENT", {
        zh: `台账中没有单据 ${document.id}`,
        en: `the ledger has no document ${document.id}`,
      });
    }
    if (hasArrived(row)) return { row };
    if (row.state === "held") throw isPutOff(row) ? putOffError(row.id) : heldError(row.id, "held");
    this.uncertain.begin(row.id, row.state === "unknown");
    const { giveUpAfter, attempts } = this.settings;
    const outgoing = await this.outgoing(document, row, payload, fields);
    if (!outgoing) return this.hold(row.id, bytesGone(row.id));
    return {
      id: row.id,
      row,
      outgoing,
      end: giveUpAfter > 0 ? this.client.clock.monotonic() + giveUpAfter : Number.POSITIVE_INFINITY,
      resends: this.client.settings.onUncertain === "resend" ? attempts : released ? 1 : 0,
      release: () => {
        outgoing.release();
        running.waits = true;
        for (const listener of running.listeners.splice(0)) listener();
      },
    };
  }

  /** By itself: closures of one function keep what any of them needs, and what waits for hours may not keep its payload. */
  private outgoing(
    document: DocumentHandle,
    row: DocumentRow,
    payload: Buffer,
    fields: WireFields | undefined,
  ): Promise<Outgoing | undefined> {
    return this.again(
      () => outgoingOf(this.client, { ...this.settings, maxBytes: this.maxBytes }, document, row, payload, fields),
      // A share that is away is for whoever takes it up again.
      (error) => codeOf(error) !== "SW-FOLDER" && this.passes(row.id, error),
    );
  }

  /** Nobody goes on with what arrives while the node stops: its claim ends here. */
  private leave(arrived: Sent): Sent {
    if (!this.stopping.signal.aborted) return arrived;
    this.client.claims.releaseLater(arrived.row.id, 0);
    throw stopped();
  }

  private giveBack(id: string, error: unknown): never {
    if (!this.stopping.signal.aborted) throw error;
    this.client.claims.inFlight.release(id);
    throw stopped();
  }

  /** Publishes until the document has arrived, is given up or held. */
  private async deliver(sending: Sending): Promise<Sent> {
    const { id, outgoing } = sending;
    try {
      for (let tries = 0; ; tries++) {
        const arrived = await this.tryOnce(sending);
        if (arrived) return await this.arrived(arrived, outgoing);
        if (this.stopping.signal.aborted) throw stopped();
        // Who is held next need not wait for a late answer: that settles what is held as well.
        await this.waiting.beforeNext(sending, tries, sending.resends > 0 ? this.settings.confirmTimeout : 0);
      }
    } catch (error) {
      if (isLinkLost(error) && (await this.isHandedOver(sending))) throw goesElsewhere();
      // What was certainly not sent is made anew at its next attempt.
      if (!this.stopping.signal.aborted && !this.uncertain.has(id)) await dropUnsent(this.client, id);
      throw error;
    }
  }

  /** One try when its turn has come; a fault of the machine that a document in doubt can wait out ends it and no more. */
  private async tryOnce(sending: Sending): Promise<DocumentRow | undefined> {
    const share = this.shareOf(sending);
    try {
      return (await this.waiting.enter(sending, share)) ?? (await this.attempt(sending, share));
    } catch (error) {
      if (isLinkLost(error) || !this.passes(sending.id, error)) throw error;
      return undefined;
    }
  }

  /** One try. Resolves to the row when the document has arrived; rejects when it is held, or no other try is of use. */
  private async attempt(sending: Sending, share: Share): Promise<DocumentRow | undefined> {
    const { id, outgoing } = sending;
    try {
      const found = await this.waiting.untilOpen(sending);
      if (found) return found;
      const now = await this.client.ledger.get(id);
      if (now && hasArrived(now)) return now;
      if (now?.state === "held") throw isPutOff(now) ? putOffError(id) : heldError(id, "held");
      const repeat = now?.state === "unknown";
      if (repeat && sending.resends <= 0) {
        return await this.hold(id, heldError(id, `onUncertain: ${this.client.settings.onUncertain}`));
      }
      const body = await outgoing.body();
      if (!body) {
        if (repeat) return await this.hold(id, bytesGone(id));
        // Another content is somebody's hand; nothing at all may be a folder that is away.
        throw sizeOfSent(this.client, sending.row, outgoing.wire.body) === undefined ? fileAway() : fileMissing();
      }
      const { alone } = share;
      const options = { repeat, alone, timeout: this.settings.confirmTimeout };
      const outcome = await publishOnce(this.client, this.publisher, id, outgoing, body, options);
      if (outcome.kind === "unknown") {
        if (repeat) sending.resends--;
        this.uncertain.add(id, outgoing.wire.properties.messageId, outcome.later);
      }
      const row = await this.whileLedgerFails(() => conclude(this.client, id, outcome, this.uncertain.has(id)));
      if (!row && outcome.kind !== "unknown" && outcome.kind !== "confirmed") await this.mayTryAgain(sending, outcome);
      return row;
    } finally {
      this.window.release(share);
    }
  }

  private shareOf({ id, row, outgoing }: Sending): Share {
    const { size, wire } = outgoing;
    // What may be refused by itself: a repeat above all, which may be the one for which the channel was closed.
    const alone = this.uncertain.has(id) || size > ALONE_FROM || wire.properties.userId !== undefined;
    return { business: row.business, bytes: size, alone };
  }

  /** Rejects when there is no use in another try, or no time left for one. */
  private async mayTryAgain(sending: Sending, outcome: NotTaken): Promise<void> {
    const { id, outgoing } = sending;
    const never = outcome.kind === "too-large" || (outcome.kind === "refused" && outcome.fault === "unacceptable");
    if (this.uncertain.has(id)) {
      // The same bytes will be refused again and again; what became of the first ones is for a person to find out.
      if (never) await this.hold(id, heldError(id, outcome.reason));
      return;
    }
    if (outcome.kind === "too-large") throw tooLarge(outgoing.size, outcome.limit, "broker");
    if (never || this.waiting.isOver(sending)) throw this.notSent(outcome);
  }

  private isHandedOver({ id, outgoing }: Sending): Promise<boolean> {
    return handedOver(this.client, id, outgoing.wire, (work) => this.whileLedgerFails(work));
  }

  private async arrived(row: DocumentRow, outgoing: Outgoing): Promise<Sent> {
    const payload = await outgoing.payload();
    this.client.spool.keep(row.id, outgoing.wire.properties.messageId);
    return { row, payload };
  }

  private async hold(id: string, error: ImportClientError): Promise<never> {
    const row = (await this.client.ledger.get(id)) as DocumentRow;
    await this.client.claims.hold(row, error);
    throw error;
  }

  /** Why a document could not be sent, for certain. */
  private notSent(outcome?: NotTaken): Error {
    const { broker, publisher } = this;
    const { queue, exchange } = this.settings;
    const say = (fault: BrokerFault, cause?: unknown) => sendError(fault, broker.target, queue || exchange, cause);
    if (outcome?.kind === "refused") return say(outcome.fault, new Error(outcome.reason));
    if (broker.state === "blocked") return say("blocked");
    const fault = broker.lastFault ?? publisher.fault;
    return fault ? say(fault.details.fault, fault.cause) : say("closed");
  }

  private async answered(id: string, messageId: string, outcome: PublishOutcome, certainlyNot: boolean): Promise<void> {
    try {
      await this.whileLedgerFails(() => concludeLate(this.client, id, messageId, outcome, certainlyNot));
    } catch (error) {
      // It stays unknown, as it was.
      this.client.notice(...noticeOf(error));
    }
  }

  /** Does what has to be committed, as long as it takes: a full disk may pass. */
  private whileLedgerFails<T>(work: () => Promise<T>): Promise<T> {
    return this.again(work, (error) => {
      if (codeOf(error) !== "SW-LEDGER" || this.stopping.signal.aborted) return false;
      this.client.notice(...noticeOf(error));
      return true;
    });
  }

  /**
   * A document that may have arrived is in nobody's hands but ours: what is the machine's fault, a file that is held say, is waited out
   * here, and is no reason to ask a person.
   */
  private passes(id: string, error: unknown): boolean {
    if (this.stopping.signal.aborted || !this.uncertain.has(id) || kindOf(faultOf(error)) !== "waits") return false;
    this.client.notice(...noticeOf(error));
    return true;
  }

  private async again<T>(work: () => Promise<T>, passes: (error: unknown) => boolean): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await work();
      } catch (error) {
        if (!passes(error)) throw error;
        await this.sleepers.pause(backOff(TRY_AGAIN, tries, this.client.ids.jitter()));
      }
    }
  }
}
