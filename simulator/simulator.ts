import { createHash, randomUUID } from "node:crypto";
import { type Command, onDemand } from "./answers/on-demand.js";
import type { Answer } from "./answers/types.js";
import { millis17 } from "./china-time.js";
import { Link, type LinkDelivery } from "./link.js";
import { Log } from "./log.js";
import { Desk, type Story } from "./process.js";
import type { SimulatorSettings } from "./settings.js";
import { Trust } from "./signature.js";

/** Waits this long for open answers when it is told to stop. */
const STOP_MS = 3_000;

interface Facts {
  id: string;
  messageId: string;
  fileName: string;
  business: string;
}

function headerText(headers: Record<string, unknown>, name: string): string {
  const value = headers[name];
  return typeof value === "string" ? value : value === undefined || value === null ? "" : String(value);
}

/** The receipt's file name as the official client would write it (design, "Boxes"). */
function receiptName(facts: Facts, story: Story, answer: Answer, at: number): string {
  const of = facts.fileName === "" ? story.key || facts.id : facts.fileName.replace(/\.[^.]*$/, "");
  const kind = answer.kind === "business" ? "Receipt" : answer.code === "0" ? "Successed" : "Failed";
  return `${answer.prefix ?? kind}_${of}_${millis17(at)}.xml`;
}

/** The stand-in for the Single Window: takes documents from the send queue and answers on the receive queue. */
export class Simulator {
  private readonly log: Log;
  private readonly desk: Desk;
  private readonly link: Link;
  private readonly running = new Set<Promise<void>>();
  private readonly readyWaiters = new Set<() => void>();
  /** Said once, however often it is tried. */
  private lostBecause = "";

  constructor(
    private readonly settings: SimulatorSettings,
    private readonly say: (line: string) => void = () => undefined,
  ) {
    const trust = Trust.fromFiles(settings.certificates);
    this.log = new Log(settings.log);
    this.desk = new Desk({ clientId: settings.clientId, trust, mode: settings.mode, schemas: settings.schemas });
    this.link = new Link({
      broker: settings.broker,
      sendQueue: settings.sendQueue,
      receiveQueue: settings.receiveQueue,
      prefetch: settings.prefetch,
      commandQueue: settings.commandQueue,
      onDelivery: (delivery) => this.take(delivery, () => this.handle(delivery)),
      onCommand: (delivery) => this.take(delivery, () => this.obey(delivery)),
      onReady: () => this.onReady(),
      onLost: (reason) => this.onLost(reason),
    });
  }

  /** Resolves when it consumes for the first time. */
  start(): Promise<void> {
    const ready = new Promise<void>((resolve) => this.readyWaiters.add(resolve));
    this.link.start();
    return ready;
  }

