import type { Registry } from "prom-client";
import type { ImportClient } from "../client/import-client.js";
import type { DocumentRow, EventNote, ReceiptRow } from "../ledger/index.js";
import { type Measured, measurements } from "../measure.js";
import { packageVersion } from "../version.js";
import { promClient } from "./library.js";
import type { BrokerSnapshot, CardSnapshot, ClientSnapshot, Snapshot } from "./snapshot.js";

type Library = typeof import("prom-client");

/** Upper bounds in seconds: of what a card or a disk does, of what a broker does, of what the other side does. */
const QUICK = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];
const SLOW = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 43_200, 172_800];

const CLIENT = ["client_id", "environment"] as const;

/** The states in which a document waits for the next step, and when it came into each and left it, by the row's own times. */
const STAYS = {
  sending: { state: "claimed", from: "claimedAt", to: "sendingAt" },
  sent: { state: "sending", from: "sendingAt", to: "sentAt" },
  receipt: { state: "sent", from: "sentAt", to: "importReceiptAt" },
} as const satisfies Record<string, { state: string; from: keyof DocumentRow; to: keyof DocumentRow }>;

/**
 * What Prometheus and its like are told (OpenMetrics), under names by their conventions: seconds, `_total` for what only
 * grows. No label carries anything of a document but its folder's code. Counters begin with the process.
 */
export class Metrics {
  private readonly registry: Registry;
  private readonly make: ReturnType<typeof instruments>;
  private readonly onMeasured = (what: Measured, seconds: number) => this.make.took[what].observe(seconds);

  private constructor(library: Library) {
    this.registry = new library.Registry();
    this.registry.setContentType(library.Registry.OPENMETRICS_CONTENT_TYPE as never);
    this.make = instruments(library, this.registry);
    library.collectDefaultMetrics({ register: this.registry });
    measurements.on("took", this.onMeasured);
  }

  /** Rejects with SW-PREREQUISITE where prom-client is missing. */
  static async open(): Promise<Metrics> {
    return new Metrics(await promClient());
  }

  /** Counts what happens to the documents of a client from now on. */
  follow(client: ImportClient): void {
    const { clientId, environment } = client.settings;
    const whose = { client_id: clientId, environment };
    const { make } = this;
    client.on("change", (row: DocumentRow, note: EventNote) => {
      make.events.inc({ ...whose, business: row.business, event: note.event });
      const stay = STAYS[note.event as keyof typeof STAYS];
      if (!stay || row[stay.to] < row[stay.from] || row[stay.from] === 0) return;
      make.stays.observe({ ...whose, state: stay.state }, (row[stay.to] - row[stay.from]) / 1000);
    });
    if (client.ledger.instances) {
      make.takeovers.inc(whose, 0);
      client.on("takeover", () => make.takeovers.inc(whose));
    }
    client.on("receipt", ({ folder, kind, outcome, documentId }: ReceiptRow) => {
      make.receipts.inc({ ...whose, business: folder, kind, outcome, matched: String(documentId !== null) });
    });
  }

  /** The text of a scrape, with its media type. */
  async text({ clients, brokers, cards }: Snapshot): Promise<{ type: string; body: string }> {
    for (const gauge of this.make.gauges) gauge.reset();
    for (const client of clients) this.setClient(client);
    for (const broker of brokers) this.setBroker(broker);
    for (const card of cards) this.setCard(card);
    return { type: this.registry.contentType, body: await this.registry.metrics() };
  }

  close(): void {
    measurements.off("took", this.onMeasured);
    this.registry.clear();
  }

  private setClient(client: ClientSnapshot): void {
    const { make } = this;
    const whose = { client_id: client.clientId, environment: client.environment };
    make.instance.set({ ...whose, version: packageVersion() }, 1);
    make.open.set(whose, client.open ? 1 : 0);
    if (client.fault !== "") make.fault.set({ ...whose, code: client.fault }, 1);
    for (const [state, count] of Object.entries(client.counts ?? {})) make.documents.set({ ...whose, state }, count);
    make.ledgerUp.set(whose, client.ledgerUp ? 1 : 0);
    if (client.oldestOpen !== undefined) make.oldestOpen.set(whose, client.oldestOpen);
    make.inFlight.set(whose, client.inFlight);
    if (client.instances) {
      const { alive, silent, leads } = client.instances;
      make.instances.set({ ...whose, standing: "alive" }, alive);
      make.instances.set({ ...whose, standing: "silent" }, silent);
      make.leads.set(whose, leads ? 1 : 0);
    }
    for (const { business, files, oldest } of client.boxes) {
      make.outBoxFiles.set({ ...whose, business }, files);
      make.outBoxOldest.set({ ...whose, business }, oldest);
    }
  }

