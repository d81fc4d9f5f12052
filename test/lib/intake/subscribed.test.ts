import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { readDelivery } from "../../../lib/intake/read.js";
import { storeReceipt } from "../../../lib/intake/store.js";
import type { DocumentRow, ReceiptRow } from "../../../lib/ledger/index.js";
import { openClient } from "../../support/client.js";
import { documentRow } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";

const AT = Date.parse("2026-07-01T09:30:15.123+08:00");
const SEQ = "I20260000000000001";
const ENTRY = "530120260000000001";

const subscribed = (numbers: { key?: string; seqNo?: string; entryId?: string } = {}) => {
  const { key = "K", seqNo = SEQ, entryId = ENTRY } = numbers;
  return `<DecMessage xmlns="http://www.chinaport.gov.cn/dec"><DecHead><SeqNo>${seqNo}</SeqNo><EntryId>${entryId}</EntryId></DecHead><DecSign><ClientSeqNo>${key}</ClientSeqNo></DecSign></DecMessage>`;
};
const imported = (key: string, seqNo: string) =>
  `<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>0</ResponseCode><ClientSeqNo>${key}</ClientSeqNo><SeqNo>${seqNo}</SeqNo></DecImportResponse>`;

describe("a declaration that was subscribed to (DECSUB)", () => {
  let client: ImportClient;
  let deliveries = 0;

  beforeEach(async () => {
    client = await openClient();
    client.folders.of("DecCus001").make();
  });
  afterEach(async () => client.close());
  after(removeScratch);

  async function sent(change: Partial<DocumentRow> = {}): Promise<DocumentRow> {
    const times = { claimedAt: AT - 1000, sendingAt: AT - 1000, sentAt: AT - 1000 };
    const row = documentRow({
      state: "sent",
      messageType: "DEC",
      clientKey: "K",
      fileName: "单.xml",
      ...times,
      ...change,
    });
    await client.ledger.claim(row);
    return row;
  }
  async function deliver(xml: string, { business = "", messageId = `m${deliveries++}` } = {}): Promise<ReceiptRow> {
    const delivery = { body: Buffer.from(xml), fileName: "", business, messageId, receivedAt: AT };
    const rows: ReceiptRow[] = [];
    for (const part of await readDelivery(client, delivery)) rows.push(...(await storeReceipt(client, delivery, part)));
    return rows[0] as ReceiptRow;
  }
  const files = (folder: string) => {
    const path = join(client.settings.root, folder, "InBox");
    return existsSync(path) ? readdirSync(path).sort() : [];
  };
  const roots = () => readdirSync(client.settings.root).filter((name) => !name.startsWith("."));

  it("comes into its own InBox as a record of its own kind, whole, whatever folder a header names", async () => {
    client.folders.of("Sas").make();
    for (const business of ["", "Sas", "DecCus001"]) {
      const row = await deliver(subscribed({ key: `K${business}` }), { business });
      assert.deepEqual(
        [row.kind, row.format, row.outcome, row.documentId],
        ["subscription", "DecMessage", "good", null],
      );
      assert.deepEqual([row.folder, row.filed, row.seqNo, row.customsNo], ["Decsub", true, SEQ, ENTRY]);
      const path = join(client.settings.root, "Decsub", "InBox", row.file);
      assert.equal(readFileSync(path, "utf8"), subscribed({ key: `K${business}` }));
      assert.match(row.file, /^Receipt_K/);
    }
    assert.deepEqual([files("Others"), files("Sas"), files("DecCus001")], [[], [], []]);
  });

  it("takes the folder as it is written on disk", async () => {
    mkdirSync(join(client.settings.root, "DECSUB", "InBox"), { recursive: true });
    const row = await deliver(subscribed());
    assert.deepEqual([row.folder, files("DECSUB")], ["DECSUB", [row.file]]);
    assert.deepEqual(
      roots().filter((name) => name.toLowerCase() === "decsub"),
      ["DECSUB"],
    );
  });

  it("is shown with our document of the same 18-digit number, and stays in its own InBox", async () => {
    const { id } = await sent({ state: "accepted", seqNo: SEQ });
    const row = await deliver(subscribed({ key: "another's" }));
    assert.deepEqual([row.documentId, row.matchedBy, row.folder], [id, "seqNo", "Decsub"]);
    assert.deepEqual([files("Decsub"), files("DecCus001")], [[row.file], []]);
    const { document, receipts } = (await client.ledger.story(id)) ?? {};
    assert.deepEqual(
      receipts?.map(({ kind }) => kind),
      ["subscription"],
    );
    assert.deepEqual([document?.state, document?.customsNo], ["accepted", ENTRY]);
  });

  it("answers nothing: no state, no time of a receipt and no number that is not sure", async () => {
    for (const state of ["sending", "sent", "unknown"] as const) {
      const key = `K-${state}`;
      const { id } = await sent({ state, clientKey: key });
      const row = await deliver(subscribed({ key }));
      assert.deepEqual([row.documentId, row.matchedBy], [id, "clientKey"]);
      const after = await client.ledger.get(id);
      assert.deepEqual([after?.state, after?.seqNo, after?.customsNo], [state, "", ""]);
      assert.deepEqual([after?.importReceiptAt, after?.businessReceiptAt, after?.statusCode], [0, 0, ""]);
    }
  });

  it("is none of ours where the number that decides is another's, however its maker counts", async () => {
    await sent({ seqNo: "I20260000000000002" });
    assert.equal((await deliver(subscribed())).documentId, null);
    await sent({ clientKey: "L", customsNo: "530120260000000009" });
    assert.equal((await deliver(subscribed({ key: "L" }))).documentId, null);
    const { id } = await sent({ clientKey: "M", customsNo: ENTRY });
    assert.equal((await deliver(subscribed({ key: "N" }))).documentId, id);
  });

  it("finds its document later, and is not moved for it", async () => {
    const early = await deliver(subscribed({ key: "" }));
    const { id } = await sent();
    await deliver(imported("K", SEQ));
    const receipts = (await client.ledger.story(id))?.receipts ?? [];
    assert.deepEqual(receipts.map(({ kind, folder }) => [kind, folder]).sort(), [
      ["import", "DecCus001"],
      ["subscription", "Decsub"],
    ]);
    assert.deepEqual(files("Decsub"), [early.file]);
  });

  it("lies there once, however often it is brought, also after a stop between its row and its file", async () => {
    await sent({ state: "accepted", seqNo: SEQ });
    const { files: written } = client;
    const { writeNew } = written;
    written.writeNew = async () => Promise.reject(new Error("stopped"));
    await assert.rejects(deliver(subscribed(), { messageId: "again" }), /stopped/);
    written.writeNew = writeNew;
    const row = await deliver(subscribed(), { messageId: "again" });
    for (const messageId of ["again", "other"]) await deliver(subscribed(), { messageId });
    assert.deepEqual([row.filed, files("Decsub")], [true, [row.file]]);
  });
});
