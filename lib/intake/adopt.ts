import { join } from "node:path";
import type { BoxContext } from "../boxes/context.js";
import { writeReceiptJson } from "../boxes/receipt-json.js";
import { placedBefore } from "../boxes/settle.js";
import { crashPoint } from "../crash-point.js";
import type { MatchedBy } from "../document.js";
import { OTHERS } from "../files/folders.js";
import type { DocumentRow, ReceiptRow } from "../ledger/index.js";
import { receiptFileName } from "../receipts/file-name.js";
import { answersOf } from "../receipts/record.js";
import { matchReceipt } from "./match.js";

/**
 * A receipt may have come before the one that carries its key, or before our own `sent` was committed: now that the
 * document knows more numbers, looks again among those that wait. One that is found may bring a further number, so it goes
 * on until nothing more is found.
 */
export async function adoptOrphans(context: BoxContext, documentId: string): Promise<void> {
  for (let found = true; found; ) {
    found = false;
    const document = await context.ledger.get(documentId);
    if (!document) return;
    const { clientKey, seqNo, customsNo } = document;
    for (const orphan of await context.ledger.orphans({ clientKey, seqNo, customsNo, answers: [] })) {
      if (await adoptOne(context, orphan, document)) found = true;
    }
  }
}

/**
 * The other side of it: while a receipt without a document was being stored, the one that carries its key may have come. It
 * was not to be moved then, its file was not there yet.
 */
export async function lookAgain(context: BoxContext, orphan: ReceiptRow): Promise<void> {
  if (orphan.clientKey === "" && orphan.seqNo === "" && orphan.customsNo === "") return;
  const parsed = { ...orphan, answers: answersOf(orphan.format) };
  const { documentId } = await matchReceipt(parsed, { receivedAt: orphan.receivedAt }, context.ledger);
  if (documentId !== null) await adoptOrphans(context, documentId);
}

async function adoptOne(context: BoxContext, orphan: ReceiptRow, document: DocumentRow): Promise<boolean> {
  // It is being stored just now, or will be when the broker brings it again.
  if (!orphan.filed) return false;
  const { documentId: _none, matchedBy: _by, advice: _advice, ...facts } = orphan;
  const parsed = { ...facts, answers: answersOf(orphan.format) };
  // The same rules as for a receipt that comes now: another type of document may have the same own number.
  const { documentId, by } = await matchReceipt(parsed, { receivedAt: orphan.receivedAt }, context.ledger);
  if (documentId !== document.id) return false;
  // An own number may have been used before; a receipt that came before this document was claimed is not for it.
  if (by === "clientKey" && orphan.receivedAt < document.claimedAt) return false;
  const [code = "", , name = ""] = orphan.file.split("/");
  const from = join(context.folders.of(code).box("InBox"), name);
  if (code.toLowerCase() !== OTHERS.toLowerCase()) return adoptAs(context, orphan, document, { matchedBy: by });
  // What waited in `Others/InBox` goes into the InBox of its document's business, where the producer looks for it. The file
  // first: a stop before the row leaves a receipt that still looks for its document, and then finds where its file went.
  const folder = context.folders.of(document.business);
  const inBox = folder.box("InBox");
  const to = moveReceipt(context, from, inBox, receiptFileName(orphan, document.fileName, orphan.receivedAt), orphan);
  if (to === undefined) return adoptAs(context, orphan, document, { matchedBy: by });
  await context.files.disk.syncFolder(inBox);
  crashPoint("adopt.after-file");
  const adopted = await adoptAs(context, orphan, document, { matchedBy: by, file: `${folder.code}/InBox/${to}` });
  crashPoint("adopt.after-row");
  context.files.disk.remove(from.replace(/\.xml$/, ".json"));
  return adopted;
}

/** The name that a receipt's file gets or, where a stop came behind the move, has; undefined when it is nowhere. */
function moveReceipt(
  { files }: BoxContext,
  from: string,
  inBox: string,
  wanted: string,
  { sha256 }: ReceiptRow,
): string | undefined {
  if (files.disk.exists(from)) return files.place(from, inBox, wanted);
  // Several receipts out of the same bytes are told apart behind the hash.
  return placedBefore(files.disk, inBox, wanted, sha256.replace(/#.*/, ""));
}

/** Gives the document its receipt, in the ledger and in the JSON beside the file; false when another was faster. */
async function adoptAs(
  context: BoxContext,
  orphan: ReceiptRow,
  document: DocumentRow,
  found: { matchedBy: MatchedBy; file?: string },
): Promise<boolean> {
  const adopted = await context.ledger.adopt(orphan.id, document.id, found);
  if (adopted && context.settings.receiptJson) {
    await writeReceiptJson(context, { ...orphan, ...found, documentId: document.id }, document);
  }
  return adopted;
}