  private setBroker({ name, connected, queues }: BrokerSnapshot): void {
    this.make.connected.set({ broker: name }, connected ? 1 : 0);
    for (const { name: queue, use, depth } of queues) {
      if (depth !== null) this.make.depth.set({ broker: name, queue, use }, depth);
    }
  }

  private setCard({ name, state, notAfter }: CardSnapshot): void {
    const { make } = this;
    make.card.set({ card: name, state }, 1);
    make.pinBlocked.set({ card: name }, state === "closed" || state === "locked" ? 1 : 0);
    if (notAfter > 0) make.certificate.set({ card: name }, notAfter / 1000);
  }
}

/** Every metric of the package, by its name, what it says and its labels. */
function instruments({ Counter, Gauge, Histogram }: Library, registry: Registry) {
  const registers = [registry];
  const gauges: InstanceType<typeof Gauge<string>>[] = [];
  const gauge = (name: string, help: string, labelNames: readonly string[]) => {
    const made = new Gauge<string>({ name: `single_window_${name}`, help, labelNames: [...labelNames], registers });
    gauges.push(made);
    return made;
  };
  const counter = (name: string, help: string, labelNames: readonly string[]) =>
    new Counter<string>({ name: `single_window_${name}`, help, labelNames: [...labelNames], registers });
  const histogram = (name: string, help: string, buckets: number[], labelNames: readonly string[] = []) =>
    new Histogram<string>({ name: `single_window_${name}`, help, buckets, labelNames: [...labelNames], registers });
  return {
    gauges,
    instance: gauge("instance_info", "The client that runs here, and its version", [...CLIENT, "version"]),
    open: gauge("client_open", "1 while root and ledger are open and this process holds the root's lease", CLIENT),
    fault: gauge("client_fault", "1 for the code of what keeps the client from working", [...CLIENT, "code"]),
    ledgerUp: gauge("ledger_up", "1 while the ledger answers; 0: what is counted in it is left out", CLIENT),
    documents: gauge("documents", "Documents by state", [...CLIENT, "state"]),
    oldestOpen: gauge("oldest_open_seconds", "Age of the oldest claim that is not settled", CLIENT),
    inFlight: gauge("in_flight", "Claims that are out in messages of the flow", CLIENT),
    instances: gauge("instances", "Processes that share the ledger, and whether their leases are renewed", [
      ...CLIENT,
      "standing",
    ]),
    leads: gauge("instance_leads", "1 for the one of several that does what only one may do", CLIENT),
    takeovers: counter("takeovers_total", "How often documents of an instance that was gone were taken over", CLIENT),
    outBoxFiles: gauge("outbox_files", "Files that wait in OutBox", [...CLIENT, "business"]),
    outBoxOldest: gauge("outbox_oldest_seconds", "Age of the oldest file that waits in OutBox", [
      ...CLIENT,
      "business",
    ]),
    connected: gauge("broker_connected", "1 while the connection to the broker is up", ["broker"]),
    depth: gauge("queue_messages", "Messages that wait in a queue", ["broker", "queue", "use"]),
    card: gauge("card_state", "1 for the state that a card is in", ["card", "state"]),
    pinBlocked: gauge("card_pin_blocked", "1 while no PIN may be sent to the card", ["card"]),
    certificate: gauge("card_certificate_not_after_timestamp_seconds", "When the card's certificate ends", ["card"]),
    events: counter("document_events_total", "What happened to documents", [...CLIENT, "business", "event"]),
    receipts: counter("receipts_total", "Receipts stored in InBox, and whether a document was found", [
      ...CLIENT,
      ...["business", "kind", "outcome", "matched"],
    ]),
    stays: histogram("state_seconds", "How long documents stayed in a state", SLOW, [...CLIENT, "state"]),
    took: {
      sign: histogram("sign_seconds", "How long a card took to sign", QUICK),
      commit: histogram("commit_seconds", "How long a change of the ledger took until it was durable", QUICK),
    },
  };
}
