import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decXml } from "../../../simulator/samples/index.js";
import { brokerNode, catchAll, clientNode, node, sink, watchNode } from "../../support/flow-nodes.js";
import type { RedBench } from "../../support/red-bench.js";
import { scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

/** How a `${NAME}` that no variable replaced arrives. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: this very text
const UNSET = "${SW_TEST_UNSET}";

/** Nodes with an input, and the config node that each cannot do without. */
const WITH_INPUT = {
  "sw-validate-xsd": "sw-import-client",
  "sw-preflight": "sw-import-client",
  "sw-card-sign": "sw-card",
  "sw-mq-send": "sw-import-client",
  "sw-receipt-parse": "sw-import-client",
  "sw-settle": "sw-import-client",
  "sw-documents": "sw-import-client",
};

export function config(bench: RedBench): void {
  let root: string;
  beforeEach(() => {
    root = join(scratch(), "ImpPath");
  });

  const says = (id: string, text: string) =>
    bench.errors().some((error) => error.startsWith(`${id}: SW-CONFIG `) && error.includes(text));

  describe("a node without its config node", () => {
    it("shows config, says which one, refuses messages with SW-CONFIG, and the process goes on", async () => {
      await bench.load([
        ...Object.keys(WITH_INPUT).map((type) => node(type, type, { client: "", broker: "gone", card: "" }, ["out"])),
        node("sw-folder-watch", "sw-folder-watch", { client: "gone" }, ["out"]),
        node("sw-mq-receive", "sw-mq-receive", { client: "", broker: "" }, ["out"]),
        node("sw-diagnose", "sw-diagnose", { client: "gone" }, ["out"]),
        node("sw-documents", "events", { client: "gone", mode: "events" }, ["out"]),
        node("sw-zip", "zip", { mode: "pack" }, ["out"]),
        catchAll("caught"),
        sink("caught"),
        sink("out"),
      ]);
      const needs = {
        ...WITH_INPUT,
        "sw-folder-watch": "sw-import-client",
        "sw-mq-receive": "sw-import-client",
        "sw-diagnose": "sw-import-client",
      };
      for (const [type, needed] of Object.entries(needs)) {
        await bench.showing(type, `${type.replace("sw-", "")}.status.config`);
        assert.ok(says(type, `no ${needed} is chosen`), `${type}: ${bench.errors().join("\n")}`);
      }
      await bench.showing("events", "documents.status.config");

      const asked = [...Object.keys(WITH_INPUT), "sw-diagnose"];
      for (const type of asked) {
        bench.node(type).receive({ payload: decXml(), document: { id: type, fileName: "a.xml", messageType: "DEC" } });
      }
      // begin() of nodes that started with an error was caught as well, without a message of ours.
      const faults = () => bench.messages("caught").filter(({ error, document }) => error?.code && document);
      await until("each has refused its message", () => faults().length === asked.length);
      for (const { error, fault } of faults()) assert.deepEqual([error?.code, fault?.code], ["SW-CONFIG", "SW-CONFIG"]);
      assert.deepEqual(
        faults()
          .map(({ error }) => error?.source.type)
          .sort(),
        asked.sort(),
      );

      bench.node("zip").receive({ payload: decXml(), document: { id: "z", fileName: "a.xml", claimedAt: 1e12 } });
      assert.equal((await bench.one("out")).filename, "a.zip");
    });

    it("refuses a config node of another kind", async () => {
      await bench.load([
        clientNode(root),
        brokerNode(bench.broker),
        node("sw-settle", "settle", { client: "broker" }),
        node("sw-mq-send", "send", { client: "client", broker: "client" }),
      ]);
      await bench.showing("settle", "settle.status.config");
      await bench.showing("send", "mq-send.status.config");
      assert.ok(says("send", "no sw-mq-broker is chosen"));
    });

    it("refuses a number that is none, by the setting's name", async () => {
      await bench.load([
        clientNode(root),
        brokerNode(bench.broker, { port: "amqp" }),
        watchNode({ maxInFlight: "many" }, "out"),
        node("sw-settle", "settle", { client: "client", retryAfter: "later" }),
        node("sw-mq-send", "send", { client: "client", broker: "broker" }),
        node("sw-mq-receive", "receive", { client: "client", broker: "broker" }),
        sink("out"),
      ]);
      await bench.showing("watch", "folder-watch.status.config");
      await bench.showing("settle", "settle.status.config");
      await bench.showing("send", "mq-send.status.config");
      await bench.showing("receive", "mq-receive.status.config");
      for (const line of [
        "watch: maxInFlight: many is not a number of at least 1",
        "settle: retryAfter: later is not a number of at least 0",
        "broker: port: amqp is not a number of at least 1",
      ]) {
        const [id = "", text = ""] = line.split(/: (.*)/);
        const lines = bench.errors().filter((error) => error.startsWith(`${id}: SW-CONFIG `) && error.includes(text));
        assert.equal(lines.length, 1, `${line} is not in:\n${bench.errors().join("\n")}`);
      }
      // Those that use the broker node show it, and do not say it again.
      assert.deepEqual(
        bench.errors().filter((error) => /^(send|receive): /.test(error)),
        [],
      );
    });
  });

  describe("sw-import-client", () => {
    const wrong: [title: string, settings: Record<string, unknown>, text: RegExp][] = [
      ["no client ID", { clientId: "" }, /client: SW-CONFIG .*the client ID is not set/],
      ["no root", { root: "" }, /client: SW-CONFIG .*the root folder is not set/],
      ["an unset variable as root", { root: UNSET }, /client: SW-CONFIG .*the root folder is not set/],
      [
        "a wrong environment",
        { environment: "staging" },
        /client: SW-CONFIG .*the environment .* is test or production, not staging/,
      ],
      ["a retention of nothing", { retentionDays: 0 }, /client: SW-CONFIG .*retentionDays: 0 is not a number/],
    ];
    it("names all that is wrong with its settings at once, and nobody repeats it", async () => {
      await bench.load([
        clientNode("", { clientId: "", environment: "staging", retentionDays: 0 }),
        watchNode({}, "out"),
        node("sw-settle", "settle", { client: "client" }),
        sink("out"),
      ]);
      await bench.showing("watch", "folder-watch.status.config");
      await bench.showing("settle", "settle.status.config");
      const [said = "", ...more] = bench.errors();
      assert.match(said, /^client: SW-CONFIG .*客户端 ID.* \/ /);
      for (const text of ["staging", "client ID", "root", "retentionDays"]) assert.ok(said.includes(text), text);
      assert.deepEqual(more, []);
    });

    it("is not called ready while a node on the way of its documents cannot begin", async () => {
      const zip = (names: string) => node("sw-zip", "zip", { names }, ["out"]);
      const nodes = (names: string) => [clientNode(scratch()), zip(names), sink("out")];
      await bench.load(nodes("big5"));
      const health = async () => (await bench.http().get("/single-window/health")).body;
      await until("the node has said it", async () => (await health()).reasons?.includes("SW-CONFIG"));
      await bench.deployChanged(nodes("utf-8"));
      await until("it is ready", async () => (await health()).ready);
    });

    it("is shown with what it lacks, and is not taken for a client that is not there", async () => {
      await bench.load([clientNode("", { clientId: "", name: "一号" })]);
      const [status, ...others] = (await bench.http().get("/single-window/status")).body;
      assert.deepEqual(others, []);
      assert.deepEqual([status.client.name, status.fault.code, status.inFlight], ["一号", "SW-CONFIG", 0]);
      for (const text of ["未设置报文根目录", "未设置客户端 ID"]) assert.ok(status.fault.text.zh.includes(text), text);
      const health = await bench.http().get("/single-window/health");
      assert.deepEqual([health.status, health.body.reasons], [503, ["SW-CONFIG"]]);
      const { documents } = (await bench.http().get(`/single-window/documents?client=${status.client.id}`)).body;
      assert.deepEqual(documents, []);
      await bench.unload();
      assert.deepEqual((await bench.http().get("/single-window/status")).body, []);
    });

    for (const [title, settings, text] of wrong) {
      it(`refuses ${title}, and so do the nodes that use it`, async () => {
        await bench.load([
          clientNode(root, settings),
          watchNode({}, "out"),
          node("sw-settle", "settle", { client: "client" }),
          catchAll("caught"),
          sink("caught"),
          sink("out"),
        ]);
        await bench.showing("watch", "folder-watch.status.config");
        assert.match(bench.errors().join("\n"), text);
        bench.node("settle").receive({ document: { id: "x" } });
        const refused = await until("the message is refused", () =>
          bench.messages("caught").find(({ document }) => document),
        );
        assert.equal(refused.error?.code, "SW-CONFIG");
      });
    }

    it("shows no fault any more once the setting is mended and deployed", async () => {
      const nodes = (settings: Record<string, unknown>) => [
        clientNode(root, settings),
        node("sw-settle", "settle", { client: "client" }),
        node("sw-preflight", "preflight", { client: "client" }, ["out"]),
        sink("out"),
      ];
      await bench.load(nodes({ clientId: "" }));
      await bench.showing("settle", "settle.status.config");
      await bench.showing("preflight", "preflight.status.config");
      await bench.deployChanged(nodes({}));
      for (const id of ["settle", "preflight"]) await bench.showing(id, "");
    });

    it("refuses a ledger that is no ledger, and nothing is claimed", async () => {
      const ledger = join(scratch(), "ledger.db");
      writeFileSync(ledger, Buffer.alloc(8192, "no database "));
      mkdirSync(join(root, "DecCus001", "OutBox"), { recursive: true });
      writeFileSync(join(root, "DecCus001", "OutBox", "a.xml"), decXml());
      await bench.load([clientNode(root, { ledger }), watchNode({}, "out"), sink("out")]);
      await bench.showing("watch", "folder-watch.status.client");
      assert.match(bench.errors().join("\n"), /client: SW-LEDGER .*ledger\.db/);
      assert.equal(bench.messages("out").length, 0);
      // No deploy is needed for it: the next try finds that it is well.
      rmSync(ledger);
      await bench.one("out");
      assert.notEqual(bench.statuses("watch").at(-1), "folder-watch.status.client");
    });

    it("refuses a second client on the same root or ledger, and leaves the first alone", async () => {
      const first = clientNode(root, { name: "一" });
      const ledger = join(root, ".ledger", "ledger.db");
      await bench.load([
        first,
        { ...clientNode(`${root}/../ImpPath`, { name: "二" }), id: "client2" },
        { ...clientNode(join(scratch(), "other"), { ledger }), id: "client3" },
        watchNode({}, "out"),
        node("sw-settle", "settle2", { client: "client2" }),
        sink("out"),
      ]);
      await bench.showing("settle2", "settle.status.config");
      await bench.showing("watch", "folder-watch.status.waiting");
      const errors = bench.errors().join("\n");
      assert.match(errors, /client2: SW-CONFIG .*two import-clients share one root: 二, 一/);
      assert.match(errors, /client3: SW-CONFIG .*two import-clients share one ledger/);
      assert.equal((await bench.client()).settings.root, root);
    });

    describe("test and production side by side (faq 4)", () => {
      const test = () => clientNode(join(root, "test"), { name: "测试", clientId: "T1" });
      const production = (change: Record<string, unknown> = {}) => ({
        ...clientNode(join(root, "production"), { name: "正式", environment: "production", clientId: "P1", ...change }),
        id: "client2",
      });
      const uses = (type: string, id: string, client: string, settings: Record<string, unknown>) =>
        node(type, id, { client, broker: "broker", ...settings }, ["out"]);

      it("are refused when one's folder lies in the other's, also through a link, with both names", async () => {
        const place = join(root, "test", "inside");
        mkdirSync(place, { recursive: true });
        const link = join(root, "link");
        symlinkSync(place, link);
        for (const shared of [place, link, join(link, "deeper")]) {
          await bench.load([test(), production({ root: shared })]);
          await until("it is refused", () => bench.errors().length > 0);
          assert.match(bench.errors().join(), /two import-clients share one root: 正式, 测试/);
          await bench.unload();
        }
      });

      it("are refused on one queue of one broker, with both names, and the first goes on", async () => {
        const queue = await bench.queue();
        const other = { ...brokerNode(bench.broker, { client: "", port: String(bench.broker.port) }), id: "broker2" };
        await bench.load(
          [
            test(),
            production(),
            brokerNode(bench.broker, { client: "" }),
            other,
            uses("sw-mq-receive", "receive", "client", { queue }),
            { ...uses("sw-mq-receive", "receive2", "client2", { queue }), broker: "broker2" },
            sink("out"),
          ],
          { broker2: { user: bench.broker.user, password: bench.broker.password } },
        );
        await bench.showing("receive", "mq-receive.status.connected");
        await bench.showing("receive2", "mq-receive.status.config");
        assert.match(
          bench.errors().join("\n"),
          /receive2: SW-CONFIG .*test and production share .*: 正式 \(production\), 测试 \(test\)/,
        );
      });

      it("send to no queue that is read here: nothing goes out, whoever of the two was first", async () => {
        const queue = await bench.queue();
        await bench.load([
          test(),
          brokerNode(bench.broker, { client: "" }),
          uses("sw-mq-send", "send", "client", { queue }),
          uses("sw-mq-receive", "receive", "client", { queue }),
          catchAll("caught"),
          sink("caught"),
          sink("out"),
        ]);
        await bench.showing("receive", "mq-receive.status.config");
        assert.match(bench.errors().join("\n"), /SW-CONFIG .*发送队列和接收队列不能相同.*must not be the same/);
        bench.node("send").receive({ document: { id: "x", fileName: "x.xml" }, payload: Buffer.from("<a/>") });
        const refused = await until("it is not sent", () =>
          bench.messages("caught").find(({ document }) => document?.id === "x"),
        );
        assert.equal(refused.error?.code ?? refused.fault?.code, "SW-CONFIG");
      });

      it("are refused when one sends over the other's broker, and pass with queues of their own", async () => {
        const [mine, theirs] = [await bench.queue(), await bench.queue()];
        await bench.load([
          test(),
          production(),
          brokerNode(bench.broker, { name: "服务器" }),
          uses("sw-mq-send", "send", "client", { queue: mine }),
          uses("sw-mq-send", "send2", "client2", { queue: theirs }),
          sink("out"),
        ]);
        await bench.showing("send", "mq-send.status.connected");
        await bench.showing("send2", "mq-send.status.config");
        assert.match(bench.errors().join("\n"), /test and production share 服务器: 正式 \(production\), 测试 \(test\)/);
        await bench.unload();
        await bench.load([
          test(),
          production(),
          brokerNode(bench.broker, { client: "" }),
          uses("sw-mq-send", "send", "client", { queue: mine }),
          uses("sw-mq-send", "send2", "client2", { queue: theirs }),
          sink("out"),
        ]);
        await bench.showing("send", "mq-send.status.connected");
        await bench.showing("send2", "mq-send.status.connected");
        assert.deepEqual(bench.errors(), []);
      });
    });

    it("begins with the deploy that puts back what it names, and shows that it has", async () => {
      const users = [
        node("sw-preflight", "preflight", { client: "client" }, ["out"], ["out"]),
        node("sw-documents", "events", { client: "client", mode: "events" }, []),
        watchNode({}, "out"),
        sink("out"),
      ];
      await bench.load([clientNode(root), ...users]);
      await bench.client();
      await bench.deployChanged(users);
      for (const [id, name] of [
        ["preflight", "preflight"],
        ["events", "documents"],
        ["watch", "folder-watch"],
      ])
        await bench.showing(String(id), `${name}.status.config`);
      await bench.deployChanged([clientNode(root), ...users]);
      await bench.showing("preflight", "");
      await bench.showing("events", "documents.status.watching");
      await bench.client();
      writeFileSync(join(root, "DecCus001", "OutBox", "a.xml"), decXml({ key: "PUTBACK1", goods: 1 }));
      await until("its file is claimed", () => bench.messages("out").length === 1 || undefined);
    });

    it("opens again on its root after a redeploy", async () => {
      await bench.load([clientNode(root)]);
      const first = await bench.client();
      await bench.unload();
      await bench.load([clientNode(root)]);
      const second = await bench.client();
      assert.notEqual(second, first);
      assert.equal(bench.errors().length, 0);
      assert.equal((await second.ledger.query({})).length, 0);
    });
  });
}
