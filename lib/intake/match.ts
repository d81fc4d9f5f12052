import { mayBeAnswered } from "../business/index.js";
import type { MatchedBy } from "../document.js";
import { ARRIVED, isInDoubt, isPutOff } from "../ledger/rules/states.js";
import type { DocumentPart, DocumentRow, Ledger, PartKey } from "../ledger/types.js";
import { lastName, parseReceiptFileName } from "../receipts/file-name.js";
import type { ParsedReceipt } from "../receipts/types.js";

export interface MatchHints {
  /** Name that came with the delivery: the original file's, or the receipt's own official name. */
  fileName?: string;
  /** When the delivery came, milliseconds. */
  receivedAt: number;
  /** Folder code that came with the delivery; prefers documents of that folder. */
  business?: string;
}

/**
 * What is needed of a ledger; without `query` a receipt is never matched by time, without `get` never by our message id,
 * without `byPartKeys` never by a part of a document.
 */
export type MatchLedger = Pick<Ledger, "byReceiptKeys" | "byFileName"> &
  Partial<Pick<Ledger, "get" | "query" | "byPartKeys">>;

/** The document that a receipt answers, as it was when it was found. */
export interface Found {
  row: DocumentRow;
  by: Exclude<MatchedBy, "">;
  /** The order, list or bill in it that the receipt is about, where that is one of several. */
  part: DocumentPart | undefined;
  /** It may as well be another one's, and would prove a send of this one of which nobody knows: it waits until that is known. */
  undecided?: boolean;
}

/** Receipts by time alone must follow their document within this. */
const TIME_WINDOW = 10 * 60_000;
/** Documents that wait at the same time, at most, for one of them to be found by time. */
const MANY = 1000;

/**
 * Finds the document that a receipt answers.
 *
 * The key changes along the way (domain 0, item 4): the own number comes back in the import receipt together with the
 * 18-digit number, business receipts carry that and customs' number. A document with several orders, lists or bills has
 * numbers for each of them. So all numbers are looked up, and among the documents found:
 * - A document that was never sent is the last choice: nothing can have answered it.
 * - One that has the receipt's own key comes before one that has a further number of it only.
 * - For an import receipt a document that still waits for its answer wins. An own number is used twice when a refused
 *   declaration is corrected and sent again, or when a list is changed; the earlier one has its answer, so this answer is for
 *   the later. Of several that wait, the one whose 18-digit number agrees, else the one that was sent first: answers come in
 *   that order as a rule, which makes it a guess, and `by` says so (`oldest`). Only if none waits is it taken as a repeat for
 *   the one whose 18-digit number agrees, else for the newest.
 * - For a business receipt the 18-digit number decides, the one that a document has before one that it had, then customs'
 *   number, then the own number; a document that never had this 18-digit number but another is the last choice, and one that was
 *   refused comes after one that was not.
 *
 * Found by one number while another one of it says otherwise is a guess too (`doubtful`).
 *
 * No guess proves a send, whatever the receipt: where the one found may never have arrived, and another one may be meant, it is for one that
 * has arrived (`oldest`); of several that all may never have arrived nobody's (`undecided`), until one has.
 *
 * A subscribed declaration is looked for as a business receipt, by its numbers alone, and belongs to no document that has
 * another one of them.
 *
 * Codes and keys are compared with case. When there is no number to go by, or none is known: the name of the file, and,
 * only for a refusal that carries no number at all (faq 16: empty MessageID), the one document that waits for its import
 * receipt within 10 minutes. `by` says so. More than one such document is no match; a success is never given by time.
 */
export async function findDocument(
  receipt: ParsedReceipt,
  hints: MatchHints,
  ledger: MatchLedger,
): Promise<Found | undefined> {
  const candidates = await byKeys(receipt, ledger);
  const best = bestOf(candidates, receipt, hints);
  // Whoever made it may count as we do: one number that is another's is enough for it to be none of ours.
  if (receipt.kind === "subscription") return best && !isAnother(best, receipt) ? best : undefined;
  if (best) return decided(best, candidates, receipt, hints);
  return (
    (await byMessageId(receipt, ledger)) ??
    (await byName(receipt, hints, ledger)) ??
    (await byTime(receipt, hints, ledger))
  );
}

