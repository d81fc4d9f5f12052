import assert from "node:assert/strict";
import { freshKey } from "../../../simulator/samples/index.js";
import { box } from "../../support/boxes.js";
import type { FlowNode } from "../../support/flow-nodes.js";
import { accepted, ReceiveFlow, released } from "../../support/receive-flow.js";
import type { RedBench } from "../../support/red-bench.js";
import { until } from "../../support/until.js";

/** Deliveries: who has the queue, what is acknowledged and when. */
export function receiving(bench: RedBench): void {
  describe("sw-mq-receive, sw-receipt-parse, sw-settle", () => {
    const at = new ReceiveFlow(bench);

    it("acknowledges only what was settled: the rest comes again after a stop", async () => {
      await bench.load(at.nodes({ settle: false }));
      const key = freshKey();
      const { id } = await at.sent(key, "a.xml");
      await bench.publish(at.queue, accepted(key));
      const known = await bench.one("known");
      assert.equal(known.receipt?.documentId, id);
      const data = known.receipt?.data as { DecImportResponse: Record<string, string> } | undefined;
      assert.equal(data?.DecImportResponse.ClientSeqNo, key);
      assert.equal(data?.DecImportResponse.ResponseCode, "0");
      assert.equal(known.delivery?.redelivered, false);
      assert.equal((await (await bench.client()).ledger.get(id))?.state, "sent", "looking at it changes nothing");
      assert.deepEqual(box(at.root, "DecCus001", "InBox"), []);
      await bench.unload();
      assert.equal(await bench.depth(at.queue), 1);

      await bench.load(at.nodes());
      const { delivery } = await bench.one("stored");
      assert.equal(delivery?.redelivered, true);
      assert.equal((await (await bench.client()).ledger.get(id))?.state, "accepted");
      await bench.written();
      await bench.unload();
      assert.equal(await bench.depth(at.queue), 0);
    });

    it("has no more deliveries out than prefetch", async () => {
      await bench.load(at.nodes({ settle: false, receive: { prefetch: 2 } }));
      for (let number = 0; number < 4; number++) await bench.publish(at.queue, accepted(freshKey()), {}, `m-${number}`);
      await bench.arrived("known", 2);
      assert.equal(await bench.depth(at.queue), 2);
      assert.equal((await bench.client()).deliveries.size, 2);
      assert.equal(bench.messages("known").length, 2);
    });

    it("settles a delivery once: a second settle and a clone change nothing, the channel lives on", async () => {
      const nodes = at.nodes();
      // Two wires: the second gets a deep clone.
      const known = nodes.find(({ id }) => id === "known") as FlowNode;
      known.wires = [["store", "store"]];
      await bench.load(nodes);
      const key = freshKey();
      const { id } = await at.sent(key, "a.xml");
      await bench.publish(at.queue, accepted(key));
      const [first] = await bench.arrived("stored", 2);
      bench.node("store").receive(structuredClone({ delivery: first?.delivery, payload: first?.payload }));
      await bench.arrived("stored", 3);
      await bench.publish(at.queue, released());
      await bench.arrived("stored", 5);
      const story = await (await bench.client()).ledger.story(id);
      assert.deepEqual(
        story?.receipts.map(({ kind }) => kind),
        ["import", "business"],
      );
      assert.equal(box(at.root, "DecCus001", "InBox").length, 2);
      assert.deepEqual(bench.errors(), []);
      await bench.written();
      await bench.unload();
      assert.equal(await bench.depth(at.queue), 0);
    });

    it("stores the same receipt once when it is delivered twice", async () => {
      await bench.load(at.nodes());
      const key = freshKey();
      const { id } = await at.sent(key, "a.xml");
      await bench.publish(at.queue, accepted(key), {}, "m-1");
      await bench.one("stored");
      await bench.publish(at.queue, accepted(key), {}, "m-1");
      await bench.arrived("stored", 2);
      assert.equal((await (await bench.client()).ledger.story(id))?.receipts.length, 1);
      assert.equal(box(at.root, "DecCus001", "InBox").length, 1);
    });

    it("keeps a delivery that cannot be stored now, says why, and stores it when it can", async () => {
      await bench.load(at.nodes());
      const key = freshKey();
      await at.sent(key, "a.xml");
      const unblock = at.blockInBox();
      await bench.publish(at.queue, accepted(key));
      const caught = await bench.one("caught");
      assert.equal(caught.error?.source.id, "store");
      assert.equal((await bench.client()).deliveries.size, 1);
      unblock();
      await until("it is stored", () => box(at.root, "DecCus001", "InBox").length === 1);
      await until("it is acknowledged", async () => (await bench.client()).deliveries.size === 0);
      assert.equal(bench.messages("delivered").length, 1, "the broker did not have to bring it again");
      await bench.written();
      await bench.unload();
      assert.equal(await bench.depth(at.queue), 0);
    });

    it("leaves to the broker what could not be stored before a stop", async () => {
      await bench.load(at.nodes());
      const key = freshKey();
      const { id } = await at.sent(key, "a.xml");
      const unblock = at.blockInBox();
      await bench.publish(at.queue, accepted(key));
      await bench.one("caught");
      await bench.unload();
      assert.equal(await bench.depth(at.queue), 1);
      unblock();
      await bench.load(at.nodes());
      assert.equal((await bench.one("stored")).delivery?.redelivered, true);
      const story = await (await bench.client()).ledger.story(id);
      assert.deepEqual([story?.receipts.length, story?.receipts[0]?.filed], [1, true]);
      assert.deepEqual(box(at.root, "DecCus001", "InBox"), [story?.receipts[0]?.file]);
      await bench.written();
      await bench.unload();
      assert.equal(await bench.depth(at.queue), 0);
    });

    it("says that another machine has the queue for itself, and takes it when it is free", async () => {
      await bench.aside(async (channel) => {
        await channel.consume(at.queue, () => {}, { exclusive: true });
        await bench.load(at.nodes());
        await bench.showing("receive", "mq-receive.status.exclusive");
        await until("it is said", () => bench.logged(({ id }) => id === "receive").length > 0);
        assert.match(bench.logged(({ id }) => id === "receive")[0] as string, /另一台电脑占用.*解除设备绑定/);
      });
      await bench.showing("receive", "mq-receive.status.connected");
    });

    it("says that another program reads the queue as well, with the advice to unbind, in status and health for as long as it knows it", async () => {
      const ask = async (what: string) => (await bench.http().get(`/single-window/${what}`)).body;
      const told = async () => {
        const [{ standing }] = await ask("status");
        return (standing as { code: string; text: { zh: string } }[]).filter(({ code }) => code === "C18");
      };
      await bench.aside(async (channel) => {
        const { consumerTag } = await channel.consume(at.queue, () => {});
        const nodes = at.nodes();
        (nodes.find(({ id }) => id === "broker") as FlowNode).heartbeat = 1;
        await bench.load(nodes);
        await bench.showing("receive", "mq-receive.status.shared");
        const [line] = bench.logged(({ id }) => id === "receive");
        assert.match(line as string, /C18 .*另有程序在读.*解除设备绑定/);
        assert.match((await told())[0]?.text.zh ?? "", /另有程序在读/);
        assert.ok((await ask("health")).reasons.includes("C18"));
        await channel.cancel(consumerTag);
        await bench.deployChanged(nodes.map((one) => (one.id === "receive" ? { ...one, prefetch: 6 } : one)));
        await bench.showing("receive", "mq-receive.status.connected");
        assert.deepEqual(await told(), []);
      });
    });

    it("gives what it cannot read to the dead-letter exchange when it is set so, and keeps it too", async () => {
      const dead = await bench.queue();
      const letters = `${at.queue}-letters`;
      const dlx = { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead };
      await bench.aside((channel) => channel.assertQueue(letters, { durable: true, arguments: dlx }));
      await bench.load(at.nodes({ receive: { queue: letters, unreadable: "reject" } }));
      const key = freshKey();
      await at.sent(key, "a.xml");
      await bench.publish(letters, accepted(key));
      await bench.publish(letters, Buffer.from("no receipt"), { fileName: "x.xml" });
      await bench.one("stored");
      await bench.one("rejected");
      assert.equal((await bench.take(dead)).content.toString(), "no receipt");
      assert.equal(box(at.root, "Others", "InBox").length, 2);
      await bench.written();
      await bench.unload();
      assert.deepEqual([await bench.depth(letters), await bench.depth(dead)], [0, 0]);
    });

    it("waits for a queue that is missing", async () => {
      const later = `${at.queue}-later`;
      await bench.load(at.nodes({ receive: { queue: later } }));
      await bench.showing("receive", "mq-receive.status.queue");
      await until("it is said", () => bench.logged(({ id }) => id === "receive").length > 0);
      assert.match(bench.logged(({ id }) => id === "receive")[0] as string, /C18 .*队列不存在/);
      await bench.queue(later);
      await bench.showing("receive", "mq-receive.status.connected");
      await bench.publish(later, accepted(freshKey()));
      await bench.one("stored");
    });
  });
}
