import { join } from "node:path";
import { copyForResend } from "../boxes/resend.js";
import { settleFailed, settleSent } from "../boxes/settle.js";
import { ImportClientError, neutral } from "../errors.js";
import { claimedName } from "../files/names.js";
import type { DocumentRow, DocumentState } from "../ledger/index.js";
import { NO_WORDS, wordsOf } from "../ledger/rules/words.js";
import type { ImportClient } from "./import-client.js";

/** What a person says with an action; the reason is kept in the events. */
export interface PersonsWord {
  reason: string;
  /** For a release: `resend` (default), `sent` or `failed`. */
  as?: string;
}

const ENDED: readonly DocumentState[] = ["sent", "accepted", "rejected", "failed"];

async function rowFor(client: ImportClient, id: string, word: PersonsWord): Promise<DocumentRow> {
  const row = await client.ledger.get(id);
  if (!row) throw new ImportClientError("SW-UNKNOWN-DOCUMENT", { zh: "没有这个单据", en: "there is no such document" });
  if (word.reason.trim() === "") {
    throw new ImportClientError("SW-REQUEST", { zh: "请写明原因", en: "say why: the reason is kept" });
  }
  return row;
}

function refused(row: DocumentRow, zh: string, en: string): ImportClientError {
  return new ImportClientError("SW-STATE", { zh, en }, { details: { id: row.id, state: row.state } });
}

/**
 * Sends a document that has ended once more, as a new attempt through the whole flow. The attempt is committed, then its
 * archived file is copied back to TempBox; the copy in the archive stays. What stops between the two is taken up again. Rejects with SW-STATE when it is still on its way, SW-REQUEST without a reason.
 */
export function resendDocument(client: ImportClient, id: string, word: PersonsWord): Promise<DocumentRow> {
  return client.claims.alone(id, () => resend(client, id, word));
}

async function resend(client: ImportClient, id: string, word: PersonsWord): Promise<DocumentRow> {
  const row = await rowFor(client, id, word);
  if (!row.settled || !ENDED.includes(row.state)) {
    throw refused(row, `单据还在处理中（${row.state}），不能重发`, `the document is still on its way (${row.state})`);
  }
  const folder = client.folders.of(row.business);
  const archived = row.box === "none" ? "" : join(folder.box(row.box), row.boxName);
  if (archived === "" || !client.files.disk.exists(archived)) {
    throw refused(row, "文件已不在归档中，请从 ERP 重新导出", "its file is no longer in the archive; export it again");
  }
  // Nobody gives it out before its file is there.
  client.claims.inFlight.take(id, "resend");
  try {
    const claimed = await client.ledger.transition(
      id,
      { from: ENDED, to: "claimed" },
      {
        box: "TempBox",
        boxName: claimedName(id, row.fileName),
        settled: false,
        attempt: row.attempt + 1,
        tries: 0,
        retryAt: 0,
        wire: "",
        ...NO_WORDS,
        importReceiptAt: 0,
        statusOutcome: "",
        partsGood: 0,
        partsRefused: 0,
      },
      { event: "resend", text: word.reason },
    );
    copyForResend(client, claimed, archived);
    return claimed;
  } finally {
    client.claims.inFlight.release(id);
  }
}

/**
 * Decides about a document that is held: `resend` (same id, same bytes, said to be a possible duplicate), `sent` (a person
 * saw it arrive) or `failed`. Rejects with SW-STATE when it is not held, SW-REQUEST without a reason.
 */
export function releaseDocument(client: ImportClient, id: string, word: PersonsWord): Promise<DocumentRow> {
  return client.claims.alone(id, () => release(client, id, word));
}

async function release(client: ImportClient, id: string, word: PersonsWord): Promise<DocumentRow> {
  const row = await rowFor(client, id, word);
  if (row.state !== "held")
    throw refused(row, `单据未被暂停（${row.state}）`, `the document is not held (${row.state})`);
  const note = { event: "released", text: word.reason };
  switch (word.as || "resend") {
    case "resend":
      // What never went to the broker by this ledger goes through the flow, and says that it may be a second one.
      return row.wire === ""
        ? client.ledger.transition(
            id,
            { from: ["held"], to: "claimed" },
            { ...NO_WORDS, possibleDuplicate: true },
            note,
          )
        : client.ledger.transition(id, { from: ["held"], to: "unknown" }, NO_WORDS, note);
    case "sent": {
      // Two events: the word of a person, and the state that begins with it.
      await client.ledger.update(id, {}, note);
      const change = { sentAt: client.clock.now(), ...NO_WORDS };
      await client.ledger.transition(id, { from: ["held"], to: "sent" }, change, { event: "sent" });
      return settleSent(client, id);
    }
    case "failed": {
      const failure = { code: "SW-UNKNOWN", text: neutral(word.reason) };
      const change = { ...wordsOf(failure), failedAt: client.clock.now() };
      await client.ledger.transition(id, { from: ["held"], to: "failed" }, change, note);
      return settleFailed(client, id, failure);
    }
    default:
      throw new ImportClientError("SW-REQUEST", { zh: "未知的处理方式", en: "release as resend, sent or failed" });
  }
}
