import { setMaxListeners } from "node:events";
import type { BrokerConnection } from "../amqp/connection.js";
import { type BrokerFault, sendError } from "../amqp/faults.js";
import { ConfirmedPublisher, type PublishOutcome } from "../amqp/publisher.js";
import { readTempBox } from "../boxes/claim.js";
import { settingOf } from "../business/folder-settings.js";
import type { ImportClient } from "../client/import-client.js";
import type { Clock } from "../clock.js";
import { crashPoint } from "../crash-point.js";
import type { DocumentHandle } from "../document.js";
import { codeOf, ImportClientError, messageOf } from "../errors.js";
import type { DocumentRow, DocumentState } from "../ledger/index.js";
import { NO_WORDS } from "../ledger/rules/words.js";
import { isDxpMsg, wrapInDxpMsg } from "./dxpmsg.js";
import { fileMissing, heldError, stopped } from "./errors.js";
import type { WireFields } from "./fields.js";
import { type BusinessLimits, Lanes } from "./lanes.js";
import { Outgoing } from "./outgoing.js";
import { WaitingRoom } from "./waiting-room.js";
import { asPossibleDuplicate, makeWire, messageIdOf, type Wire } from "./wire.js";

export interface SenderSettings {
  /** The node's id: what it left unknown it takes up again. */
  id: string;
  exchange: string;
  /** The send queue; it is the routing key unless a document's fields name another. */
  queue: string;
  /** Milliseconds to wait for a confirm. */
  confirmTimeout: number;
  /** Milliseconds that a document may wait for the broker before it fails with C18; 0 = for ever. */
  giveUpAfter: number;
  /** How often an unknown outcome is resent before the document is held. */
  attempts: number;
  /** Documents that may be on their way to the broker at once; absent = 100. */
  window?: number;
  /** Of these, how many of one business; absent = no limit of its own. */
  perBusiness?: BusinessLimits;
  /** Wrap the document in a DxpMsg. */
  wrap?: boolean;
}

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

interface Begun {
  document: DocumentRow;
  outgoing: Outgoing;
}

const ARRIVED: readonly DocumentState[] = ["sent", "accepted", "rejected"];
const PAUSE = { first: 1000, longest: 60_000 };
const WINDOW = 100;

/**
 * Sends documents: `sending` is committed before the publish, `sent` only by the broker's confirm of that message; what
 * is neither confirmed nor refused is unknown, and is resent with the same id and bytes, or held (promises 1). While a
 * document waits, for its turn or for the broker, only its handle is in memory.
 */
export class DocumentSender {
  private readonly publisher: ConfirmedPublisher;
  private readonly lanes: Lanes;
  private readonly clock: Clock;
  private readonly stopping = new AbortController();
  /** By document: a cloned message joins the send that is under way, or a confirm of one would be undone by the other. */
  private readonly running = new Map<string, Promise<Sent>>();
  private readonly waiting: WaitingRoom;
  private readonly wakeAll = () => this.waiting.wakeAll();
  private readonly onChange = (row: DocumentRow) => this.waiting.wake(row.id);

  constructor(
    private readonly client: ImportClient,
    private readonly connection: BrokerConnection,
    private readonly settings: SenderSettings,
  ) {
    // Each document that pauses listens to it.
    setMaxListeners(0, this.stopping.signal);
    this.clock = connection.clock;
    this.waiting = new WaitingRoom(this.clock, this.stopping.signal);
    this.publisher = new ConfirmedPublisher(connection, settings);
    this.lanes = new Lanes(settings.window || WINDOW, settings.perBusiness);
  }

  async start(): Promise<void> {
    this.connection.on("state", this.wakeAll);
    this.publisher.on("open", this.wakeAll);
    this.client.on("change", this.onChange);
    await this.publisher.start();
  }

