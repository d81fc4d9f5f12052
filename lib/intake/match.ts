import { mayBeAnswered } from "../business/index.js";
import type { MatchedBy } from "../document.js";
import type { DocumentRow, Ledger } from "../ledger/types.js";
import { parseReceiptFileName } from "../receipts/file-name.js";
import type { ParsedReceipt } from "../receipts/types.js";

export interface MatchHints {
  /** Name that came with the delivery: the original file's, or the receipt's own official name. */
  fileName?: string;
  /** When the delivery came, milliseconds. */
  receivedAt: number;
  /** Folder code that came with the delivery; prefers documents of that folder. */
  business?: string;
}

/** What is needed of a ledger; without `query` a receipt is never matched by time, without `get` never by our message id. */
export type MatchLedger = Pick<Ledger, "byReceiptKeys" | "byFileName"> & Partial<Pick<Ledger, "get" | "query">>;

/** Receipts by time alone must follow their document within this. */
const TIME_WINDOW = 10 * 60_000;
/** Documents that wait at the same time, at most, for one of them to be found by time. */
const MANY = 1000;
const NONE = { documentId: null, by: "" } as const;

/**
 * Finds the document that a receipt answers.
 *
 * The key changes along the way (domain 0, item 4): the own number comes back in the import receipt together with the
 * 18-digit number, business receipts carry that and customs' number. So all numbers are looked up, and among the
 * documents found:
 * - A document that was never sent is the last choice: nothing can have answered it.
 * - For an import receipt the newest document that still waits for its answer wins. An own number is used twice when a
 *   refused declaration is corrected and sent again, or when a list is changed; the earlier one has its answer, so this
 *   answer is for the later. Only if none waits is it taken as a repeat for the one whose 18-digit number agrees, else for
 *   the newest.
 * - For a business receipt the 18-digit number decides, then customs' number, then the own number; a document with another
 *   18-digit number is the last choice, and one that was refused comes after one that was not.
 *
 * Codes and keys are compared with case. When there is no number to go by, or none is known: the name of the file, and,
 * only for a refusal that carries no number at all (faq 16: empty MessageID), the one document that waits for its import
 * receipt within 10 minutes. `by` says so. More than one such document is no match; a success is never given by time.
 */
export async function matchReceipt(
  receipt: ParsedReceipt,
  hints: MatchHints,
  ledger: MatchLedger,
): Promise<{ documentId: string | null; by: MatchedBy }> {
  const { seqNo, customsNo, answers } = receipt;
  const ownKeys = [receipt.clientKey, ...(receipt.otherKeys ?? [])].filter((key) => key !== "");
  const found = new Map<string, DocumentRow>();
  for (const [index, clientKey] of (ownKeys.length > 0 ? ownKeys : [""]).entries()) {
    const first = index === 0;
    const keys = { clientKey, seqNo: first ? seqNo : "", customsNo: first ? customsNo : "", answers };
    if (keys.clientKey === "" && keys.seqNo === "" && keys.customsNo === "") continue;
    for (const row of await ledger.byReceiptKeys(keys)) found.set(row.id, row);
  }
  const candidates = [...found.values()]
    .map((row) => ({ row, by: keyThatAgrees(row, receipt, ownKeys) }))
    .filter((candidate): candidate is Candidate => candidate.by !== "");
  const best = bestOf(candidates, receipt, hints) ?? (await byMessageId(receipt, ledger));
  if (best) return { documentId: best.row.id, by: best.by };
  const named = await byName(receipt, hints, ledger);
  if (named) return { documentId: named.id, by: "fileName" };
  const timed = await byTime(receipt, hints, ledger);
  return timed ? { documentId: timed.id, by: "time" } : NONE;
}

/** A transfer receipt repeats the CopMsgId of our DxpMsg: the document's id, with the attempt behind it (`messageIdOf`). */
async function byMessageId(receipt: ParsedReceipt, ledger: MatchLedger): Promise<Candidate | undefined> {
  if (receipt.format !== "DxpRep" || receipt.clientKey === "") return undefined;
  const row = await ledger.get?.(receipt.clientKey.replace(/\.\d+$/, ""));
  return row && { row, by: "clientKey" };
}

interface Candidate {
  row: DocumentRow;
  by: Exclude<MatchedBy, "">;
}

