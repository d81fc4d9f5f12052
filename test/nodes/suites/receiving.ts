import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeZip } from "../../../lib/archive/index.js";
import { handleOf } from "../../../lib/boxes/context.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { wrapInDxpMsg } from "../../../lib/send/dxpmsg.js";
import { decImportResponse } from "../../../simulator/answers/dec-import-response.js";
import { decResult } from "../../../simulator/answers/dec-result.js";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import {
  box,
  brokerNode,
  catchAll,
  clientNode,
  drop,
  type FlowNode,
  node,
  type RedBench,
  sink,
  watchNode,
} from "../../support/red-bench.js";
import { step } from "../../support/rows.js";
import { scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

const SEQ_NO = "I20230000012345678";

const accepted = (key: string, seqNo = SEQ_NO) => decImportResponse({ code: "0", text: "入库成功", key, seqNo }).body;
const released = (seqNo = SEQ_NO) =>
  decResult({
    seqNo,
    entryId: "530020231000000017",
    channel: "P",
    note: "放行",
    customMaster: "5300",
    ieDate: "20230101",
    at: Date.now(),
  }).body;

/** The text 入库成功 as GB18030, which Node cannot write by itself. */
function gb18030(utf8: Buffer): Buffer {
  const text = utf8.toString("utf8").replace(/encoding="utf-8"/i, 'encoding="GB18030"');
  const inserted = "\u00c8\u00eb\u00bf\u00e2\u00b3\u00c9\u00b9\u00a6";
  assert.ok(text.includes("入库成功") && text.includes("GB18030"));
  return Buffer.from(text.replace("入库成功", inserted), "latin1");
}

export function receiving(bench: RedBench): void {
  describe("sw-mq-receive, sw-receipt-parse, sw-settle", () => {
    let root: string;
    let queue: string;
    let sendQueue: string;
    beforeEach(async () => {
      root = join(scratch(), "ImpPath");
      queue = await bench.queue();
      sendQueue = await bench.queue();
    });

    const settings = { client: "client", broker: "broker" };
    /** Both halves; `settle` false leaves deliveries at the sinks. */
    const flow = (change: { settle?: boolean; receive?: object } = {}): FlowNode[] => [
      clientNode(root),
      brokerNode(bench.broker),
      watchNode({}, "send"),
      node("sw-mq-send", "send", { ...settings, queue: sendQueue }, ["end"]),
      node("sw-settle", "end", { client: "client", outcome: "auto" }, ["ended"]),
      sink("ended"),
      node("sw-mq-receive", "receive", { ...settings, queue, prefetch: 5, ...change.receive }, ["delivered"]),
      sink("delivered", "parse"),
      node("sw-receipt-parse", "parse", { client: "client" }, ["known"], ["unknown"]),
      sink("known", ...(change.settle === false ? [] : ["store"])),
      sink("unknown", ...(change.settle === false ? [] : ["reject"])),
      node("sw-settle", "store", { client: "client", outcome: "auto" }, ["stored"]),
      node("sw-settle", "reject", { client: "client", outcome: "rejected" }, ["rejected"]),
      sink("stored"),
      sink("rejected"),
      catchAll("caught"),
      sink("caught"),
    ];

    /** Sends a declaration through the flow; resolves to its row. */
    async function sent(key: string, name: string): Promise<DocumentRow> {
      const before = bench.messages("ended").length;
      drop(root, "DecCus001", name, decXml({ key, goods: 1 }));
      const message = (await bench.arrived("ended", before + 1))[before];
      return bench.row(message?.document?.id as string, "it is sent", ({ settled }) => settled);
    }

    /** Where InBox was there is a file: nothing can be written into it. Returns what puts it back. */
    function blocked(): () => void {
      const inBox = join(root, "DecCus001", "InBox");
      mkdirSync(inBox, { recursive: true });
      renameSync(inBox, `${inBox}-away`);
      writeFileSync(inBox, "");
      return () => {
        rmSync(inBox);
        renameSync(`${inBox}-away`, inBox);
      };
    }

    it("files an import receipt under its official name and makes the document accepted", async () => {
      await bench.load(flow());
      const key = freshKey();
      const { id } = await sent(key, "进口报关单.xml");
      const body = accepted(key);
      await bench.publish(queue, body, {}, "m-1");
      const { receipt, receipts, delivery } = await bench.one("stored");
      assert.deepEqual(
        [receipt?.kind, receipt?.format, receipt?.ok, receipt?.clientKey, receipt?.seqNo, receipt?.documentId],
        ["import", "DecImportResponse", true, key, SEQ_NO, id],
      );
      assert.equal(receipts?.length, 1);
      assert.deepEqual([delivery?.queue, delivery?.messageId, delivery?.redelivered], [queue, "m-1", false]);
      const [name] = box(root, "DecCus001", "InBox");
      assert.match(name as string, /^Successed_进口报关单_\d{17}\.xml$/);
      assert.deepEqual(readFileSync(join(root, "DecCus001", "InBox", name as string)), body);
      const story = await (await bench.client()).ledger.story(id);
      assert.deepEqual([story?.document.state, story?.document.seqNo], ["accepted", SEQ_NO]);
      assert.deepEqual(
        story?.receipts.map(({ folder, file, filed, messageId }) => [folder, file, filed, messageId]),
        [["DecCus001", name, true, "m-1"]],
      );
      await bench.showing("parse", "receipt-parse.status.recognised");
      await bench.written();
      await bench.unload();
      assert.equal(await bench.depth(queue), 0);
    });

    it("makes a refused document rejected, with advice, and files a business receipt as Receipt_", async () => {
      await bench.load(flow());
      const [bad, good] = [freshKey(), freshKey()];
      const rejected = await sent(bad, "bad.xml");
      const { id } = await sent(good, "good.xml");
      const text = "商品编号不能为空";
      await bench.publish(queue, decImportResponse({ code: "1", text, key: bad, seqNo: "" }).body);
      await bench.publish(queue, accepted(good));
      await bench.publish(queue, released());
      await bench.arrived("stored", 3);
      const refused = bench.messages("stored").find(({ receipt }) => receipt?.clientKey === bad);
      assert.ok(refused?.receipt?.advice?.zh);
      const { ledger } = await bench.client();
      assert.deepEqual(
        [(await ledger.get(rejected.id))?.state, (await ledger.get(rejected.id))?.text],
        ["rejected", text],
      );
      const row = await ledger.get(id);
      assert.deepEqual([row?.state, row?.statusText, row?.customsNo], ["accepted", "放行", "530020231000000017"]);
      const names = box(root, "DecCus001", "InBox").map((name) => name.replace(/_\d{17}/, ""));
      assert.deepEqual(names, ["Failed_bad.xml", "Receipt_good.xml", "Successed_good.xml"]);
    });

    it("acknowledges only what was settled: the rest comes again after a stop", async () => {
      await bench.load(flow({ settle: false }));
      const key = freshKey();
      const { id } = await sent(key, "a.xml");
      await bench.publish(queue, accepted(key));
      const known = await bench.one("known");
      assert.equal(known.receipt?.documentId, id);
      assert.equal(known.delivery?.redelivered, false);
      assert.equal((await (await bench.client()).ledger.get(id))?.state, "sent", "looking at it changes nothing");
      assert.deepEqual(box(root, "DecCus001", "InBox"), []);
      await bench.unload();
      assert.equal(await bench.depth(queue), 1);

      await bench.load(flow());
      const { delivery } = await bench.one("stored");
      assert.equal(delivery?.redelivered, true);
      assert.equal((await (await bench.client()).ledger.get(id))?.state, "accepted");
      await bench.written();
      await bench.unload();
      assert.equal(await bench.depth(queue), 0);
    });

    it("has no more deliveries out than prefetch", async () => {
      await bench.load(flow({ settle: false, receive: { prefetch: 2 } }));
      for (let number = 0; number < 4; number++) await bench.publish(queue, accepted(freshKey()), {}, `m-${number}`);
      await bench.arrived("known", 2);
      assert.equal(await bench.depth(queue), 2);
      assert.equal((await bench.client()).deliveries.size, 2);
      assert.equal(bench.messages("known").length, 2);
    });

    it("settles a delivery once: a second settle and a clone change nothing, the channel lives on", async () => {
      const nodes = flow();
      // Two wires: the second gets a deep clone.
      const known = nodes.find(({ id }) => id === "known") as FlowNode;
      known.wires = [["store", "store"]];
      await bench.load(nodes);
      const key = freshKey();
      const { id } = await sent(key, "a.xml");
      await bench.publish(queue, accepted(key));
      const [first] = await bench.arrived("stored", 2);
      bench.node("store").receive(structuredClone({ delivery: first?.delivery, payload: first?.payload }));
      await bench.arrived("stored", 3);
      await bench.publish(queue, released());
      await bench.arrived("stored", 5);
      const story = await (await bench.client()).ledger.story(id);
      assert.deepEqual(
        story?.receipts.map(({ kind }) => kind),
        ["import", "business"],
      );
      assert.equal(box(root, "DecCus001", "InBox").length, 2);
      assert.deepEqual(bench.errors(), []);
      await bench.written();
      await bench.unload();
      assert.equal(await bench.depth(queue), 0);
    });

    it("stores the same receipt once when it is delivered twice", async () => {
      await bench.load(flow());
      const key = freshKey();
      const { id } = await sent(key, "a.xml");
      await bench.publish(queue, accepted(key), {}, "m-1");
      await bench.one("stored");
      await bench.publish(queue, accepted(key), {}, "m-1");
      await bench.arrived("stored", 2);
      assert.equal((await (await bench.client()).ledger.story(id))?.receipts.length, 1);
      assert.equal(box(root, "DecCus001", "InBox").length, 1);
    });

    it("stores every receipt of a ZIP, each as its own file", async () => {
      await bench.load(flow());
      const keys = [freshKey(), freshKey()] as const;
      await sent(keys[0], "a.xml");
      await sent(keys[1], "b.xml");
      const zip = await writeZip(
        [
          { name: "1.xml", bytes: accepted(keys[0], "I20230000000000001") },
          { name: "2.xml", bytes: accepted(keys[1], "I20230000000000002") },
        ],
        { at: 1_700_000_000_000 },
      );
      await bench.publish(queue, zip);
      const { receipts } = await bench.one("stored");
      assert.deepEqual(
        receipts?.map(({ clientKey }) => clientKey),
        [...keys],
      );
      const names = box(root, "DecCus001", "InBox").map((name) => name.replace(/_\d{17}/, ""));
      assert.deepEqual(names, ["Successed_a.xml", "Successed_b.xml"]);
    });

    it("parks what it cannot read in Others/InBox with the reason, and acknowledges it", async () => {
      await bench.load(flow());
      const key = freshKey();
      const { id } = await sent(key, "a.xml");
      const truncated = accepted(key).subarray(0, 120);
      await bench.publish(queue, truncated);
      const rejected = await bench.one("rejected");
      assert.equal(rejected.fault?.code, "SW-XSD");
      assert.ok(rejected.fault?.text.zh);
      const names = box(root, "Others", "InBox");
      assert.equal(names.length, 2);
      const file = names.find((name) => name.endsWith(".xml")) as string;
      assert.deepEqual(readFileSync(join(root, "Others", "InBox", file)), truncated);
      const reason = JSON.parse(readFileSync(join(root, "Others", "InBox", `${file}.reason.json`), "utf8"));
      assert.equal(reason.code, "SW-XSD");
      assert.equal((await (await bench.client()).ledger.get(id))?.state, "sent");
      await bench.publish(queue, Buffer.from("<Unheard>1</Unheard>"));
      assert.equal((await bench.arrived("rejected", 2))[1]?.fault?.code, "SW-RECEIPT");
      await bench.written();
      await bench.unload();
      assert.equal(await bench.depth(queue), 0);
    });

    it("keeps a receipt that came before its number is known, and gives it to its document later", async () => {
      await bench.load(flow());
      const key = freshKey();
      const { id } = await sent(key, "a.xml");
      const { ledger } = await bench.client();
      await bench.publish(queue, released());
      assert.equal((await bench.one("stored")).receipt?.documentId, null);
      assert.match(box(root, "Others", "InBox").join(), /^Receipt_.*\.xml$/);
      assert.equal((await ledger.get(id))?.state, "sent");
      await bench.publish(queue, accepted(key));
      await bench.arrived("stored", 2);
      const story = await ledger.story(id);
      assert.deepEqual([story?.document.state, story?.document.statusText], ["accepted", "放行"]);
      assert.deepEqual(story?.receipts.map(({ kind }) => kind).sort(), ["business", "import"]);
    });

    it("keeps a delivery that cannot be stored now, says why, and stores it when it can", async () => {
      await bench.load(flow());
      const key = freshKey();
      await sent(key, "a.xml");
      const unblock = blocked();
      await bench.publish(queue, accepted(key));
      const caught = await bench.one("caught");
      assert.equal(caught.error?.source.id, "store");
      assert.equal((await bench.client()).deliveries.size, 1);
      unblock();
      await until("it is stored", () => box(root, "DecCus001", "InBox").length === 1);
      await until("it is acknowledged", async () => (await bench.client()).deliveries.size === 0);
      assert.equal(bench.messages("delivered").length, 1, "the broker did not have to bring it again");
      await bench.written();
      await bench.unload();
      assert.equal(await bench.depth(queue), 0);
    });

    it("leaves to the broker what could not be stored before a stop", async () => {
      await bench.load(flow());
      const key = freshKey();
      const { id } = await sent(key, "a.xml");
      const unblock = blocked();
      await bench.publish(queue, accepted(key));
      await bench.one("caught");
      await bench.unload();
      assert.equal(await bench.depth(queue), 1);
      unblock();
      await bench.load(flow());
      assert.equal((await bench.one("stored")).delivery?.redelivered, true);
      const story = await (await bench.client()).ledger.story(id);
      assert.deepEqual([story?.receipts.length, story?.receipts[0]?.filed], [1, true]);
      assert.deepEqual(box(root, "DecCus001", "InBox"), [story?.receipts[0]?.file]);
      await bench.written();
      await bench.unload();
      assert.equal(await bench.depth(queue), 0);
    });

    it("makes a held document accepted when its receipt comes, and its file goes to SentBox", async () => {
      const nodes = flow();
      (nodes.find(({ id }) => id === "watch") as FlowNode).wires = [["claimed"]];
      await bench.load([...nodes, sink("claimed")]);
      const client = await bench.client();
      const key = freshKey();
      drop(root, "DecCus001", "a.xml", decXml({ key, goods: 1 }));
      const id = (await bench.one("claimed")).document?.id as string;
      // A send whose outcome nobody knows, as a cut leaves it.
      const sending = await client.ledger.transition(id, step("sending"), { sendingAt: 5 }, { event: "sending" });
      await client.claims.hold(sending, { code: "SW-UNKNOWN", text: { zh: "不明", en: "unknown" } });
      await bench.publish(queue, accepted(key));
      const row = await bench.row(id, "it is settled", ({ settled }) => settled);
      assert.deepEqual([row.state, row.box, row.seqNo], ["accepted", "SentBox", SEQ_NO]);
      assert.deepEqual(box(root, "DecCus001", "SentBox"), [row.boxName]);
    });

    it("says that another machine has the queue for itself, and takes it when it is free", async () => {
      await bench.aside(async (channel) => {
        await channel.consume(queue, () => {}, { exclusive: true });
        await bench.load(flow());
        await bench.showing("receive", "mq-receive.status.exclusive");
        await until("it is said", () => bench.logged(({ id }) => id === "receive").length > 0);
        assert.match(bench.logged(({ id }) => id === "receive")[0] as string, /另一台电脑占用.*解除设备绑定/);
      });
      await bench.showing("receive", "mq-receive.status.connected");
    });

    it("says that another program reads the queue as well, with the advice to unbind, and when it no longer does", async () => {
      await bench.aside(async (channel) => {
        await channel.consume(queue, () => {});
        const nodes = flow();
        (nodes.find(({ id }) => id === "broker") as FlowNode).heartbeat = 1;
        await bench.load(nodes);
        await bench.showing("receive", "mq-receive.status.shared");
        const [line] = bench.logged(({ id }) => id === "receive");
        assert.match(line as string, /C18 .*另有程序在读.*解除设备绑定/);
      });
    });

    it("gives what it cannot read to the dead-letter exchange when it is set so, and keeps it too", async () => {
      const dead = await bench.queue();
      const letters = `${queue}-letters`;
      const dlx = { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead };
      await bench.aside((channel) => channel.assertQueue(letters, { durable: true, arguments: dlx }));
      await bench.load(flow({ receive: { queue: letters, unreadable: "reject" } }));
      const key = freshKey();
      await sent(key, "a.xml");
      await bench.publish(letters, accepted(key));
      await bench.publish(letters, Buffer.from("no receipt"), { fileName: "x.xml" });
      await bench.one("stored");
      await bench.one("rejected");
      assert.equal((await bench.take(dead)).content.toString(), "no receipt");
      assert.equal(box(root, "Others", "InBox").length, 2);
      await bench.written();
      await bench.unload();
      assert.deepEqual([await bench.depth(letters), await bench.depth(dead)], [0, 0]);
    });

    it("takes a receipt bare, zipped and in a DxpMsg, in UTF-8 and in GB18030, from a quorum queue too", async () => {
      const quorum = `${queue}-quorum`;
      await bench.load(
        flow({ receive: { queue: quorum } }).map((one) => (one.id === "broker" ? { ...one, declare: "quorum" } : one)),
      );
      await bench.showing("receive", "mq-receive.status.connected");
      const keys = [freshKey(), freshKey(), freshKey(), freshKey()] as const;
      const rows: DocumentRow[] = [];
      for (const [index, key] of keys.entries()) rows.push(await sent(key, `${index}.xml`));
      const body = (index: number) => accepted(keys[index] as string, `I2023000001234567${index}`);
      const handle = { ...handleOf(rows[1] as DocumentRow), fileName: "回执.zip" };
      const zipped = await writeZip([{ name: "r.xml", bytes: body(0) }], { at: Date.now(), names: "utf-8" });
      await bench.publish(quorum, zipped);
      await bench.publish(quorum, wrapInDxpMsg(handle, "d", body(1)));
      await bench.publish(quorum, gb18030(body(2)));
      await bench.publish(quorum, wrapInDxpMsg(handle, "d", gb18030(body(3))));
      const stored = await bench.arrived("stored", 4);
      const found = stored.map(({ receipt, filename }) => [receipt?.documentId, receipt?.text, filename]);
      const expected = ["r.xml", "回执.zip", undefined, "回执.zip"].map((name, index) => [
        (rows[index] as DocumentRow).id,
        "入库成功",
        name,
      ]);
      assert.deepEqual(
        found.sort(([one], [other]) => String(one).localeCompare(String(other))),
        expected.sort(([one], [other]) => String(one).localeCompare(String(other))),
      );
    });

    it("waits for a queue that is missing", async () => {
      const later = `${queue}-later`;
      await bench.load(flow({ receive: { queue: later } }));
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
