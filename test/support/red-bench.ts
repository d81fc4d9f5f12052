import { EventEmitter, once } from "node:events";
import { type Channel, connect, type GetMessage } from "amqplib";
import type { Node, NodeInitializer } from "node-red";
import type { ImportClient } from "../../lib/client/import-client.js";
import type { DocumentRow } from "../../lib/ledger/index.js";
import card from "../../nodes/card/card.js";
import cardSign from "../../nodes/card-sign/card-sign.js";
import compose from "../../nodes/compose/compose.js";
import diagnose from "../../nodes/diagnose/diagnose.js";
import documents from "../../nodes/documents/documents.js";
import folderWatch from "../../nodes/folder-watch/folder-watch.js";
import handIn from "../../nodes/hand-in/hand-in.js";
import importClient from "../../nodes/import-client/import-client.js";
import mqBroker from "../../nodes/mq-broker/mq-broker.js";
import mqReceive from "../../nodes/mq-receive/mq-receive.js";
import mqSend from "../../nodes/mq-send/mq-send.js";
import preflight from "../../nodes/preflight/preflight.js";
import receiptParse from "../../nodes/receipt-parse/receipt-parse.js";
import type { FlowMessage } from "../../nodes/runtime.js";
import settle from "../../nodes/settle/settle.js";
import sidebar from "../../nodes/sidebar/sidebar.js";
import validateXsd from "../../nodes/validate-xsd/validate-xsd.js";
import zip from "../../nodes/zip/zip.js";
import { type PrivateBroker, startPrivateBroker } from "../../scripts/private-broker.js";
import { makeSoftToken, type SoftToken } from "../../scripts/soft-token.js";
import { Authority } from "./authority.js";
import type { FlowNode } from "./flow-nodes.js";
import { scratch } from "./scratch.js";
import { CARD_NUMBER, COMPANY, PIN } from "./test-card.js";
import { until } from "./until.js";

/** Both are real packages of devDependencies; the second is Node-RED 5 under another name. */
export type Runtime = "node-red" | "node-red-5";

/** A message, and a Catch, Complete or Status node's additions. */
export type Seen = FlowMessage & {
  error?: { message: string; code?: string; source: { id: string; type: string } };
  missing?: string;
  event?: { event: string };
};

interface LogLine {
  level: number;
  id?: string;
  type?: string;
  msg: unknown;
}

/** What is used of node-red-node-test-helper, which has no types. */
interface Helper {
  init(runtimePath: string): void;
  startServer(): Promise<void>;
  stopServer(): Promise<void>;
  load(nodes: NodeInitializer[], flow: FlowNode[], credentials: Record<string, object>): Promise<void>;
  unload(): Promise<void>;
  _events: EventEmitter;
  _redNodes: { setFlows(flow: FlowNode[], credentials: object, type: "full" | "flows" | "nodes"): Promise<void> };
  getNode(id: string): (Node & { ready?: Promise<ImportClient> }) | null;
  request(): Agent;
}

/** What is used of supertest, which has no types here either. */
interface Agent {
  get(path: string): Answer;
  post(path: string): Answer;
}
// biome-ignore lint/suspicious/noExplicitAny: an answer of any route
type Answer = Promise<{ status: number; body: any; text: string; headers: Record<string, string> }> & {
  send(body: object | string): Answer;
  type(contentType: string): Answer;
  buffer(whole: boolean): Answer;
  parse(read: (answer: NodeJS.ReadableStream, done: (error: Error | null, body: Buffer) => void) => void): Answer;
};

const ERROR = 20;
const TAB = { id: "tab", type: "tab", label: "test" };

/**
 * One Node-RED runtime with every node of this package, one RabbitMQ, one SoftHSM2 token. `load` starts a flow; what its
 * `sink` nodes received, what the nodes showed as status and what they logged can then be looked at.
 */
export class RedBench {
  broker!: PrivateBroker;
  authority!: Authority;
  token!: SoftToken;
  private helper!: Helper;
  private readonly seen = new Map<string, Seen[]>();
  private readonly shown = new Map<string, string[]>();
  private readonly lines: LogLine[] = [];
  private loaded = false;
  private queues = 0;
  private events!: EventEmitter;

  constructor(private readonly runtime: Runtime) {}

  /** Version of the runtime that runs: `4.1.15`. */
  version = "";

