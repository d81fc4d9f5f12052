import { join } from "node:path";
import { placedBefore } from "../boxes/archive.js";
import type { BoxContext } from "../boxes/context.js";
import { jsonNameOf, writeReceiptJson } from "../boxes/receipt-json.js";
import { homeOf, inBoxOf } from "../boxes/receipt-place.js";
import { crashPoint } from "../crash-point.js";
import type { MatchedBy, Receipt } from "../document.js";
import { OTHERS } from "../files/folders.js";
import type { DocumentRow, ReceiptPlace, ReceiptRow } from "../ledger/index.js";
import { isInDoubt } from "../ledger/rules/states.js";
import { isNamedByMessage, receiptFileName } from "../receipts/file-name.js";
import { answersOf } from "../receipts/record.js";
import type { ParsedReceipt } from "../receipts/types.js";
import { findDocument, matchReceipt } from "./match.js";

/**
 * A receipt may have come before the one that carries its key, or before our own `sent` was committed: now that the
 * document knows more numbers, looks again among those that wait. One that is found may bring a further number, so it goes
 * on until nothing more is found. `now`: its row, where that has just been written.
 */
export async function adoptOrphans(context: BoxContext, documentId: string, now?: DocumentRow): Promise<void> {
  let document = now;
  for (let found = true; found; document = undefined) {
    found = false;
    document ??= await context.ledger.get(documentId);
    if (!document) return;
    const { clientKey, seqNo, customsNo } = document;
    const keys = { clientKey, seqNo, customsNo, answers: [] };
    for (const orphan of await context.ledger.orphans(keys, documentId)) {
      if (await adoptOne(context, orphan, document)) found = true;
    }
  }
}

/**
 * The other side of it: while a receipt without a document was being stored, the one that carries its key may have come. It
 * was not to be moved then, its file was not there yet.
 */
export async function lookAgain(context: BoxContext, orphan: ReceiptRow): Promise<void> {
  const { clientKey, seqNo, customsNo, part, otherKeys } = orphan;
  if ([clientKey, seqNo, customsNo, part, ...(otherKeys ?? [])].every((key) => key === "")) return;
  const { documentId } = await matchReceipt(parsedAgain(orphan), { receivedAt: orphan.receivedAt }, context.ledger);
  if (documentId !== null) await adoptOrphans(context, documentId);
}

/** A receipt as it was read, out of its row. */
function parsedAgain(orphan: ReceiptRow): ParsedReceipt {
  const { documentId: _none, matchedBy: _by, advice: _advice, otherKeys, ...facts } = orphan;
  return { ...facts, answers: answersOf(orphan.format), ...(otherKeys && { otherKeys }) };
}

/**
 * Whether a receipt may be the repeat of another document's answer: the very same bytes answered that one, and nobody knows whether this one
 * has arrived, so that nothing proves that it has one of its own. What carries no number is not found again, and does not wait for that.
 */
export async function mayRepeat(
  { ledger }: Pick<BoxContext, "ledger">,
  { kind, matchedBy }: Pick<Receipt, "kind" | "matchedBy">,
  document: DocumentRow | undefined,
  sha256: string,
): Promise<boolean> {
  if (!document || !isInDoubt(document) || kind === "subscription" || ["fileName", "time"].includes(matchedBy))
    return false;
  return ledger.knowsReceipt(sha256, document.id);
}

async function adoptOne(context: BoxContext, orphan: ReceiptRow, document: DocumentRow): Promise<boolean> {
  // It is being stored just now, or will be when the broker brings it again.
  if (!orphan.filed) return false;
  // The same rules as for a receipt that comes now: another type of document may have the same own number.
  const found = await findDocument(parsedAgain(orphan), { receivedAt: orphan.receivedAt }, context.ledger);
  if (!found || found.undecided || found.row.id !== document.id) return false;
  const { by } = found;
  if (await mayRepeat(context, { ...orphan, matchedBy: by }, found.row, orphan.sha256)) return false;
  // An own number may have been used before; a receipt that came before this document was claimed is not for it.
  if (["clientKey", "oldest", "doubtful"].includes(by) && orphan.receivedAt < document.claimedAt) return false;
  const place = await moveHome(context, orphan, document);
  crashPoint("adopt.after-file");
  const adopted = await adoptAs(context, orphan, document, { matchedBy: by, ...(place && { place }) });
  crashPoint("adopt.after-row");
  if (place) removeJson(context, orphan);
  if (adopted) context.receiptMatched(orphan);
  return adopted;
}

/**
 * What waited in `Others/InBox` goes into the InBox of its document's business, where the producer looks for it. The file first:
 * a stop before the row leaves a receipt that still looks for its document, and then finds where its file went. Undefined when
 * its file does not lie there, or is nowhere.
 */
async function moveHome(
  { folders, files, settings, clock }: BoxContext,
  row: ReceiptRow,
  document: DocumentRow,
): Promise<ReceiptPlace | undefined> {
  const waits = row.folder.toLowerCase() === OTHERS.toLowerCase() ? inBoxOf({ folders }, row) : undefined;
  if (waits === undefined) return undefined;
  const from = join(waits, row.file);
  const folder = homeOf({ folders }, row, document) ?? folders.of(document.business);
  const inBox = folder.box("InBox");
  const { receiptNames } = settings;
  const wanted = isNamedByMessage(row, receiptNames)
    ? row.file
    : receiptFileName(row, document.fileName, row.receivedAt, receiptNames);
  // Several receipts out of the same bytes differ behind the hash.
  // Two receipts that come at once may find it both: who is second finds where the first has put it.
  return files.oneByOne(from, async () => {
    const before = await placedBefore({ files, clock }, inBox, wanted, row.sha256.replace(/#.*/, ""));
    const waiting = files.disk.exists(from);
    const file = before ?? (waiting ? await files.place(from, inBox, wanted) : undefined);
    if (file === undefined) return undefined;
    await files.disk.syncFolder(inBox);
    // A stop between its two names, or between copy and removal.
    if (before !== undefined && waiting) files.disk.remove(from);
    return { folder: folder.code, file };
  });
}

/** A receipt that waited, was brought again and found its document by that: its file follows. */
export async function bringHome(context: BoxContext, row: ReceiptRow, document: DocumentRow): Promise<ReceiptRow> {
  const place = await moveHome(context, row, document);
  if (!place) return row;
  const moved = { ...row, ...place };
  if (context.settings.receiptJson) await writeReceiptJson(context, moved, document);
  await context.ledger.markFiled(row.id, place);
  removeJson(context, row);
  return { ...moved, filed: true };
}

/** Gives the document its receipt, in the ledger and in the JSON beside the file; false when another was faster. */
async function adoptAs(
  context: BoxContext,
  orphan: ReceiptRow,
  document: DocumentRow,
  found: { matchedBy: MatchedBy; place?: ReceiptPlace },
): Promise<boolean> {
  const adopted = await context.ledger.adopt(orphan.id, document.id, found);
  if (adopted && context.settings.receiptJson) {
    const { matchedBy, place } = found;
    await writeReceiptJson(context, { ...orphan, ...place, matchedBy, documentId: document.id }, document);
  }
  return adopted;
}

/** The JSON beside a receipt's file where that lay before. */
function removeJson({ folders, files }: BoxContext, row: ReceiptRow): void {
  const inBox = inBoxOf({ folders }, row);
  if (inBox !== undefined) files.disk.remove(join(inBox, jsonNameOf(row.file)));
}
