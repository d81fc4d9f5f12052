import { dirname, join } from "node:path";
import { decisionOf, NOBODY, type Person } from "../audit/entry.js";
import { bringBack } from "../boxes/bring-back.js";
import { repeatedNow } from "../boxes/claim.js";
import { letGo, putOff } from "../boxes/put-off.js";
import { bringSent } from "../boxes/sent-bytes.js";
import { settleFailed, settleSent } from "../boxes/settle.js";
import { crashPoint } from "../crash-point.js";
import { assertReason, ImportClientError, neutral, unknownDocument } from "../errors.js";
import type { DocumentRow } from "../ledger/index.js";
import { isAlive, repeatedBy, repeating } from "../ledger/rules/identity.js";
import { assertOwner } from "../ledger/rules/owner.js";
import { ENDED, isPutOff } from "../ledger/rules/states.js";
import { NO_WORDS, wordsOf } from "../ledger/rules/words.js";
import { sha256InTurns } from "../sha256.js";
import type { ImportClient } from "./import-client.js";

/** What a person says with an action; the reason is kept in the events. */
export interface PersonsWord {
  reason: string;
  /** For a release: `resend` (default), `sent` or `failed`. For a resend: `accepted` of a document that was taken in and stands. */
  as?: string;
  /** For a hold: when it ends by itself, milliseconds since the epoch; 0 or absent = when a person releases it. */
  until?: number;
  /** Who says it, and the way it came; nobody where no one is logged in. */
  by?: Person;
}

async function rowFor(client: ImportClient, id: string, word: PersonsWord): Promise<DocumentRow> {
  const row = await client.ledger.get(id);
  if (!row) throw unknownDocument();
  assertReason(word.reason);
  return row;
}

/** Carries a decision about a document out, once it stands in the audit. Rejects with SW-AUDIT, and as `act` does. */
async function decided(
  client: ImportClient,
  id: string,
  what: "resend" | "override" | "hold" | "release",
  word: PersonsWord,
  act: (row: DocumentRow) => Promise<DocumentRow>,
): Promise<DocumentRow> {
  const row = await rowFor(client, id, word);
  const how = what === "hold" && word.until ? new Date(word.until).toISOString() : (word.as ?? "");
  const { fileName: file, sha256 } = row;
  const decision = { ...(word.by ?? NOBODY), what, how, document: id, file, sha256, reason: word.reason };
  return client.audit.decide(decisionOf(decision), () => act(row));
}

/**
 * A document that a person decides about, as this process's own. Where several share the ledger, one that another has on hold is taken
 * over, for nobody works on it: to be asked within the decision. Rejects with SW-FENCED, which names the other one, for all else that is open.
 */
async function ours({ ledger }: ImportClient, row: DocumentRow): Promise<DocumentRow> {
  return row.settled || ledger.owns(row) || !ledger.instances ? row : ledger.instances.takeHeld(row.id);
}

function refused(row: DocumentRow, zh: string, en: string): ImportClientError {
  return new ImportClientError("SW-STATE", { zh, en }, { details: { id: row.id, state: row.state } });
}

/**
 * Sends a document that has ended once more, as a new attempt through the whole flow. Its archived file is copied back to
 * TempBox; the copy in the archive stays. One that the data centre has taken in, and that customs has not refused, is sent again only
 * by the word `as: "accepted"`; one that was refused as a repeat is sent by `overrideDuplicate` alone. Rejects with SW-STATE
 * without it, or when the document is still on its way, SW-OWNER when it was another client's, SW-REQUEST without a reason.
 */
export function resendDocument(client: ImportClient, id: string, word: PersonsWord): Promise<DocumentRow> {
  return client.claims.alone(id, () =>
    decided(client, id, "resend", word, async (row) => {
      if (row.state === "accepted" && isAlive(row) && word.as !== "accepted") throw standsAlready(row);
      if (isRefusedRepeat(row)) throw repeats(row);
      return again(client, row, "resend", word);
    }),
  );
}

