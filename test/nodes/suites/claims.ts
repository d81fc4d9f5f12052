import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readZip } from "../../../lib/archive/index.js";
import { decXml, freshKey, twoEdocs } from "../../../simulator/samples/index.js";
import { box, boxText, drop } from "../../support/boxes.js";
import { clientNode, node, sink, watchNode } from "../../support/flow-nodes.js";
import type { RedBench } from "../../support/red-bench.js";
import { scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

export function claims(bench: RedBench): void {
  describe("sw-folder-watch", () => {
    let root: string;
    beforeEach(() => {
      root = join(scratch(), "ImpPath");
    });

    it("claims a finished file: TempBox, a row, one message with the handle", async () => {
      const bytes = decXml({ key: "D00000000000000001" });
      drop(root, "DecCus001", "进口 单.xml", bytes);
      await bench.load([clientNode(root), watchNode({}, "out"), sink("out")]);
      const message = await bench.one("out");
      assert.deepEqual(message.payload, bytes);
      assert.equal(message.filename, "进口 单.xml");
      const { document } = message;
      assert.ok(document);
      const row = await (await bench.client()).ledger.get(document.id);
      assert.deepEqual(
        [document.business, document.messageType, document.clientKey, document.attempt, document.possibleDuplicate],
        ["DecCus001", "DEC", "D00000000000000001", 1, false],
      );
      assert.deepEqual(
        [row?.state, row?.box, row?.settled, row?.sha256],
        ["claimed", "TempBox", false, document.sha256],
      );
      assert.deepEqual(box(root, "DecCus001", "TempBox"), [`${document.id}__进口 单.xml`]);
      assert.deepEqual(box(root, "DecCus001", "OutBox"), []);
      await bench.showing("watch", "folder-watch.status.claimed");
    });

    it("has no more than maxInFlight claims out, and takes the next as one is settled", async () => {
      for (let number = 1; number <= 5; number++) drop(root, "DecCus001", `${number}.xml`, decXml({ goods: 1 }));
      await bench.load([
        clientNode(root),
        watchNode({ maxInFlight: 2 }, "out"),
        sink("out"),
        node("sw-settle", "settle", { client: "client", outcome: "failed" }, ["settled"]),
        sink("settled"),
      ]);
      const client = await bench.client();
      await bench.arrived("out", 2);
      await bench.showing("watch", "folder-watch.status.full");
      assert.equal(box(root, "DecCus001", "OutBox").length, 3);
      for (let ended = 0; ended < 5; ended++) {
        const [message] = (await bench.arrived("out", ended + 1)).slice(ended);
        assert.ok(client.claims.inFlight.count("watch") <= 2);
        assert.ok(box(root, "DecCus001", "TempBox").length <= 2);
        bench.node("settle").receive(message);
        await bench.arrived("settled", ended + 1);
      }
      await bench.showing("watch", "folder-watch.status.waiting");
      assert.equal(box(root, "DecCus001", "FailBox").length, 5);
      assert.equal(bench.messages("out").length, 5);
    });

    it("shows that there is no business folder in a root, until there is one", async () => {
      await bench.load([clientNode(root), watchNode({ businesses: "" }, "out"), sink("out")]);
      await bench.showing("watch", "folder-watch.status.nofolder");
      const standing = async () => (await bench.http().get("/single-window/status")).body[0].standing;
      const told = (await standing()).find(({ code }: { code: string }) => code === "SW-FOLDER");
      assert.match(told?.text.zh ?? "", /下还没有业务文件夹/);
      assert.match(told?.advice.zh ?? "", /新建业务文件夹/);
      mkdirSync(join(root, "Sas", "OutBox"), { recursive: true });
      await bench.showing("watch", "folder-watch.status.waiting");
      assert.ok((await standing()).every(({ code }: { code: string }) => code !== "SW-FOLDER"));
    });

    it("says how many instances are at work while it waits, where there is more than one", async () => {
      await bench.load([clientNode(root), watchNode({}, "out"), sink("out")]);
      await bench.showing("watch", "folder-watch.status.waiting");
      const { lease } = await bench.client();
      let instances = 2;
      Object.defineProperty(lease, "count", { get: () => instances });
      await bench.showing("watch", "folder-watch.status.waiting2");
      instances = 9;
      await bench.showing("watch", "folder-watch.status.waiting5");
      instances = 1;
      await bench.showing("watch", "folder-watch.status.waiting");
    });

    it("says soon that a file is not finished, and why, and takes it when it is", async () => {
      const whole = decXml();
      drop(root, "DecCus001", "零.xml", Buffer.concat([whole, Buffer.alloc(100)]));
      drop(root, "DecCus001", "half.xml", whole.subarray(0, 500));
      await bench.load([clientNode(root), watchNode({}, "out"), sink("out")]);
      await bench.showing("watch", "folder-watch.status.unfinished", 30_000);
      const said = bench.logged(({ id }) => id === "watch").join("\n");
      assert.match(said, /2 个文件尚未写完 .* not finished yet: (DecCus001\/(零|half)\.xml(, )?){2}/);
      assert.match(said, /SW-OUTBOX DecCus001\/OutBox\/零\.xml：.*零字节.*zeros follow/);
      for (const name of ["零.xml", "half.xml"]) drop(root, "DecCus001", name, decXml());
      await bench.arrived("out", 2);
    });

    it("leaves .tmp files alone, and a half file until it is whole", async () => {
      const whole = decXml();
      drop(root, "DecCus001", "last.xml", decXml());
      const outBox = join(root, "DecCus001", "OutBox");
      writeFileSync(join(outBox, "later.xml.tmp"), decXml());
      writeFileSync(join(outBox, "half.xml"), whole.subarray(0, 500));
      await bench.load([clientNode(root), watchNode({}, "out"), sink("out")]);
      assert.equal((await bench.one("out")).filename, "last.xml");
      drop(root, "DecCus001", "probe.xml", decXml());
      assert.equal((await bench.arrived("out", 2))[1]?.filename, "probe.xml");
      assert.deepEqual(box(root, "DecCus001", "OutBox"), ["half.xml", "later.xml.tmp"]);
      appendFileSync(join(outBox, "half.xml"), whole.subarray(500));
      const third = (await bench.arrived("out", 3))[2];
      assert.equal(third?.filename, "half.xml");
      assert.deepEqual(third?.payload, whole);
      assert.deepEqual(box(root, "DecCus001", "OutBox"), ["later.xml.tmp"]);
    });

    it("names a sub-folder once and takes nothing from it", async () => {
      mkdirSync(join(root, "DecCus001", "OutBox", "报关单"), { recursive: true });
      writeFileSync(join(root, "DecCus001", "OutBox", "报关单", "inner.xml"), decXml());
      await bench.load([clientNode(root), watchNode({}, "out"), sink("out")]);
      const notices = () => bench.logged(({ id }) => id === "watch").filter((line) => line.includes("报关单"));
      await until("the sub-folder is named", () => notices().length > 0);
      assert.match(notices()[0] as string, /SW-OUTBOX .*DecCus001\/OutBox\/报关单.*子文件夹.* \/ .*sub-folder/);
      drop(root, "DecCus001", "a.xml", decXml());
      await bench.one("out");
      assert.equal(notices().length, 1);
      assert.equal(bench.messages("out").length, 1);
      assert.deepEqual(box(root, "DecCus001", "OutBox"), ["报关单"]);
    });

    it("refuses a file that never gets complete: FailBox, SW-INCOMPLETE in InBox", async () => {
      mkdirSync(join(root, "DecCus001", "OutBox"), { recursive: true });
      writeFileSync(join(root, "DecCus001", "OutBox", "torn.xml"), decXml().subarray(0, 500));
      await bench.load([clientNode(root), watchNode({ incompleteAfter: 1 }, "out"), sink("out")]);
      const name = await until("it is in FailBox", () => box(root, "DecCus001", "FailBox")[0]);
      assert.match(name, /^torn_\d{17}\.xml$/);
      const receipt = await until("InBox has its receipt", () => box(root, "DecCus001", "InBox")[0]);
      assert.match(receipt, /^Failed_torn_\d{17}\.xml$/);
      assert.match(
        boxText(root, "DecCus001", "InBox", receipt),
        /<Root><resultFlag>0<\/resultFlag><failCode>SW-INCOMPLETE<\/failCode><failInfo>.*torn\.xml.*末尾不完整.*<\/failInfo>/,
      );
      assert.equal(bench.messages("out").length, 0);
    });

    it("waits for the PDFs of a bare declaration, and finds them in the folder that is set", async () => {
      await bench.load([clientNode(root), watchNode({ pdfFolder: "Pdfs", pdfWait: 60 }, "out"), sink("out")]);
      const key = freshKey();
      const edocs = twoEdocs("5300", key);
      drop(root, "DecCus001", `${key}.xml`, decXml({ key, goods: 1, edocs }));
      await bench.showing("watch", "folder-watch.status.pdfs");
      assert.deepEqual(bench.messages("out"), []);
      mkdirSync(join(root, "Pdfs"));
      for (const { id, bytes } of edocs) writeFileSync(join(root, "Pdfs", id), bytes);
      const { payload, filename } = await bench.one("out");
      assert.equal(filename, `${key}.zip`);
      assert.deepEqual(
        (await readZip(payload as Buffer)).map(({ name }) => name),
        [`${key}.xml`, ...edocs.map(({ id }) => id)],
      );
    });

    it("refuses the same bytes again as SW-DUP, and takes the same name with new content", async () => {
      const bytes = decXml();
      drop(root, "DecCus001", "a.xml", bytes);
      await bench.load([clientNode(root), watchNode({}, "out"), sink("out")]);
      await bench.one("out");
      drop(root, "DecCus001", "b.xml", bytes);
      const receipt = await until("b.xml is refused", () => box(root, "DecCus001", "InBox")[0]);
      assert.match(receipt, /^Failed_b_/);
      assert.match(boxText(root, "DecCus001", "InBox", receipt), /<failCode>SW-DUP<\/failCode><failInfo>.*a\.xml/);
      drop(root, "DecCus001", "a.xml", decXml());
      assert.equal((await bench.arrived("out", 2))[1]?.filename, "a.xml");
      const names = box(root, "DecCus001", "TempBox").map((name) => name.replace(/^.*__/, ""));
      assert.deepEqual(names, ["a.xml", "a.xml"]);
      assert.match(box(root, "DecCus001", "FailBox").join(), /^b_\d{17}\.xml$/);
    });

    it("watches every folder with an OutBox when none is named, codes in the case that they have on disk", async () => {
      drop(root, "deccus001", "a.xml", decXml());
      drop(root, "Rmft", "b.xml", decXml());
      mkdirSync(join(root, "NoBox"), { recursive: true });
      await bench.load([clientNode(root), watchNode({ businesses: "" }, "out"), sink("out")]);
      const messages = await bench.arrived("out", 2);
      assert.deepEqual(messages.map(({ document }) => document?.business).sort(), ["Rmft", "deccus001"]);
      assert.deepEqual(box(root, "NoBox", "OutBox"), []);
    });
  });
}