  async start(): Promise<void> {
    // Beside the plain port one with TLS, which asks for a client certificate of the test's own authority.
    this.authority = new Authority("Test CA");
    const { certificate: cert, key } = this.authority.issue("broker.test");
    const tls = { ca: this.authority.certificate, cert, key, verify: true };
    this.broker = await startPrivateBroker({ dir: scratch(), tls });
    this.token = await makeSoftToken({
      dir: scratch(),
      label: "nodes",
      pin: PIN,
      company: COMPANY,
      cardNumber: CARD_NUMBER,
    });
    // The module's process inherits it.
    process.env.SOFTHSM2_CONF = this.token.config;
    this.helper = require("node-red-node-test-helper") as Helper;
    const path = require.resolve(this.runtime);
    this.helper.init(path);
    await this.helper.startServer();
    const RED = require(path) as {
      version(): string;
      log: { addHandler(handler: EventEmitter): void };
      runtime: { events: EventEmitter };
    };
    this.version = RED.version();
    this.events = RED.runtime.events;
    const log = new EventEmitter();
    log.on("log", (line: LogLine) => this.lines.push(line));
    RED.log.addHandler(log);
    RED.runtime.events.on("node-status", ({ id, status }: { id: string; status?: { text?: string } }) => {
      put(this.shown, id, status?.text ?? "");
    });
  }

  async stop(): Promise<void> {
    await this.helper?.stopServer();
    await this.broker?.stop();
  }

  /** Starts a flow. Config nodes first is not needed; `catch`, `complete` and `status` are Node-RED's own. */
  async load(nodes: FlowNode[], credentials: Record<string, object> = {}): Promise<void> {
    for (const record of [this.seen, this.shown]) record.clear();
    this.lines.length = 0;
    this.loaded = true;
    const flow = [TAB, ...nodes];
    const passwords = { broker: { user: this.broker.user, password: this.broker.password }, card: { pin: PIN } };
    await this.helper.load(
      [
        ...[importClient, mqBroker, card, folderWatch, validateXsd, preflight, zip, cardSign],
        ...[compose, handIn, mqSend, mqReceive, receiptParse, settle, documents, diagnose, sidebar],
        ...[this.sinks, this.functionNode()],
        // Node-RED's own, of the runtime that runs.
        require(require.resolve("@node-red/nodes/core/network/05-tls.js", { paths: [require.resolve(this.runtime)] })),
      ],
      flow,
      { ...passwords, ...credentials },
    );
  }

  /** Node-RED's own function node, of the runtime that is under test. */
  private functionNode(): NodeInitializer {
    return require(
      require.resolve("@node-red/nodes/core/function/10-function.js", { paths: [require.resolve(this.runtime)] }),
    ) as NodeInitializer;
  }

  /** Deploys a changed flow: only the nodes that changed are stopped and started again ("Modified nodes"). */
  async deployChanged(nodes: FlowNode[]): Promise<void> {
    // The helper's own way of it gives the flows 300 ms to start.
    const started = once(this.helper._events, "flows:started");
    await this.helper._redNodes.setFlows([TAB, ...nodes], {}, "nodes");
    await started;
  }

  /** Stops the flow, as a redeploy or a stop of Node-RED does. */
  async unload(): Promise<void> {
    if (!this.loaded) return;
    this.loaded = false;
    await this.helper.unload();
  }

  /** Messages that a sink has received so far. */
  messages(id: string): Seen[] {
    return this.seen.get(id) ?? [];
  }

  /** Resolves to the messages of a sink once there are so many. */
  arrived(id: string, count = 1, within?: number): Promise<Seen[]> {
    return until(
      `${count} message(s) reach ${id}`,
      () => {
        const messages = this.messages(id);
        return messages.length >= count ? messages : undefined;
      },
      within,
    ).catch((error) => {
      const shown = [...this.shown].map(([node, texts]) => `${node}: ${texts.slice(-3).join(", ")}`).join("; ");
      const has = `${id} has ${this.messages(id).length}; shown: ${shown}; logged: ${this.errors().join(" | ")}`;
      throw new Error(`${error.message}; ${has}`);
    });
  }

  /** Resolves to the one message of a sink, as soon as it is there. */
  async one(id: string): Promise<Seen> {
    return (await this.arrived(id))[0] as Seen;
  }

