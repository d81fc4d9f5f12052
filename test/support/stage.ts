import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import type { BoxName, BoxPath } from "../../lib/files/box-place.js";
import { BOX_MARKER, isDay } from "../../lib/files/names.js";
import type { DocumentRow } from "../../lib/ledger/index.js";
import { type NodeRed, startNodeRed } from "../../scripts/node-red.js";
import { freePort } from "../../scripts/ports.js";
import { type BrokerAddress, type PrivateBroker, startPrivateBroker } from "../../scripts/private-broker.js";
import { makeSoftToken, type SoftToken } from "../../scripts/soft-token.js";
import { givenBroker } from "../../scripts/test-broker.js";
import { DEMO_IDENTITY } from "../../simulator/samples/index.js";
import type { Mode } from "../../simulator/settings.js";
import { Simulator } from "../../simulator/simulator.js";
import { scratch } from "./scratch.js";
import { until as waitUntil } from "./until.js";

const PIN = "778899";
/** Nodes of Node-RED's own that take longest to load, and their types. */
const SLOW_TO_LOAD: Readonly<Record<string, readonly string[]>> = {
  "10-mqtt.js": ["mqtt in", "mqtt out", "mqtt-broker"],
  "10-file.js": ["file", "file in"],
  "21-httpin.js": ["http in", "http response"],
  "21-httprequest.js": ["http request"],
  "22-websocket.js": ["websocket in", "websocket out", "websocket-listener", "websocket-client"],
  "31-tcpin.js": ["tcp in", "tcp out", "tcp request"],
  "70-HTML.js": ["html"],
  "70-JSON.js": ["json"],
  "70-XML.js": ["xml"],
  "70-YAML.js": ["yaml"],
  "80-template.js": ["template"],
};

/** The parts that several stages of one test file share: a broker and a token. */
export interface Theatre {
  broker: BrokerAddress;
  token: SoftToken;
  pin: string;
  close(): Promise<void>;
}

/** One whose broker may be stopped, frozen and asked: nobody else is there. */
export interface OwnTheatre extends Theatre {
  broker: PrivateBroker;
}

async function makeToken(pin: string, cardNumber?: string): Promise<SoftToken> {
  const company = { code: DEMO_IDENTITY.customsCode, name: "Stage" };
  return makeSoftToken({ dir: scratch(), label: "stage", pin, company, ...(cardNumber && { cardNumber }) });
}

/**
 * `pin`: one that is looked for in files has to be longer than a number that may stand there by chance. `cardNumber`: the card's own.
 * Its broker is the one of the whole run, with a virtual host of its own there, or one that is started for it.
 */
export async function openTheatre(pin = PIN, cardNumber?: string): Promise<Theatre> {
  const broker = givenBroker();
  if (!broker) return openOwnTheatre(pin, cardNumber);
  return { broker, token: await makeToken(pin, cardNumber), pin, close: async () => {} };
}

/** The same with a broker that is nobody else's. */
export async function openOwnTheatre(pin = PIN, cardNumber?: string): Promise<OwnTheatre> {
  const token = await makeToken(pin, cardNumber);
  const broker = await startPrivateBroker({ dir: scratch() });
  return { broker, token, pin, close: () => broker.stop() };
}

/** One line of the simulator's log. */
export interface SimulatorLine {
  event: string;
  messageId?: string;
  correlationId?: string;
  clientKey?: string;
  redelivered?: boolean;
  possibleDuplicate?: string | boolean;
  outcome?: string;
  [fact: string]: unknown;
}

export interface StageOptions {
  clientId: string;
  /** Changes the example flow before Node-RED gets it. */
  flow?: (nodes: Record<string, unknown>[]) => void;
  nodeRedDir?: string;
  node?: string;
  /** Settings of the import-client beside those of the environment; its boxes may lie elsewhere. */
  client?: Record<string, unknown> & { boxPaths?: readonly BoxPath[] };
  /** Certificates that the simulator trusts beside the token's. */
  certificates?: string[];
  /** Milliseconds between the simulator's business receipts. */
  delayMs?: number;
  /** How the simulator judges. */
  mode?: Mode;
  /** The simulator answers only what it is asked for. */
  onlyOnDemand?: boolean;
  /** The simulator gives import receipts alone. */
  onlyImport?: boolean;
  /** Whatever is imported later finds its nodes; else the slow ones that the flow does not have are left out. */
  everyNode?: true;
  /** Further environment variables of every Node-RED of this stage; made from the stage's folder. */
  env?: (dir: string) => NodeJS.ProcessEnv;
}

/**
 * A whole client on real parts: Node-RED with the example flow, the shared broker and token, a simulator with queues of
 * its own. Node-RED can be killed and started again over the same folders.
 */
export class Stage {
  readonly dir = scratch();
  readonly root = join(this.dir, "ImpPath");
  readonly simulatorLog = join(this.dir, "simulator.log");
  private simulator: Simulator | undefined;
  private running: NodeRed | undefined;

