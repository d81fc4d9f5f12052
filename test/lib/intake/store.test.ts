import assert from "node:assert/strict";
import fs, { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import type { ClientSettings } from "../../../lib/client/settings.js";
import { readDelivery } from "../../../lib/intake/read.js";
import { storeReceipt } from "../../../lib/intake/store.js";
import type { DocumentRow, ReceiptRow } from "../../../lib/ledger/index.js";
import { openClient } from "../../support/client.js";
import { documentRow, step } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";

const AT = Date.parse("2024-05-06T07:08:09.123+08:00");

const imported = (key: string, seqNo = "") =>
  `<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>0</ResponseCode><ClientSeqNo>${key}</ClientSeqNo>${seqNo && `<SeqNo>${seqNo}</SeqNo>`}</DecImportResponse>`;
const result = (channel: string, numbers: { seqNo?: string; entryId?: string }) =>
  `<DEC_RESULT><CUS_CIQ_NO>${numbers.seqNo ?? ""}</CUS_CIQ_NO><ENTRY_ID>${numbers.entryId ?? ""}</ENTRY_ID><CHANNEL>${channel}</CHANNEL></DEC_RESULT>`;

describe("receipts in InBox", () => {
  let client: ImportClient;
  let deliveries = 0;

  const open = async (change: Partial<ClientSettings> = {}) => {
    client = await openClient(change);
    client.folders.of("DecCus001").make();
  };
  afterEach(async () => client.close());
  after(removeScratch);

  async function sent(change: Partial<DocumentRow>): Promise<DocumentRow> {
    const row = documentRow({
      state: "sent",
      claimedAt: AT - 1000,
      sendingAt: AT - 1000,
      sentAt: AT - 1000,
      ...change,
    });
    await client.ledger.claim(row);
    return row;
  }

  async function deliver(xml: string, messageId = `m${deliveries++}`): Promise<ReceiptRow[]> {
    const delivery = { body: Buffer.from(xml), fileName: "", business: "", messageId, receivedAt: AT };
    const rows: ReceiptRow[] = [];
    for (const part of await readDelivery(client, delivery)) rows.push(...(await storeReceipt(client, delivery, part)));
    return rows;
  }

  const files = (folder: string) => {
    const path = join(client.settings.root, folder, "InBox");
    return existsSync(path) ? readdirSync(path).sort() : [];
  };

  it("have a name each, however many come in one millisecond", async () => {
    await open();
    const row = await sent({ clientKey: "K", fileName: "单.xml" });
    await Promise.all(Array.from({ length: 20 }, (_, index) => deliver(imported("K", `S${index}`))));
    assert.equal(files("DecCus001").length, 20);
    const kept = files("DecCus001").map((name) =>
      readFileSync(join(client.settings.root, "DecCus001", "InBox", name), "utf8"),
    );
    assert.equal(new Set(kept).size, 20, "none was written over another");
    const stored = (await client.ledger.story(row.id))?.receipts ?? [];
    for (const { file, filed } of stored) assert.ok(filed && files("DecCus001").includes(file));
  });

  it("move to their document's InBox when it becomes known, one leading to the next", async () => {
    await open();
    // Customs' number alone, then with the 18-digit number: both before the import receipt that has the own number.
    await deliver(result("R", { entryId: "E1" }));
    await deliver(result("P", { seqNo: "I1", entryId: "E1" }));
    assert.equal(files("Others").length, 2);
    const row = await sent({ clientKey: "K", fileName: "单.xml" });
    await deliver(imported("K", "I1"));
    const stored = (await client.ledger.story(row.id))?.receipts ?? [];
    assert.deepEqual(stored.map(({ code, matchedBy }) => [code, matchedBy]).sort(), [
      ["0", "clientKey"],
      ["P", "seqNo"],
      ["R", "customsNo"],
    ]);
    assert.deepEqual(files("Others"), []);
    assert.equal(files("DecCus001").filter((name) => /^Receipt_单_\d{17}(\(2\))?\.xml$/.test(name)).length, 2);
    for (const { folder, file } of stored) assert.ok(files(folder).includes(file), file);
  });

  it("come out of Others when they are being stored while the one that makes their document known comes", async () => {
    await open();
    const row = await sent({ clientKey: "K", fileName: "单.xml" });
    // The disk takes its time with the first of them: its row is there, its file is not.
    const { fsync } = fs;
    let release = () => {};
    const held = new Promise<void>((isHeld) => {
      fs.fsync = ((handle: number, done: fs.NoParamCallback) => {
        fs.fsync = fsync;
        release = () => fsync(handle, done);
        isHeld();
      }) as typeof fsync;
    });
    const early = deliver(result("P", { seqNo: "I1", entryId: "E1" }));
    await held;
    await deliver(imported("K", "I1"));
    release();
    await early;
    const stored = (await client.ledger.story(row.id))?.receipts ?? [];
    assert.deepEqual(stored.map(({ code }) => code).sort(), ["0", "P"]);
    for (const { folder, file } of stored) assert.ok(files(folder).includes(file), file);
    assert.deepEqual(files("Others"), []);
    assert.equal(files("DecCus001").length, 2);
  });

  it("out of one file go to a folder each, when they answer several documents that were not known yet", async () => {
    await open();
    const entity = (guid: string) =>
      `<OrderReturn><guid>${guid}</guid><preNo>${guid}-18</preNo><returnStatus>120</returnStatus></OrderReturn>`;
    await deliver(`<CEB312Message guid="M">${entity("A")}${entity("B")}</CEB312Message>`);
    assert.equal(files("Others").length, 2);
    for (const [guid, business] of [
      ["A", "ImpCeb"],
      ["B", "ExpCeb"],
    ] as const) {
      const row = await sent({ clientKey: guid, messageType: "CEB311", business });
      await deliver(`<CEB312Message guid="${guid}">${entity(guid).replace("120", "2")}</CEB312Message>`);
      const stored = (await client.ledger.story(row.id))?.receipts ?? [];
      assert.deepEqual(stored.map(({ code }) => code).sort(), ["120", "2"]);
      assert.equal(files(business).length, 2);
    }
    assert.deepEqual(files("Others"), []);
  });

  it("are not given to another type of document that has the same own number", async () => {
    await open();
    await deliver(
      "<CommonResponeMessage><EtpsPreentNo>SAME</EtpsPreentNo><DealFlag>0</DealFlag></CommonResponeMessage>",
    );
    const declaration = await sent({ clientKey: "SAME" });
    await deliver(imported("SAME", "I9"));
    assert.equal((await client.ledger.story(declaration.id))?.receipts.length, 1);
    assert.equal(files("Others").length, 1);
    const list = await sent({ clientKey: "SAME", messageType: "INV101", business: "Sas", state: "sending" });
    await client.ledger.transition(list.id, step("sent"), {}, { event: "sent" });
    await deliver(result("L", { seqNo: "I9" }));
    const before = Date.now();
    while ((await client.ledger.get(list.id))?.state !== "accepted") {
      assert.ok(Date.now() - before < 5000, "the list finds the receipt that waited for it");
      await new Promise((done) => setImmediate(done));
    }
    assert.equal(files("Sas").length, 1);
  });

  it("have advice also when nobody can read them", async () => {
    await open();
    const [row] = await deliver("<Nobody/>");
    assert.deepEqual([row?.ok, row?.documentId, row?.matchedBy], [false, null, ""]);
    assert.match(row?.advice?.zh ?? "", /Others\/InBox/);
    assert.match(row?.advice?.en ?? "", /Others\/InBox/);
    assert.deepEqual(
      files("Others").map((name) => /\.reason\.json$/.test(name)),
      [false, true],
    );
  });

  it("have a JSON beside them by setting, one for each receipt in the file", async () => {
    await open({ receiptJson: true });
    const row = await sent({ clientKey: "GUID-1", messageType: "CEB621", fileName: "清单.xml", business: "ImpCeb" });
    const entity = (status: string) =>
      `<InventoryReturn><guid>GUID-1</guid><preNo>000000000000012E5</preNo><returnStatus>${status}</returnStatus></InventoryReturn>`;
    await deliver(`<CEB622Message guid="GUID-1">${entity("120")}${entity("100")}</CEB622Message>`);
    const [first, second, official] = files("ImpCeb");
    assert.match(official ?? "", /^Receipt_清单_\d{17}\.xml$/);
    assert.equal(first, official?.replace(".xml", "(2).json"));
    assert.equal(second, official?.replace(".xml", ".json"));
    const json = (name = "") => JSON.parse(readFileSync(join(client.settings.root, "ImpCeb", "InBox", name), "utf8"));
    const { receipt, document, file, version } = json(second);
    assert.equal(version, 1);
    assert.equal(file, official);
    assert.deepEqual(
      [receipt.statusCode, receipt.seqNo, receipt.ok, receipt.advice],
      ["120", "000000000000012E5", true, null],
    );
    assert.equal(receipt.matchedBy, "clientKey");
    assert.deepEqual(document, {
      id: row.id,
      business: "ImpCeb",
      fileName: "清单.xml",
      messageType: "CEB621",
      clientKey: "GUID-1",
    });
    const refused = json(first).receipt;
    assert.equal(refused.statusCode, "100");
    assert.ok(refused.advice.zh && refused.advice.en);
  });

  it("have no JSON otherwise", async () => {
    await open();
    await sent({ clientKey: "K" });
    await deliver(imported("K"));
    assert.ok(files("DecCus001").every((name) => name.endsWith(".xml")));
  });

  it("bring the advice of a local failure, and its JSON", async () => {
    await open({ receiptJson: true });
    const row = documentRow({ fileName: "x.xml", box: "none" });
    await client.ledger.claim(row);
    await client.claims.fail(row.id, {
      code: "C141",
      text: { zh: "错误:卡控件通讯等待握手超时!", en: "no handshake" },
    });
    const [receipt] = (await client.ledger.story(row.id))?.receipts ?? [];
    assert.match(receipt?.advice?.zh ?? "", /重启读卡器控件/);
    assert.equal(files("DecCus001").filter((name) => /^Failed_x_\d{17}\.json$/.test(name)).length, 1);
  });
});
