import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeZip } from "../../../lib/archive/index.js";
import { handleOf } from "../../../lib/boxes/context.js";
import { SYSTEM_CLOCK } from "../../../lib/clock.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { wrapInDxpMsg } from "../../../lib/send/dxpmsg.js";
import { decImportResponse } from "../../../simulator/answers/dec-import-response.js";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { box, drop } from "../../support/boxes.js";
import { type FlowNode, sink } from "../../support/flow-nodes.js";
import { accepted, ReceiveFlow, released, SEQ_NO } from "../../support/receive-flow.js";
import type { RedBench } from "../../support/red-bench.js";
import { step } from "../../support/rows.js";

/** The text 入库成功 as GB18030, which Node cannot write by itself. */
function gb18030(utf8: Buffer): Buffer {
  const text = utf8.toString("utf8").replace(/encoding="utf-8"/i, 'encoding="GB18030"');
  const inserted = "\u00c8\u00eb\u00bf\u00e2\u00b3\u00c9\u00b9\u00a6";
  assert.ok(text.includes("入库成功") && text.includes("GB18030"));
  return Buffer.from(text.replace("入库成功", inserted), "latin1");
}

/** What becomes of a receipt: its file, its document, its record. */
export function storing(bench: RedBench): void {
  describe("sw-receipt-parse, sw-settle: receipts", () => {
    const at = new ReceiveFlow(bench);

    it("files an import receipt under its official name and makes the document accepted", async () => {
      await bench.load(at.nodes());
      const key = freshKey();
      const { id } = await at.sent(key, "进口报关单.xml");
      const body = accepted(key);
      await bench.publish(at.queue, body, {}, "m-1");
      const { receipt, receipts, delivery } = await bench.one("stored");
      assert.deepEqual(
        [receipt?.kind, receipt?.format, receipt?.ok, receipt?.clientKey, receipt?.seqNo, receipt?.documentId],
        ["import", "DecImportResponse", true, key, SEQ_NO, id],
      );
      assert.equal(receipts?.length, 1);
      assert.deepEqual([delivery?.queue, delivery?.messageId, delivery?.redelivered], [at.queue, "m-1", false]);
      const [name] = box(at.root, "DecCus001", "InBox");
      assert.match(name as string, /^Successed_进口报关单_\d{17}\.xml$/);
      assert.deepEqual(readFileSync(join(at.root, "DecCus001", "InBox", name as string)), body);
      const story = await (await bench.client()).ledger.story(id);
      assert.deepEqual([story?.document.state, story?.document.seqNo], ["accepted", SEQ_NO]);
      assert.deepEqual(
        story?.receipts.map(({ folder, file, filed, messageId }) => [folder, file, filed, messageId]),
        [["DecCus001", name, true, "m-1"]],
      );
      await bench.showing("parse", "receipt-parse.status.recognised");
      await bench.written();
      await bench.unload();
      assert.equal(await bench.depth(at.queue), 0);
    });

    it("makes a refused document rejected, with advice, and files a business receipt as Receipt_", async () => {
      await bench.load(at.nodes());
      const [bad, good] = [freshKey(), freshKey()];
      const rejected = await at.sent(bad, "bad.xml");
      const { id } = await at.sent(good, "good.xml");
      const text = "商品编号不能为空";
      await bench.publish(at.queue, decImportResponse({ code: "1", text, key: bad, seqNo: "" }).body);
      await bench.publish(at.queue, accepted(good));
      await bench.publish(at.queue, released());
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
      const names = box(at.root, "DecCus001", "InBox").map((name) => name.replace(/_\d{17}/, ""));
      assert.deepEqual(names, ["Failed_bad.xml", "Receipt_good.xml", "Successed_good.xml"]);
    });

    it("stores every receipt of a ZIP, each as its own file", async () => {
      await bench.load(at.nodes());
      const keys = [freshKey(), freshKey()] as const;
      await at.sent(keys[0], "a.xml");
      await at.sent(keys[1], "b.xml");
      const zip = await writeZip(
        [
          { name: "1.xml", bytes: accepted(keys[0], "I20230000000000001") },
          { name: "2.xml", bytes: accepted(keys[1], "I20230000000000002") },
        ],
        { at: 1_700_000_000_000 },
      );
      await bench.publish(at.queue, zip);
      const { receipts } = await bench.one("stored");
      assert.deepEqual(
        receipts?.map(({ clientKey }) => clientKey),
        [...keys],
      );
      const names = box(at.root, "DecCus001", "InBox").map((name) => name.replace(/_\d{17}/, ""));
      assert.deepEqual(names, ["Successed_a.xml", "Successed_b.xml"]);
    });

    it("parks what it cannot read in Others/InBox with the reason, and acknowledges it", async () => {
      await bench.load(at.nodes());
      const key = freshKey();
      const { id } = await at.sent(key, "a.xml");
      const truncated = accepted(key).subarray(0, 120);
      await bench.publish(at.queue, truncated);
      const rejected = await bench.one("rejected");
      assert.equal(rejected.fault?.code, "SW-XSD");
      assert.ok(rejected.fault?.text.zh);
      const names = box(at.root, "Others", "InBox");
      assert.equal(names.length, 2);
      const file = names.find((name) => name.endsWith(".xml")) as string;
      assert.deepEqual(readFileSync(join(at.root, "Others", "InBox", file)), truncated);
      const reason = JSON.parse(readFileSync(join(at.root, "Others", "InBox", `${file}.reason.json`), "utf8"));
      assert.equal(reason.code, "SW-XSD");
      assert.equal((await (await bench.client()).ledger.get(id))?.state, "sent");
      await bench.publish(at.queue, Buffer.from("<Unheard>1</Unheard>"));
      assert.equal((await bench.arrived("rejected", 2))[1]?.fault?.code, "SW-RECEIPT");
      await bench.written();
      await bench.unload();
      assert.equal(await bench.depth(at.queue), 0);
    });

    it("keeps a receipt that came before its number is known, and gives it to its document later", async () => {
      await bench.load(at.nodes());
      const key = freshKey();
      const { id } = await at.sent(key, "a.xml");
      const { ledger } = await bench.client();
      await bench.publish(at.queue, released());
      assert.equal((await bench.one("stored")).receipt?.documentId, null);
      assert.match(box(at.root, "Others", "InBox").join(), /^Receipt_.*\.xml$/);
      assert.equal((await ledger.get(id))?.state, "sent");
      await bench.publish(at.queue, accepted(key));
      await bench.arrived("stored", 2);
      const story = await ledger.story(id);
      assert.deepEqual([story?.document.state, story?.document.statusText], ["accepted", "放行"]);
      assert.deepEqual(story?.receipts.map(({ kind }) => kind).sort(), ["business", "import"]);
    });

    it("makes a held document accepted when its receipt comes, and its file goes to SentBox", async () => {
      const nodes = at.nodes();
      (nodes.find(({ id }) => id === "watch") as FlowNode).wires = [["claimed"]];
      await bench.load([...nodes, sink("claimed")]);
      const client = await bench.client();
      const key = freshKey();
      drop(at.root, "DecCus001", "a.xml", decXml({ key, goods: 1 }));
      const id = (await bench.one("claimed")).document?.id as string;
      // A send whose outcome nobody knows, as a cut leaves it.
      const sending = await client.ledger.transition(id, step("sending"), { sendingAt: 5 }, { event: "sending" });
      await client.claims.hold(sending, { code: "SW-UNKNOWN", text: { zh: "不明", en: "unknown" } });
      await bench.publish(at.queue, accepted(key));
      const row = await bench.row(id, "it is settled", ({ settled }) => settled);
      assert.deepEqual([row.state, row.box, row.seqNo], ["accepted", "SentBox", SEQ_NO]);
      assert.deepEqual(box(at.root, "DecCus001", "SentBox"), [row.boxName]);
    });

    it("takes a receipt bare, zipped and in a DxpMsg, in UTF-8 and in GB18030, from a quorum queue too", async () => {
      const quorum = `${at.queue}-quorum`;
      await bench.load(
        at
          .nodes({ receive: { queue: quorum } })
          .map((one) => (one.id === "broker" ? { ...one, declare: "quorum" } : one)),
      );
      await bench.showing("receive", "mq-receive.status.connected");
      const keys = [freshKey(), freshKey(), freshKey(), freshKey()] as const;
      const rows: DocumentRow[] = [];
      for (const [index, key] of keys.entries()) rows.push(await at.sent(key, `${index}.xml`));
      const body = (index: number) => accepted(keys[index] as string, `I2023000001234567${index}`);
      const handle = { ...handleOf(rows[1] as DocumentRow), fileName: "回执.zip" };
      const zipped = await writeZip([{ name: "r.xml", bytes: body(0) }], { at: Date.now(), names: "utf-8" });
      await bench.publish(quorum, zipped);
      await bench.publish(quorum, await wrapInDxpMsg(handle, "d", body(1), SYSTEM_CLOCK));
      await bench.publish(quorum, gb18030(body(2)));
      await bench.publish(quorum, await wrapInDxpMsg(handle, "d", gb18030(body(3)), SYSTEM_CLOCK));
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
  });
}
