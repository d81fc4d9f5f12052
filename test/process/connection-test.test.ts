import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { BrokerConnection } from "../../lib/amqp/connection.js";
import { type BrokerFault, FAULT_TEXTS } from "../../lib/amqp/fault-texts.js";
import { freePort } from "../../scripts/ports.js";
import { ConnectionBench, FAULTS_PAGE, STEPS } from "../support/connection-bench.js";
import { silentPort } from "../support/silent-port.js";
import { until } from "../support/until.js";

describe("connection test", function () {
  this.timeout(360_000);
  const at = new ConnectionBench();

  it("passes where all is well, plain and with TLS, and names version, certificate and clock", async () => {
    for (const settings of [at.plain(), at.secure("good.test")]) {
      const { steps } = await at.run(settings.tls ? "none (TLS)" : "none (plain)", settings);
      assert.deepEqual(
        steps.map(({ step, ok, warning }) => [step, ok, warning]),
        STEPS.filter((step) => settings.tls || step !== "tls").map((step) => [step, true, undefined]),
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
      const settings = at.plain({ host: "no-such-host.invalid" });
      const { failed } = await at.run("host name does not exist", settings);
      // Without a name server the resolver cannot tell that a name is missing, only that nobody answers.
      assert.ok(failed);
      assert.ok(failed.step === "dns" && ["dns", "dns-server"].includes(failed.fault ?? ""), JSON.stringify(failed));
      await at.survives(settings, failed.fault as BrokerFault);
    });

    it("names a port that refuses, and one that does not answer", async () => {
      const port = await freePort();
      await at.says("port closed", at.plain({ port }), "tcp", "refused");
      await at.survives(at.plain({ port }), "refused");
      const silent = await silentPort();
      try {
        await at.says("packets dropped (firewall)", at.plain({ port: silent.port }), "tcp", "timeout");
        await at.survives(at.plain({ port: silent.port }), "timeout");
      } finally {
        await silent.close();
      }
    });

    it("names a black hole behind an open port, plain and with TLS", async () => {
      at.relay.swallow();
      await at.says("black hole behind the port", at.plain({ port: at.relay.port }), "amqp", "timeout");
      await at.survives(at.plain({ port: at.relay.port }), "timeout", () => at.relay.flow());
      at.secureRelay.swallow();
      const settings = at.secure("good.test", {}, { port: at.secureRelay.port });
      await at.says("black hole behind the port (TLS)", settings, "tls", "timeout");
      await at.survives(settings, "timeout", () => at.secureRelay.flow());
    });

    it("names a reset, plain and with TLS", async () => {
      at.relay.reset();
      await at.says("connection reset", at.plain({ port: at.relay.port }), "amqp", "reset");
      await at.survives(at.plain({ port: at.relay.port }), "reset", () => at.relay.flow());
      at.secureRelay.reset();
      const settings = at.secure("good.test", {}, { port: at.secureRelay.port });
      await at.says("connection reset (TLS)", settings, "tls", "reset");
      await at.survives(settings, "reset", () => at.secureRelay.flow());
    });

    it("names a server that closes without a word", async () => {
      at.relay.end();
      await at.says("closed at once", at.plain({ port: at.relay.port }), "amqp", "no-amqp");
      await at.survives(at.plain({ port: at.relay.port }), "no-amqp", () => at.relay.flow());
    });

    it("waits for a slow line, and says how slow", async () => {
      at.secureRelay.delay(150);
      const settings = at.secure("good.test", {}, { port: at.secureRelay.port, connectTimeout: 10 });
      const { steps, failed } = await at.run("300 ms round trip", settings);
      assert.equal(failed, undefined, JSON.stringify(steps, null, 1));
      const ms = Number(
        /back in ([\d.]+) ms/.exec(steps.find(({ step }) => step === "round-trip")?.text.en ?? "")?.[1],
      );
      assert.ok(ms >= 300, `${ms} ms`);
    });

    it("gives up where a line goes dead after the login, at the first question", async () => {
      await at.aside((channel) => channel.assertQueue("asked", { durable: false }));
      at.relay.swallowFrom(2);
      const queues = [at.queue("asked"), at.queue("asked-too")];
      const { steps } = await at.run(
        "half-open after the login",
        at.plain({ port: at.relay.port, connectTimeout: 10 }),
        queues,
      );
      assert.deepEqual(
        steps.filter(({ ok }) => !ok).map(({ step, fault }) => [step, fault]),
        [["queue asked", "timeout"]],
        JSON.stringify(steps, null, 1),
      );
    });

    it("the running connection notices a dead line by its heartbeat, and one that is cut", async () => {
      const connection = new BrokerConnection(at.plain({ port: at.relay.port }));
      try {
        connection.start();
        const connected = () => until("it is connected", () => connection.state === "connected", 30_000);
        const lost = (fault: BrokerFault) =>
          until(`it says ${fault}`, () => connection.lastFault?.details.fault === fault, 30_000);
        await connected();
        at.relay.swallow();
        await lost("timeout");
        at.relay.flow();
        await connected();
        const closed = lost("closed");
        at.relay.cut();
        await closed;
        await connected();
      } finally {
        await connection.close();
      }
    });

    it("a frozen broker is a time-out, before the login", async () => {
      at.broker.pause();
      try {
        await at.says("broker frozen", at.plain(), "amqp", "timeout");
      } finally {
        at.broker.resume();
      }
    });

    it("something else on the port is named", async () => {
      const web = createTcpServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
      web.listen(0, "127.0.0.1");
      await once(web, "listening");
      const { port } = web.address() as AddressInfo;
      await at.says("a web server on the port", at.plain({ port }), "amqp", "no-amqp");
      await at.says("a web server on the port (TLS)", at.secure("good.test", {}, { port }), "tls", "tls-plain");
      web.close();
    });

    it("tests each of several hosts, with its name at each step", async () => {
      const port = await freePort();
      const { steps } = await at.run(
        "first of two hosts closed",
        at.plain({ port, others: [{ host: at.broker.host, port: at.broker.port }] }),
      );
      const first = ` 127.0.0.1:${port}`;
      const second = ` 127.0.0.1:${at.broker.port}`;
      assert.deepEqual(
        steps.map(({ step, ok }) => [step, ok]),
        [
          [`dns${first}`, true],
          [`tcp${first}`, false],
          ...STEPS.filter((step) => step !== "tls").map((step) => [`${step}${second}`, true]),
        ],
      );
    });
  });

  it("is described fault by fault in docs/connection-test.md", () => {
    for (const [fault, { text, advice }] of Object.entries(FAULT_TEXTS)) {
      const row = FAULTS_PAGE.split("\n").find((line) => line.startsWith(`| \`${fault}\` |`)) ?? "";
      for (const part of [text.zh, text.en, advice.zh, advice.en]) {
        assert.ok(row.includes(part), `${fault}: the row does not say: ${part}`);
      }
    }
  });
});
