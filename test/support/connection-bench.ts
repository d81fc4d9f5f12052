import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Channel, connect } from "amqplib";
import { BrokerConnection } from "../../lib/amqp/connection.js";
import { type BrokerFault, FAULT_TEXTS } from "../../lib/amqp/fault-texts.js";
import type { BrokerSettings } from "../../lib/amqp/settings.js";
import { testBroker } from "../../lib/diagnose/broker.js";
import type { Step, TestedQueue } from "../../lib/diagnose/index.js";
import { type PrivateBroker, startPrivateBroker } from "../../scripts/private-broker.js";
import { Authority, type Issued } from "./authority.js";
import { type Relay, relayTo } from "./relay.js";
import { removeScratch, scratch } from "./scratch.js";
import { until } from "./until.js";

/** Seconds; what is a black hole costs each case so much. */
const CONNECT_TIMEOUT = 2;

/** Steps of a broker without a queue. */
export const STEPS: readonly string[] = ["dns", "tcp", "tls", "amqp", "login", "vhost", "round-trip", "clock"];

/** The table of `docs/connection-test.md` that has a row for each fault. */
export const FAULTS_PAGE: string =
  readFileSync(join(__dirname, "..", "..", "docs", "connection-test.md"), "utf8").split("## Faults")[1] ?? "";

/**
 * A broker with TLS, certificates of every kind, and relays that misbehave, for the tests of the `describe` that it is made
 * in. What the connection test said to each fault is printed as a table at its end.
 */
export class ConnectionBench {
  broker!: PrivateBroker;
  relay!: Relay;
  secureRelay!: Relay;
  client!: Issued;
  strangeClient!: Issued;
  oldClient!: Issued;
  private authority!: Authority;
  private stranger!: Authority;
  private readonly table: { fault: string; said: Step; seconds: number }[] = [];

  constructor() {
    before(() => this.start());
    afterEach(() => {
      this.relay.flow();
      this.secureRelay.flow();
    });
    after(async () => {
      await this.relay?.close();
      await this.secureRelay?.close();
      await this.broker?.stop();
      removeScratch();
      console.log(this.printed());
    });
  }

  plain(change: Partial<BrokerSettings> = {}): BrokerSettings {
    return {
      host: this.broker.host,
      port: this.broker.port,
      vhost: "/",
      user: this.broker.user,
      password: this.broker.password,
      tls: undefined,
      heartbeat: 2,
      connectTimeout: CONNECT_TIMEOUT,
      connectionName: "connection test",
      ...change,
    };
  }

  secure(name: string, tls: BrokerSettings["tls"] = {}, change: Partial<BrokerSettings> = {}): BrokerSettings {
    const port = this.broker.tlsPort as number;
    return this.plain({ port, tls: { ca: this.authority.pem, servername: name, ...tls }, ...change });
  }

  pem({ certificate, key }: Issued): { cert: Buffer; key: Buffer } {
    return { cert: readFileSync(certificate), key: readFileSync(key) };
  }

  queue(name: string, use: TestedQueue["use"] = "send", own = 0): TestedQueue {
    return { name, use, own };
  }

  /** Runs the test, and notes what it says as a row of the table. Every word that it says is described in the docs. */
  async run(
    fault: string,
    settings: BrokerSettings,
    queues: readonly TestedQueue[] = [],
  ): Promise<{ steps: Step[]; failed: Step | undefined }> {
    const start = performance.now();
    const { steps } = await testBroker(settings, queues);
    const seconds = (performance.now() - start) / 1000;
    const failed = steps.find(({ ok }) => !ok);
    const said = failed ?? steps.find(({ warning }) => warning) ?? steps.at(-1);
    if (said) this.table.push({ fault, said, seconds });
    if (said?.fault) assert.ok(FAULTS_PAGE.includes(`| \`${said.fault}\` |`), said.fault);
    assert.ok(!JSON.stringify(steps).includes(this.broker.password), "the password is in a step");
    return { steps, failed };
  }