  /** Ends what it can in three seconds; messages without all their answers go back to the queue. */
  async stop(): Promise<void> {
    const ended = this.link.stop();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STOP_MS);
    });
    await Promise.race([Promise.allSettled([ended, ...this.running]), late]);
    clearTimeout(timer);
    this.log.write({ event: "stopped" });
    this.log.close();
  }

  private onReady(): void {
    this.lostBecause = "";
    const { sendQueue, receiveQueue, clientId } = this.settings;
    this.log.write({ event: "ready", sendQueue, receiveQueue, clientId });
    this.say(`simulator ready: ${sendQueue} -> ${receiveQueue}`);
    for (const waiter of this.readyWaiters) waiter();
    this.readyWaiters.clear();
  }

  private onLost(reason: string): void {
    this.log.write({ event: "disconnected", reason });
    if (reason !== this.lostBecause) this.say(`simulator: no connection to the broker (${reason}), trying again`);
    this.lostBecause = reason;
  }

  private take(delivery: LinkDelivery, work: () => Promise<void>): void {
    const run = work().catch((error: unknown) => {
      // Acknowledged all the same: a message that trips the simulator would come again for ever.
      delivery.ack();
      const text = error instanceof Error ? error.message : String(error);
      this.log.write({ event: "error", messageId: delivery.message.properties.messageId, text });
      this.say(`simulator: ${text}`);
    });
    this.running.add(run);
    void run.finally(() => this.running.delete(run));
  }

  private async handle({ message, ack }: LinkDelivery): Promise<void> {
    const { properties, fields, content } = message;
    const headers: Record<string, unknown> = properties.headers ?? {};
    const messageId = typeof properties.messageId === "string" ? properties.messageId : "";
    const facts: Facts = {
      id: messageId || randomUUID(),
      messageId,
      fileName: headerText(headers, "fileName"),
      business: headerText(headers, "business"),
    };
    this.log.write({
      event: "delivered",
      messageId,
      correlationId: properties.correlationId ?? "",
      messageType: headerText(headers, "messageType"),
      fileName: facts.fileName,
      business: facts.business,
      clientId: headerText(headers, "clientId"),
      redelivered: fields.redelivered,
      possibleDuplicate: headerText(headers, "possibleDuplicate") === "1",
      contentType: properties.contentType ?? "",
      persistent: properties.deliveryMode === 2,
      bytes: content.length,
      sha256: createHash("sha256").update(content).digest("hex"),
    });
    if (this.settings.onlyOnDemand) {
      ack();
      this.log.write({ event: "acknowledged", messageId });
      return;
    }
    const story = await this.desk.judge({ body: content, messageId, business: facts.business, headers });
    this.log.write({
      event: "judged",
      messageId,
      outcome: story.outcome,
      rule: story.rule,
      why: story.why,
      type: story.type,
      clientKey: story.key,
      seqNo: story.seqNo,
      signature: story.signature,
      ...(story.bytesDiffer ? { bytesDiffer: true } : {}),
    });
    if (story.importReceipt && !(await this.send(facts, story, story.importReceipt, story.at, 0))) return;
    for (const [index, due] of this.settings.onlyImport ? [] : story.business.entries()) {
      if (this.settings.delayMs > 0) await this.link.pause(this.settings.delayMs);
      const at = Date.now();
      if (!(await this.send(facts, story, due(at), at, index + 1))) return;
    }
    ack();
    this.log.write({ event: "acknowledged", messageId });
  }

  /** A receipt on demand: its body is a `Command` as JSON. */
  private async obey({ message, ack }: LinkDelivery): Promise<void> {
    const command = JSON.parse(message.content.toString("utf8")) as Command;
    const receipt = await onDemand(command, this.desk.numbers());
    const { fileName, business, body, key, seqNo, format, code } = receipt;
    const { messageId: asked } = message.properties;
    const receiptId = typeof asked === "string" && asked !== "" ? asked : randomUUID();
    const { clientId } = this.settings;
    const headers = { fileName, business, clientId };
    if (!(await this.link.publish({ messageId: receiptId, correlationId: key, type: format, headers, body }))) return;
    ack();
    const sha256 = createHash("sha256").update(body).digest("hex");
    this.log.write({
      event: "answered",
      messageId: "",
      receiptId,
      kind: "on demand",
      format,
      code,
      clientKey: key,
      seqNo,
      fileName,
      sha256,
    });
  }

  private async send(facts: Facts, story: Story, answer: Answer, at: number, number: number): Promise<boolean> {
    const fileName = receiptName(facts, story, answer, at);
    // A repeated import receipt is a message of its own; a publish that is tried again is not.
    const messageId = story.outcome === "duplicate" ? `${facts.id}/${randomUUID()}` : `${facts.id}/${number}`;
    const confirmed = await this.link.publish({
      messageId,
      correlationId: story.key,
      type: answer.format,
      headers: { fileName, business: facts.business, clientId: this.settings.clientId },
      body: answer.body,
    });
    if (!confirmed) return false;
    this.log.write({
      event: "answered",
      messageId: facts.messageId,
      receiptId: messageId,
      kind: answer.kind,
      format: answer.format,
      code: answer.code,
      clientKey: story.key,
      seqNo: story.seqNo,
      fileName,
      sha256: createHash("sha256").update(answer.body).digest("hex"),
    });
    return true;
  }
}
