import { readTempBox } from "../../lib/boxes/claim.js";
import { LARGEST } from "../../lib/boxes/content.js";
import { handleOf } from "../../lib/boxes/context.js";
import { outcomeFor } from "../../lib/boxes/outcome.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import { ClientOpening } from "../../lib/client/opening.js";
import { codeOf, type Fault as DocumentFault, ImportClientError, messageOf, neutral } from "../../lib/errors.js";
import { faultOf } from "../../lib/fault.js";
import type { Ports } from "../../lib/files/ports.js";
import type { DocumentRow } from "../../lib/ledger/index.js";
import { Line as SendLine } from "../../lib/send/line.js";
import { DocumentSender } from "../../lib/send/sender.js";
import { TakeUp } from "../../lib/send/take-up.js";
import { FolderWatch } from "../../lib/watch/folder-watch.js";
import type { Line } from "./broker.js";
import { SimCard } from "./card.js";
import type { SimConsumer } from "./connection.js";
import { SimConnection } from "./connection.js";
import { Fault } from "./decisions.js";
import { SimDisk } from "./disk.js";
import { takeOut } from "./guards.js";
import type { SimLedger } from "./ledger.js";
import { Doer, SimClock, SimHost, SimIds } from "./ports.js";
import { openLedger } from "./process-ledger.js";
import type { Life } from "./scheduler.js";
import type { World } from "./world.js";

const CARD_AWAY = new Fault("the card is not there", 0.1);

/** Milliseconds after which a document that was given back is claimed again. */
const RETRY_AFTER = 5000;

/** What stands before a document that was packed for its way. */
export const PACKED = Buffer.from("packed:");

/** One process of ours: the real client, and the nodes of the example flow wired without Node-RED. */
export class SimProcess {
  readonly doer: Doer;
  readonly clock: SimClock;
  readonly ids: SimIds;
  readonly ports: Ports;
  opening: ClientOpening | undefined;
  /** Its ledger, or the last one that it had open. */
  ledger: SimLedger | undefined;
  private flow: Flow | undefined;
  private deploying = false;

  /** Its line to the broker, while it has one. */
  get line(): Line | undefined {
    return this.flow?.connection.line;
  }

  constructor(
    readonly world: World,
    readonly life: Life,
  ) {
    this.doer = new Doer(world, life);
    this.clock = new SimClock(this.doer);
    this.ids = new SimIds(this.doer, life.name);
    this.ports = {
      disk: new SimDisk(this.doer),
      clock: this.clock,
      ids: this.ids,
      host: new SimHost(this.doer),
    };
  }

  /** As a deploy does it. */
  start(): void {
    const { world } = this;
    const opening = new ClientOpening(world.settings, this.ports, async () => {
      this.ledger = await openLedger(this.doer, this.clock);
      return this.ledger;
    });
    this.opening = opening;
    if (world.without === "lease") {
      const file = (opening as unknown as { file: { take(): unknown; assertHeld(): void } }).file;
      const take = file.take.bind(file);
      file.take = () => void take();
      file.assertHeld = () => undefined;
    }
    opening.on("fault", (fault) =>
      world.tell(this.life.name, fault ? `waits: ${fault.code} ${fault.text.en}` : "works"),
    );
    opening.on("notice", ({ code, text }) => world.tell(this.life.name, `says ${code} ${text.en}`));
    opening.ready.then(
      (client) => {
        if (this.opening !== opening || this.life.dead) return;
        if (world.without) takeOut(world.without, client);
        if (!world.logs) client.reports.record = () => undefined;
        this.flow = new Flow(this, client);
        this.flow.start().catch((error) => world.fault(this.life, error));
      },
      () => undefined,
    );
    opening.start();
  }

  /** Stops the nodes and starts them anew, as a deploy does. */
  async deploy(): Promise<void> {
    const { opening, flow } = this;
    if (this.deploying) return;
    this.deploying = true;
    this.flow = undefined;
    await flow?.stop();
    await opening?.close();
    this.deploying = false;
    if (!this.life.dead) this.start();
  }
}

/** The nodes of the example flow: watch, sign, send, settle; receive, parse, settle. */
class Flow {
  readonly connection: SimConnection;
  private readonly sender: DocumentSender;
  private readonly line: SendLine;
  private readonly takeUp: TakeUp;
  private readonly watch: FolderWatch;
  private readonly card: SimCard | undefined;
  private consumer: SimConsumer | undefined;
  private switching: Promise<void> = Promise.resolve();
  private closed = false;
  private readonly onLink = () => {
    const { lease, link } = this.client;
    this.connection.follow();
    this.switching = this.switching.then(() => this.listen(lease.fault === undefined && link.isOpen));
  };