  /** The test has to end at this step, with this word, its texts and its advice. */
  async says(
    what: string,
    settings: BrokerSettings,
    step: string,
    fault: BrokerFault,
    queues?: TestedQueue[],
  ): Promise<Step> {
    const { steps, failed } = await this.run(what, settings, queues);
    assert.deepEqual([failed?.step, failed?.code, failed?.fault], [step, "C18", fault], JSON.stringify(steps, null, 1));
    const { text, advice } = FAULT_TEXTS[fault];
    assert.ok(failed);
    assert.ok(failed.text.zh.startsWith(text.zh) && failed.text.en.startsWith(text.en), JSON.stringify(failed));
    assert.deepEqual(failed.advice, advice);
    return failed;
  }

  /** The running connection has to say the same in its status, and to come back by itself once the fault is `mended`. */
  async survives(settings: BrokerSettings, fault: BrokerFault, mend?: () => unknown): Promise<void> {
    const connection = new BrokerConnection(settings);
    try {
      connection.start();
      await until(
        () => `it says ${fault}; it says ${connection.lastFault?.details.fault} (${connection.lastFault?.cause})`,
        () => connection.state === "disconnected" && connection.lastFault?.details.fault === fault,
        30_000,
      );
      if (!mend) return;
      await mend();
      await until("it is connected", () => connection.state === "connected", 30_000);
      assert.equal(connection.lastFault, undefined);
    } finally {
      await connection.close();
    }
  }

  /** Runs something on a connection of the test's own. */
  async aside(work: (channel: Channel) => unknown): Promise<void> {
    const own = await connect(this.broker.url);
    await work(await own.createChannel());
    await own.close();
  }

  private async start(): Promise<void> {
    this.authority = new Authority("Test CA");
    this.stranger = new Authority("Other CA");
    const served = (name: string, by = this.authority, options = {}) => {
      const { certificate: cert, key } = by.issue(name, options);
      return { cert, key };
    };
    const own = this.authority.issue("good.test", { names: ["good.test", "IP:127.0.0.1"] });
    this.client = this.authority.issue("client", { for: "client", names: [] });
    this.strangeClient = this.stranger.issue("client", { for: "client", names: [] });
    this.oldClient = this.authority.issue("client", {
      for: "client",
      names: [],
      from: "20200101000000Z",
      until: "20210101000000Z",
    });
    this.broker = await startPrivateBroker({
      dir: scratch(),
      tls: { ca: this.authority.certificate, cert: own.certificate, key: own.key },
      tlsHosts: {
        "good.test": served("good.test"),
        "soon.test": served("soon.test", this.authority, { until: `${inDays(10)}000000Z` }),
        "expired.test": served("expired.test", this.authority, { from: "20200101000000Z", until: "20210101000000Z" }),
        "future.test": served("future.test", this.authority, { from: "20400101000000Z", until: "20410101000000Z" }),
        "stranger.test": served("stranger.test", this.stranger),
        "name.test": served("somebody.else"),
        "client.test": { ...served("client.test"), ca: this.authority.certificate },
      },
    });
    this.relay = await relayTo({ host: this.broker.host, port: this.broker.port });
    this.secureRelay = await relayTo({ host: this.broker.host, port: this.broker.tlsPort as number });
  }

  /** Fault, what the connection test says, and how long it took; times differ from machine to machine. */
  private printed(): string {
    const lines = this.table.map(({ fault, said, seconds }) => {
      const result = said.ok ? (said.warning ? "!" : "ok") : (said.fault ?? said.code);
      return `| ${fault} | ${said.step} | ${result} | ${seconds.toFixed(2)} | ${said.text.zh} | ${said.text.en} |`;
    });
    const head = ["| fault | step | word | seconds | zh | en |", "|---|---|---|---|---|---|"];
    return ["", `connect timeout ${CONNECT_TIMEOUT} s`, ...head, ...lines, ""].join("\n");
  }
}

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
}
