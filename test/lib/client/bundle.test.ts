import assert from "node:assert/strict";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readZip } from "../../../lib/archive/index.js";
import { supportBundle } from "../../../lib/client/bundle.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { codeOf } from "../../../lib/errors.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { openClient } from "../../support/client.js";
import { documentRow, newReceipt, step } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";

const OPTIONS = { diagnosis: "[ok] tcp (3 ms)\namqp://u:Geheim-1@mq.example.cn", nodeRed: "4.1.15" };

describe("support bundle (faq 9)", () => {
  let client: ImportClient;

  beforeEach(async () => {
    client = await openClient();
  });
  afterEach(async () => client.close());
  after(removeScratch);

  async function failed(change: Partial<DocumentRow> = {}, bytes = "<DecMessage/>"): Promise<DocumentRow> {
    const row = documentRow({ box: "FailBox", settled: true, clientKey: "E0001", ...change });
    writeFileSync(join(client.folders.of(row.business).box("FailBox"), row.boxName), bytes);
    await client.ledger.claim(row);
    return client.ledger.transition(
      row.id,
      step("failed"),
      { code: "C18" },
      { event: "failed", code: "C18", text: "amqp://user:Geheim-2@mq.example.cn\nforged" },
    );
  }
  async function entries(id: string): Promise<{ fileName: string; files: Map<string, string> }> {
    const { fileName, bytes } = await supportBundle(client, id, OPTIONS);
    const files = new Map((await readZip(bytes)).map(({ name, bytes: content }) => [name, content.toString("utf8")]));
    return { fileName, files };
  }

  it("holds the document, its events, receipts, log lines, the test and the versions, and no secret", async () => {
    const row = await failed({ fileName: "报关单.xml", boxName: "报关单_1.xml" });
    const other = await failed({ fileName: "another.xml", boxName: "another.xml" });
    const file = "Failed_报关单.xml";
    writeFileSync(join(client.folders.of("DecCus001").box("InBox"), file), "<Receipt/>");
    await client.ledger.addReceipt(newReceipt({ documentId: row.id, kind: "local", ok: false, code: "C18", file }));
    const { fileName, files } = await entries(row.id);
    assert.match(fileName, /^SW-support_报关单_\d{17}\.zip$/);
    assert.deepEqual([...files.keys()].sort(), [
      "about.txt",
      "diagnose.txt",
      "document.json",
      "document_报关单.xml",
      "events.txt",
      "log.txt",
      "receipt-001_Failed_报关单.xml",
      "receipts.json",
    ]);
    assert.equal(files.get("document_报关单.xml"), "<DecMessage/>");
    assert.equal(files.get("receipt-001_Failed_报关单.xml"), "<Receipt/>");
    assert.match(files.get("about.txt") ?? "", /DEMO0001[\s\S]*E0001/);
    assert.match(files.get("about.txt") ?? "", /node-red-import-client \d+\.\d+\.\d+, Node-RED 4\.1\.15, Node\.js v/);
    assert.match(files.get("log.txt") ?? "", /\tclaimed\t[\s\S]*\tfailed\t/);
    assert.ok(!(files.get("log.txt") ?? "").includes(other.id));
    assert.equal((files.get("events.txt") ?? "").trim().split("\n").length, 3, "one event, one line");
    for (const [name, text] of files) assert.doesNotMatch(text, /Geheim/, name);
  });

  it("can be unpacked anywhere, whatever the producer called the file", async () => {
    for (const [index, name] of [
      "..\\..\\evil.xml",
      "a:b?.xml",
      "CON.xml",
      `${"长".repeat(80)}.xml`,
      "turn\u202egpj.xml",
      "line\nbreak.xml",
      " .xml",
    ].entries()) {
      const row = await failed({ fileName: name, boxName: `plain${index}.xml` });
      const { fileName, files } = await entries(row.id);
      for (const entry of [fileName, ...files.keys()]) {
        assert.doesNotMatch(entry, /[\p{Cc}\p{Cf}\\/:*?"<>|]/u, entry);
        assert.ok(Buffer.byteLength(entry) < 255, entry);
      }
      assert.ok([...files.values()].includes("<DecMessage/>"), name);
    }
  });

  it("says what it had to leave out", async () => {
    const gone = await failed({ boxName: "gone.xml", box: "SentBox" });
    assert.match((await entries(gone.id)).files.get("left-out.txt") ?? "", /document_a\.xml: it is not there/);
    const large = await failed({ boxName: "large.xml" });
    truncateSync(join(client.folders.of("DecCus001").box("FailBox"), "large.xml"), 21 * 1024 * 1024);
    assert.match((await entries(large.id)).files.get("left-out.txt") ?? "", /document_a\.xml: 22020096 bytes/);
    await assert.rejects(supportBundle(client, "no-such", OPTIONS), (error) => codeOf(error) === "SW-UNKNOWN-DOCUMENT");
  });
});
