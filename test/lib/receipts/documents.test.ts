import assert from "node:assert/strict";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { readDelivery } from "../../../lib/intake/read.js";
import { storeReceipt } from "../../../lib/intake/store.js";
import type { DocumentRow, ReceiptRow } from "../../../lib/ledger/index.js";
import { openLedger } from "../../../lib/ledger/index.js";
import { openClient } from "../../support/client.js";
import { documentRow } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";
import { field } from "./samples/field.js";

const AT = Date.parse("2026-07-01T10:00:00+08:00");

const gateway = (key: string, code: string) =>
  `<Manifest><Head xmlns="urn:Declaration:datamodel:standard:CN:HTRES4:1"><MessageID>${key}</MessageID></Head><Response xmlns="urn:Declaration:datamodel:standard:CN:HTRES4:1"><AdditionalInformation><StatementCode>${code}</StatementCode></AdditionalInformation></Response></Manifest>`;
const xmlOf = (name: string) => field.find((sample) => sample.name.startsWith(name))?.xml ?? "";

describe("what receipts of the field do to a document", () => {
  let client: ImportClient;
  beforeEach(async () => {
    client = await openClient();
  });
  afterEach(async () => client.close());
  after(removeScratch);

  /** The document after a receipt, with the receipts that it has. */
  async function after1(
    change: Partial<DocumentRow>,
    xml: string,
  ): Promise<{ row: DocumentRow; receipts: ReceiptRow[] }> {
    const sentAt = AT - 1000;
    const { id } = documentRow(change);
    const row = documentRow({ id, state: "sent", claimedAt: sentAt, sendingAt: sentAt, sentAt, ...change });
    await client.ledger.claim(row);
    const delivery = { body: Buffer.from(xml), fileName: "", business: "", messageId: id, receivedAt: AT };
    for (const part of await readDelivery(client, delivery)) await storeReceipt(client, delivery, part);
    const story = await client.ledger.story(id);
    assert.ok(story);
    return { row: story.document, receipts: story.receipts };
  }

  const road = (key: string): Partial<DocumentRow> => ({ messageType: "MT1401", business: "Rmft", clientKey: key });

  it("a manifest that is declared, or stored by the data centre, is accepted; one that is not stored is rejected", async () => {
    for (const [code, state, prefix] of [
      ["D", "accepted", "Successed_"],
      ["E1", "accepted", "Successed_"],
      ["T", "accepted", "Successed_"],
      ["E2", "rejected", "Failed_"],
    ] as const) {
      const { row, receipts } = await after1(road(`M-${code}`), gateway(`M-${code}`, code));
      assert.equal(row.state, state, code);
      assert.ok(receipts[0]?.file.startsWith(prefix), receipts[0]?.file);
      const advice = { D: undefined, E1: undefined, T: /Declare it/, E2: /Correct it/ }[code];
      if (advice) assert.match(receipts[0]?.advice?.en ?? "", advice, code);
      else assert.equal(receipts[0]?.advice, null, code);
    }
  });

  it("a code that nobody knows leaves it as it is, and writes no failure", async () => {
    const { row, receipts } = await after1(road("M-X"), gateway("M-X", "E9"));
    assert.equal(row.state, "sent");
    assert.ok(receipts[0]?.file.startsWith("Receipt_"), receipts[0]?.file);
    assert.deepEqual([receipts[0]?.outcome, receipts[0]?.statusText], ["unknown", "未知代码 E9"]);
    assert.match(receipts[0]?.advice?.en ?? "", /says nothing of success/);
  });

  it("预核扣 is a status of it, not a refusal", async () => {
    const list = { messageType: "INV101", business: "Sas", clientKey: "FLD20260701001" };
    const { row, receipts } = await after1(list, xmlOf("INV201 with result 4"));
    assert.deepEqual([row.state, row.statusCode, row.statusText], ["sent", "4", "预核扣"]);
    assert.deepEqual([receipts[0]?.outcome, receipts[0]?.advice], ["good", null]);
  });

  it("a manifest of which one bill is refused is not refused, and the bill is named", async () => {
    const key = "CN_MT2101_1p0_DEMO0001_20260701093015123";
    const { row, receipts } = await after1(
      { messageType: "MT2101", business: "Mft", clientKey: key },
      xmlOf("MT9999 about two"),
    );
    assert.equal(row.state, "sent");
    assert.deepEqual(
      receipts.map(({ part, outcome, text }) => [part, outcome, text]),
      [
        ["FLD0000001", "good", "21301 预配舱单主要数据传输成功。"],
        ["FLD0000002", "refused", "21303 退单：收货人编码错误。"],
      ],
    );
    assert.match(receipts[1]?.advice?.en ?? "", /Correct it/);
  });

  it("is found by the number it was handed in under, when a platform hands the receipt on", async () => {
    const key = "CN_MT5201_1p0_DEMO0001_20260701093015123";
    const { receipts } = await after1(
      { messageType: "MT1101", business: "Mft", clientKey: key },
      xmlOf("a manifest receipt that"),
    );
    assert.deepEqual(
      receipts.map(({ matchedBy, part, code }) => [matchedBy, part, code]),
      [["clientKey", "FLD0000001", "01"]],
    );
  });

  it("outcome and part come back from the ledger as they were stored", async () => {
    const { row } = await after1(road("M-1"), gateway("M-1", "E9"));
    const { root } = client.settings;
    await client.close();
    const ledger = await openLedger(join(root, ".ledger", "ledger.db"));
    assert.deepEqual(
      (await ledger.story(row.id))?.receipts.map(({ outcome, part }) => [outcome, part]),
      [["unknown", ""]],
    );
    await ledger.close();
    client = await openClient();
  });
});