function standsAlready(row: DocumentRow): ImportClientError {
  const number = row.seqNo || row.customsNo || row.clientKey;
  const status = row.statusText === "" ? "" : ` ${row.statusText}`;
  return refused(
    row,
    `单据已入库（${number}${status}），再发可能重复申报；确需再发，请以 as: "accepted" 确认`,
    `the document was taken in already (${number}${status}): sent again it may be declared twice; confirm it by as: "accepted"`,
  );
}

const isRefusedRepeat = ({ state, code }: DocumentRow) => state === "failed" && code === "SW-DUP";

function repeats(row: DocumentRow): ImportClientError {
  return refused(
    row,
    `${row.text}；再发可能重复申报。确为另一份单据的，请用“仍要发送”（override）`,
    `${row.textEn}: sent again it may be declared twice; if it is another one all the same, send it anyway (override)`,
  );
}

/**
 * Sends a document that was refused as a repeat of another one (SW-DUP): a person knows that it is none, and says why. Rejects with
 * SW-STATE when it was not refused for that, SW-REQUEST without a reason.
 */
export function overrideDuplicate(client: ImportClient, id: string, word: PersonsWord): Promise<DocumentRow> {
  return client.claims.alone(id, () =>
    decided(client, id, "override", word, async (row) => {
      if (!isRefusedRepeat(row)) {
        throw refused(
          row,
          `单据不是因重复被拒绝的（${row.state}）`,
          `the document was not refused as a repeat (${row.state})`,
        );
      }
      return again(client, row, "override", word);
    }),
  );
}

async function again(
  client: ImportClient,
  row: DocumentRow,
  event: "resend" | "override",
  { reason }: PersonsWord,
): Promise<DocumentRow> {
  if (row.state !== "held") await ours(client, row);
  if (!row.settled || !ENDED.includes(row.state)) {
    throw refused(row, `单据还在处理中（${row.state}），不能重发`, `the document is still on its way (${row.state})`);
  }
  const { disk } = client.files;
  const path = row.box === "none" ? undefined : join(client.folders.of(row.business).box(row.box), row.boxName);
  if (path === undefined || !disk.exists(path)) {
    throw refused(row, "文件已不在归档中，请从 ERP 重新导出", "its file is no longer in the archive; export it again");
  }
  const archived = await disk.readLarge(path);
  if ((await sha256InTurns(archived, client.clock)) !== row.sha256) {
    throw refused(
      row,
      `${row.box} 中的文件与当初取走的不同，不能以原单据重发；请从 ERP 重新导出`,
      `the file in ${row.box} is not the one that was claimed: it cannot be sent again as the same document; export it again`,
    );
  }
  // The row says from now on that it is to be copied from there: a power cut must not take that move back any more.
  await disk.syncFolder(dirname(path));
  // The row goes first: a copy without one would be taken for a new document.
  const claimed = await client.ledger.transition(
    row.id,
    { from: ENDED, to: "claimed", owner: client.settings },
    {
      settled: false,
      attempt: row.attempt + 1,
      tries: 0,
      retryAt: 0,
      possibleDuplicate: false,
      statusOutcome: "",
      partsGood: 0,
      partsRefused: 0,
      wire: "",
      ...NO_WORDS,
      importReceiptAt: 0,
    },
    { event, text: reason },
  );
  return bringBack(client, claimed);
}

/**
 * Puts a document on hold before its send, until a person releases it or until a time. Rejects with SW-STATE when its send has begun or
 * it has ended, SW-REQUEST without a reason or for a time that is over.
 */
export async function holdDocument(client: ImportClient, id: string, word: PersonsWord): Promise<DocumentRow> {
  await rowFor(client, id, word);
  const { reason, until = 0 } = word;
  if (!Number.isFinite(until) || (until !== 0 && until <= client.clock.now())) {
    throw new ImportClientError("SW-REQUEST", {
      zh: "暂缓到的时间应在以后",
      en: "the time until which it is held must be in the future",
    });
  }
  return decided(client, id, "hold", word, async (row) => {
    if (row.state !== "held" || isPutOff(row)) await ours(client, row);
    return client.claims.putOff(id, { code: "SW-HELD", text: neutral(reason.trim()) }, until);
  });
}

