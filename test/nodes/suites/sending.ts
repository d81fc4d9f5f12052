import assert from "node:assert/strict";
import { createHash, verify, X509Certificate } from "node:crypto";
import { join } from "node:path";
import type { GetMessage } from "amqplib";
import { open } from "../../../simulator/open.js";
import { decXml, invtZip } from "../../../simulator/samples/index.js";
import { Simulator } from "../../../simulator/simulator.js";
import {
  box,
  boxText,
  brokerNode,
  CARD_HOLDER,
  cardNode,
  catchAll,
  clientNode,
  drop,
  type FlowNode,
  node,
  type RedBench,
  sink,
  watchNode,
} from "../../support/red-bench.js";
import { relayTo } from "../../support/relay.js";
import { scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

export function sending(bench: RedBench): void {
  describe("sw-mq-send", () => {
    let root: string;
    let queue: string;
    beforeEach(async () => {
      root = join(scratch(), "ImpPath");
      queue = await bench.queue();
    });

    /** folder-watch, mq-send, settle, with Catch to a second settle and a Complete node on mq-send. */
    const flow = (
      change: {
        send?: object;
        watch?: Record<string, unknown>;
        settle?: object;
        client?: Record<string, unknown>;
      } = {},
      broker: Record<string, unknown> = {},
    ): FlowNode[] => [
      clientNode(root, change.client),
      brokerNode(bench.broker, broker),
      watchNode(change.watch ?? {}, "claimed"),
      sink("claimed", "send"),
      node(
        "sw-mq-send",
        "send",
        {
          client: "client",
          broker: "broker",
          queue,
          confirmTimeout: 30,
          giveUpAfter: 1800,
          attempts: 2,
          ...change.send,
        },
        ["sent"],
      ),
      sink("sent", "settle"),
      node("sw-settle", "settle", { client: "client", outcome: "sent" }, ["settled"]),
      sink("settled"),
      node("complete", "complete", { scope: ["send"] }, ["completed"]),
      sink("completed"),
      catchAll("caught"),
      sink("caught", "fail"),
      node("sw-settle", "fail", { client: "client", outcome: "auto", retryAfter: 0, retryTimes: 3, ...change.settle }, [
        "failed",
      ]),
      sink("failed"),
    ];

    it("publishes the bytes with their properties, and the file goes to SentBox", async () => {
      const bytes = decXml({ key: "D00000000000000002" });
      await bench.load(flow());
      drop(root, "DecCus001", "进口.xml", bytes);
      const { document } = await bench.one("settled");
      const message = await bench.take(queue);
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
      assert.deepEqual(box(root, "DecCus001", "SentBox"), [row.boxName]);
      assert.deepEqual(box(root, "DecCus001", "TempBox"), []);
      await bench.showing("send", "mq-send.status.confirmed");
      const story = await (await bench.client()).ledger.story(row.id);
      assert.deepEqual(
        story?.events.map(({ event }) => event),
        ["claimed", "sending", "sent", "settled"],
      );
    });

    it("is complete only when the broker has confirmed the message", async () => {
      await bench.load(flow());
      await bench.showing("send", "mq-send.status.connected");
      const client = await bench.client();
      // The state in the ledger and in the queue as the Complete node's message passes.
      drop(root, "DecCus001", "a.xml", decXml());
      const completed = await bench.one("completed");
      const events = (await client.ledger.story(completed.document?.id as string))?.events.map(({ event }) => event);
      assert.ok(events?.includes("sent"));
      assert.equal(await bench.depth(queue), 1);
      assert.equal(bench.messages("caught").length, 0);
    });

    it("does not complete while the confirm is missing", async () => {
      const relay = await relayTo(bench.broker);
      try {
        await bench.load(flow({}, { port: relay.port, heartbeat: 60 }));
        await bench.showing("send", "mq-send.status.connected");
        relay.hold();
        drop(root, "DecCus001", "a.xml", decXml());
        const { document } = await bench.one("claimed");
        // The broker has it, its confirm does not come back.
        await until("the broker has the message", async () => (await bench.depth(queue)) === 1);
        const row = await (await bench.client()).ledger.get(document?.id as string);
        assert.equal(row?.state, "sending");
        assert.equal(bench.messages("completed").length + bench.messages("sent").length, 0);
        relay.flow();
        await bench.one("completed");
        await bench.one("settled");
        assert.equal(await bench.depth(queue), 1);
      } finally {
        await bench.unload();
        await relay.close();
      }
    });

    it("resends what a cut left unknown: same id, same bytes, and says that it may be a duplicate", async () => {
      const relay = await relayTo(bench.broker);
      try {
        await bench.load(flow({}, { port: relay.port, heartbeat: 60 }));
        await bench.showing("send", "mq-send.status.connected");
        relay.hold();
        drop(root, "DecCus001", "a.xml", decXml());
        await until("the broker has the message", async () => (await bench.depth(queue)) === 1);
        relay.flow();
        relay.cut();
        const { document } = await bench.one("settled");
        assert.equal(document?.possibleDuplicate, true);
        const [first, second] = [await bench.take(queue), await bench.take(queue)];
        assert.equal(second.properties.messageId, first.properties.messageId);
        assert.equal(sha256(second.content), sha256(first.content));
        assert.equal(first.properties.headers?.possibleDuplicate, undefined);
        assert.deepEqual(second.properties.headers, { ...first.properties.headers, possibleDuplicate: "1" });
        assert.deepEqual(withoutHeaders(second), withoutHeaders(first));
        const events = (await (await bench.client()).ledger.story(document?.id as string))?.events;
        assert.deepEqual(
          events?.map(({ event }) => event),
          ["claimed", "sending", "unknown", "resending", "sent", "settled"],
        );
      } finally {
        await bench.unload();
        await relay.close();
      }
    });

    it("keeps signed bytes until they have arrived, and resends exactly those", async () => {
      const relay = await relayTo(bench.broker);
      const nodes = flow({ watch: { businesses: "Sas" } }, { port: relay.port, heartbeat: 60 });
      (nodes.find(({ id }) => id === "claimed") as FlowNode).wires = [["sign"]];
      const spool = () => box(root, "", ".spool");
      try {
        await bench.load([...nodes, cardNode(bench.token), node("sw-card-sign", "sign", { card: "card" }, ["send"])]);
        await bench.showing("send", "mq-send.status.connected");
        relay.hold();
        const bytes = await invtZip({ name: "n", identity: CARD_HOLDER });
        drop(root, "Sas", "n.zip", bytes);
        await until("the broker has the message", async () => (await bench.depth(queue)) === 1);
        const { document } = await bench.one("claimed");
        assert.deepEqual(spool(), [document?.id]);
        relay.flow();
        relay.cut();
        await bench.one("settled");
        const [first, second] = [await bench.take(queue), await bench.take(queue)];
        assert.notEqual(sha256(first.content), sha256(bytes));
        assert.equal(sha256(second.content), sha256(first.content));
        assert.equal(second.properties.headers?.possibleDuplicate, "1");
        assert.deepEqual(spool(), []);
      } finally {
        await bench.unload();
        await relay.close();
      }
    });

    it("sends a detached signature in the headers, over the very bytes of the body", async () => {
      const nodes = flow();
      (nodes.find(({ id }) => id === "claimed") as FlowNode).wires = [["sign"]];
      await bench.load([...nodes, cardNode(bench.token), node("sw-card-sign", "sign", { card: "card" }, ["send"])]);
      drop(root, "DecCus001", "a.xml", decXml());
      await bench.one("settled");
      const { content, properties } = await bench.take(queue);
      const { headers = {} } = properties;
      assert.equal(headers.signatureAlgorithm, "rsa-sha256");
      const certificate = new X509Certificate(Buffer.from(headers.certificate, "base64"));
      assert.ok(verify("sha256", content, certificate.publicKey, Buffer.from(headers.signature, "base64")));
      assert.equal(headers.certificateNumber, certificate.serialNumber.toLowerCase());
      assert.deepEqual(box(root, "", ".spool"), [], "unchanged bytes lie in TempBox, not in the spool");
    });

    it("sets the fields of its table, each of its type, and repeats them as they were", async () => {
      const relay = await relayTo(bench.broker);
      process.env.SW_TEST_SITE = "SZ";
      const fields = JSON.stringify([
        { to: "header", name: "站点", value: "SW_TEST_SITE", type: "env" },
        { to: "header", name: "size", value: "document.size", type: "msg" },
        { to: "header", name: "moment", value: "$millis()", type: "jsonata" },
        { to: "header", name: "urgent", value: "true", type: "bool" },
        { to: "header", name: "level", value: "2.5", type: "num" },
        { to: "header", name: "table", value: '{"a":[1,"x"]}', type: "json" },
        { to: "header", name: "messageType", value: "", type: "str" },
        { to: "property", name: "type", value: "document.messageType & 'MSG'", type: "jsonata" },
        { to: "property", name: "priority", value: "5", type: "num" },
        { to: "routingKey", name: "", value: `"${queue}"`, type: "jsonata" },
      ]);
      try {
        await bench.load(flow({ send: { fields, queue: "elsewhere" } }, { port: relay.port, heartbeat: 60 }));
        await bench.showing("send", "mq-send.status.connected");
        relay.hold();
        const bytes = decXml();
        drop(root, "DecCus001", "a.xml", bytes);
        await until("the broker has the message", async () => (await bench.depth(queue)) === 1);
        relay.flow();
        relay.cut();
        await bench.one("settled");
        const [first, second] = [await bench.take(queue), await bench.take(queue)];
        const { moment, ...headers } = first.properties.headers ?? {};
        assert.ok(Math.abs(Date.now() - moment) < 60_000);
        assert.deepEqual(headers, {
          fileName: "a.xml",
          business: "DecCus001",
          clientId: "DEMO0001",
          站点: "SZ",
          size: bytes.length,
          urgent: true,
          level: 2.5,
          table: { a: [1, "x"] },
        });
        assert.deepEqual([first.properties.type, first.properties.priority], ["DECMSG", 5]);
        assert.deepEqual(second.properties.headers, { ...first.properties.headers, possibleDuplicate: "1" });
        assert.deepEqual(withoutHeaders(second), withoutHeaders(first));
      } finally {
        delete process.env.SW_TEST_SITE;
        await bench.unload();
        await relay.close();
      }
    });

    it("lets a document wait whose field cannot be sent, and does not start with a table that is none", async () => {
      const fields = JSON.stringify([{ to: "header", name: "x", value: "payload", type: "msg" }]);
      await bench.load(flow({ send: { fields } }));
      drop(root, "DecCus001", "a.xml", decXml());
      const { document, error } = await bench.one("caught");
      assert.equal(error?.code, "SW-FIELD");
      const waits = await bench.row(document?.id as string, "it is given back", ({ code }) => code === "SW-FIELD");
      assert.deepEqual([waits.state, waits.settled], ["claimed", false]);
      for (const bad of ["{", '[{"to":"header","name":"attempt"}]', '[{"to":"moon","name":"x"}]']) {
        await bench.unload();
        await bench.load(flow({ send: { fields: bad } }));
        await bench.showing("send", "mq-send.status.config");
      }
    });

    it("wraps a document in a DxpMsg, repeats the very same, and gives its own bytes on", async () => {
      const relay = await relayTo(bench.broker);
      const fields = JSON.stringify([
        { to: "dxp", name: "IcCard", value: CARD_HOLDER.cardNumber, type: "str" },
        { to: "dxp", name: "MsgType", value: "'DECMSG'", type: "jsonata" },
      ]);
      try {
        await bench.load(flow({ send: { body: "dxp", fields } }, { port: relay.port, heartbeat: 60 }));
        await bench.showing("send", "mq-send.status.connected");
        relay.hold();
        const bytes = decXml();
        drop(root, "DecCus001", "进口.xml", bytes);
        await until("the broker has the message", async () => (await bench.depth(queue)) === 1);
        relay.flow();
        relay.cut();
        const { payload, document } = await bench.one("settled");
        assert.deepEqual(payload, bytes);
        const [first, second] = [await bench.take(queue), await bench.take(queue)];
        assert.equal(sha256(second.content), sha256(first.content));
        assert.equal(second.properties.headers?.possibleDuplicate, "1");
        const { content, wrapper } = open(first.content);
        assert.deepEqual(content, bytes);
        const receivers = ["DXPDSWDEC0000002"];
        const expected = { messageId: document?.id, sender: "DXPESWDEMO0001", receivers, type: "DECMSG" };
        assert.deepEqual(wrapper, expected);
        assert.match(first.content.toString(), /<FileName>进口\.xml<\/FileName><IcCard>8930000000001<\/IcCard>/);
        assert.deepEqual(box(root, "", ".spool"), []);
      } finally {
        await bench.unload();
        await relay.close();
      }
    });

    it("has its wrapped declaration accepted and answered", async function () {
      this.timeout(60_000);
      const receiveQueue = await bench.queue();
      const { host, port, user, password, vhost } = bench.broker;
      const simulator = new Simulator({
        broker: { host, port, user, password, vhost, tls: false, ca: "" },
        clientId: "DEMO0001",
        sendQueue: queue,
        receiveQueue,
        commandQueue: `${receiveQueue}.command`,
        onlyOnDemand: false,
        delayMs: 0,
        prefetch: 10,
        certificates: [bench.token.certificateFile],
        log: "",
      });
      await simulator.start();
      try {
        const nodes = flow({ send: { body: "dxp" } });
        (nodes.find(({ id }) => id === "claimed") as FlowNode).wires = [["sign"]];
        const settings = { client: "client", broker: "broker" };
        await bench.load([
          ...nodes,
          cardNode(bench.token),
          node("sw-card-sign", "sign", { card: "card" }, ["send"]),
          node("sw-mq-receive", "receive", { ...settings, queue: receiveQueue, prefetch: 5 }, ["parse"]),
          node("sw-receipt-parse", "parse", { client: "client" }, ["store"], ["store"]),
          node("sw-settle", "store", { client: "client" }, []),
        ]);
        drop(root, "DecCus001", "a.xml", decXml({ identity: CARD_HOLDER }));
        const { document } = await bench.one("settled");
        const row = await bench.row(
          document?.id as string,
          "it is closed",
          ({ statusText }) => statusText === "结关",
          30_000,
        );
        assert.equal(row.state, "accepted");
      } finally {
        await bench.unload();
        await simulator.stop();
      }
    });

    it("waits while the broker takes nothing for a memory alarm, says so, and sends afterwards", async function () {
      this.timeout(90_000);
      const alarm = (on: boolean) =>
        bench.broker.rabbitmqctl("set_vm_memory_high_watermark", ...(on ? ["absolute", "1MB"] : ["0.6"]));
      await bench.load(flow({ send: { giveUpAfter: 0.5 }, settle: { retryTimes: 0 } }));
      await bench.showing("send", "mq-send.status.connected");
      await alarm(true);
      try {
        // The broker blocks a connection when it publishes: the first one is taken or waits for the end of the alarm.
        drop(root, "DecCus001", "first.xml", decXml());
        await bench.showing("send", "mq-send.status.blocked");
        drop(root, "DecCus001", "second.xml", decXml());
        const caught = await bench.one("caught");
        assert.equal(caught.document?.fileName, "second.xml");
        assert.match(caught.fault?.text.zh ?? "", /暂停接收/);
      } finally {
        await alarm(false);
      }
      const { document } = await bench.one("settled");
      assert.equal(document?.fileName, "first.xml");
      await until("only the first has arrived", async () => (await bench.depth(queue)) === 1);
    });

    it("has no more of a business on their way than it is set, and the others go on", async () => {
      const relay = await relayTo(bench.broker);
      try {
        const send = { perBusiness: "DecCus001=1", window: 3 };
        const watch = { businesses: "DecCus001, DecCus201" };
        await bench.load(flow({ send, watch }, { port: relay.port, heartbeat: 60 }));
        await bench.showing("send", "mq-send.status.connected");
        relay.hold();
        for (const name of ["1.xml", "2.xml", "3.xml"]) drop(root, "DecCus001", name, decXml());
        for (const name of ["4.xml", "5.xml", "6.xml"]) drop(root, "DecCus201", name, decXml());
        await bench.arrived("claimed", 6);
        await until("three are on their way", async () => (await bench.depth(queue)) === 3);
        const { ledger } = await bench.client();
        const sending = await ledger.query({ state: ["sending"], limit: 10 });
        assert.deepEqual(sending.map(({ business }) => business).sort(), ["DecCus001", "DecCus201", "DecCus201"]);
        relay.flow();
        await bench.arrived("settled", 6);
        assert.equal(await bench.depth(queue), 6);
      } finally {
        await bench.unload();
        await relay.close();
      }
    });

    it("sends a cloned message once: the second joins the send that is under way", async () => {
      const relay = await relayTo(bench.broker);
      try {
        await bench.load(flow({}, { port: relay.port, heartbeat: 60 }));
        await bench.showing("send", "mq-send.status.connected");
        relay.hold();
        drop(root, "DecCus001", "a.xml", decXml());
        const { payload, document } = await bench.one("claimed");
        await until("the broker has the message", async () => (await bench.depth(queue)) === 1);
        bench.node("send").receive({ payload, document: structuredClone(document) });
        relay.flow();
        await bench.arrived("settled", 2);
        assert.equal(await bench.depth(queue), 1);
        const events = (await (await bench.client()).ledger.story(document?.id as string))?.events;
        assert.deepEqual(
          events?.map(({ event }) => event),
          ["claimed", "sending", "sent", "settled"],
        );
      } finally {
        await bench.unload();
        await relay.close();
      }
    });

    it("holds what a cut left unknown when it is set so, and sends it again when a person releases it", async () => {
      const relay = await relayTo(bench.broker);
      try {
        await bench.load(flow({ client: { onUncertain: "hold" } }, { port: relay.port, heartbeat: 60 }));
        await bench.showing("send", "mq-send.status.connected");
        relay.hold();
        drop(root, "DecCus001", "a.xml", decXml());
        await until("the broker has the message", async () => (await bench.depth(queue)) === 1);
        relay.flow();
        relay.cut();
        const caught = await bench.one("caught");
        assert.equal(caught.error?.code, "SW-UNKNOWN");
        const id = caught.document?.id as string;
        // The Catch flow wants to fail it: an uncertain document is never called failed.
        await bench.one("failed");
        assert.equal((await (await bench.client()).ledger.get(id))?.state, "held");
        assert.deepEqual(box(root, "DecCus001", "TempBox"), [`${id}__a.xml`]);
        assert.equal(await bench.depth(queue), 1);

        const answer = await bench.http().post(`/single-window/documents/${id}/release`).send({ reason: "未到达" });
        assert.equal(answer.status, 200);
        const row = await bench.row(id, "it is sent and settled", ({ settled }) => settled);
        assert.equal(row.state, "sent");
        await bench.take(queue);
        const again = await bench.take(queue);
        assert.deepEqual([again.properties.messageId, again.properties.headers?.possibleDuplicate], [id, "1"]);
      } finally {
        await bench.unload();
        await relay.close();
      }
    });

    it("fails with C18 when the queue is missing, password masked, after it was tried again", async () => {
      const gone = `${queue}-missing`;
      await bench.load(flow({ send: { queue: gone, giveUpAfter: 0.5 }, settle: { retryTimes: 1 } }));
      drop(root, "DecCus001", "a.xml", decXml());
      const [first] = await bench.arrived("caught");
      assert.deepEqual([first?.error?.code, first?.fault?.code], ["C18", "C18"]);
      const text = first?.fault?.text.zh as string;
      const { user, host, port, password } = bench.broker;
      assert.ok(text.includes(`连接：amqp://${user}:***@${host}:${port}，队列：${gone}，错误：队列不存在`), text);
      const receipt = await until("it failed for good", () => box(root, "DecCus001", "InBox")[0]);
      assert.match(receipt, /^Failed_a_\d{17}\.xml$/);
      const written = boxText(root, "DecCus001", "InBox", receipt);
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

    it("sends a document that has arrived no second time, whatever the flow does", async () => {
      await bench.load(flow());
      drop(root, "DecCus001", "a.xml", decXml());
      const settled = await bench.one("settled");
      bench.node("send").receive({ payload: settled.payload, document: { ...settled.document } });
      await bench.arrived("settled", 2);
      assert.equal(await bench.depth(queue), 1);
      bench.node("send").receive({ payload: Buffer.from("x"), document: { id: "no-such", fileName: "a.xml" } });
      assert.equal((await bench.one("caught")).error?.code, "SW-UNKNOWN-DOCUMENT");
    });

    it("sends once what waited while the broker was stopped", async function () {
      this.timeout(120_000);
      const warned = () => bench.logged(({ id }) => id === "broker").filter((line) => line.includes("C18"));
      await bench.load(flow());
      await bench.showing("send", "mq-send.status.connected");
      await bench.broker.kill("SIGTERM");
      await bench.showing("send", "mq-send.status.disconnected");
      drop(root, "DecCus001", "a.xml", decXml());
      const { document } = await bench.one("claimed");
      const id = document?.id as string;
      assert.equal((await (await bench.client()).ledger.get(id))?.state, "claimed");
      assert.ok(!warned().join().includes(bench.broker.password));
      await bench.broker.restart();
      await bench.arrived("settled", 1, 60_000);
      const message = await bench.take(queue);
      assert.deepEqual([message.properties.messageId, message.properties.headers?.possibleDuplicate], [id, undefined]);
      assert.equal(await bench.depth(queue), 0);
      const row = await bench.row(id, "it is settled", ({ settled }) => settled);
      assert.deepEqual([row.state, row.attempt, row.possibleDuplicate], ["sent", 1, false]);
    });
  });
}

function withoutHeaders({ properties }: GetMessage): object {
  return { ...properties, headers: undefined };
}
