import type { Bilingual } from "../../errors.js";
import type { DocumentRow, Ledger, ReceiptRow } from "../../ledger/index.js";
import type { ShadowCounts } from "./record.js";
import type { Verdict } from "./verdict.js";

/** What became of a document in the hands of the official client. */
export type Theirs = "accepted" | "rejected" | "failed" | "sent" | "gone" | "waiting";

/**
 * How the two outcomes differ. `stopped-by-us`: ours would not have sent it, and it was accepted. `waits-with-us`: a setting is missing
 * for its type. `not-seen-by-us`: it was refused, and ours would have sent it. `caught-by-us`: it was refused, and ours would have said
 * so before. `stopped-unanswered`: ours would not have sent it, and there is no answer yet.
 */
export type Difference = "stopped-by-us" | "waits-with-us" | "not-seen-by-us" | "caught-by-us" | "stopped-unanswered";

export interface DifferenceRow {
  kind: Difference;
  folder: string;
  fileName: string;
  messageType: string;
  clientKey: string;
  ours: { outcome: Verdict["outcome"]; code: string; text: Bilingual; advice?: Bilingual };
  theirs: { outcome: Theirs; code: string; text: string };
}

export interface ShadowReport {
  from: number;
  to: number;
  documents: number;
  /** By what ours would have done, and by what the official client's way came to. */
  ours: Record<Verdict["outcome"], number>;
  theirs: Record<Theirs, number>;
  packed: Record<string, number>;
  profiles: Record<string, number>;
  messageTypes: Record<string, number>;
  /** Where the documents were read: in OutBox, or after they had been taken. */
  seenIn: Record<string, number>;
  differences: Record<Difference, number>;
  /** Each difference, the ones that stop good documents first; at most `MOST_ROWS`. */
  rows: readonly DifferenceRow[];
  receipts: {
    read: number;
    matched: number;
    by: Record<string, number>;
    unmatched: number;
    unread: number;
    unreadFiles: readonly string[];
  };
  sentAsHandedIn: number;
  sentOtherwise: number;
}

const MOST_ROWS = 2000;
const PAGE = 500;
const KINDS: readonly Difference[] = [
  "stopped-by-us",
  "waits-with-us",
  "not-seen-by-us",
  "stopped-unanswered",
  "caught-by-us",
];

const OUTCOMES: Partial<Record<DocumentRow["state"], Theirs>> = {
  claimed: "waiting",
  sending: "gone",
  sent: "sent",
  accepted: "accepted",
  rejected: "rejected",
  failed: "failed",
};

/** Reads the shadow's ledger page by page, and says what both clients made of each document. */
export async function shadowReport(
  ledger: Ledger,
  counts: ShadowCounts,
  time: { from: number; to: number },
): Promise<ShadowReport> {
  const report: ShadowReport = {
    ...time,
    documents: 0,
    ours: { sent: 0, refused: 0, waits: 0, repeated: 0 },
    theirs: { accepted: 0, rejected: 0, failed: 0, sent: 0, gone: 0, waiting: 0 },
    packed: {},
    profiles: {},
    messageTypes: {},
    seenIn: {},
    differences: {
      "stopped-by-us": 0,
      "waits-with-us": 0,
      "not-seen-by-us": 0,
      "stopped-unanswered": 0,
      "caught-by-us": 0,
    },
    rows: [],
    receipts: {
      read: counts.receipts,
      matched: 0,
      by: {},
      unmatched: 0,
      unread: counts.unread,
      unreadFiles: counts.unreadFiles,
    },
    sentAsHandedIn: counts.sentAsHandedIn,
    sentOtherwise: counts.sentOtherwise,
  };
  const rows: DifferenceRow[] = [];
  for (let before: string | undefined; ; ) {
    const page = await ledger.query({ limit: PAGE, ...(before && { before }) });
    for (const row of page) {
      const receipts = (await ledger.story(row.id))?.receipts ?? [];
      count(report, row, receipts, rows);
    }
    before = page.at(-1)?.id;
    if (page.length < PAGE) break;
  }
  report.receipts.unmatched = Math.max(0, counts.receipts - report.receipts.matched);
  rows.sort((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind));
  return { ...report, rows };
}

function count(report: ShadowReport, row: DocumentRow, receipts: readonly ReceiptRow[], rows: DifferenceRow[]): void {
  for (const { matchedBy } of receipts) {
    report.receipts.matched++;
    add(report.receipts.by, matchedBy || "none");
  }
  if (row.wire === "") return; // It is being judged just now.
  const verdict = JSON.parse(row.wire) as Verdict;
  const theirs = theirsOf(row);
  report.documents++;
  report.ours[verdict.outcome]++;
  report.theirs[theirs]++;
  add(report.seenIn, verdict.seenIn);
  add(report.messageTypes, verdict.messageType || "?");
  if (verdict.outcome === "sent") {
    add(report.packed, verdict.packed);
    add(report.profiles, verdict.profile);
  }
  const kind = differenceOf(verdict.outcome, theirs);
  if (!kind) return;
  report.differences[kind]++;
  const isWorse = kind !== "caught-by-us";
  if (rows.length >= MOST_ROWS) {
    // What stops good documents is never left out for what does not.
    const at = isWorse ? rows.findIndex((one) => one.kind === "caught-by-us") : -1;
    if (at === -1) return;
    rows.splice(at, 1);
  }
  const { outcome, code, text, advice } = verdict;
  const { business: folder, fileName, messageType, clientKey } = row;
  rows.push({
    kind,
    folder,
    fileName,
    messageType,
    clientKey,
    ours: { outcome, code, text, ...(advice && { advice }) },
    theirs: { outcome: theirs, ...wordsOf(row, receipts) },
  });
}

/** Customs may refuse what the data centre took. */
function theirsOf(row: DocumentRow): Theirs {
  if (row.state === "accepted" && row.statusOutcome === "refused") return "rejected";
  return OUTCOMES[row.state] ?? "gone";
}

function wordsOf(row: DocumentRow, receipts: readonly ReceiptRow[]): { code: string; text: string } {
  if (row.state === "rejected") return { code: row.code, text: row.text };
  if (row.statusOutcome === "refused") return { code: row.statusCode, text: row.statusText };
  const local = row.state === "failed" ? receipts.find(({ ok }) => !ok) : undefined;
  return local ? { code: local.code, text: local.text } : { code: row.statusCode, text: row.statusText };
}

function differenceOf(ours: Verdict["outcome"], theirs: Theirs): Difference | undefined {
  const refused = theirs === "rejected" || theirs === "failed";
  if (ours === "sent") return refused ? "not-seen-by-us" : undefined;
  if (refused) return ours === "waits" ? undefined : "caught-by-us";
  if (ours === "waits") return "waits-with-us";
  return theirs === "accepted" ? "stopped-by-us" : "stopped-unanswered";
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
