import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { type MatchHints, matchReceipt } from "../../../lib/intake/match.js";
import { type DocumentRow, type Ledger, openLedger } from "../../../lib/ledger/index.js";
import { type ParsedReceipt, readReceipts } from "../../../lib/receipts/index.js";
import { documentRow, step } from "../../support/rows.js";
import { removeScratch, scratch } from "../../support/scratch.js";

const NOW = Date.parse("2024-05-06T08:00:00+08:00");

function receipt(change: Partial<ParsedReceipt>): ParsedReceipt {
  return {
    kind: "import",
    format: "CommonResponseMessage",
    outcome: "good",
    ok: true,
    code: "0",
    text: "",
    clientKey: "",
    seqNo: "",
    customsNo: "",
    part: "",
    statusCode: "",
    statusText: "",
    answers: [],
    ...change,
  };
}

describe("matching receipts to documents", () => {
  let ledger: Ledger;
  let clock = 0;

  beforeEach(async () => {
    ledger = await openLedger(join(scratch(), "ledger.db"));
    clock = NOW - 600_000;
  });
  afterEach(async () => ledger.close());
  after(removeScratch);

  /** A document in the ledger, a second newer than the one before; sent and waiting unless told. */
  async function document(change: Partial<DocumentRow> = {}): Promise<string> {
    clock += 1000;
    const row = documentRow({ claimedAt: clock, sendingAt: clock, sentAt: clock, state: "sent", ...change });
    await ledger.claim(row);
    return row.id;
  }

  const match = (parsed: Partial<ParsedReceipt>, hints: Partial<MatchHints> = {}) =>
    matchReceipt(receipt(parsed), { receivedAt: NOW, ...hints }, ledger);

  it("goes by the own number, the 18-digit number and customs' number", async () => {
    const id = await document({ clientKey: "A-1", seqNo: "000000000000000012", customsNo: "QD1" });
    await document({ clientKey: "A-2", seqNo: "12", customsNo: "QD2" });
    assert.deepEqual(await match({ clientKey: "A-1" }), { documentId: id, by: "clientKey" });
    assert.deepEqual(await match({ seqNo: "000000000000000012" }), { documentId: id, by: "seqNo" });
    assert.deepEqual(await match({ customsNo: "QD1" }), { documentId: id, by: "customsNo" });
  });

  it("goes by the message id that a transfer receipt repeats, whichever attempt it was", async () => {
    const id = await document({ clientKey: "A-1" });
    await document({ clientKey: "A-2" });
    const by = { documentId: id, by: "clientKey" };
    assert.deepEqual(await match({ format: "DxpRep", kind: "business", clientKey: id }), by);
    assert.deepEqual(await match({ format: "DxpRep", kind: "business", clientKey: `${id}.3` }), by);
    assert.deepEqual(await match({ clientKey: id }), { documentId: null, by: "" }, "no other receipt carries it");
  });

  it("compares keys with case and leading zeros", async () => {
    const id = await document({ clientKey: "Ab" });
    await document({ clientKey: "00012" });
    assert.equal((await match({ clientKey: "AB" })).documentId, null);
    assert.equal((await match({ clientKey: "12" })).documentId, null);
    assert.equal((await match({ clientKey: "Ab" })).documentId, id);
  });

  it("looks only at the message types that the format answers", async () => {
    await document({ clientKey: "A", messageType: "DEC" });
    const list = await document({ clientKey: "A", messageType: "INV101" });
    await document({ clientKey: "A", messageType: "DEC" });
    assert.equal((await match({ clientKey: "A", answers: ["INV101"] })).documentId, list);
    assert.equal((await match({ clientKey: "A", answers: ["SAS121"] })).documentId, null);
  });

  it("tries the further numbers of a receipt", async () => {
    const id = await document({ clientKey: "copNo-2", messageType: "CEB621" });
    const found = await match({ clientKey: "guid", otherKeys: ["copNo-1", "copNo-2"], answers: ["CEB621"] });
    assert.deepEqual(found, { documentId: id, by: "clientKey" });
  });

  it("gives an import receipt to the document that waits longest, when an own number was used twice, and calls it a guess", async () => {
    const at = NOW - 600_000;
    await document({ clientKey: "A", state: "rejected", importReceiptAt: at });
    const first = await document({ clientKey: "A" });
    const second = await document({ clientKey: "A" });
    await document({ clientKey: "A", state: "claimed", sendingAt: 0, sentAt: 0 });
    assert.deepEqual(await match({ clientKey: "A" }), { documentId: first, by: "oldest" });
    await ledger.transition(first, step("accepted"), { seqNo: "S1", importReceiptAt: NOW }, { event: "receipt" });
    // The two answers may have come in another order than the documents went.
    assert.deepEqual(await match({ clientKey: "A" }), { documentId: second, by: "oldest" });
    await ledger.transition(second, step("accepted"), { seqNo: "S2", importReceiptAt: NOW }, { event: "receipt" });
    assert.deepEqual(await match({ clientKey: "A" }), { documentId: second, by: "clientKey" });
    assert.equal((await match({ clientKey: "A", seqNo: "S1" })).documentId, first);
  });

  it("proves no send by a guess: of two with one own number the answer is for the one that has arrived", async () => {
    for (const state of ["sending", "unknown", "held"] as const) {
      const clientKey = `of ${state}`;
      await document({ clientKey, state, sentAt: 0 });
      const arrived = await document({ clientKey });
      assert.deepEqual(await match({ clientKey }), { documentId: arrived, by: "oldest" });
      await ledger.transition(arrived, step("accepted"), { seqNo: state, importReceiptAt: NOW }, { event: "receipt" });
      // It may come twice.
      assert.deepEqual(await match({ clientKey, seqNo: state }), { documentId: arrived, by: "oldest" });
      const alone = await document({ clientKey: `${state} alone`, state, sentAt: 0 });
      assert.deepEqual(await match({ clientKey: `${state} alone` }), { documentId: alone, by: "clientKey" });
    }
    // A refused one had its answer before the corrected one went: that is proved by its own.
    await document({ clientKey: "B", state: "rejected", importReceiptAt: clock + 1 });
    const corrected = await document({ clientKey: "B", state: "unknown", sentAt: 0 });
    assert.deepEqual(await match({ clientKey: "B" }), { documentId: corrected, by: "clientKey" });
  });

  it("does not guess between documents that its other number, its folder or their times tell apart", async () => {
    const changes = { clientKey: "A", messageType: "INV101" };
    const one = await document({ ...changes, seqNo: "S1" });
    const other = await document({ ...changes, seqNo: "S2", business: "Npts" });
    assert.deepEqual(await match({ clientKey: "A", seqNo: "S2" }), { documentId: other, by: "seqNo" });
    assert.deepEqual(await match({ clientKey: "A" }, { business: "npts" }), { documentId: other, by: "clientKey" });
    assert.deepEqual(await match({ clientKey: "A" }), { documentId: one, by: "oldest" });
    // Refused, corrected, sent again: the first had its answer before the second went.
    await document({ clientKey: "B", state: "rejected", importReceiptAt: clock + 1 });
    const corrected = await document({ clientKey: "B" });
    assert.deepEqual(await match({ clientKey: "B" }), { documentId: corrected, by: "clientKey" });
  });

  it("gives the answer of a changed list to the change, not to the list that has the number", async () => {
    await document({ clientKey: "A", seqNo: "S1", state: "accepted", messageType: "INV101" });
    const change = await document({ clientKey: "A", messageType: "INV101" });
    assert.equal((await match({ clientKey: "A", seqNo: "S1" })).documentId, change);
  });

  it("gives a business receipt to the document with its 18-digit number, whatever else agrees", async () => {
    const waiting = await document({ clientKey: "A" });
    const older = await document({ clientKey: "A", seqNo: "S1", state: "accepted" });
    const newer = await document({ clientKey: "A", seqNo: "S2", state: "accepted" });
    const business = { kind: "business", clientKey: "A" } as const;
    assert.deepEqual(await match({ ...business, seqNo: "S1" }), { documentId: older, by: "seqNo" });
    assert.deepEqual(await match({ ...business, seqNo: "S2" }), { documentId: newer, by: "seqNo" });
    // Early: its import receipt has not come, so no document has the number yet; those with another one are not it.
    assert.deepEqual(await match({ ...business, seqNo: "S3" }), { documentId: waiting, by: "clientKey" });
  });

  it("goes by the 18-digit and customs' numbers that a document had before, after the one that has them", async () => {
    const id = await document({ clientKey: "A", seqNo: "S1", customsNo: "C1", state: "accepted" });
    await ledger.update(id, { seqNo: "S2", customsNo: "C2" });
    const business = { kind: "business", answers: ["DEC"] } as const;
    for (const seqNo of ["S1", "S2"]) {
      assert.deepEqual(await match({ ...business, seqNo }), { documentId: id, by: "seqNo" });
      assert.deepEqual(await match({ ...business, seqNo, clientKey: "A" }), { documentId: id, by: "seqNo" });
    }
    for (const customsNo of ["C1", "C2"]) {
      assert.deepEqual(await match({ ...business, customsNo }), { documentId: id, by: "customsNo" });
    }
    assert.deepEqual(await match({ ...business, kind: "subscription", seqNo: "S1" }), { documentId: id, by: "seqNo" });
    const fileName = "Receipt_DECCUS004_I20260000012345678_8ac5f3e0-1f0a_20260701093515123000001.xml";
    await ledger.update(id, { seqNo: "I20260000012345678" });
    await ledger.update(id, { seqNo: "S4" });
    assert.deepEqual(await match(business, { fileName }), { documentId: id, by: "fileName" });
    const other = await document({ clientKey: "B", seqNo: "S1", state: "accepted" });
    assert.deepEqual(await match({ ...business, seqNo: "S1" }), { documentId: other, by: "seqNo" });
    const third = await document({ clientKey: "C", seqNo: "S3" });
    await ledger.update(third, { seqNo: "S5" });
    assert.deepEqual(await match({ ...business, seqNo: "S3", clientKey: "C" }), { documentId: third, by: "seqNo" });
  });

  it("calls it a guess when one number is the document's and another one is not", async () => {
    const id = await document({ clientKey: "A", seqNo: "S1", customsNo: "C1", state: "accepted" });
    await document({ clientKey: "B", seqNo: "S2", state: "accepted" });
    const doubtful = { documentId: id, by: "doubtful" };
    const business = { kind: "business", answers: ["DEC"] } as const;
    for (const clientKey of ["nobody", "B"]) {
      assert.deepEqual(await match({ ...business, clientKey, seqNo: "S1" }), doubtful, clientKey);
    }
    assert.deepEqual(await match({ clientKey: "nobody", seqNo: "S1" }), doubtful, "an import receipt");
    assert.deepEqual(await match({ ...business, clientKey: "nobody", customsNo: "C1" }), doubtful, "customs' number");
    assert.deepEqual(
      await match({ ...business, clientKey: "A", seqNo: "S9" }),
      doubtful,
      "an 18-digit number of nobody",
    );
    // Nothing is against it.
    const sure = { documentId: id, by: "seqNo" };
    assert.deepEqual(await match({ ...business, clientKey: "x", otherKeys: ["A"], seqNo: "S1" }), sure);
    assert.deepEqual(await match({ ...business, clientKey: "S1", seqNo: "S1" }), sure, "one number in two places");
    assert.deepEqual(await match({ ...business, clientKey: "A", seqNo: "S1", customsNo: "C9" }), sure, "a new one");
    const corrected = { clientKey: "A", seqNo: "S9" };
    assert.equal((await match(corrected)).by, "clientKey", "an import receipt may correct it");
    const unnamed = await document({ clientKey: "", seqNo: "S3", state: "accepted" });
    assert.deepEqual(await match({ ...business, clientKey: "x", seqNo: "S3" }), { documentId: unnamed, by: "seqNo" });
  });

  it("prefers the folder that the delivery names", async () => {
    const oldest = await document({ clientKey: "A", business: "DecCus001" });
    const here = await document({ clientKey: "A", business: "DecCus201" });
    assert.equal((await match({ clientKey: "A" }, { business: "deccus201" })).documentId, here);
    assert.equal((await match({ clientKey: "A" })).documentId, oldest);
  });

  it("goes by the file's name when no number helps, and says so", async () => {
    const id = await document({ fileName: "浙A00000-1.zip", messageType: "MT1401", clientKey: "M1" });
    const empty = { ok: false, code: "-900517", answers: ["MT1401"] };
    for (const fileName of [
      "浙A00000-1.zip",
      "浙a00000-1.ZIP",
      "Failed_浙A00000-1_20240506080000123.xml",
      "C:\\InBox\\failed_浙A00000-1_202405060800001230000.XML",
    ]) {
      assert.deepEqual(await match(empty, { fileName }), { documentId: id, by: "fileName" }, fileName);
    }
    assert.deepEqual(await match({ ...empty, fileName: "浙A00000-1.zip" }), { documentId: id, by: "fileName" });
    assert.equal((await match({ ...empty, clientKey: "M2" }, { fileName: "浙A00000-1.zip" })).documentId, null);
    assert.equal((await match({ answers: ["DEC"] }, { fileName: "浙A00000-1.zip" })).documentId, null);
  });

  it("goes by the 18-digit number in the official name of a business receipt, when the receipt has none", async () => {
    const id = await document({ seqNo: "I20260000012345678", state: "accepted" });
    const fileName = "Receipt_DECCUS004_I20260000012345678_8ac5f3e0-1f0a_20260701093515123000001.xml";
    const business = { kind: "business", answers: ["DEC"] } as const;
    assert.deepEqual(await match(business, { fileName }), { documentId: id, by: "fileName" });
    assert.equal((await match({ ...business, seqNo: "I20260000099999999" }, { fileName })).documentId, null);
    assert.equal((await match({ ...business, answers: ["INV101"] }, { fileName })).documentId, null);
  });

  it("of several with one name takes the one that waits longest", async () => {
    await document({ fileName: "a.xml", state: "accepted" });
    const waiting = await document({ fileName: "a.xml" });
    await document({ fileName: "a.xml", state: "rejected" });
    assert.equal((await match({ ok: false }, { fileName: "a.xml" })).documentId, waiting);
  });

  it("goes by time for a refusal without any number, only when one document can be meant", async () => {
    const refusal = { ok: false, code: "-900517", answers: ["MT1401"] };
    await document({ messageType: "DEC" });
    await document({ messageType: "MT1401", sentAt: NOW - 3_600_000, sendingAt: NOW - 3_600_000 });
    const id = await document({ messageType: "MT1401" });
    assert.deepEqual(await match(refusal), { documentId: id, by: "time" });
    assert.equal((await match({ ...refusal, ok: true })).documentId, null);
    assert.equal((await match({ ...refusal, kind: "business" })).documentId, null);
    assert.equal((await match({ ...refusal, clientKey: "someone else's" })).documentId, null);
    assert.equal((await match({ ...refusal, answers: [] })).documentId, null);
    assert.equal((await match(refusal, { receivedAt: NOW - 2_000_000 })).documentId, null);
    const { byReceiptKeys, byFileName } = ledger;
    const narrow = { byReceiptKeys: byReceiptKeys.bind(ledger), byFileName: byFileName.bind(ledger) };
    assert.equal((await matchReceipt(receipt(refusal), { receivedAt: NOW }, narrow)).documentId, null);
    await document({ messageType: "MT1401" });
    assert.equal((await match(refusal)).documentId, null);
  });

  it("goes by time only when it has seen all that wait", async () => {
    const refusal = receipt({ ok: false, code: "-900517", answers: ["MT1401"] });
    const row = documentRow({ messageType: "MT1401", state: "sent", claimedAt: NOW - 5000, sentAt: NOW - 5000 });
    const others = (claimedAt: number) => Array.from({ length: 999 }, () => documentRow({ state: "sent", claimedAt }));
    const asked = (rows: DocumentRow[]) =>
      matchReceipt(
        refusal,
        { receivedAt: NOW },
        { byReceiptKeys: async () => [], byFileName: async () => [], query: async () => rows },
      );
    assert.equal((await asked([row, ...others(NOW - 3_600_000)])).documentId, row.id);
    assert.equal((await asked([row, ...others(NOW - 6000)])).documentId, null);
  });

  it("leaves a receipt for nobody to nobody", async () => {
    await document();
    assert.deepEqual(await match({ clientKey: "unknown", seqNo: "1", customsNo: "2" }), { documentId: null, by: "" });
    assert.deepEqual(await match({}), { documentId: null, by: "" });
  });

  it("reads and matches the life of many documents in any order within each kind", async () => {
    const numbers = Array.from({ length: 200 }, (_, index) => String(index).padStart(6, "0"));
    const ids = new Map<string, string>();
    for (const number of numbers) ids.set(number, await document({ clientKey: `C${number}` }));
    const imports = numbers.map((number) => ({
      number,
      xml: `<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>0</ResponseCode><ClientSeqNo>C${number}</ClientSeqNo><SeqNo>I00000000000${number}</SeqNo></DecImportResponse>`,
    }));
    const results = numbers.flatMap((number) =>
      ["L", "R"].map((channel) => ({
        number,
        xml: `<DEC_RESULT><CUS_CIQ_NO>I00000000000${number}</CUS_CIQ_NO><ENTRY_ID>E${number}</ENTRY_ID><CHANNEL>${channel}</CHANNEL></DEC_RESULT>`,
      })),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(imports, { minLength: imports.length }),
        fc.shuffledSubarray(results, { minLength: results.length }),
        async (first, then) => {
          for (const { number, xml } of [...first, ...then]) {
            const { parts } = await readReceipts(Buffer.from(xml));
            const parsed = parts[0]?.receipts[0] as ParsedReceipt;
            const found = await matchReceipt(parsed, { receivedAt: NOW }, ledger);
            assert.equal(found.documentId, ids.get(number), xml);
            if (parsed.kind === "import") await ledger.update(found.documentId as string, { seqNo: parsed.seqNo });
          }
        },
      ),
      { numRuns: 3 },
    );
  }).timeout(180_000);
});
