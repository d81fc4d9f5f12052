import { setMaxListeners } from "node:events";
import { readTempBox, sha256Of } from "../boxes/claim.js";
import type { ImportClient } from "../client/import-client.js";
import { crashPoint } from "../crash-point.js";
import type { DocumentHandle } from "../document.js";
import { codeOf, ImportClientError, messageOf } from "../errors.js";
import type { DocumentRow, DocumentState } from "../ledger/index.js";
import type { BrokerConnection } from "./connection.js";
import { brokerError } from "./faults.js";
import { ConfirmedPublisher, type PublishOutcome } from "./publisher.js";
import { Spool } from "./spool.js";
import { asPossibleDuplicate, makeWire, type Wire } from "./wire.js";

export interface SenderSettings {
  /** The node's id: what it left unknown it takes up again. */
  id: string;
  exchange: string;
  queue: string;
  /** Milliseconds to wait for a confirm. */
  confirmTimeout: number;
  /** Milliseconds that a document may wait for the broker before it fails with C18; 0 = for ever. */
  giveUpAfter: number;
  /** How often an unknown outcome is resent before the document is held. */
  attempts: number;
}

const ARRIVED: readonly DocumentState[] = ["sent", "accepted", "rejected"];
/** A reopened channel and a receipt that proves a send announce themselves to nobody here. */
const POLL = 500;
const PAUSE = { first: 1000, longest: 60_000 };

/**
 * Sends documents: `sending` is committed before the publish, `sent` only by the broker's confirm of that message; what
 * is neither confirmed nor refused is unknown, and is resent with the same id and bytes, or held (promises 1).
 */
export class DocumentSender {
  private readonly publisher: ConfirmedPublisher;
  private readonly spool: Spool;
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<DocumentRow>>();

  constructor(
    private readonly client: ImportClient,
    private readonly connection: BrokerConnection,
    private readonly settings: SenderSettings,
  ) {
    // Each waiting document listens to it.
    setMaxListeners(0, this.stopping.signal);
    this.publisher = new ConfirmedPublisher(connection);
    this.spool = new Spool(client.settings.root);
  }

  async start(): Promise<void> {
    await this.publisher.start();
  }

  /** Lets go of everything: what waits for the broker is given back, what waits for a confirm becomes unknown. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.publisher.stop();
    // What they commit on their way out must be there before another sender looks for it.
    await Promise.allSettled(this.running);
  }

  /**
   * Resolves when the broker has confirmed the document, or a receipt has proved that it arrived. Rejects with C18 (not
   * sent, for certain), SW-UNKNOWN (held for a person), SW-STOPPED (the node stops; the claim stays open). `released`: a
   * person has let a held document be resent, so the policy does not hold it again before that.
   */
  async send(document: DocumentHandle, payload: Buffer, options: { released?: boolean } = {}): Promise<DocumentRow> {
    const row = await this.client.ledger.get(document.id);
    if (!row) {
      throw new ImportClientError("SW-UNKNOWN-DOCUMENT", {
        zh: `台账中没有单据 ${document.id}`,
        en: `the ledger has no document ${document.id}`,
      });
    }
    if (ARRIVED.includes(row.state)) return row;
    if (row.state === "held") throw heldError(row.id, "held");
    const prepared = this.prepare(document, row, payload);
    if (!prepared) return this.giveUpUnknown(row.id, "the bytes that were sent are gone");
    const delivery = this.deliver(row, prepared.wire, prepared.body, options.released ?? false);
    this.running.add(delivery);
    try {
      return await delivery;
    } catch (error) {
      if (codeOf(error) === "C18") this.spool.remove(row.id);
      throw error;
    } finally {
      this.running.delete(delivery);
    }
  }

  /** Documents of this node whose outcome a stop left unknown; to be given to `send` again. */
  async leftUnknown(isKnownSender: (id: string) => boolean): Promise<DocumentRow[]> {
    const open = await this.client.ledger.unsettled();
    return open.filter((row) => this.mayTakeUp(row, isKnownSender));
  }

