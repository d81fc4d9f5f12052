import assert from "node:assert/strict";
import { join } from "node:path";
import { codeOf } from "../../../lib/errors.js";
import { type DocumentRow, type Ledger, openLedger } from "../../../lib/ledger/index.js";
import { documentRow, newReceipt, step } from "../../support/rows.js";
import { removeScratch, scratch } from "../../support/scratch.js";

describe("one identity for documents", () => {
  let ledger: Ledger;
  beforeEach(async () => {
    ledger = await openLedger(join(scratch(), "ledger.db"));
  });
  afterEach(async () => ledger.close());
  after(removeScratch);

  /** Claims a document, and tells whether an earlier one stood in its way. */
  const claim = async (change: Partial<DocumentRow>, sameKey = true) => {
    const row = documentRow({ clientKey: "K1", ...change });
    return { row, repeated: (await ledger.claim(row, { sameKey }))?.id };
  };
  const accepted = async (change: Partial<DocumentRow> = {}) => {
    const { row } = await claim(change);
    await ledger.transition(row.id, step("sending"), { sendingAt: 1 }, { event: "sending" });
    await ledger.addReceipt(newReceipt({ documentId: row.id }));
    return row;
  };

  it("the same parts are the same document, whatever the times in the ZIP around them, also of a modification", async () => {
    const first = await claim({ sha256: "zip one", partsSha256: "parts", seqNo: "1" }, false);
    const again = await claim({ sha256: "zip two", partsSha256: "parts", seqNo: "1" }, false);
    assert.equal(again.repeated, first.row.id);
    assert.equal((await claim({ partsSha256: "other", seqNo: "1" }, false)).repeated, undefined);
  });

  it("the same key is, with the same type, operation and packet", async () => {
    const { row } = await claim({ operation: "0", packet: "1/2" });
    assert.equal((await claim({ operation: "0", packet: "1/2" })).repeated, row.id);
    assert.equal((await claim({ operation: "1", packet: "1/2" })).repeated, undefined, "stored, then declared");
    assert.equal((await claim({ operation: "0", packet: "2/2" })).repeated, undefined, "the second packet");
    assert.equal((await claim({ operation: "0", packet: "1/2", messageType: "COO" })).repeated, undefined);
    assert.equal((await claim({ operation: "0", packet: "1/2", business: "Sas" })).repeated, undefined);
    assert.equal((await claim({ operation: "0", packet: "1/2" }, false)).repeated, undefined, "the company's key");
  });

  it("a document that customs refused stands in nobody's way, one of an unknown code does", async () => {
    const refusal = { kind: "business", format: "DEC_RESULT", ok: false } as const;
    const first = await accepted();
    await ledger.addReceipt(
      newReceipt({ ...refusal, outcome: "unknown", documentId: first.id, code: "?", statusCode: "?", at: 200 }),
    );
    assert.equal((await claim({})).repeated, first.id);
    const second = await accepted({ clientKey: "K2" });
    await ledger.addReceipt(newReceipt({ ...refusal, documentId: second.id, code: "E", statusCode: "E", at: 200 }));
    assert.equal((await claim({ clientKey: "K2" })).repeated, undefined);
  });

  it("a refusal that a later receipt takes back is none", async () => {
    const row = await accepted();
    const business = { kind: "business", format: "DEC_RESULT", documentId: row.id } as const;
    await ledger.addReceipt(newReceipt({ ...business, ok: true, code: "P", statusCode: "P", at: 300 }));
    await ledger.addReceipt(newReceipt({ ...business, ok: false, code: "E", statusCode: "E", at: 200 }));
    assert.equal((await claim({})).repeated, row.id, "the older one came later");
  });

  it("a document of another client or environment stands in nobody's way, and cannot be sent by us", async () => {
    const { row } = await claim({ environment: "test" });
    assert.equal((await claim({ environment: "production" })).repeated, undefined);
    const owner = { environment: "production", clientId: "DEMO0001" } as const;
    await assert.rejects(
      ledger.transition(row.id, { from: ["claimed"], to: "sending", owner }, {}, { event: "sending" }),
      (error) => codeOf(error) === "SW-OWNER",
    );
    assert.equal((await ledger.get(row.id))?.state, "claimed");
  });
});
