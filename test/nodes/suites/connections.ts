import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brokerNode, cardNode, clientNode, type FlowNode, node, sink } from "../../support/flow-nodes.js";
import type { RedBench } from "../../support/red-bench.js";
import { relayTo } from "../../support/relay.js";
import { scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

export function connections(bench: RedBench): void {
  let root: string;
  beforeEach(() => {
    root = join(scratch(), "ImpPath");
  });

  const health = async () => {
    const { status, body } = await bench.http().get("/single-window/health");
    return [status, body];
  };

  describe("sw-mq-broker and sw-card", () => {
    it("take user, password and PIN from the environment when the credentials are empty", async () => {
      const queue = await bench.queue();
      process.env.SW_TEST_USER = bench.broker.user;
      process.env.SW_TEST_PASSWORD = bench.broker.password;
      process.env.SW_TEST_PIN = "Pin-482915";
      try {
        await bench.load(
          [
            clientNode(root),
            brokerNode(bench.broker, { userEnv: "SW_TEST_USER", passwordEnv: "SW_TEST_PASSWORD" }),
            cardNode(bench.token, { pinEnv: "SW_TEST_PIN" }),
            node("sw-mq-receive", "receive", { client: "client", broker: "broker", queue }, ["out"]),
            node("sw-card-sign", "sign", { card: "card", profile: "detached" }, ["out"]),
            sink("out"),
          ],
          { broker: {}, card: {} },
        );
        await bench.showing("receive", "mq-receive.status.connected");
        bench.node("sign").receive({ payload: Buffer.from("x"), document: { id: "x", fileName: "a.xml" } });
        assert.ok((await bench.one("out")).document?.signature);
      } finally {
        delete process.env.SW_TEST_USER;
        delete process.env.SW_TEST_PASSWORD;
        delete process.env.SW_TEST_PIN;
      }
    });

    it("connect over TLS by Node-RED's own TLS settings: CA, client certificate and key, server name, verify", async () => {
      const queue = await bench.queue();
      const { certificate, key } = bench.authority.issue("client", { for: "client", names: [] });
      const files = { cert: "", key: "", ca: "", certname: "c", keyname: "k", caname: "a" };
      const tls = (change: Record<string, unknown> = {}) => ({
        ...{ id: "tls", type: "tls-config", name: "", ...files, servername: "broker.test", verifyservercert: true },
        ...change,
      });
      const data = {
        certdata: readFileSync(certificate, "utf8"),
        keydata: readFileSync(key, "utf8"),
        cadata: bench.authority.pem,
      };
      const over = async (config: FlowNode, credentials: object) => {
        await bench.unload();
        await bench.load(
          [
            clientNode(root),
            brokerNode(bench.broker, { port: bench.broker.tlsPort, useTls: true, tls: "tls" }),
            config,
            node("sw-mq-receive", "receive", { client: "client", broker: "broker", queue }, ["out"]),
          ],
          { tls: credentials },
        );
      };
      await over(tls(), data);
      await bench.showing("receive", "mq-receive.status.connected");
      for (const [config, credentials] of [
        [tls(), { cadata: bench.authority.pem }],
        [tls(), { certdata: data.certdata, keydata: data.keydata }],
        [tls({ servername: "other.test" }), data],
      ] as const) {
        await over(config, credentials);
        await bench.showing("receive", "mq-receive.status.tls");
      }
      await over(tls({ servername: "other.test", verifyservercert: false }), data);
      await bench.showing("receive", "mq-receive.status.connected");
    });

    it("say a refused login as just that, in the status and once in the log, and close when the user goes", async () => {
      await bench.load(
        [
          clientNode(root),
          brokerNode(bench.broker),
          node("sw-mq-send", "send", { client: "client", broker: "broker" }, []),
        ],
        { broker: { user: bench.broker.user, password: "wrong-Pass-1" } },
      );
      await bench.showing("send", "mq-send.status.login");
      await until("it is said", () => bench.logged(({ id }) => id === "broker").length > 0);
      const lines = bench.logged(({ id }) => id === "broker");
      assert.match(lines.join(), /C18 .*拒绝登录.*ACCESS_REFUSED/);
      assert.equal(lines.length, 1);
      assert.ok(!bench.logged().join("\n").includes("wrong-Pass-1"));
      assert.deepEqual(await health(), [503, { live: true, ready: false, reasons: ["login"] }]);
    });

    it("are not ready while a queue is missing that they need", async () => {
      const [there, also, gone] = [await bench.queue(), await bench.queue(), await bench.queue()];
      await bench.aside((channel) => channel.deleteQueue(gone));
      for (const [send, receive, reasons] of [
        [gone, there, ["queue"]],
        [there, gone, ["queue"]],
        [there, also, undefined],
      ] as const) {
        await bench.load([
          clientNode(root),
          brokerNode(bench.broker),
          node("sw-mq-send", "send", { client: "client", broker: "broker", queue: send }, []),
          node("sw-mq-receive", "receive", { client: "client", broker: "broker", queue: receive }, ["out"]),
          sink("out"),
        ]);
        const shows = (name: string) => (name === gone ? "queue" : "connected");
        await bench.showing("send", `mq-send.status.${shows(send)}`);
        await bench.showing("receive", `mq-receive.status.${shows(receive)}`);
        assert.deepEqual(
          await health(),
          reasons ? [503, { live: true, ready: false, reasons }] : [200, { live: true, ready: true }],
        );
        await bench.unload();
      }
    });

    it("share one connection between those who send and receive, and close it with the last", async () => {
      const [send, queue] = [await bench.queue(), await bench.queue()];
      const relay = await relayTo(bench.broker);
      try {
        await bench.load([
          clientNode(root),
          brokerNode(bench.broker, { port: relay.port }),
          node("sw-mq-send", "send", { client: "client", broker: "broker", queue: send }),
          node("sw-mq-receive", "receive", { client: "client", broker: "broker", queue }, ["out"]),
          node("sw-mq-receive", "receive2", { client: "client", broker: "broker", queue }, ["out"]),
          sink("out"),
        ]);
        await bench.showing("send", "mq-send.status.connected");
        await bench.showing("receive", "mq-receive.status.connected");
        await bench.showing("receive2", "mq-receive.status.connected");
        assert.deepEqual([relay.open(), relay.total()], [1, 1]);
        await bench.unload();
        await until("the connection is closed", () => relay.open() === 0);
        assert.equal(relay.total(), 1);
        assert.doesNotMatch(bench.logged().join("\n"), /has not closed/, "each waited for the other");
      } finally {
        await relay.close();
      }
    });
  });
}