  /** Is an unknown outcome ours to take up? What a node left that is no more goes to whoever asks first. */
  mayTakeUp(row: DocumentRow, isKnownSender: (id: string) => boolean): boolean {
    if (row.state !== "unknown" || row.wire === "" || this.client.claims.has(row.id)) return false;
    const { sender } = JSON.parse(row.wire) as Wire;
    return sender === this.settings.id || !isKnownSender(sender);
  }

  /**
   * What an earlier attempt may have published goes out again as it was, or, when its bytes are gone, not at all
   * (undefined); else a new wire is made.
   */
  private prepare(
    document: DocumentHandle,
    row: DocumentRow,
    payload: Buffer,
  ): { wire: Wire; body: Buffer } | undefined {
    if (row.wire !== "" && row.state !== "claimed") {
      const wire = JSON.parse(row.wire) as Wire;
      // What was sent as it was claimed lies in TempBox; anything else was spooled.
      const body = wire.body === row.sha256 ? readTempBox(this.client, row) : this.spool.read(row.id);
      if (body && sha256Of(body) === wire.body) return { wire, body };
      if (row.state === "unknown") return undefined;
    }
    const { id, exchange, queue } = this.settings;
    const handle = { ...document, attempt: row.sentAt > 0 ? row.attempt : 1 };
    const wire = makeWire(handle, payload, { sender: id, exchange, routingKey: queue });
    crashPoint("send.before-spool");
    if (wire.body !== row.sha256) this.spool.write(row.id, payload);
    crashPoint("send.after-spool");
    return { wire, body: payload };
  }

  private async deliver(row: DocumentRow, wire: Wire, body: Buffer, released: boolean): Promise<DocumentRow> {
    const { onUncertain } = this.client.settings;
    const deadline = this.settings.giveUpAfter > 0 ? Date.now() + this.settings.giveUpAfter : Number.POSITIVE_INFINITY;
    let unknown = row.state === "unknown";
    let mayResend = onUncertain === "resend" ? this.settings.attempts : released ? 1 : 0;
    for (let round = 0; ; round++) {
      const proved = await this.waitForBroker(row.id, unknown ? Number.POSITIVE_INFINITY : deadline);
      if (proved) return this.arrived(row.id);
      if (unknown && mayResend <= 0) return this.giveUpUnknown(row.id, `onUncertain: ${onUncertain}`);
      const outcome = await this.publishOnce(row.id, wire, body, unknown);
      if (await this.concluded(row.id, outcome, unknown)) return this.arrived(row.id);
      if (unknown && outcome.kind === "unknown") mayResend--;
      unknown ||= outcome.kind === "unknown";
      if (this.stopping.signal.aborted) throw stopped();
      const certain = outcome.kind === "refused" || outcome.kind === "unsent";
      if (certain && !unknown && Date.now() >= deadline) throw this.notSent(outcome);
      await this.pause(round, unknown ? Number.POSITIVE_INFINITY : deadline);
    }
  }

  /** One publish behind its committed `sending`. What goes wrong after that commit is an unknown outcome, whatever it is. */
  private async publishOnce(id: string, wire: Wire, body: Buffer, repeat: boolean): Promise<PublishOutcome> {
    const properties = repeat ? asPossibleDuplicate(wire.properties) : wire.properties;
    crashPoint("send.before-sending");
    await this.client.ledger.transition(
      id,
      "sending",
      { wire: JSON.stringify(wire), sendingAt: Date.now(), possibleDuplicate: repeat },
      { event: repeat ? "resending" : "sending", text: `${wire.routingKey} ${properties.messageId}` },
    );
    try {
      crashPoint("send.after-sending");
      const publishing = this.publisher.publish({ ...wire, body, properties, timeout: this.settings.confirmTimeout });
      crashPoint("send.after-publish");
      const outcome = await publishing;
      crashPoint("send.after-confirm");
      return outcome;
    } catch (error) {
      return { kind: "unknown", reason: messageOf(error) };
    }
  }

