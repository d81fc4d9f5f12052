import assert from "node:assert/strict";
import { verify, X509Certificate } from "node:crypto";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { box, boxText, drop } from "../../support/boxes.js";
import { cardNode, type FlowNode, functionNode, node, sink } from "../../support/flow-nodes.js";
import type { RedBench } from "../../support/red-bench.js";
import { relayTo } from "../../support/relay.js";
import { SendFlow } from "../../support/send-flow.js";
import { until } from "../../support/until.js";

export function sending(bench: RedBench): void {
  describe("sw-mq-send", () => {
    const at = new SendFlow(bench);

    it("publishes the bytes with their properties, and the file goes to SentBox", async () => {
      const bytes = decXml({ key: "D00000000000000002" });
      await bench.load(at.nodes());
      drop(at.root, "DecCus001", "进口.xml", bytes);
      const { document } = await bench.one("settled");
      const message = await bench.take(at.queue);
      assert.deepEqual(message.content, bytes);
      const { properties } = message;
      assert.deepEqual(
        [
          properties.messageId,
          properties.correlationId,
          properties.type,
          properties.contentType,
          properties.deliveryMode,
        ],
        [document?.id, "D00000000000000002", "DEC", "application/xml", 2],
      );
      assert.deepEqual(properties.headers, {
        fileName: "进口.xml",
        business: "DecCus001",
        clientId: "DEMO0001",
        messageType: "DEC",
      });
      const row = await bench.row(document?.id as string, "it is settled", ({ settled }) => settled);
      assert.deepEqual([row.state, row.box, row.attempt], ["sent", "SentBox", 1]);
      assert.match(row.boxName, /^进口_\d{17}\.xml$/);
      assert.deepEqual(box(at.root, "DecCus001", "SentBox"), [row.boxName]);
      assert.deepEqual(box(at.root, "DecCus001", "TempBox"), []);
      await bench.showing("send", "mq-send.status.confirmed");
      const story = await (await bench.client()).ledger.story(row.id);
      assert.deepEqual(
        story?.events.map(({ event }) => event),
        ["claimed", "sending", "sent", "settled"],
      );
    });

    it("keeps with what warnings a document goes out, once however often it is tried", async () => {
      const warnings = ["一", "二", "三", "四"].map((text, index) => ({
        ...{ rule: "house", severity: "warning", path: "DecMessage", line: index + 1 },
        text: { zh: text, en: `no. ${index + 1}` },
      }));
      const checks = `msg.document.checks = ${JSON.stringify(warnings)}; return msg;`;
      const gone = `${at.queue}-missing`;
      await bench.load([
        ...at.nodes({ send: { queue: gone, giveUpAfter: 0.2 } }).filter(({ id }) => id !== "claimed"),
        sink("claimed", "checks"),
        functionNode("checks", checks, "send"),
      ]);
      drop(at.root, "DecCus001", "a.xml", decXml());
      await bench.arrived("caught", 3);
      await bench.queue(gone);
      const { document } = await bench.one("settled");
      const story = await (await bench.client()).ledger.story(document?.id as string);
      const [event, ...more] = story?.events.filter((one) => one.event === "warned") ?? [];
      assert.deepEqual(more, []);
      assert.match(event?.text ?? "", /^4 处警告：.*一（行 1）；.*二（行 2）；.*三（行 3）…$/);
      assert.match(event?.textEn ?? "", /^4 warnings: .*no\. 1 \(line 1\); /);
    });

    it("is complete only when the broker has confirmed the message", async () => {
      await bench.load(at.nodes());
      await bench.showing("send", "mq-send.status.connected");
      const client = await bench.client();
      // The state in the ledger and in the queue as the Complete node's message passes.
      drop(at.root, "DecCus001", "a.xml", decXml());
      const completed = await bench.one("completed");
      const events = (await client.ledger.story(completed.document?.id as string))?.events.map(({ event }) => event);
      assert.ok(events?.includes("sent"));
      assert.equal(await bench.depth(at.queue), 1);
      assert.equal(bench.messages("caught").length, 0);
    });

    it("does not complete while the confirm is missing", () =>
      at.withUnconfirmed({}, async (relay) => {
        const { document } = await bench.one("claimed");
        const row = await (await bench.client()).ledger.get(document?.id as string);
        assert.equal(row?.state, "sending");
        assert.equal(bench.messages("completed").length + bench.messages("sent").length, 0);
        relay.flow();
        await bench.one("completed");
        await bench.one("settled");
        assert.equal(await bench.depth(at.queue), 1);
      }));

    it("sends a detached signature in the headers, over the very bytes of the body", async () => {
      const nodes = at.nodes();
      (nodes.find(({ id }) => id === "claimed") as FlowNode).wires = [["sign"]];
      await bench.load([...nodes, cardNode(bench.token), node("sw-card-sign", "sign", { card: "card" }, ["send"])]);
      drop(at.root, "DecCus001", "a.xml", decXml());
      await bench.one("settled");
      const { content, properties } = await bench.take(at.queue);
      const { headers = {} } = properties;
      assert.equal(headers.signatureAlgorithm, "rsa-sha256");
      const certificate = new X509Certificate(Buffer.from(headers.certificate, "base64"));
      assert.ok(verify("sha256", content, certificate.publicKey, Buffer.from(headers.signature, "base64")));
      assert.equal(headers.certificateNumber, certificate.serialNumber.toLowerCase());
      assert.deepEqual(box(at.root, "", ".spool"), [], "unchanged bytes lie in TempBox, not in the spool");
    });

    it("lets a document wait whose file is away when its turn comes, and sends it when it is back", async () => {
      const later = `${at.queue}-later`;
      await bench.load(at.nodes({ send: { queue: later, giveUpAfter: 60 } }));
      await bench.showing("send", "mq-send.status.queue");
      drop(at.root, "DecCus001", "a.xml", decXml());
      const [name = ""] = await until("it is claimed and waits", () => {
        const names = box(at.root, "DecCus001", "TempBox");
        return names.length === 1 && bench.statuses("send").at(-1) === "mq-send.status.queue" ? names : undefined;
      });
      const file = join(at.root, "DecCus001", "TempBox", name);
      renameSync(file, join(at.root, "away.xml"));
      await bench.queue(later);
      const caught = await bench.one("caught");
      assert.deepEqual([caught.fault?.code, caught.fault?.kind], ["SW-FILE-MISSING", "waits"]);
      renameSync(join(at.root, "away.xml"), file);
      const { document } = await bench.one("settled");
      assert.equal(document?.id, caught.document?.id);
      assert.equal(await bench.depth(later), 1);
    });

    it("sends no other bytes under a signature that stands beside them", async () => {
      const nodes = at.nodes();
      (nodes.find(({ id }) => id === "claimed") as FlowNode).wires = [["sign"]];
      const change = "msg.payload = Buffer.concat([msg.payload, Buffer.from('\\n')]); return msg;";
      await bench.load([
        ...nodes,
        cardNode(bench.token),
        node("sw-card-sign", "sign", { card: "card" }, ["change"]),
        functionNode("change", change, "send"),
      ]);
      drop(at.root, "DecCus001", "a.xml", decXml());
      const caught = await bench.one("caught");
      assert.deepEqual([caught.fault?.code, await bench.depth(at.queue)], ["SW-MESSAGE", 0]);
      assert.match(caught.fault?.text.zh ?? "", /签名之后被改动/);
    });

    it("waits while the broker takes nothing for a memory alarm, says so, and sends afterwards", async function () {
      this.timeout(270_000);
      const alarm = (on: boolean) =>
        bench.broker.rabbitmqctl("set_vm_memory_high_watermark", ...(on ? ["absolute", "1MB"] : ["0.6"]));
      await bench.load(at.nodes({ send: { giveUpAfter: 0.5 }, settle: { retryTimes: 0 } }));
      await bench.showing("send", "mq-send.status.connected");
      await alarm(true);
      try {
        // The broker blocks a connection when it publishes: the first one is taken or waits for the end of the alarm.
        drop(at.root, "DecCus001", "first.xml", decXml());
        await bench.showing("send", "mq-send.status.blocked");
        drop(at.root, "DecCus001", "second.xml", decXml());
        const caught = await bench.one("caught");
        assert.equal(caught.document?.fileName, "second.xml");
        assert.match(caught.fault?.text.zh ?? "", /暂停接收/);
      } finally {
        await alarm(false);
      }
      const { document } = await bench.one("settled");
      assert.equal(document?.fileName, "first.xml");
      await until("only the first has arrived", async () => (await bench.depth(at.queue)) === 1);
    });

    it("has no more of a business on their way than it is set, and the others go on", async () => {
      const relay = await relayTo(bench.broker);
      try {
        const send = { perBusiness: "DecCus001=1", window: 3 };
        const watch = { businesses: "DecCus001, DecCus201" };
        await bench.load(at.nodes({ send, watch }, { port: relay.port, heartbeat: 60 }));
        await bench.showing("send", "mq-send.status.connected");
        relay.hold();
        // The one business is at its limit before the other begins, which would else fill the window alone.
        for (const name of ["1.xml", "2.xml", "3.xml"]) drop(at.root, "DecCus001", name, decXml());
        await bench.arrived("claimed", 3);
        await until("one of them is on its way", async () => (await bench.depth(at.queue)) === 1);
        for (const name of ["4.xml", "5.xml", "6.xml"]) drop(at.root, "DecCus201", name, decXml());
        await bench.arrived("claimed", 6);
        await until("three are on their way", async () => (await bench.depth(at.queue)) === 3);
        const { ledger } = await bench.client();
        const sending = await ledger.query({ state: ["sending"], limit: 10 });
        assert.deepEqual(sending.map(({ business }) => business).sort(), ["DecCus001", "DecCus201", "DecCus201"]);
        relay.flow();
        await bench.arrived("settled", 6);
        assert.equal(await bench.depth(at.queue), 6);
      } finally {
        await bench.unload();
        await relay.close();
      }
    });

    it("sends a cloned message once: the second joins the send that is under way", () =>
      at.withUnconfirmed({}, async (relay) => {
        const { payload, document } = await bench.one("claimed");
        bench.node("send").receive({ payload, document: structuredClone(document) });
        relay.flow();
        await bench.arrived("settled", 2);
        assert.equal(await bench.depth(at.queue), 1);
        const events = (await (await bench.client()).ledger.story(document?.id as string))?.events;
        assert.deepEqual(
          events?.map(({ event }) => event),
          ["claimed", "sending", "sent", "settled"],
        );
      }));

    it("fails with C18 when the broker stays away, password masked, after it was tried again", async () => {
      const relay = await relayTo(bench.broker);
      await relay.close();
      const settle = { retryTimes: 1 };
      await bench.load(at.nodes({ send: { giveUpAfter: 0.5 }, settle }, { host: "127.0.0.1", port: relay.port }));
      drop(at.root, "DecCus001", "a.xml", decXml());
      const [first] = await bench.arrived("caught");
      assert.deepEqual([first?.error?.code, first?.fault?.code], ["C18", "C18"]);
      const text = first?.fault?.text.zh as string;
      const { user, password } = bench.broker;
      const where = `连接：amqp://${user}:***@127.0.0.1:${relay.port}，队列：${at.queue}，错误：服务器端口拒绝连接`;
      assert.ok(text.includes(where), text);
      const receipt = await until("it failed for good", () =>
        // Under `.tmp` it is still being written.
        box(at.root, "DecCus001", "InBox").find((name) => !name.endsWith(".tmp")),
      );
      assert.match(receipt, /^Failed_a_\d{17}\.xml$/);
      const written = boxText(at.root, "DecCus001", "InBox", receipt);
      assert.match(written, /<failCode>C18<\/failCode>/);
      assert.ok(!written.includes(password));
      assert.ok(!bench.logged().join("\n").includes(password));
      // Claimed, given back and claimed again under the same id, then failed.
      const claims = bench.messages("claimed").map(({ document }) => [document?.id, document?.attempt]);
      const id = first?.document?.id;
      assert.deepEqual(claims, [
        [id, 1],
        [id, 2],
      ]);
      const row = await bench.row(id as string, "it is settled", ({ settled }) => settled);
      assert.deepEqual([row.state, row.code, row.box], ["failed", "C18", "FailBox"]);
      assert.equal(bench.messages("completed").length, 0);
    });

    it("is red and lets documents wait while its queue is missing, however often they are tried, then sends them", async () => {
      const gone = `${at.queue}-missing`;
      await bench.load(at.nodes({ send: { queue: gone, giveUpAfter: 0.2 }, settle: { retryTimes: 1 } }));
      // At deploy, before there is anything to send.
      await bench.showing("send", "mq-send.status.queue");
      assert.ok(bench.logged(({ id }) => id === "send").some((line) => line.includes("队列不存在")));
      drop(at.root, "DecCus001", "a.xml", decXml());
      const third = (await bench.arrived("caught", 3))[2];
      assert.deepEqual([third?.fault?.code, third?.fault?.kind], ["C18", "waits"]);
      assert.match(third?.fault?.text.zh ?? "", new RegExp(`队列：${gone}，错误：队列不存在`));
      assert.deepEqual([box(at.root, "DecCus001", "FailBox"), box(at.root, "DecCus001", "InBox")], [[], []]);
      await bench.queue(gone);
      const { document } = await bench.one("settled");
      assert.equal(document?.id, third?.document?.id);
      assert.equal(await bench.depth(gone), 1);
      await bench.aside((channel) => channel.deleteQueue(gone));
      // Gone while it runs: the first message that comes back says so.
      drop(at.root, "DecCus001", "b.xml", decXml({ key: freshKey() }));
      await bench.showing("send", "mq-send.status.queue");
      await bench.queue(gone);
      await bench.arrived("settled", 2);
      assert.equal(await bench.depth(gone), 1);
    });

    it("is red, and so is health, while its queue rejects what is sent as full; the document waits, and all is well with it", async () => {
      const queue = `${at.queue}-full`;
      const options = { durable: true, arguments: { "x-max-length": 1, "x-overflow": "reject-publish" } };
      await bench.aside((channel) => channel.assertQueue(queue, options));
      await bench.publish(queue, Buffer.from("x"));
      await until("it is full", async () => (await bench.depth(queue)) === 1);
      const health = async () => (await bench.http().get("/single-window/health")).body;
      const broker = async () => (await bench.http().get("/single-window/status")).body[0].brokers[0];
      await bench.load(at.nodes({ send: { queue } }));
      await bench.showing("send", "mq-send.status.connected");
      assert.deepEqual([await health(), (await broker()).fault], [{ live: true, ready: true }, null]);
      drop(at.root, "DecCus001", "a.xml", decXml());
      await bench.showing("send", "mq-send.status.untaken");
      assert.deepEqual(await health(), { live: true, ready: false, reasons: ["full"] });
      const { state, code, fault } = await broker();
      assert.deepEqual([state, code, fault.code], ["connected", "full", "C18"]);
      assert.match(fault.text.zh, /队列已满/);
      assert.ok(fault.advice.zh && fault.advice.en);
      await bench.aside((channel) => channel.purgeQueue(queue));
      await bench.one("settled");
      assert.deepEqual([await health(), (await broker()).code], [{ live: true, ready: true }, ""]);
      assert.equal(bench.logged(({ id }) => id === "send").filter((line) => line.includes("队列已满")).length, 1);
      assert.equal(bench.messages("caught").length, 0);
    });

    it("lets documents wait while the broker has no host or is not there, red at deploy, and sends them once it is set", async () => {
      const right = at.nodes();
      const without = (change: (nodes: FlowNode[]) => FlowNode[]) => change(at.nodes());
      const cases: [what: RegExp, nodes: FlowNode[]][] = [
        [/host is not set/, without((nodes) => nodes.map((one) => (one.id === "broker" ? { ...one, host: "" } : one)))],
        [/no sw-mq-broker is chosen/, without((nodes) => nodes.filter(({ id }) => id !== "broker"))],
      ];
      for (const [what, nodes] of cases) {
        await bench.load(nodes);
        await bench.showing("send", "mq-send.status.config");
        assert.match(bench.errors().join("\n"), what);
        drop(at.root, "DecCus001", "a.xml", decXml({ key: freshKey() }));
        const [, , , , fifth] = await bench.arrived("caught", 5);
        assert.equal(fifth?.fault?.code, "SW-CONFIG");
        assert.deepEqual([box(at.root, "DecCus001", "FailBox"), box(at.root, "DecCus001", "InBox")], [[], []]);
        await bench.unload();
        await bench.load(right);
        const { document } = await bench.one("settled");
        assert.equal((await bench.take(at.queue)).properties.messageId, document?.id);
        await bench.unload();
      }
    });

    it("refuses what is larger than its setting before it sends anything of it, and says how large it may be", async () => {
      await bench.load(at.nodes({ send: { maxSize: 0.01 } }));
      const bytes = decXml({ goods: 20 });
      assert.ok(bytes.length > 10_485);
      drop(at.root, "DecCus001", "a.xml", bytes);
      const { fault, document } = await bench.one("caught");
      assert.equal(fault?.code, "SW-SIZE");
      for (const text of [fault?.text.zh, fault?.text.en]) {
        assert.ok(text?.includes(String(bytes.length)) && text.includes("10485"), text);
      }
      assert.ok(fault?.advice?.zh && fault.advice.en);
      const row = await bench.row(document?.id as string, "it is settled", ({ settled }) => settled);
      assert.deepEqual([row.state, row.code, row.box, row.sendingAt], ["failed", "SW-SIZE", "FailBox", 0]);
      assert.equal(await bench.depth(at.queue), 0);
    });

    it("sends a document that has arrived no second time, whatever the flow does", async () => {
      await bench.load(at.nodes());
      drop(at.root, "DecCus001", "a.xml", decXml());
      const settled = await bench.one("settled");
      bench.node("send").receive({ payload: settled.payload, document: { ...settled.document } });
      await bench.arrived("settled", 2);
      assert.equal(await bench.depth(at.queue), 1);
      bench.node("send").receive({ payload: Buffer.from("x"), document: { id: "no-such", fileName: "a.xml" } });
      assert.equal((await bench.one("caught")).error?.code, "SW-UNKNOWN-DOCUMENT");
    });

    it("sends once what waited while the broker was stopped", async function () {
      this.timeout(360_000);
      const warned = () => bench.logged(({ id }) => id === "broker").filter((line) => line.includes("C18"));
      await bench.load(at.nodes());
      await bench.showing("send", "mq-send.status.connected");
      await bench.broker.kill("SIGTERM");
      await bench.showing("send", "mq-send.status.disconnected");
      drop(at.root, "DecCus001", "a.xml", decXml());
      const { document } = await bench.one("claimed");
      const id = document?.id as string;
      assert.equal((await (await bench.client()).ledger.get(id))?.state, "claimed");
      assert.ok(!warned().join().includes(bench.broker.password));
      await bench.broker.restart();
      await bench.arrived("settled", 1, 60_000);
      const message = await bench.take(at.queue);
      assert.deepEqual([message.properties.messageId, message.properties.headers?.possibleDuplicate], [id, undefined]);
      assert.equal(await bench.depth(at.queue), 0);
      const row = await bench.row(id, "it is settled", ({ settled }) => settled);
      assert.deepEqual([row.state, row.attempt, row.possibleDuplicate], ["sent", 1, false]);
    });
  });
}
