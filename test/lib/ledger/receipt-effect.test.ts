import assert from "node:assert/strict";
import type { DocumentRow, NewReceipt } from "../../../lib/ledger/index.js";
import { receiptEffect } from "../../../lib/ledger/rules/receipt-effect.js";
import { documentRow, newReceipt } from "../../support/rows.js";

describe("what a receipt does to its document", () => {
  const sent = (change: Partial<DocumentRow> = {}) =>
    documentRow({ state: "sent", sendingAt: 100, sentAt: 110, ...change });
  /** The row after receipts that come one after the other. */
  function withReceipts(row: DocumentRow, ...receipts: Partial<NewReceipt>[]): DocumentRow {
    let next = row;
    for (const receipt of receipts) {
      const { to, change } = receiptEffect(newReceipt(receipt), next);
      next = { ...next, ...change, state: to ?? next.state };
    }
    return next;
  }
  const status = (statusCode: string, ok: boolean, at: number, change: Partial<NewReceipt> = {}) =>
    ({ kind: "business", statusCode, statusText: statusCode, ok, at, ...change }) as const;

  it("says beside its state whether customs took it further: 退单 is a fact, not a state", () => {
    const accepted = withReceipts(sent(), { kind: "import" });
    assert.deepEqual([accepted.state, accepted.statusOutcome], ["accepted", ""]);
    const refused = withReceipts(accepted, status("L", true, 200), status("E", false, 300));
    assert.deepEqual([refused.state, refused.statusOutcome, refused.statusCode], ["accepted", "refused", "E"]);
    assert.equal(withReceipts(refused, status("L", true, 250)).statusOutcome, "refused", "an older word");
    assert.equal(withReceipts(refused, status("P", true, 400)).statusOutcome, "good");
  });

  it("says nothing of success by a code that nobody knows, and nothing of customs by the transfer's receipt", () => {
    const refused = withReceipts(sent({ state: "accepted" }), status("E", false, 300));
    const unknown = withReceipts(refused, status("?", false, 400, { outcome: "unknown" }));
    assert.deepEqual([unknown.statusOutcome, unknown.statusCode, unknown.state], ["refused", "?", "accepted"]);
    assert.equal(withReceipts(sent(), status("0", true, 400, { format: "DxpRep" })).statusOutcome, "");
    const asked = withReceipts(sent(), { kind: "import", ok: false, outcome: "unknown", code: "77" });
    assert.deepEqual(
      [asked.state, asked.importReceiptAt, asked.code],
      ["sent", 0, ""],
      "it still waits for its answer",
    );
    const proved = withReceipts(sent({ state: "unknown", sentAt: 0 }), { ok: false, outcome: "unknown" });
    assert.deepEqual([proved.state, proved.sentAt], ["sent", 100], "an answer, whatever it says, proves the send");
  });

  it("corrects the 18-digit number by a good import receipt, unless that was only a guess", () => {
    const claimed = sent({ seqNo: "ROWS", customsNo: "C" });
    assert.equal(withReceipts(claimed, { seqNo: "S1", matchedBy: "clientKey" }).seqNo, "S1");
    for (const matchedBy of ["oldest", "doubtful", "fileName", "time"] as const) {
      assert.equal(withReceipts(claimed, { seqNo: "S1", matchedBy }).seqNo, "ROWS", matchedBy);
    }
    assert.equal(withReceipts(claimed, { seqNo: "S1", ok: false, code: "-1" }).seqNo, "ROWS");
    assert.equal(withReceipts(claimed, status("L", true, 200, { seqNo: "S1" })).seqNo, "ROWS");
    assert.deepEqual(withReceipts(claimed, { seqNo: "" }).seqNo, "ROWS", "once known never emptied");
  });
});
