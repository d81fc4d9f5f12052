import assert from "node:assert/strict";
import { join } from "node:path";
import { decXml, freshKey, invtZip } from "../../../simulator/samples/index.js";
import { box, drop } from "../../support/boxes.js";
import {
  brokerNode,
  cardNode,
  catchAll,
  clientNode,
  type FlowNode,
  node,
  sink,
  watchNode,
} from "../../support/flow-nodes.js";
import type { RedBench } from "../../support/red-bench.js";
import { relayTo } from "../../support/relay.js";
import { scratch } from "../../support/scratch.js";
import { CARD_HOLDER } from "../../support/test-card.js";
import { until } from "../../support/until.js";

export function restart(bench: RedBench): void {
  describe("stop and start again on the same root", () => {
    let root: string;
    let queue: string;
    beforeEach(async () => {
      root = join(scratch(), "ImpPath");
      queue = await bench.queue();
    });

    /** `to`: what a claim reaches: `send`, or nothing. */
    const flow = (
      to: string[],
      broker: Record<string, unknown> = {},
      client: Record<string, unknown> = {},
    ): FlowNode[] => [
      clientNode(root, client),
      brokerNode(bench.broker, broker),
      watchNode({}, "claimed"),
      sink("claimed", ...to),
      node("sw-mq-send", "send", { client: "client", broker: "broker", queue }, ["sent"]),
      sink("sent", "settle"),
      node("sw-settle", "settle", { client: "client", outcome: "auto", retryAfter: 0 }, ["settled"]),
      sink("settled"),
      catchAll("caught"),
      sink("caught", "settle"),
    ];

    it("gives out claims that were in messages, with the same id and bytes, and finishes them", async () => {
      await bench.load(flow([]));
      const bytes = decXml();
      drop(root, "DecCus001", "a.xml", bytes);
      const before = await bench.one("claimed");
      await bench.unload();
      assert.deepEqual(box(root, "DecCus001", "TempBox"), [`${before.document?.id}__a.xml`]);

      await bench.load(flow(["send"]));
      const after = await bench.one("claimed");
      assert.deepEqual([after.document?.id, after.document?.attempt], [before.document?.id, 1]);
      assert.deepEqual(after.payload, bytes);
      await bench.one("settled");
      assert.equal((await bench.take(queue)).properties.messageId, before.document?.id);
      assert.equal(box(root, "DecCus001", "SentBox").length, 1);
    });

    it("settles what was sent and not settled, without sending it again", async () => {
      const nodes = flow(["send"]);
      (nodes.find(({ id }) => id === "sent") as FlowNode).wires = [[]];
      await bench.load(nodes);
      drop(root, "DecCus001", "a.xml", decXml());
      const { document } = await bench.one("sent");
      await bench.unload();
      assert.deepEqual(box(root, "DecCus001", "SentBox"), []);

      await bench.load(flow(["send"]));
      const row = await bench.row(document?.id as string, "it is settled", ({ settled }) => settled);
      assert.deepEqual([row.state, row.box], ["sent", "SentBox"]);
      await bench.showing("send", "mq-send.status.connected");
      assert.equal(await bench.depth(queue), 1);
      assert.equal(bench.messages("claimed").length, 0);
    });

    it("resends what a stop left without confirm: same message id and bytes, said to be a possible duplicate", async () => {
      const relay = await relayTo(bench.broker);
      try {
        await bench.load(flow(["send"], { port: relay.port, heartbeat: 60 }));
        await bench.showing("send", "mq-send.status.connected");
        relay.hold();
        drop(root, "DecCus001", "a.xml", decXml());
        await until("the broker has the message", async () => (await bench.depth(queue)) === 1);
        await bench.unload();
      } finally {
        await relay.close();
      }
      await bench.load(flow(["send"]));
      const { document } = await bench.one("settled");
      const [first, second] = [await bench.take(queue), await bench.take(queue)];
      assert.deepEqual([first.properties.messageId, second.properties.messageId], [document?.id, document?.id]);
      assert.deepEqual(second.content, first.content);
      assert.equal(second.properties.headers?.possibleDuplicate, "1");
      assert.equal(document?.possibleDuplicate, true);
      assert.equal(box(root, "DecCus001", "SentBox").length, 1);
    });

    it("resends a signed document as it was signed, without signing it again", async () => {
      const nodes = (broker: Record<string, unknown>): FlowNode[] => {
        const all = flow(["sign"], broker);
        (all.find(({ id }) => id === "watch") as FlowNode).businesses = "Sas";
        return [...all, cardNode(bench.token), node("sw-card-sign", "sign", { card: "card" }, ["send"])];
      };
      const relay = await relayTo(bench.broker);
      const file = await invtZip({ name: "n", identity: CARD_HOLDER });
      try {
        await bench.load(nodes({ port: relay.port, heartbeat: 60 }));
        await bench.showing("send", "mq-send.status.connected");
        relay.hold();
        drop(root, "Sas", "n.zip", file);
        await until("the broker has the message", async () => (await bench.depth(queue)) === 1);
        await bench.unload();
      } finally {
        await relay.close();
      }
      await bench.load(nodes({}));
      await bench.one("settled");
      const [first, second] = [await bench.take(queue), await bench.take(queue)];
      assert.notDeepEqual(first.content, file);
      assert.deepEqual(second.content, first.content);
      assert.equal(second.properties.messageId, first.properties.messageId);
      assert.deepEqual(bench.statuses("sign").filter(Boolean), []);
    });

    it("goes on with a document that waited for the broker, which never had it: sent once, as no duplicate", async () => {
      const relay = await relayTo(bench.broker);
      await relay.close();
      await bench.load(flow(["send"], { port: relay.port }));
      await bench.showing("send", "mq-send.status.disconnected");
      drop(root, "DecCus001", "a.xml", decXml());
      const { document } = await bench.one("claimed");
      await bench.unload();
      assert.deepEqual(box(root, "DecCus001", "FailBox"), []);

      await bench.load(flow(["send"]));
      await bench.one("settled");
      const message = await bench.take(queue);
      assert.deepEqual(
        [message.properties.messageId, message.properties.headers?.possibleDuplicate],
        [document?.id, undefined],
      );
      assert.equal(await bench.depth(queue), 0);
    });

    it("goes on when only mq-send is deployed again: what waited in it is neither failed nor lost", async () => {
      const relay = await relayTo(bench.broker);
      await relay.close();
      const nodes = flow(["send"], { port: relay.port });
      await bench.load(nodes);
      await bench.showing("send", "mq-send.status.disconnected");
      drop(root, "DecCus001", "a.xml", decXml());
      const { document } = await bench.one("claimed");
      const changed = nodes.map((one) => (one.id === "send" ? { ...one, giveUpAfter: 1000 } : one));
      await bench.deployChanged(changed);
      const again = (await bench.arrived("claimed", 2))[1];
      assert.equal(again?.document?.id, document?.id);
      assert.deepEqual([bench.messages("caught"), box(root, "DecCus001", "FailBox")], [[], []]);
      assert.equal((await (await bench.client()).ledger.get(document?.id as string))?.state, "claimed");
    });

    it("gives back what waited for mq-send to start when it is deployed again meanwhile, and fails nothing", async () => {
      const relay = await relayTo(bench.broker);
      const receiveQueue = await bench.queue();
      const settings = { client: "client", broker: "broker", queue: receiveQueue };
      const nodes = [
        ...flow(["send"], { port: relay.port, heartbeat: 60 }),
        // It keeps the connection while mq-send comes and goes.
        node("sw-mq-receive", "receive", settings, ["settle"]),
      ];
      const deploy = (giveUpAfter: number) =>
        bench.deployChanged(nodes.map((one) => (one.id === "send" ? { ...one, giveUpAfter } : one)));
      try {
        await bench.load(nodes);
        await bench.showing("receive", "mq-receive.status.connected");
        await bench.showing("send", "mq-send.status.connected");
        relay.hold();
        // Its channel cannot open, so that it does not get ready.
        await deploy(1000);
        drop(root, "DecCus001", "a.xml", decXml());
        const { document } = await bench.one("claimed");
        await deploy(1001);
        const again = (await bench.arrived("claimed", 2))[1];
        assert.equal(again?.document?.id, document?.id);
        relay.flow();
        await bench.one("settled");
        assert.deepEqual(bench.messages("caught"), []);
        assert.equal((await bench.take(queue)).properties.messageId, document?.id);
      } finally {
        await bench.unload();
        await relay.close();
      }
    });

    it("keeps a retry's time over a restart, and its id", async () => {
      const nodes = (retryAfter: number): FlowNode[] => [
        clientNode(root),
        watchNode({}, "claimed"),
        sink("claimed"),
        node("sw-settle", "retry", { client: "client", outcome: "retry", retryAfter }, ["settled"]),
        sink("settled"),
      ];
      await bench.load(nodes(2));
      drop(root, "DecCus001", "a.xml", decXml({ key: freshKey() }));
      const first = await bench.one("claimed");
      bench.node("retry").receive(first);
      await bench.one("settled");
      await bench.unload();
      await bench.load(nodes(2));
      const again = await bench.one("claimed");
      assert.deepEqual([again.document?.id, again.document?.attempt], [first.document?.id, 2]);
      const events = (await (await bench.client()).ledger.story(first.document?.id as string))?.events;
      assert.deepEqual(
        events?.map(({ event }) => event),
        ["claimed", "retry", "returned", "claimed"],
      );
    });

    it("does not claim twice what many redeploys in a row interrupt", async () => {
      const names = Array.from({ length: 12 }, (_, number) => `${number}.xml`);
      for (let round = 0; round < 4; round++) {
        for (const name of names.slice(round * 3, round * 3 + 3)) drop(root, "DecCus001", name, decXml({ goods: 1 }));
        await bench.load(flow(["send"]));
        await bench.arrived("claimed");
        await bench.unload();
      }
      await bench.load(flow(["send"]));
      const { ledger } = await bench.client();
      await until(
        "all are sent",
        async () =>
          (await ledger.counts()).sent === names.length && box(root, "DecCus001", "SentBox").length === names.length,
        25_000,
      );
      const rows = await ledger.query({});
      assert.deepEqual(rows.map(({ fileName }) => fileName).sort(), names.sort());
      const messages = [];
      for (let left = await bench.depth(queue); left > 0; left--) messages.push(await bench.take(queue));
      const ids = messages.map(({ properties }) => properties.messageId as string);
      assert.deepEqual([...new Set(ids)].sort(), rows.map(({ id }) => id).sort());
      for (const [index, { properties }] of messages.entries()) {
        const repeated = ids.indexOf(properties.messageId as string) !== index;
        if (repeated) assert.equal(properties.headers?.possibleDuplicate, "1", "a repeat says that it is one");
      }
    });
  });
}