/** The same, in short. */
export async function matchReceipt(
  receipt: ParsedReceipt,
  hints: MatchHints,
  ledger: MatchLedger,
): Promise<{ documentId: string | null; by: MatchedBy }> {
  const found = await findDocument(receipt, hints, ledger);
  return found && !found.undecided ? { documentId: found.row.id, by: found.by } : { documentId: null, by: "" };
}

interface Candidate extends Found {
  /** It had the receipt's 18-digit number before, and was given another. */
  earlier: boolean;
  /** Which of the receipt's own keys it has, 0 for the first; beyond them all when it has none. */
  key: number;
}

/** The receipt's own keys, the one that it is about most first. */
function ownKeysOf({ clientKey, otherKeys = [], part }: ParsedReceipt): string[] {
  return [...new Set([clientKey, ...otherKeys, part])].filter((key) => key !== "");
}

async function byKeys(receipt: ParsedReceipt, ledger: MatchLedger): Promise<Candidate[]> {
  const { seqNo, customsNo, answers } = receipt;
  const ownKeys = ownKeysOf(receipt);
  const candidates = new Map<string, Candidate>();
  /** `own`: which of the own keys it has, -1 for none. */
  const add = (row: DocumentRow, part: DocumentPart | undefined, own: number, bySeqNo: boolean, earlier = false) => {
    const known = candidates.get(row.id);
    const key = Math.min(own < 0 ? ownKeys.length : own, known?.key ?? ownKeys.length);
    const by = bySeqNo || known?.by === "seqNo" ? "seqNo" : key < ownKeys.length ? "clientKey" : "customsNo";
    candidates.set(row.id, { row, by, key, part: part ?? known?.part, earlier: known?.earlier || earlier });
  };
  for (const [index, clientKey] of (ownKeys.length > 0 ? ownKeys : [""]).entries()) {
    // What has a further key only stands behind what has one before it.
    if ([...candidates.values()].some((candidate) => isSure(candidate, receipt))) break;
    const first = index === 0 ? { seqNo, customsNo } : { seqNo: "", customsNo: "" };
    if (clientKey === "" && first.seqNo === "" && first.customsNo === "") continue;
    for (const row of await ledger.byReceiptKeys({ clientKey, ...first, answers })) {
      const own = row.clientKey === "" ? -1 : ownKeys.indexOf(row.clientKey);
      add(row, undefined, own, seqNo !== "" && row.seqNo === seqNo);
    }
    const keys: PartKey[] = [
      { key: clientKey, kind: "own" },
      { key: first.seqNo, kind: "seqNo" },
      { key: first.customsNo, kind: "customsNo" },
    ];
    for (const { row, part, key, kind } of (await ledger.byPartKeys?.(keys, answers)) ?? []) {
      const had = kind === "seqNo" && part === undefined && row.seqNo !== seqNo;
      add(row, part, kind === "own" ? ownKeys.indexOf(key) : -1, kind === "seqNo", had);
    }
  }
  return [...candidates.values()];
}

/** A document that was sent, and of which nothing in the receipt says that it is not the one. */
function isSure(candidate: Candidate, receipt: ParsedReceipt): boolean {
  return wasSent(candidate.row) && candidate.key < ownKeysOf(receipt).length && !contradicts(candidate, receipt);
}

function contradicts({ row, by }: Found, { kind, seqNo }: ParsedReceipt): boolean {
  return kind !== "import" && by !== "seqNo" && seqNo !== "" && row.seqNo !== "" && row.seqNo !== seqNo;
}

/**
 * One number of the receipt is the document's, and another one is not: its own number is nobody's or another document's, or a
 * business receipt carries an 18-digit number that this document never had. One of both is wrong, and nothing says which.
 */
function isDoubtful(candidate: Candidate, receipt: ParsedReceipt): boolean {
  const { row, key } = candidate;
  const { clientKey, seqNo, customsNo } = receipt;
  // Some carry another number in the place of the own one.
  const carriesOwn = clientKey !== "" && clientKey !== seqNo && clientKey !== customsNo;
  const isNotItsOwn = carriesOwn && row.clientKey !== "" && key >= ownKeysOf(receipt).length;
  return isNotItsOwn || contradicts(candidate, receipt);
}

function isAnother({ row, by }: Found, { seqNo, customsNo, clientKey }: ParsedReceipt): boolean {
  if (by === "seqNo") return false;
  // The number that decides: the first, in the order of its worth, that both have.
  const pairs = [
    [row.seqNo, seqNo],
    [row.customsNo, customsNo],
    [row.clientKey, clientKey],
  ];
  const deciding = pairs.find((pair) => pair.every((number) => number !== ""));
  return deciding === undefined || deciding[0] !== deciding[1];
}