  /** Commits what the publish came to, as long as it takes: a full disk may pass. True when the document has arrived. */
  private async concluded(id: string, outcome: PublishOutcome, wasUnknown: boolean): Promise<boolean> {
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

  private async conclude(id: string, outcome: PublishOutcome, wasUnknown: boolean): Promise<boolean> {
    const { ledger } = this.client;
    const now = await ledger.get(id);
    // Its receipt may be quicker than the confirm.
    if (now && ARRIVED.includes(now.state)) return true;
    if (outcome.kind === "confirmed") {
      await ledger.transition(id, "sent", { sentAt: Date.now(), code: "", text: "" }, { event: "sent" });
      crashPoint("send.after-sent");
      return true;
    }
    // A refusal of the repeat says nothing about the first: it stays unknown.
    const to = outcome.kind === "unknown" || wasUnknown ? "unknown" : "claimed";
    const change = to === "unknown" ? { possibleDuplicate: true } : { wire: "" };
    const event = to === "unknown" ? "unknown" : "refused";
    await ledger.transition(id, to, change, { event, code: "C18", text: outcome.reason });
    return false;
  }

  private async arrived(id: string): Promise<DocumentRow> {
    this.spool.remove(id);
    return (await this.client.ledger.get(id)) as DocumentRow;
  }

  private async giveUpUnknown(id: string, why: string): Promise<never> {
    const error = heldError(id, why);
    const row = (await this.client.ledger.get(id)) as DocumentRow;
    await this.client.hold(row, { code: error.code, text: error.text });
    throw error;
  }

  private notSent(outcome: { kind: "refused" | "unsent"; reason: string }): ImportClientError {
    const { queue, exchange } = this.settings;
    const fault =
      this.connection.lastFault?.cause ??
      new Error(`${outcome.reason === "not connected" ? "" : "NOT_FOUND "}${outcome.reason}`);
    return brokerError(fault, this.connection.settings, queue || exchange);
  }

  /** Resolves to true when a receipt has proved the send meanwhile; to false when the broker is there. */
  private async waitForBroker(id: string, deadline: number): Promise<boolean> {
    for (;;) {
      if (this.stopping.signal.aborted) throw stopped();
      const row = await this.client.ledger.get(id);
      if (row && ARRIVED.includes(row.state)) return true;
      if (this.publisher.isOpen) return false;
      if (Date.now() >= deadline) throw this.notSent({ kind: "unsent", reason: "not connected" });
      await this.nextChange(Math.min(deadline - Date.now(), POLL));
    }
  }

  private async pause(round: number, deadline: number): Promise<void> {
    const pause = Math.min(PAUSE.longest, PAUSE.first * 2 ** round) * (0.5 + Math.random() / 2);
    await this.sleep(Math.max(0, Math.min(pause, deadline - Date.now())));
  }

  /** Until the connection's state changes, the sender stops, or the time is over. */
  private nextChange(limit: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.stopping;
      const timer = setTimeout(end, limit);
      const { connection } = this;
      function end(): void {
        clearTimeout(timer);
        connection.off("state", end);
        signal.removeEventListener("abort", end);
        resolve();
      }
      connection.on("state", end);
      signal.addEventListener("abort", end);
    });
  }

  private sleep(limit: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.stopping;
      const timer = setTimeout(end, limit);
      function end(): void {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      }
      signal.addEventListener("abort", end);
    });
  }
}

function stopped(): ImportClientError {
  return new ImportClientError("SW-STOPPED", {
    zh: "节点正在停止，单据稍后继续",
    en: "the node stops; the document goes on later",
  });
}

function heldError(id: string, why: string): ImportClientError {
  return new ImportClientError(
    "SW-UNKNOWN",
    {
      zh: "发送结果不明：服务器没有确认，也没有拒绝。为避免重复申报，单据已暂停，等待人工处理",
      en: "the outcome of the send is not known: neither confirmed nor refused; the document is held for a person",
    },
    {
      advice: {
        zh: "请先在单一窗口网页查询该单据是否已到达，再在侧栏中选择重发或确认。",
        en: "Look on the Single Window's page whether it has arrived, then resend or release it in the sidebar.",
      },
      details: { id, why },
    },
  );
}