  /** Lets go of everything: what waits for the broker is given back, what waits for a confirm becomes unknown. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wakeAll();
    await this.publisher.stop();
    // What they commit on their way out must be there before another sender looks for it.
    await Promise.allSettled(this.running.values());
    this.connection.off("state", this.wakeAll);
    this.client.off("change", this.onChange);
  }

  /**
   * Resolves when the broker has confirmed the document, or a receipt has proved that it arrived. Rejects with C18 (not
   * sent, for certain), SW-UNKNOWN (held for a person), SW-STOPPED (the node stops; the claim stays open), SW-CONFIG (the
   * DxpMsg cannot be made), SW-FILE-MISSING.
   */
  send(document: DocumentHandle, payload: Buffer, options: SendOptions = {}): Promise<Sent> {
    const underWay = this.running.get(document.id);
    if (underWay) return underWay;
    // No frame that waits may hold the payload, hence the two steps.
    const sending = this.begin(document, payload, options)
      .then((begun) => ("row" in begun ? begun : this.deliver(begun.document, begun.outgoing, options)))
      .finally(() => this.running.delete(document.id));
    this.running.set(document.id, sending);
    return sending;
  }

  private async begin(document: DocumentHandle, payload: Buffer, options: SendOptions): Promise<Sent | Begun> {
    const row = await this.client.ledger.get(document.id);
    if (!row) {
      throw new ImportClientError("SW-UNKNOWN-DOCUMENT", {
        zh: `台账中没有单据 ${document.id}`,
        en: `the ledger has no document ${document.id}`,
      });
    }
    if (ARRIVED.includes(row.state)) return { row };
    if (row.state === "held") throw heldError(row.id, "held");
    const outgoing = await this.prepare(document, row, payload, options.fields);
    if (!outgoing) return this.giveUpUnknown(row.id, "the bytes that were sent are gone");
    return { document: row, outgoing };
  }

  /** Documents of this node whose outcome a stop left unknown; to be given to `send` again. */
  async leftUnknown(isKnownSender: (id: string) => boolean): Promise<DocumentRow[]> {
    const open = await this.client.ledger.unsettled();
    return open.filter((row) => this.mayTakeUp(row, isKnownSender));
  }

  /** Is an unknown outcome ours to take up? What a node left that is no more goes to whoever asks first. */
  mayTakeUp(row: DocumentRow, isKnownSender: (id: string) => boolean): boolean {
    if (row.state !== "unknown" || row.wire === "" || this.client.claims.inFlight.has(row.id)) return false;
    const { sender } = JSON.parse(row.wire) as Wire;
    return sender === this.settings.id || !isKnownSender(sender);
  }

  /**
   * What an earlier attempt may have published goes out again as it was, or, when its bytes are gone, not at all
   * (undefined); else a new wire is made.
   */
  private async prepare(
    document: DocumentHandle,
    row: DocumentRow,
    payload: Buffer,
    fields: WireFields | undefined,
  ): Promise<Outgoing | undefined> {
    if (row.wire !== "" && row.state !== "claimed") {
      const known = this.outgoing(row, JSON.parse(row.wire) as Wire);
      if (known.body()) return known;
      if (row.state === "unknown") return undefined;
    }
    const { id, exchange, queue, wrap } = this.settings;
    const handle = { ...document, attempt: row.sentAt > 0 ? row.attempt : 1 };
    // A producer may wrap its files itself.
    const wrapped = wrap && !isDxpMsg(payload);
    const receiver = settingOf(this.client.settings.folders, handle.business)?.receiver;
    const dxp = { ...(receiver && { receivers: [receiver] }), ...fields?.dxp };
    const body = wrapped ? wrapInDxpMsg(handle, messageIdOf(handle), payload, dxp) : payload;
    const to = { sender: id, exchange, routingKey: queue, ...(wrapped && { wrapped }) };
    const wire = makeWire(handle, body, to, fields);
    crashPoint("send.before-spool");
    if (wire.body !== row.sha256) await this.client.spool.write(row.id, body);
    crashPoint("send.after-spool");
    return this.outgoing(row, wire, body);
  }

  /** What was sent as it was claimed lies in TempBox; anything else was spooled. */
  private outgoing(row: DocumentRow, wire: Wire, body?: Buffer): Outgoing {
    return new Outgoing(wire, body, () =>
      wire.body === row.sha256 ? readTempBox(this.client, row) : this.client.spool.read(row.id),
    );
  }