  constructor(
    private readonly process: SimProcess,
    private readonly client: ImportClient,
  ) {
    const { world, doer, clock, ids } = process;
    if (world.signs) this.card = new SimCard(doer, world.cardOf(process.life.machine));
    this.connection = new SimConnection(doer, clock, ids, () => client.link.isOpen);
    const settings = {
      ...{ id: "mq-send", exchange: "", queue: "Q_SendDEMO0001", confirmTimeout: 10_000, giveUpAfter: 1_800_000 },
      ...{ attempts: world.attempts, window: 100 },
    };
    this.sender = new DocumentSender(client, this.connection, settings);
    this.line = new SendLine(client, this.sender, settings);
    this.takeUp = new TakeUp(client, this.sender, {
      isKnownSender: (id) => id === "mq-send",
      onSent: (row) => void this.settle(row.id, undefined),
      onFault: (row, error) => void this.settle(row.id, faultOf(error)),
    });
    this.watch = new FolderWatch(
      client,
      {
        ...{
          owner: "folder-watch",
          businesses: [world.papers.folder],
          interval: world.interval,
          maxInFlight: 20,
          createBoxes: true,
        },
        ...{ incompleteAfter: 600_000, pdfWait: world.gathers ? 60_000 : 0, mostBytes: LARGEST },
      },
      {
        onClaim: (row, payload) => void this.claimed(row, payload),
        onNotice: ({ code, text }) => world.tell(process.life.name, `says ${code} ${text.en}`),
        onRound: () => {},
      },
    );
  }

  async start(): Promise<void> {
    this.watch.start();
    this.client.lease.on("fault", this.onLink);
    this.client.link.on("change", this.onLink);
    this.onLink();
    this.sender.start();
    await this.takeUp.start();
  }

  async stop(): Promise<void> {
    this.closed = true;
    this.client.lease.off("fault", this.onLink);
    this.client.link.off("change", this.onLink);
    this.takeUp.stop();
    this.line.close();
    await Promise.all([this.watch.stop(), this.sender.stop(), this.consumer?.stop()]);
    this.connection.close();
  }

  private async listen(may: boolean): Promise<void> {
    if (may === (this.consumer !== undefined) || this.closed) return;
    const before = this.consumer;
    const options = {
      ...{ queue: "Q_RecvDEMO0001", prefetch: 20, exclusive: false, unreadable: "park" as const },
      headers: { fileName: "fileName", business: "business" },
    };
    const { client } = this;
    this.consumer = may
      ? this.connection.consumer(options, {
          onDelivery: (delivery) => void this.received(client.deliveries.add(delivery).id, delivery.body),
          onGone: (ids) => client.deliveries.forget(ids),
          onFault: () => {},
          onReady: () => {},
          onShared: () => {},
        })
      : undefined;
    this.consumer?.start();
    await before?.stop();
  }

  private async claimed(row: DocumentRow, claimed: Buffer): Promise<void> {
    const { world, life } = this.process;
    const document = handleOf(row);
    let payload: Buffer | undefined = claimed;
    try {
      if (world.packs) payload = Buffer.concat([PACKED, payload]);
      await this.process.clock.pause();
      if (world.decisions.happens(CARD_AWAY, life.number)) throw cardAway();
      await this.card?.ready();
      const sent = await this.line.send(document, payload, {
        fields: { headers: {}, properties: {} },
        onWait: () => {
          payload = undefined;
        },
      });
      payload ??= sent.payload ?? (await readTempBox(this.client, sent.row));
      await this.settle(row.id, undefined);
    } catch (error) {
      if (this.closed) this.client.claims.inFlight.release(row.id);
      // Ready: it goes out through another one of us.
      else if (codeOf(error) === "SW-STOPPED") return;
      else await this.settle(row.id, faultOf(error));
    }
  }

  /** A message that carries a fault comes to settle through a Catch node. */
  private async settle(id: string, fault: DocumentFault | undefined): Promise<void> {
    const { world, life } = this.process;
    try {
      const outcome = outcomeFor(fault, await this.client.ledger.get(id), 3);
      await this.client.claims.end(id, outcome, fault ?? { code: "SW-FAULT", text: neutral("") }, RETRY_AFTER);
    } catch (error) {
      world.tell(life.name, `cannot settle ${id}: ${codeOf(error) ?? ""} ${messageOf(error)}`);
    }
  }

  private async received(id: string, body: Buffer): Promise<void> {
    const { world, life } = this.process;
    try {
      const parts = await this.client.intake.read(body, { deliveryId: id });
      const reason = parts.find((part) => part.reason)?.reason;
      const known = parts.every((part) => part.receipts.length > 0);
      await this.client.intake.settle(id, known ? undefined : { code: "SW-RECEIPT", text: neutral(""), ...reason });
    } catch (error) {
      world.tell(life.name, `cannot store a receipt: ${codeOf(error) ?? ""} ${messageOf(error)}`);
    }
  }
}

function cardAway(): ImportClientError {
  return new ImportClientError("C134", neutral("no card"), { kind: "waits", details: { state: "absent" } });
}