/** A transfer receipt repeats the CopMsgId of our DxpMsg: the document's id, with the attempt behind it (`messageIdOf`). */
async function byMessageId(receipt: ParsedReceipt, ledger: MatchLedger): Promise<Found | undefined> {
  if (receipt.format !== "DxpRep" || receipt.clientKey === "") return undefined;
  const row = await ledger.get?.(receipt.clientKey.replace(/\.\d+$/, ""));
  return row && { row, by: "clientKey", part: undefined };
}

function wasSent(row: DocumentRow): boolean {
  return row.sendingAt > 0 || row.sentAt > 0 || !(row.state === "claimed" || row.state === "failed" || isPutOff(row));
}

/** Does the document, or the part of it that the receipt is about, still wait for its answer? */
function waits({ row, part }: Found): boolean {
  if (part && row.parts > 1) return part.taken === "" && part.status === "";
  return row.state !== "accepted" && row.state !== "rejected";
}

function sentSince(row: DocumentRow): number {
  return row.sendingAt || row.sentAt || row.claimedAt;
}

/** What speaks for a candidate, the earlier number counts more; what they have in common says nothing of their order in time. */
function speaksFor(candidate: Candidate, receipt: ParsedReceipt, hints: MatchHints): number[] {
  const { row, by, key, earlier } = candidate;
  const here = Number(hints.business !== undefined && row.business.toLowerCase() === hints.business.toLowerCase());
  const sent = Number(wasSent(row));
  if (receipt.kind !== "import") {
    const agrees = by === "seqNo" ? (earlier ? 3 : 4) : by === "customsNo" ? 2 : 1;
    return [sent, Number(!contradicts(candidate, receipt)), agrees, -key, here];
  }
  return [sent, -key, here, Number(by === "seqNo")];
}

/** Ranks from best to worst. */
function ranks(candidate: Candidate, receipt: ParsedReceipt, hints: MatchHints): number[] {
  const speaks = speaksFor(candidate, receipt, hints);
  const { row } = candidate;
  if (receipt.kind !== "import") return [...speaks, Number(row.state !== "rejected"), row.claimedAt];
  const open = waits(candidate);
  const [sent = 0, key = 0, ...rest] = speaks;
  return [sent, key, Number(open), ...rest, open ? -sentSince(row) : row.claimedAt];
}

/** Whose a receipt is, of all that one of its numbers leads to. */
function decided(best: Candidate, all: readonly Candidate[], receipt: ParsedReceipt, hints: MatchHints): Found {
  const rivals = rivalsOf(best, all, receipt, hints);
  if (hasArrived(best) || !wasSent(best.row))
    return rivals.length > 0 ? { ...best, by: "oldest" } : plain(best, receipt);
  const arrived = bestOf(rivals.filter(hasArrived), receipt, hints);
  // What an answer proves is not sent again, and would be lost. Its own comes when it has been sent again, as a possible duplicate.
  if (arrived) return { ...arrived, by: "oldest" };
  const others = [...rivals, ...answeredTwice(best, all, receipt, hints)];
  // One that was given up has no send that could be proved.
  const undecided = others.some((other) => isInDoubt(other.row) || hasArrived(other));
  if (undecided) return { ...best, undecided };
  return rivals.length > 0 ? { ...best, by: "oldest" } : plain(best, receipt);
}

function plain(best: Candidate, receipt: ParsedReceipt): Found {
  return isDoubtful(best, receipt) ? { ...best, by: "doubtful" } : best;
}

/** In this attempt or in an earlier one. */
function hasArrived({ row }: Candidate): boolean {
  return ARRIVED.includes(row.state) || row.sentAt > 0;
}

/**
 * The other documents for which all speaks that speaks for this one. Of an import receipt those that waited at the same time, also those
 * that have an answer by now, and a number by it: the answers may have come in another order than the documents went. Of a business receipt,
 * where this one may never have arrived, those that customs may be at work on.
 */