  private async deliver(row: DocumentRow, outgoing: Outgoing, options: SendOptions): Promise<Sent> {
    const { onUncertain } = this.client.settings;
    const { giveUpAfter } = this.settings;
    const end = giveUpAfter > 0 ? this.clock.now() + giveUpAfter : Number.POSITIVE_INFINITY;
    let unknown = row.state === "unknown";
    let mayResend = onUncertain === "resend" ? this.settings.attempts : options.released ? 1 : 0;
    const letGo = () => {
      outgoing.letGo();
      options.onWait?.();
    };
    for (let round = 0; ; round++) {
      const deadline = unknown ? Number.POSITIVE_INFINITY : end;
      let outcome: PublishOutcome;
      let arrived = await this.takeTurn(row, deadline, unknown, letGo);
      if (arrived) return this.arrived(arrived, outgoing);
      try {
        arrived = await this.waitForBroker(row.id, deadline, unknown, letGo);
        if (arrived) return this.arrived(arrived, outgoing);
        if (unknown && mayResend <= 0) return await this.giveUpUnknown(row.id, `onUncertain: ${onUncertain}`);
        if (!outgoing.body()) {
          if (unknown) return await this.giveUpUnknown(row.id, "the bytes that were sent are gone");
          throw fileMissing();
        }
        outcome = await this.publishOnce(row.id, outgoing, unknown);
        arrived = await this.concluded(row.id, outcome, unknown);
        if (arrived) return this.arrived(arrived, outgoing);
      } finally {
        this.lanes.leave(row.business);
      }
      if (unknown && outcome.kind === "unknown") mayResend--;
      unknown ||= outcome.kind === "unknown";
      if (this.stopping.signal.aborted) throw stopped();
      if (!unknown && outcome.kind !== "confirmed" && outcome.kind !== "unknown" && this.clock.now() >= end) {
        throw this.notSent(row.id, outcome);
      }
      letGo();
      await this.pause(round, unknown ? Number.POSITIVE_INFINITY : end);
    }
  }

  /** One publish behind its committed `sending`. What goes wrong after that commit is an unknown outcome, whatever it is. */
  private async publishOnce(id: string, outgoing: Outgoing, repeat: boolean): Promise<PublishOutcome> {
    const { wire } = outgoing;
    const properties = repeat ? asPossibleDuplicate(wire.properties) : wire.properties;
    crashPoint("send.before-sending");
    const text = `${wire.routingKey} ${properties.messageId}`;
    await this.client.claims.send(id, JSON.stringify(wire), repeat, text);
    try {
      crashPoint("send.after-sending");
      const timeout = this.settings.confirmTimeout;
      const body = outgoing.body() as Buffer;
      const publishing = this.publisher.publish({ ...wire, body, properties, timeout });
      crashPoint("send.after-publish");
      const outcome = await publishing;
      crashPoint("send.after-confirm");
      return outcome;
    } catch (error) {
      return { kind: "unknown", reason: messageOf(error) };
    }
  }

  /** Commits what the publish came to, as long as it takes: a full disk may pass. The row when the document has arrived. */
  private async concluded(id: string, outcome: PublishOutcome, wasUnknown: boolean): Promise<DocumentRow | undefined> {
    for (let round = 0; ; round++) {
      try {
        return await this.conclude(id, outcome, wasUnknown);
      } catch (error) {
        if (codeOf(error) !== "SW-LEDGER" || this.stopping.signal.aborted) throw error;
        this.client.notice("SW-LEDGER", messageOf(error), messageOf(error));
        await this.pause(round, Number.POSITIVE_INFINITY);
      }
    }
  }