  private readonly loads: string[] = [];
  private readonly logged: SimulatorLine[] = [];
  /** Bytes of the simulator's log that are in `logged`. */
  private logRead = 0;

  constructor(
    private readonly theatre: Theatre,
    private readonly options: StageOptions,
  ) {
    for (const folder of ["DecCus001", "Sas", "Rmft"])
      mkdirSync(join(this.root, folder, "OutBox"), { recursive: true });
    const example = join(__dirname, "..", "..", "examples", "01-import-client.json");
    const nodes = JSON.parse(readFileSync(example, "utf8")) as Record<string, unknown>[];
    for (const node of nodes) {
      const { boxPaths = [], ...settings } = options.client ?? {};
      if (node.type === "sw-import-client") Object.assign(node, settings, { boxPaths: JSON.stringify(boxPaths) });
    }
    for (const { path } of options.client?.boxPaths ?? []) mkdirSync(path, { recursive: true });
    options.flow?.(nodes);
    writeFileSync(join(this.dir, "flows.json"), JSON.stringify(nodes));
  }

  get clientId(): string {
    return this.options.clientId;
  }

  /** Remembers the keys of a load, so that the next one is judged by itself. */
  noteLoad(keys: readonly string[]): void {
    this.loads.push(...keys);
  }

  handedIn(): readonly string[] {
    return this.loads;
  }

  get nodeRed(): NodeRed {
    if (!this.running) throw new Error("Node-RED does not run");
    return this.running;
  }

  async startSimulator(): Promise<void> {
    const { broker, token } = this.theatre;
    const { host, port, user, password, vhost } = broker;
    const {
      clientId,
      delayMs = 0,
      certificates = [],
      onlyOnDemand = false,
      onlyImport = false,
      mode = "faq",
    } = this.options;
    this.simulator = new Simulator({
      broker: { host, port, user, password, vhost, tls: false, ca: "" },
      clientId,
      sendQueue: `Q_Send${clientId}`,
      receiveQueue: `Q_Recv${clientId}`,
      commandQueue: `Q_Command${clientId}`,
      onlyOnDemand,
      onlyImport,
      mode,
      delayMs,
      prefetch: 100,
      certificates: [token.certificateFile, ...certificates],
      log: this.simulatorLog,
    });
    await this.simulator.start();
  }

  /** Starts Node-RED, again after a kill, with further environment variables. */
  async startNodeRed(env: NodeJS.ProcessEnv = {}): Promise<NodeRed> {
    this.running = await this.launch("node-red", env);
    return this.running;
  }

  /** Starts one more Node-RED with the same settings, on the same root; whoever starts it stops it. */
  startAnotherNodeRed(name = "another", env: NodeJS.ProcessEnv = {}): Promise<NodeRed> {
    return this.launch(name, env);
  }

  private slowAndUnused(): string[] {
    const nodes = JSON.parse(readFileSync(join(this.dir, "flows.json"), "utf8")) as { type: string }[];
    const used = new Set(nodes.map(({ type }) => type));
    return Object.keys(SLOW_TO_LOAD).filter((file) => !SLOW_TO_LOAD[file]?.some((type) => used.has(type)));
  }

  private async launch(userDir: string, env: NodeJS.ProcessEnv): Promise<NodeRed> {
    const { broker, token, pin } = this.theatre;
    const { clientId } = this.options;
    return startNodeRed({
      userDir: join(this.dir, userDir),
      port: await freePort(),
      flowFile: join(this.dir, "flows.json"),
      settings: {
        nodesExcludes: this.options.everyNode ? [] : this.slowAndUnused(),
        // Nobody installs nodes here: Node-RED asks npm for its version otherwise, at each start.
        externalModules: { autoInstall: false, palette: { allowInstall: false } },
      },
      logFile: join(this.dir, `${userDir}.log`),
      ...(this.options.nodeRedDir && { nodeRedDir: this.options.nodeRedDir }),
      ...(this.options.node && { node: this.options.node }),
      env: {
        SW_ROOT: this.root,
        SW_ENVIRONMENT: "test",
        SW_CLIENT_ID: clientId,
        SW_ORG_CODE: DEMO_IDENTITY.orgCode,
        SW_CUSTOMS_CODE: DEMO_IDENTITY.customsCode,
        SW_REGION: DEMO_IDENTITY.region,
        SW_AMQP_HOST: broker.host,
        SW_AMQP_PORT: String(broker.port),
        SW_AMQP_VHOST: broker.vhost,
        SW_AMQP_USER: broker.user,
        SW_AMQP_PASSWORD: broker.password,
        SW_AMQP_TLS: "false",
        SW_CARD_BACKEND: "pkcs11",
        SW_CARD_PIN: pin,
        SW_PKCS11_MODULE: token.module,
        SW_PKCS11_TOKEN: token.label,
        SOFTHSM2_CONF: token.config,
        ...this.options.env?.(this.dir),
        ...env,
      },
    });
  }