/**
 * Decides about a document that is held, by whichever instance: `resend` (same id, same bytes, said to be a possible duplicate), `sent` (a person
 * saw it arrive) or `failed`. One that was put on hold before its send goes through the flow, and is no possible duplicate. One that
 * waits for a setting, or is tried again, can be released as failed: it is given up. Rejects with SW-STATE when it is neither, SW-REQUEST
 * without a reason.
 */
export function releaseDocument(client: ImportClient, id: string, word: PersonsWord): Promise<DocumentRow> {
  return client.claims.alone(id, () => decided(client, id, "release", word, (row) => release(client, row, word)));
}

async function release(client: ImportClient, asked: DocumentRow, word: PersonsWord): Promise<DocumentRow> {
  const found = await ours(client, asked);
  const { id } = found;
  const row = word.as === "failed" && waitsFor(found) ? await takenAside(client, found, word) : found;
  if (row.state !== "held")
    throw refused(row, `单据未被暂缓（${row.state}）`, `the document is not held (${row.state})`);
  const note = { event: "released", text: word.reason };
  switch (word.as || "resend") {
    case "resend":
      if (isPutOff(row)) return letGo(client, row, note);
      // What was published is not known any more of a document that was found after the ledger was lost: it goes through the flow.
      if (row.wire === "") {
        // The same document may have been handed in since, or lie in a flow: whoever takes this one up asks for that.
        const repeated = await repeatedNow(client, row);
        const again = { ...NO_WORDS, possibleDuplicate: true, ...(repeated && repeating(repeated)) };
        return client.ledger.transition(id, { from: ["held"], to: "claimed", owner: client.settings }, again, note);
      }
      // What was another's is never sent again, whatever became of its bytes.
      assertOwner(row, client.settings, { zh: `单据 ${row.fileName} `, en: row.fileName });
      if (!(await bringSent(client, row, (JSON.parse(row.wire) as { body: string }).body))) {
        throw refused(
          row,
          "当时发送的原文已被改动或删除，无法原样重发；请查明是否已到达，再选择“已发送”或“失败”",
          "the bytes that were sent were changed or removed: they cannot be sent again; find out whether they arrived, then release it as sent or failed",
        );
      }
      return client.ledger.transition(id, { from: ["held"], to: "unknown", owner: client.settings }, NO_WORDS, note);
    case "sent": {
      if (isPutOff(row))
        throw refused(row, "单据尚未发送过，不能视为已发送", "it was never sent: it cannot be called sent");
      // Two events: the word of a person, and the state that begins with it.
      await client.ledger.update(id, {}, note);
      crashPoint("release.after-note");
      const change = { sentAt: client.clock.now(), ...NO_WORDS };
      await client.ledger.transition(id, { from: ["held"], to: "sent" }, change, { event: "sent" });
      crashPoint("release.after-state");
      return settleSent(client, id);
    }
    case "failed": {
      const code = waitsFor(found) ? found.code : isPutOff(row) ? "SW-HELD" : "SW-UNKNOWN";
      const failure = { code, text: neutral(word.reason) };
      const change = { ...wordsOf(failure), retryAt: 0, failedAt: client.clock.now() };
      await client.ledger.transition(id, { from: ["held"], to: "failed" }, change, note);
      crashPoint("release.after-state");
      return settleFailed(client, id, failure);
    }
    default:
      throw new ImportClientError("SW-REQUEST", { zh: "未知的处理方式", en: "release as resend, sent or failed" });
  }
}

/** Does its send wait for a fault to end: of a setting, of the machine, or one that may pass? */
function waitsFor(row: DocumentRow): boolean {
  return !row.settled && row.state === "claimed" && row.code !== "" && repeatedBy(row) === undefined;
}

/** On hold first: its file comes to TempBox from wherever it waits, no flow has it, and a stop here leaves it to a person. */
async function takenAside(client: ImportClient, { id }: DocumentRow, { reason }: PersonsWord): Promise<DocumentRow> {
  const held = await putOff(client, id, { code: "SW-HELD", text: neutral(reason.trim()) }, 0);
  client.claims.inFlight.release(id);
  return held;
}