  private async conclude(id: string, outcome: PublishOutcome, wasUnknown: boolean): Promise<DocumentRow | undefined> {
    const { ledger } = this.client;
    const now = await ledger.get(id);
    // Its receipt may be quicker than the confirm.
    if (now && ARRIVED.includes(now.state)) return now;
    if (outcome.kind === "confirmed") {
      const sent = await ledger.transition(
        id,
        { from: ["sending"], to: "sent" },
        { sentAt: this.client.clock.now(), ...NO_WORDS },
        { event: "sent" },
      );
      crashPoint("send.after-sent");
      return sent;
    }
    // A refusal of the repeat says nothing about the first: it stays unknown.
    const to = outcome.kind === "unknown" || wasUnknown ? "unknown" : "claimed";
    const change = to === "unknown" ? { possibleDuplicate: true } : { wire: "" };
    const event = to === "unknown" ? "unknown" : "refused";
    await ledger.transition(id, { from: ["sending"], to }, change, { event, code: "C18", text: outcome.reason });
    return undefined;
  }

  private arrived(row: DocumentRow, outgoing: Outgoing): Sent {
    const payload = outgoing.payload();
    this.client.spool.remove(row.id);
    return { row, payload };
  }

  private async giveUpUnknown(id: string, why: string): Promise<never> {
    const error = heldError(id, why);
    const row = (await this.client.ledger.get(id)) as DocumentRow;
    await this.client.claims.hold(row, error);
    throw error;
  }

  private notSent(id: string, outcome: Exclude<PublishOutcome, { kind: "confirmed" | "unknown" }>): Error {
    // Made anew at the next attempt.
    this.client.spool.remove(id);
    const { connection } = this;
    const { queue, exchange } = this.settings;
    const say = (fault: BrokerFault, cause?: unknown) => sendError(fault, connection.target, queue || exchange, cause);
    if (outcome.kind === "refused") return say(outcome.returned ? "queue" : "full", new Error(outcome.reason));
    if (connection.state === "blocked") return say("blocked");
    const { lastFault } = connection;
    return lastFault ? say((lastFault.details.fault as BrokerFault) ?? "closed", lastFault.cause) : say("closed");
  }

  /** Resolves to the row when a receipt has proved the send meanwhile, else when it is this document's turn. */
  private async takeTurn(
    row: DocumentRow,
    deadline: number,
    unknown: boolean,
    letGo: () => void,
  ): Promise<DocumentRow | undefined> {
    if (this.stopping.signal.aborted) throw stopped();
    if (this.lanes.tryEnter(row.business)) return undefined;
    letGo();
    let mine = false;
    const leaveLine = this.lanes.wait(row.business, () => {
      mine = true;
      this.waiting.wake(row.id);
    });
    let taken = false;
    try {
      for (;;) {
        await this.waiting.sleep(row.id, deadline, unknown, () => mine);
        if (this.stopping.signal.aborted) throw stopped();
        const arrived = unknown ? await this.arrivedRow(row.id) : undefined;
        if (arrived) return arrived;
        taken = mine;
        if (taken) return undefined;
        // A long line is no reason to fail, a broker that is away is.
        if (this.clock.now() >= deadline && !this.publisher.isOpen)
          throw this.notSent(row.id, { kind: "unsent", reason: "not connected" });
      }
    } finally {
      leaveLine();
      if (mine && !taken) this.lanes.leave(row.business);
    }
  }

  /** Resolves to the row when a receipt has proved an unknown send meanwhile, else when the broker is there. */
  private async waitForBroker(
    id: string,
    deadline: number,
    unknown: boolean,
    letGo: () => void,
  ): Promise<DocumentRow | undefined> {
    for (;;) {
      if (this.stopping.signal.aborted) throw stopped();
      const arrived = unknown ? await this.arrivedRow(id) : undefined;
      if (arrived) return arrived;
      if (this.publisher.isOpen) return undefined;
      if (this.clock.now() >= deadline) throw this.notSent(id, { kind: "unsent", reason: "not connected" });
      letGo();
      await this.waiting.sleep(id, deadline, unknown, () => this.publisher.isOpen);
    }
  }

  private async arrivedRow(id: string): Promise<DocumentRow | undefined> {
    const row = await this.client.ledger.get(id);
    return row && ARRIVED.includes(row.state) ? row : undefined;
  }

  private pause(round: number, deadline: number): Promise<void> {
    const pause = Math.min(PAUSE.longest, PAUSE.first * 2 ** round) * (0.5 + this.client.ids.jitter() / 2);
    return this.waiting.pause(Math.min(pause, deadline - this.clock.now()));
  }
}