  /** Hands a file in as producers do: under a name that is left alone, then renamed. */
  drop(folder: string, fileName: string, bytes: Buffer): void {
    const outBox = this.box(folder, "OutBox");
    writeFileSync(join(outBox, `${fileName}.tmp`), bytes);
    renameSync(join(outBox, `${fileName}.tmp`), join(outBox, fileName));
  }

  /** What lies in a box, in sub-folders by day too; not what marks a box that lies elsewhere. */
  files(folder: string, box: string): string[] {
    const path = this.box(folder, box);
    if (!existsSync(path)) return [];
    const names = readdirSync(path).flatMap((name) =>
      isDay(name) ? readdirSync(join(path, name)).map((inner) => `${name}/${inner}`) : name,
    );
    return names.filter((name) => name !== BOX_MARKER).sort();
  }

  /** Where a box lies. */
  box(folder: string, box: string): string {
    const place = this.options.client?.boxPaths?.find((row) => row.folder === folder && row.box === box);
    return place?.path ?? join(this.root, folder, box);
  }

  /** The boxes of a folder that lie elsewhere. */
  elsewhere(folder: string): BoxName[] {
    return (this.options.client?.boxPaths ?? []).flatMap((row) => (row.folder === folder ? row.box : []));
  }

  /** Is the file of this key still in the OutBox? The tests name files by their key. */
  isWaiting(key: string): boolean {
    return this.files("DecCus001", "OutBox").includes(`${key}.xml`);
  }

  /** Asks an admin route of the running Node-RED. */
  async ask<T>(path: string, body?: unknown): Promise<T> {
    const init =
      body === undefined
        ? {}
        : { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const response = await fetch(`${this.nodeRed.url}/single-window/${path}`, init);
    return (await response.json()) as T;
  }

  /** Every row of the ledger, read from its file, whether Node-RED runs or not. */
  rows(): Pick<
    DocumentRow,
    "id" | "fileName" | "clientKey" | "state" | "settled" | "box" | "code" | "possibleDuplicate"
  >[] {
    const file = join(this.root, ".ledger", "ledger.db");
    if (!existsSync(file)) return [];
    return this.read(
      file,
      "SELECT id, file_name AS fileName, client_key AS clientKey, state, settled, box, code, possible_duplicate AS possibleDuplicate FROM documents",
    );
  }

  /** Client keys of the documents that the ledger says were resent after an unknown outcome. */
  resentKeys(): Set<string> {
    const file = join(this.root, ".ledger", "ledger.db");
    const sql =
      "SELECT DISTINCT client_key AS clientKey FROM documents JOIN events ON document_id = documents.id WHERE event = 'resending'";
    return new Set(this.read<{ clientKey: string }>(file, sql).map(({ clientKey }) => clientKey));
  }

  /** Message ids of the deliveries whose receipts are all in an InBox. */
  filedReceipts(): Set<string> {
    const file = join(this.root, ".ledger", "ledger.db");
    const sql = "SELECT message_id AS id, min(filed) AS filed FROM receipts GROUP BY message_id";
    const rows = this.read<{ id: string; filed: number }>(file, sql);
    return new Set(rows.filter(({ filed }) => filed === 1).map(({ id }) => id));
  }

  /** Is a transaction that writes open in the ledger at this moment? */
  ledgerIsLocked(): boolean {
    const database = new Database(join(this.root, ".ledger", "ledger.db"));
    try {
      database.exec("BEGIN IMMEDIATE");
      database.exec("ROLLBACK");
      return false;
    } catch {
      return true;
    } finally {
      database.close();
    }
  }

  private read<T>(file: string, sql: string): T[] {
    const database = new Database(file);
    try {
      database.exec("PRAGMA busy_timeout = 5000");
      return database.prepare(sql).all() as T[];
    } finally {
      database.close();
    }
  }

  /** What the simulator has logged so far. Asked again and again, it reads what has come since. */
  simulated(): readonly SimulatorLine[] {
    if (!existsSync(this.simulatorLog)) return [];
    const file = openSync(this.simulatorLog, "r");
    try {
      const more = Buffer.alloc(fstatSync(file).size - this.logRead);
      readSync(file, more, 0, more.length, this.logRead);
      // Behind the last line end is a line that is still being written.
      const whole = more.subarray(0, more.lastIndexOf("\n") + 1);
      this.logRead += whole.length;
      for (const line of whole.toString("utf8").split("\n")) if (line.endsWith("}")) this.logged.push(JSON.parse(line));
    } finally {
      closeSync(file);
    }
    return this.logged;
  }

  async close(): Promise<void> {
    await this.running?.stop();
    await this.simulator?.stop();
  }
}

/** Waits as `until.ts` does, longer and with fewer looks, each of which costs more: a whole client has to do its work. */
export async function until(
  what: string | (() => string),
  done: () => boolean | Promise<boolean>,
  limit = 60_000,
): Promise<void> {
  await waitUntil(what, done, limit, 100);
}
