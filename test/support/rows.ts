import { SYSTEM_IDS } from "../../lib/ids.js";
import type { DocumentRow, DocumentState, NewReceipt } from "../../lib/ledger/index.js";
import { STATES } from "../../lib/ledger/rules/states.js";

/** From whatever state, for tests that only want a document to be there. */
export const step = (to: DocumentState) => ({ from: STATES, to });

/** A claimed document's row, with what a test wants different. */
export function documentRow(change: Partial<DocumentRow> = {}): DocumentRow {
  const id = change.id ?? SYSTEM_IDS.document(Date.now());
  return {
    id,
    environment: "test",
    clientId: "DEMO0001",
    business: "DecCus001",
    fileName: "a.xml",
    size: 10,
    sha256: id,
    partsSha256: id,
    messageType: "DEC",
    clientKey: `KEY${id}`,
    operation: "",
    packet: "",
    state: "claimed",
    attempt: 1,
    possibleDuplicate: false,
    box: "TempBox",
    boxName: "a.xml",
    settled: false,
    retryAt: 0,
    tries: 0,
    code: "",
    text: "",
    textEn: "",
    seqNo: "",
    customsNo: "",
    statusCode: "",
    statusText: "",
    wire: "",
    claimedAt: 1,
    sendingAt: 0,
    sentAt: 0,
    failedAt: 0,
    importReceiptAt: 0,
    businessReceiptAt: 0,
    statusOutcome: "",
    parts: 0,
    partsGood: 0,
    partsRefused: 0,
    updatedAt: 1,
    owner: "",
    epoch: 0,
    ...change,
  };
}

/** A good import receipt, with what a test wants different. */
export function newReceipt(change: Partial<NewReceipt> = {}): NewReceipt {
  return {
    documentId: null,
    matchedBy: "",
    kind: "import",
    format: "DecImportResponse",
    outcome: change.ok === false ? "refused" : "good",
    ok: true,
    code: "0",
    text: "",
    textEn: "",
    clientKey: "",
    seqNo: "",
    customsNo: "",
    part: "",
    statusCode: "",
    statusText: "",
    advice: null,
    at: 100,
    sha256: SYSTEM_IDS.document(Date.now()),
    messageId: "",
    folder: "DecCus001",
    file: "x.xml",
    otherKeys: null,
    receivedAt: 100,
    ...change,
  };
}