function rivalsOf(
  best: Candidate,
  candidates: readonly Candidate[],
  receipt: ParsedReceipt,
  hints: MatchHints,
): Candidate[] {
  const rivals = equalTo(best, candidates, receipt, hints);
  if (receipt.kind !== "import") return hasArrived(best) ? [] : rivals.filter(({ row }) => row.state !== "rejected");
  if (!waits(best)) return [];
  return rivals.filter((other) => waits(other) || other.row.importReceiptAt >= sentSince(best.row));
}

/** Those that have their answer and were sent more than once: another one may come. */
function answeredTwice(
  best: Candidate,
  candidates: readonly Candidate[],
  receipt: ParsedReceipt,
  hints: MatchHints,
): Candidate[] {
  return equalTo(best, candidates, receipt, hints).filter(({ row }) => row.possibleDuplicate || row.attempt > 1);
}

function equalTo(
  best: Candidate,
  candidates: readonly Candidate[],
  receipt: ParsedReceipt,
  hints: MatchHints,
): Candidate[] {
  const speaks = speaksFor(best, receipt, hints);
  return candidates.filter(
    (other) =>
      other.row.id !== best.row.id &&
      speaksFor(other, receipt, hints).every((value, index) => value >= (speaks[index] as number)),
  );
}

function bestOf(candidates: readonly Candidate[], receipt: ParsedReceipt, hints: MatchHints): Candidate | undefined {
  let best: { candidate: Candidate; rank: number[] } | undefined;
  // The ledger gives newest first; of two in the same millisecond that one stays which an id puts first.
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

async function byName(receipt: ParsedReceipt, hints: MatchHints, ledger: MatchLedger): Promise<Found | undefined> {
  for (const given of [hints.fileName, receipt.fileName]) {
    if (!given) continue;
    const name = lastName(given);
    const { base, seqNo = "" } = parseReceiptFileName(name) ?? {};
    const rows: DocumentRow[] = [];
    for (const wanted of base === undefined ? [name] : [`${base}.xml`, `${base}.zip`, base]) {
      for (const row of await ledger.byFileName(wanted)) if (mayAnswer(receipt, row)) rows.push(row);
    }
    // The official client's own names for business receipts have the 18-digit number where ours have the document's name.
    if (seqNo !== "") {
      const keys = { clientKey: "", seqNo, customsNo: "", answers: receipt.answers };
      for (const row of await ledger.byReceiptKeys(keys)) if (mayAnswer(receipt, row)) rows.push(row);
      const had = (await ledger.byPartKeys?.([{ key: seqNo, kind: "seqNo" }], receipt.answers)) ?? [];
      for (const { row } of had) if (mayAnswer(receipt, row)) rows.push(row);
    }
    const candidates = rows.map((row) => ({ row, by: "fileName", part: undefined, key: 0, earlier: false }) as const);
    const best = bestOf(candidates, receipt, hints);
    // Without a number it would never be found again, so it cannot wait.
    if (best) return { ...decided(best, candidates, receipt, hints), by: "fileName", undecided: false };
  }
  return undefined;
}

/** By name only: a document whose numbers are known to be others is not the one, and it must be able to get such a receipt. */
function mayAnswer(receipt: ParsedReceipt, row: DocumentRow): boolean {
  if (!mayBeAnswered(row.messageType, receipt.answers)) return false;
  if (receipt.clientKey !== "" && row.clientKey !== "" && receipt.clientKey !== row.clientKey) return false;
  return receipt.seqNo === "" || row.seqNo === "" || receipt.seqNo === row.seqNo;
}

async function byTime(receipt: ParsedReceipt, hints: MatchHints, ledger: MatchLedger): Promise<Found | undefined> {
  const { clientKey, seqNo, customsNo, answers } = receipt;
  if (receipt.kind !== "import" || receipt.ok || clientKey || seqNo || customsNo) return undefined;
  const waiting = (await ledger.query?.({ state: ["sending", "sent", "unknown"], limit: MANY })) ?? [];
  // Newest first: where the page is full and still inside the window, there may be others behind it.
  const oldest = waiting[MANY - 1];
  if (oldest && hints.receivedAt - oldest.claimedAt <= TIME_WINDOW) return undefined;
  const [only, another] = waiting.filter((row) => {
    const since = Math.max(row.sendingAt, row.sentAt);
    const inTime = since > 0 && since <= hints.receivedAt && hints.receivedAt - since <= TIME_WINDOW;
    return inTime && row.importReceiptAt === 0 && answers.includes(row.messageType);
  });
  return only && !another ? { row: only, by: "time", part: undefined } : undefined;
}
