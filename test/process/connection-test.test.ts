import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { connect } from "amqplib";
import { BrokerConnection } from "../../lib/amqp/connection.js";
import { type BrokerFault, FAULT_TEXTS } from "../../lib/amqp/fault-texts.js";
import type { BrokerSettings } from "../../lib/amqp/settings.js";
import { testBroker } from "../../lib/diagnose/broker.js";
import type { Step, TestedQueue } from "../../lib/diagnose/index.js";
import { freePort } from "../../scripts/ports.js";
import { type PrivateBroker, startPrivateBroker } from "../../scripts/private-broker.js";
import { Authority, type Issued } from "../support/authority.js";
import { type Relay, relayTo } from "../support/relay.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { silentPort } from "../support/silent-port.js";
import { until } from "../support/until.js";

/** Seconds; what is a black hole costs each case so much. */
const CONNECT_TIMEOUT = 2;

/** Each row of the table that this file prints at its end. */
const table: { fault: string; said: Step; seconds: number }[] = [];

describe("connection test", function () {
  this.timeout(120_000);

  let authority: Authority;
  let stranger: Authority;
  let broker: PrivateBroker;
  let relay: Relay;
  let secureRelay: Relay;
  let client: Issued;
  let strangeClient: Issued;
  let oldClient: Issued;

  before(async () => {
    authority = new Authority("Test CA");
    stranger = new Authority("Other CA");
    const served = (name: string, by = authority, options = {}) => {
      const { certificate: cert, key } = by.issue(name, options);
      return { cert, key };
    };
    const own = authority.issue("good.test", { names: ["good.test", "IP:127.0.0.1"] });
    client = authority.issue("client", { for: "client", names: [] });
    strangeClient = stranger.issue("client", { for: "client", names: [] });
    oldClient = authority.issue("client", {
      for: "client",
      names: [],
      from: "20200101000000Z",
      until: "20210101000000Z",
    });
    broker = await startPrivateBroker({
      dir: scratch(),
      tls: { ca: authority.certificate, cert: own.certificate, key: own.key },
      tlsHosts: {
        "good.test": served("good.test"),
        "soon.test": served("soon.test", authority, { until: `${inDays(10)}000000Z` }),
        "expired.test": served("expired.test", authority, { from: "20200101000000Z", until: "20210101000000Z" }),
        "future.test": served("future.test", authority, { from: "20400101000000Z", until: "20410101000000Z" }),
        "stranger.test": served("stranger.test", stranger),
        "name.test": served("somebody.else"),
        "client.test": { ...served("client.test"), ca: authority.certificate },
      },
    });
    relay = await relayTo({ host: broker.host, port: broker.port });
    secureRelay = await relayTo({ host: broker.host, port: broker.tlsPort as number });
  });
  afterEach(() => {
    relay.flow();
    secureRelay.flow();
  });
  after(async () => {
    await relay?.close();
    await secureRelay?.close();
    await broker?.stop();
    removeScratch();
    console.log(printed());
  });

  const plain = (change: Partial<BrokerSettings> = {}): BrokerSettings => ({
    host: broker.host,
    port: broker.port,
    vhost: "/",
    user: broker.user,
    password: broker.password,
    tls: undefined,
    heartbeat: 2,
    connectTimeout: CONNECT_TIMEOUT,
    connectionName: "connection test",
    ...change,
  });

  const secure = (name: string, tls: BrokerSettings["tls"] = {}, change: Partial<BrokerSettings> = {}) =>
    plain({ port: broker.tlsPort as number, tls: { ca: authority.pem, servername: name, ...tls }, ...change });

  const pem = ({ certificate, key }: Issued) => ({ cert: readFileSync(certificate), key: readFileSync(key) });

  /** Runs the test, and notes what it says as a row of the table. */
  async function run(
    fault: string,
    settings: BrokerSettings,
    queues: readonly TestedQueue[] = [],
  ): Promise<{ steps: Step[]; failed: Step | undefined }> {
    const start = performance.now();
    const { steps } = await testBroker(settings, queues);
    const seconds = (performance.now() - start) / 1000;
    const failed = steps.find(({ ok }) => !ok);
    const said = failed ?? steps.find(({ warning }) => warning) ?? steps.at(-1);
    if (said) table.push({ fault, said, seconds });
    assert.ok(!JSON.stringify(steps).includes(broker.password), "the password is in a step");
    return { steps, failed };
  }

  /** The test has to end at this step, with this word, its texts and its advice. */
  async function says(
    what: string,
    settings: BrokerSettings,
    step: string,
    fault: BrokerFault,
    queues?: TestedQueue[],
  ) {
    const { steps, failed } = await run(what, settings, queues);
    assert.deepEqual([failed?.step, failed?.code, failed?.fault], [step, "C18", fault], JSON.stringify(steps, null, 1));
    const { text, advice } = FAULT_TEXTS[fault];
    assert.ok(failed);
    assert.ok(failed.text.zh.startsWith(text.zh) && failed.text.en.startsWith(text.en), JSON.stringify(failed));
    assert.deepEqual(failed.advice, advice);
    return failed;
  }

  /** The running connection has to say the same in its status, and to come back by itself once the fault is `mended`. */
  async function survives(settings: BrokerSettings, fault: BrokerFault, mend?: () => unknown) {
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

  const ALL = ["dns", "tcp", "tls", "amqp", "login", "vhost", "round-trip", "clock"];

  it("passes where all is well, plain and with TLS, and names version, certificate and clock", async () => {
    for (const settings of [plain(), secure("good.test")]) {
      const { steps } = await run(settings.tls ? "none (TLS)" : "none (plain)", settings);
      assert.deepEqual(
        steps.map(({ step, ok, warning }) => [step, ok, warning]),
        ALL.filter((step) => settings.tls || step !== "tls").map((step) => [step, true, undefined]),
        JSON.stringify(steps, null, 1),
      );
      const text = (name: string) => steps.find(({ step }) => step === name)?.text.en ?? "";
      assert.match(text("amqp"), /^RabbitMQ \d+\.\d+\.\d+/);
      assert.match(text("clock"), /agrees/);
      if (settings.tls)
        assert.match(text("tls"), /TLSv1\.3, certificate for good\.test, .*\(SNI\) good\.test, issued by Test CA/);
    }
  });

  describe("the network", () => {
    it("names a host that is not there", async () => {
      const settings = plain({ host: "no-such-host.invalid" });
      const { failed } = await run("host name does not exist", settings);
      // Without a name server the resolver cannot tell that a name is missing, only that nobody answers.
      assert.ok(failed);
      assert.ok(failed.step === "dns" && ["dns", "dns-server"].includes(failed.fault ?? ""), JSON.stringify(failed));
      await survives(settings, failed.fault as BrokerFault);
    });

    it("names a port that refuses, and one that does not answer", async () => {
      const port = await freePort();
      await says("port closed", plain({ port }), "tcp", "refused");
      await survives(plain({ port }), "refused");
      const silent = await silentPort();
      try {
        await says("packets dropped (firewall)", plain({ port: silent.port }), "tcp", "timeout");
        await survives(plain({ port: silent.port }), "timeout");
      } finally {
        await silent.close();
      }
    });

    it("names a black hole behind an open port, plain and with TLS", async () => {
      relay.swallow();
      await says("black hole behind the port", plain({ port: relay.port }), "amqp", "timeout");
      await survives(plain({ port: relay.port }), "timeout", () => relay.flow());
      secureRelay.swallow();
      const settings = secure("good.test", {}, { port: secureRelay.port });
      await says("black hole behind the port (TLS)", settings, "tls", "timeout");
      await survives(settings, "timeout", () => secureRelay.flow());
    });

    it("names a reset, plain and with TLS", async () => {
      relay.reset();
      await says("connection reset", plain({ port: relay.port }), "amqp", "reset");
      await survives(plain({ port: relay.port }), "reset", () => relay.flow());
      secureRelay.reset();
      const settings = secure("good.test", {}, { port: secureRelay.port });
      await says("connection reset (TLS)", settings, "tls", "reset");
      await survives(settings, "reset", () => secureRelay.flow());
    });

    it("names a server that closes without a word", async () => {
      relay.end();
      await says("closed at once", plain({ port: relay.port }), "amqp", "no-amqp");
      await survives(plain({ port: relay.port }), "no-amqp", () => relay.flow());
    });

    it("waits for a slow line, and says how slow", async () => {
      secureRelay.delay(150);
      const settings = secure("good.test", {}, { port: secureRelay.port, connectTimeout: 10 });
      const { steps, failed } = await run("300 ms round trip", settings);
      assert.equal(failed, undefined, JSON.stringify(steps, null, 1));
      const ms = Number(
        /back in ([\d.]+) ms/.exec(steps.find(({ step }) => step === "round-trip")?.text.en ?? "")?.[1],
      );
      assert.ok(ms >= 300, `${ms} ms`);
    });

    it("gives up where a line goes dead after the login, at the first question", async () => {
      await aside((channel) => channel.assertQueue("asked", { durable: false }));
      relay.swallowFrom(2);
      const queues = [queue("asked"), queue("asked-too")];
      const { steps } = await run("half-open after the login", plain({ port: relay.port, connectTimeout: 10 }), queues);
      assert.deepEqual(
        steps.filter(({ ok }) => !ok).map(({ step, fault }) => [step, fault]),
        [["queue asked", "timeout"]],
        JSON.stringify(steps, null, 1),
      );
    });

    it("the running connection notices a dead line by its heartbeat, and one that is cut", async () => {
      const connection = new BrokerConnection(plain({ port: relay.port }));
      try {
        connection.start();
        const connected = () => until("it is connected", () => connection.state === "connected", 30_000);
        const lost = (fault: BrokerFault) =>
          until(`it says ${fault}`, () => connection.lastFault?.details.fault === fault, 30_000);
        await connected();
        relay.swallow();
        await lost("timeout");
        relay.flow();
        await connected();
        const closed = lost("closed");
        relay.cut();
        await closed;
        await connected();
      } finally {
        await connection.close();
      }
    });

    it("a frozen broker is a time-out, before the login", async () => {
      broker.pause();
      try {
        await says("broker frozen", plain(), "amqp", "timeout");
      } finally {
        broker.resume();
      }
    });

    it("something else on the port is named", async () => {
      const web = createTcpServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
      web.listen(0, "127.0.0.1");
      await once(web, "listening");
      const { port } = web.address() as AddressInfo;
      await says("a web server on the port", plain({ port }), "amqp", "no-amqp");
      await says("a web server on the port (TLS)", secure("good.test", {}, { port }), "tls", "tls-plain");
      web.close();
    });

    it("tests each of several hosts, with its name at each step", async () => {
      const port = await freePort();
      const { steps } = await run(
        "first of two hosts closed",
        plain({ port, others: [{ host: broker.host, port: broker.port }] }),
      );
      const first = ` 127.0.0.1:${port}`;
      const second = ` 127.0.0.1:${broker.port}`;
      assert.deepEqual(
        steps.map(({ step, ok }) => [step, ok]),
        [
          [`dns${first}`, true],
          [`tcp${first}`, false],
          ...ALL.filter((step) => step !== "tls").map((step) => [`${step}${second}`, true]),
        ],
      );
    });
  });

  describe("TLS", () => {
    const running = async (settings: BrokerSettings, fault: BrokerFault) => survives(settings, fault);

    it("names an expired certificate, one that is not valid yet, and shows their dates", async () => {
      const { text } = await says("certificate expired", secure("expired.test"), "tls", "tls-expired");
      assert.match(text.zh, /2020-01-01 – 2021-01-01/);
      await running(secure("expired.test"), "tls-expired");
      const early = await says("certificate not valid yet", secure("future.test"), "tls", "tls-not-yet-valid");
      assert.match(early.text.en, /2040-01-01 – 2041-01-01/);
      await running(secure("future.test"), "tls-not-yet-valid");
    });

    it("names a wrong CA, and who issued it", async () => {
      const { text } = await says("another CA", secure("stranger.test"), "tls", "tls-ca");
      assert.match(text.en, /issued by Other CA/);
      await running(secure("stranger.test"), "tls-ca");
      await says("no CA given", secure("good.test", { ca: undefined }), "tls", "tls-ca");
    });

    it("names a wrong name, and both names", async () => {
      const { text } = await says("another name", secure("name.test"), "tls", "tls-name");
      assert.match(text.en, /certificate for somebody\.else, asked for \(SNI\) name\.test/);
      await running(secure("name.test"), "tls-name");
    });

    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      it(`names a client certificate that is asked for or not accepted, ${maxVersion}`, async () => {
        const settings = (more = {}) => secure("client.test", { maxVersion, ...more });
        await says(`client certificate required (${maxVersion})`, settings(), "tls", "tls-client-missing");
        await running(settings(), "tls-client-missing");
        await says(
          `client certificate of another CA (${maxVersion})`,
          settings(pem(strangeClient)),
          "tls",
          "tls-client-refused",
        );
        await running(settings(pem(strangeClient)), "tls-client-refused");
        const { failed } = await run(`none (client certificate, ${maxVersion})`, settings(pem(client)));
        assert.equal(failed, undefined);
      });
    }

    it("names our own certificate when it has expired, or does not fit its key, before anything is sent", async () => {
      await says("our client certificate expired", secure("client.test", pem(oldClient)), "tls", "tls-client-expired");
      const mixed = { cert: readFileSync(client.certificate), key: readFileSync(strangeClient.key) };
      await says("key of another certificate", secure("client.test", mixed), "tls", "tls-settings");
      await running(secure("client.test", mixed), "tls-settings");
      const rubbish = { cert: "rubbish", key: "rubbish" };
      await says("certificate is no PEM", secure("client.test", rubbish), "tls", "tls-settings");
    });

    it("names encryption that is set wrong, either way, and no common version", async () => {
      await says("TLS to a plain port", secure("good.test", {}, { port: broker.port }), "tls", "tls-plain");
      await running(secure("good.test", {}, { port: broker.port }), "tls-plain");
      await says("plain to a TLS port", plain({ port: broker.tlsPort as number }), "amqp", "no-amqp");
      await running(plain({ port: broker.tlsPort as number }), "no-amqp");
      const old = secure("good.test", { minVersion: "TLSv1", maxVersion: "TLSv1.1" });
      await says("only old TLS versions", old, "tls", "tls-version");
    });

    it("warns of verification that is turned off, and of a certificate that soon ends", async () => {
      const off = await run("verification turned off", secure("expired.test", { rejectUnauthorized: false }));
      const step = off.steps.find((one) => one.step === "tls");
      assert.deepEqual([off.failed, step?.warning], [undefined, true]);
      assert.match(step?.advice?.zh ?? "", /已关闭证书验证.*CERT_HAS_EXPIRED/);
      const soon = await run("certificate ends in 10 days", secure("soon.test"));
      assert.deepEqual([soon.failed, soon.steps.find((one) => one.step === "tls")?.warning], [undefined, true]);
    });
  });

  describe("the account", () => {
    it("names a refused login, and the running connection goes on once it is put right", async () => {
      await says("wrong password", plain({ user: "later", password: "wrong" }), "login", "login");
      const settings = plain({ user: "later", password: "put right" });
      await survives(settings, "login", async () => {
        await broker.rabbitmqctl("add_user", "later", "put right");
        await broker.rabbitmqctl("set_permissions", "later", ".*", ".*", ".*");
      });
    });

    it("tells a missing virtual host from one that is not ours and from a full account", async () => {
      await says("virtual host missing", plain({ vhost: "no such" }), "vhost", "vhost");
      await survives(plain({ vhost: "no such" }), "vhost");
      await broker.rabbitmqctl("add_vhost", "foreign");
      await broker.rabbitmqctl("add_user", "guest-of-none", "x");
      const foreign = plain({ vhost: "foreign", user: "guest-of-none", password: "x" });
      await says("virtual host not ours", foreign, "vhost", "vhost-refused");
      await survives(foreign, "vhost-refused");
      await broker.rabbitmqctl("add_user", "one", "x");
      await broker.rabbitmqctl("set_permissions", "one", ".*", ".*", ".*");
      await broker.rabbitmqctl("set_user_limits", "one", '{"max-connections": 1}');
      const one = plain({ user: "one", password: "x" });
      const elsewhere = await connect({ hostname: one.host, port: one.port, username: "one", password: "x" });
      try {
        const failed = await says("account in use elsewhere", one, "vhost", "limit");
        assert.match(failed.advice?.zh ?? "", /解除设备绑定/);
        await survives(one, "limit", () => elsewhere.close());
      } finally {
        await elsewhere.close().catch(() => undefined);
      }
    });

    it("says what a poor account may not do, and that this is no failure", async () => {
      await aside((channel) => channel.assertQueue("closed", { durable: false }));
      await broker.rabbitmqctl("add_user", "poor", "x");
      await broker.rabbitmqctl("set_permissions", "poor", "^$", "^$", "^$");
      const { steps, failed } = await run("no right to make a queue", plain({ user: "poor", password: "x" }), [
        queue("closed"),
      ]);
      assert.equal(failed, undefined, JSON.stringify(steps, null, 1));
      assert.match(steps.find(({ step }) => step === "round-trip")?.text.zh ?? "", /不能建立临时队列/);
      assert.match(steps.find(({ step }) => step === "clock")?.text.zh ?? "", /没有给出时间/);
    });
  });

  describe("queues", () => {
    it("names a missing one, and looks at the others all the same", async () => {
      await aside((channel) => channel.assertQueue("there", { durable: false }));
      const queues = [queue("not-there"), queue("there")];
      const failed = await says("queue missing", plain(), "queue not-there", "queue", queues);
      assert.match(failed.text.en, /no queue 'not-there'/);
      const { steps } = await testBroker(plain(), queues);
      assert.match(steps.find(({ step }) => step === "queue there")?.text.en ?? "", /0 waiting, 0 consumers/);
    });

    it("names one that another connection has for itself, with the advice of faq 6", async () => {
      const owner = await connect(broker.url);
      const channel = await owner.createChannel();
      await channel.assertQueue("taken", { exclusive: true });
      try {
        const failed = await says("queue exclusively taken", plain(), "queue taken", "exclusive", [queue("taken")]);
        assert.match(failed.advice?.zh ?? "", /解除设备绑定/);
      } finally {
        await owner.close();
      }
    });

    it("warns of a reader of our receive queue that is not ours, and of a backlog in the send queue", async () => {
      const reader = await connect(broker.url);
      const channel = await reader.createChannel();
      await channel.assertQueue("receipts", { durable: false });
      await channel.consume("receipts", () => {});
      try {
        const shared = await run("receive queue read elsewhere", plain(), [queue("receipts", "receive", 0)]);
        const step = shared.steps.find((one) => one.step === "queue receipts");
        assert.deepEqual([step?.ok, step?.warning], [true, true]);
        assert.match(step?.advice?.zh ?? "", /解除设备绑定/);
        const { steps } = await testBroker(plain(), [queue("receipts", "receive", 1)]);
        assert.equal(steps.find((one) => one.step === "queue receipts")?.warning, undefined);
      } finally {
        await reader.close();
      }
      await aside(async (one) => {
        await one.assertQueue("full", { durable: false });
        for (let count = 0; count <= 1000; count++) one.sendToQueue("full", Buffer.from("x"));
        await until("all are in it", async () => (await one.checkQueue("full")).messageCount === 1001);
      });
      const backlog = await run("send queue backs up", plain(), [queue("full")]);
      const step = backlog.steps.find((one) => one.step === "queue full");
      assert.deepEqual([step?.ok, step?.warning], [true, true]);
      assert.match(step?.text.zh ?? "", /积压 1001/);
    });

    it("a broker that is out of memory is named by the round trip, and takes messages again later", async () => {
      await broker.rabbitmqctl("set_vm_memory_high_watermark", "absolute", "1MB");
      try {
        await until("the alarm is on", async () =>
          /memory/i.test(await broker.rabbitmqctl("eval", "rabbit_alarm:get_alarms().")),
        );
        const failed = await says("memory alarm", plain(), "round-trip", "blocked");
        assert.match(failed.text.en, /memory/);
      } finally {
        await broker.rabbitmqctl("set_vm_memory_high_watermark", "0.6");
      }
      await until("it passes again", async () => (await testBroker(plain(), [])).steps.every(({ ok }) => ok), 30_000);
    });
  });

  it("is described fault by fault in docs/connection-test.md", () => {
    const page =
      readFileSync(join(__dirname, "..", "..", "docs", "connection-test.md"), "utf8").split("## Faults")[1] ?? "";
    for (const [fault, { text, advice }] of Object.entries(FAULT_TEXTS)) {
      const row = page.split("\n").find((line) => line.startsWith(`| \`${fault}\` |`)) ?? "";
      for (const part of [text.zh, text.en, advice.zh, advice.en]) {
        assert.ok(row.includes(part), `${fault}: the row does not say: ${part}`);
      }
    }
    for (const fault of new Set(table.map(({ said }) => said.fault ?? ""))) {
      if (fault !== "") assert.ok(page.includes(`| \`${fault}\` |`), fault);
    }
  });

  function queue(name: string, use: TestedQueue["use"] = "send", own = 0): TestedQueue {
    return { name, use, own };
  }

  async function aside(
    work: (channel: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>["createChannel"]>>) => unknown,
  ) {
    const own = await connect(broker.url);
    await work(await own.createChannel());
    await own.close();
  }
});

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
}

/** Fault, what the connection test says, and how long it took; times differ from machine to machine. */
function printed(): string {
  const lines = table.map(({ fault, said, seconds }) => {
    const result = said.ok ? (said.warning ? "!" : "ok") : (said.fault ?? said.code);
    return `| ${fault} | ${said.step} | ${result} | ${seconds.toFixed(2)} | ${said.text.zh} | ${said.text.en} |`;
  });
  const head = ["| fault | step | word | seconds | zh | en |", "|---|---|---|---|---|---|"];
  return ["", `connect timeout ${CONNECT_TIMEOUT} s`, ...head, ...lines, ""].join("\n");
}