function keyThatAgrees(row: DocumentRow, receipt: ParsedReceipt, ownKeys: readonly string[]): MatchedBy {
  if (receipt.seqNo !== "" && row.seqNo === receipt.seqNo) return "seqNo";
  if (row.clientKey !== "" && ownKeys.includes(row.clientKey)) return "clientKey";
  if (receipt.customsNo !== "" && row.customsNo === receipt.customsNo) return "customsNo";
  return "";
}

function wasSent(row: DocumentRow): boolean {
  return row.sendingAt > 0 || row.sentAt > 0 || (row.state !== "claimed" && row.state !== "failed");
}

function waits(row: DocumentRow): boolean {
  return row.state !== "accepted" && row.state !== "rejected";
}

/** Ranks from best to worst; each number is a question, 1 for yes, the earlier question counts more. */
function ranks({ row, by }: Candidate, receipt: ParsedReceipt, hints: MatchHints): number[] {
  const here = Number(hints.business !== undefined && row.business.toLowerCase() === hints.business.toLowerCase());
  const sent = Number(wasSent(row));
  if (receipt.kind === "business") {
    const agrees = by === "seqNo" ? 3 : by === "customsNo" ? 2 : 1;
    const contradicts = Number(receipt.seqNo !== "" && row.seqNo !== "" && row.seqNo !== receipt.seqNo);
    return [sent, 1 - contradicts, agrees, here, Number(row.state !== "rejected"), row.claimedAt];
  }
  const open = Number(waits(row));
  return [sent, open, here, open ? 0 : Number(by === "seqNo"), row.claimedAt];
}

function bestOf(candidates: readonly Candidate[], receipt: ParsedReceipt, hints: MatchHints): Candidate | undefined {
  let best: { candidate: Candidate; rank: number[] } | undefined;
  // The ledger gives newest first, so that of two claimed in the same millisecond the first one found stays.
  for (const candidate of candidates) {
    const rank = ranks(candidate, receipt, hints);
    if (!best || isBetter(rank, best.rank)) best = { candidate, rank };
  }
  return best?.candidate;
}

function isBetter(rank: readonly number[], than: readonly number[]): boolean {
  for (const [index, value] of rank.entries()) {
    const other = than[index] as number;
    if (value !== other) return value > other;
  }
  return false;
}

async function byName(
  receipt: ParsedReceipt,
  hints: MatchHints,
  ledger: MatchLedger,
): Promise<DocumentRow | undefined> {
  for (const given of [hints.fileName, receipt.fileName]) {
    if (!given) continue;
    const name = given.replace(/^.*[\\/]/s, "");
    const base = parseReceiptFileName(name)?.base;
    const rows: DocumentRow[] = [];
    for (const wanted of base === undefined ? [name] : [`${base}.xml`, `${base}.zip`, base]) {
      for (const row of await ledger.byFileName(wanted)) if (mayAnswer(receipt, row)) rows.push(row);
    }
    const best = bestOf(
      rows.map((row) => ({ row, by: "fileName" })),
      receipt,
      hints,
    );
    if (best) return best.row;
  }
  return undefined;
}

/** By name only: a document whose numbers are known to be others is not the one, and it must be able to get such a receipt. */
function mayAnswer(receipt: ParsedReceipt, row: DocumentRow): boolean {
  if (!mayBeAnswered(row.messageType, receipt.answers)) return false;
  if (receipt.clientKey !== "" && row.clientKey !== "" && receipt.clientKey !== row.clientKey) return false;
  return receipt.seqNo === "" || row.seqNo === "" || receipt.seqNo === row.seqNo;
}

async function byTime(
  receipt: ParsedReceipt,
  hints: MatchHints,
  ledger: MatchLedger,
): Promise<DocumentRow | undefined> {
  const { clientKey, seqNo, customsNo, answers } = receipt;
  if (receipt.kind !== "import" || receipt.ok || clientKey || seqNo || customsNo) return undefined;
  const waiting = (await ledger.query?.({ state: ["sending", "sent", "unknown"], limit: MANY })) ?? [];
  // Newest first: where the page is full and still inside the window, there may be others behind it.
  const oldest = waiting[MANY - 1];
  if (oldest && hints.receivedAt - oldest.claimedAt <= TIME_WINDOW) return undefined;
  const fitting = waiting.filter((row) => {
    const since = Math.max(row.sendingAt, row.sentAt);
    const inTime = since > 0 && since <= hints.receivedAt && hints.receivedAt - since <= TIME_WINDOW;
    return inTime && row.importReceiptAt === 0 && answers.includes(row.messageType);
  });
  return fitting.length === 1 ? fitting[0] : undefined;
}
