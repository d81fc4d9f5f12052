import assert from "node:assert/strict";
import { open } from "../../../simulator/open.js";
import { decXml } from "../../../simulator/samples/index.js";
import { Simulator } from "../../../simulator/simulator.js";
import { box, drop } from "../../support/boxes.js";
import { cardNode, type FlowNode, node } from "../../support/flow-nodes.js";
import type { RedBench } from "../../support/red-bench.js";
import { relayTo } from "../../support/relay.js";
import { SendFlow, sha256, withoutHeaders } from "../../support/send-flow.js";
import { CARD_HOLDER } from "../../support/test-card.js";
import { until } from "../../support/until.js";

/** What stands around the file: the table of message fields, and the DxpMsg. */
export function messageFields(bench: RedBench): void {
  describe("sw-mq-send, message fields", () => {
    const at = new SendFlow(bench);

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
        { to: "routingKey", name: "", value: `"${at.queue}"`, type: "jsonata" },
      ]);
      try {
        await bench.load(at.nodes({ send: { fields, queue: "elsewhere" } }, { port: relay.port, heartbeat: 60 }));
        await bench.showing("send", "mq-send.status.connected");
        relay.hold();
        const bytes = decXml();
        drop(at.root, "DecCus001", "a.xml", bytes);
        await until("the broker has the message", async () => (await bench.depth(at.queue)) === 1);
        relay.flow();
        relay.cut();
        await bench.one("settled");
        const [first, second] = [await bench.take(at.queue), await bench.take(at.queue)];
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
      await bench.load(at.nodes({ send: { fields } }));
      drop(at.root, "DecCus001", "a.xml", decXml());
      const { document, error } = await bench.one("caught");
      assert.equal(error?.code, "SW-FIELD");
      const waits = await bench.row(document?.id as string, "it is given back", ({ code }) => code === "SW-FIELD");
      assert.deepEqual([waits.state, waits.settled], ["claimed", false]);
      for (const bad of ["{", '[{"to":"header","name":"attempt"}]', '[{"to":"moon","name":"x"}]']) {
        await bench.unload();
        await bench.load(at.nodes({ send: { fields: bad } }));
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
        await bench.load(at.nodes({ send: { body: "dxp", fields } }, { port: relay.port, heartbeat: 60 }));
        await bench.showing("send", "mq-send.status.connected");
        relay.hold();
        const bytes = decXml();
        drop(at.root, "DecCus001", "进口.xml", bytes);
        await until("the broker has the message", async () => (await bench.depth(at.queue)) === 1);
        relay.flow();
        relay.cut();
        const { payload, document } = await bench.one("settled");
        assert.deepEqual(payload, bytes);
        const [first, second] = [await bench.take(at.queue), await bench.take(at.queue)];
        assert.equal(sha256(second.content), sha256(first.content));
        assert.equal(second.properties.headers?.possibleDuplicate, "1");
        const { content, wrapper } = open(first.content);
        assert.deepEqual(content, bytes);
        const receivers = ["DXPDSWDEC0000002"];
        const expected = { messageId: document?.id, sender: "DXPESWDEMO0001", receivers, type: "DECMSG" };
        assert.deepEqual(wrapper, expected);
        assert.match(first.content.toString(), /<FileName>进口\.xml<\/FileName><IcCard>8930000000001<\/IcCard>/);
        assert.deepEqual(box(at.root, "", ".spool"), []);
      } finally {
        await bench.unload();
        await relay.close();
      }
    });

    it("has its wrapped declaration accepted and answered", async function () {
      this.timeout(180_000);
      const receiveQueue = await bench.queue();
      const { host, port, user, password, vhost } = bench.broker;
      const simulator = new Simulator({
        broker: { host, port, user, password, vhost, tls: false, ca: "" },
        clientId: "DEMO0001",
        sendQueue: at.queue,
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
        const nodes = at.nodes({ send: { body: "dxp" } });
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
        drop(at.root, "DecCus001", "a.xml", decXml({ identity: CARD_HOLDER }));
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
  });
}