  /** Texts of the statuses that a node has shown. */
  statuses(id: string): string[] {
    return this.shown.get(id) ?? [];
  }

  showing(id: string, text: string, within?: number): Promise<true> {
    return until(`${id} shows ${text}`, () => this.statuses(id).at(-1) === text || undefined, within).catch((error) => {
      throw new Error(`${error.message}; it showed ${this.statuses(id).join(", ")}`);
    }) as Promise<true>;
  }

  /** How many listen to an event of the runtime. */
  listeners(event: string): number {
    return this.events.listenerCount(event);
  }

  /** Errors that were logged, `<node id>: <text>`. */
  errors(): string[] {
    return this.logged((line) => line.level === ERROR);
  }

  /** Everything that was logged, `<node id>: <text>`. */
  logged(which: (line: LogLine) => boolean = () => true): string[] {
    return this.lines
      .filter(which)
      .map(({ id, msg }) => `${id ?? ""}: ${msg instanceof Error ? `${msg.message} ${msg.stack}` : String(msg)}`);
  }

  node(id: string): Node {
    const node = this.helper.getNode(id);
    if (!node) throw new Error(`no node ${id}`);
    return node;
  }

  client(id = "client"): Promise<ImportClient> {
    return (this.node(id) as Node & { ready: Promise<ImportClient> }).ready;
  }

  /** Resolves to a document's row once `is` holds for it. */
  row(id: string, what: string, is: (row: DocumentRow) => boolean, within?: number): Promise<DocumentRow> {
    let last: DocumentRow | undefined;
    return until(
      what,
      async () => {
        last = await (await this.client()).ledger.get(id);
        return last && is(last) ? last : undefined;
      },
      within,
    ).catch((error) => {
      throw new Error(`${error.message}; the row: ${JSON.stringify(last)}; logged: ${this.errors().join(" | ")}`);
    });
  }

  /**
   * Resolves when what the nodes have written to the broker so far is out. Node-RED closes all nodes at once, and an
   * acknowledgement that is still in a buffer then is lost: the broker brings the delivery again, which is no fault.
   */
  async written(): Promise<void> {
    await this.http().get("/single-window/status");
  }

  http(): Agent {
    return this.helper.request();
  }

  /** A queue of the test's own. */
  async queue(name = `q${++this.queues}`): Promise<string> {
    await this.aside((channel) => channel.assertQueue(name, { durable: true }));
    return name;
  }

  /** Messages that wait in a queue. */
  async depth(queue: string): Promise<number> {
    return (await this.aside((channel) => channel.checkQueue(queue))).messageCount;
  }

  /** Takes the next message out of a queue. */
  async take(queue: string, within?: number): Promise<GetMessage> {
    return await until(
      `a message is in ${queue}`,
      () =>
        this.aside(async (channel) => {
          const message = await channel.get(queue, { noAck: true });
          return message === false ? undefined : message;
        }),
      within,
    );
  }

  /** Publishes a receipt as the Single Window would. */
  async publish(queue: string, body: Buffer, headers: Record<string, string> = {}, messageId = "r1"): Promise<void> {
    const own = await connect(this.broker.url, { noDelay: true });
    try {
      const channel = await own.createConfirmChannel();
      channel.sendToQueue(queue, body, { headers, messageId, persistent: true });
      await channel.waitForConfirms();
    } finally {
      await own.close();
    }
  }

  /** Runs something on a connection of the test's own. */
  async aside<T>(work: (channel: Channel) => Promise<T>): Promise<T> {
    const own = await connect(this.broker.url, { noDelay: true });
    own.on("error", () => {});
    try {
      return await work(await own.createChannel());
    } finally {
      await own.close().catch(() => undefined);
    }
  }

  /** `test-sink`: records what it receives, and passes it on. */
  private readonly sinks: NodeInitializer = (RED) => {
    const { seen } = this;
    function Sink(this: Node, config: { id: string; type: string; name: string; z: string }): void {
      RED.nodes.createNode(this, config);
      this.on("input", (message, send, done) => {
        // A copy: the nodes behind it change the message, mq-send releases its bytes while it waits.
        put(seen, config.id, { ...message } as Seen);
        send(message);
        done();
      });
    }
    RED.nodes.registerType("test-sink", Sink);
  };
}

function put<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
