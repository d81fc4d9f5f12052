import { existsSync, readFileSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import type { DocumentRow, ReceiptRow } from "../ledger/index.js";
import { receiptFileName } from "../receipts/file-name.js";
import { matchReceipt } from "../receipts/match.js";
import { answersOf } from "../receipts/record.js";
import type { BoxContext } from "./context.js";
import { OTHERS } from "./folders.js";
import { freeName, writeDurably } from "./place.js";
import { writeReceiptJson } from "./receipt-json.js";

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

async function adoptOne(context: BoxContext, orphan: ReceiptRow, document: DocumentRow): Promise<boolean> {
  const { documentId: _none, matchedBy: _by, advice: _advice, ...facts } = orphan;
  const parsed = { ...facts, answers: answersOf(orphan.format) };
  // The same rules as for a receipt that comes now: another type of document may have the same own number.
  const { documentId, by } = await matchReceipt(parsed, { receivedAt: orphan.receivedAt }, context.ledger);
  if (documentId !== document.id) return false;
  // An own number may have been used before; a receipt that came before this document was claimed is not for it.
  if (by === "clientKey" && orphan.receivedAt < document.claimedAt) return false;
  const moved = copyHome(context, orphan, document);
  const adopted = await context.ledger.adopt(orphan.id, document.id, {
    matchedBy: by,
    ...(moved && { file: moved.file }),
  });
  if (moved) remove(adopted ? moved.from : moved.to);
  if (adopted && context.settings.receiptJson) {
    writeReceiptJson(
      context,
      { ...orphan, ...(moved && { file: moved.file }), documentId: document.id, matchedBy: by },
      document,
    );
  }
  return adopted;
}

/** Puts what waited in `Others/InBox` into the InBox of its document's business, where the producer looks for it. */
function copyHome(
  context: BoxContext,
  orphan: ReceiptRow,
  document: DocumentRow,
): { file: string; from: string; to: string } | undefined {
  const [code = "", , name = ""] = orphan.file.split("/");
  if (!orphan.filed || code.toLowerCase() !== OTHERS.toLowerCase()) return undefined;
  const from = join(context.folders.of(code).box("InBox"), name);
  if (!existsSync(from)) return undefined;
  const folder = context.folders.of(document.business);
  const inBox = folder.box("InBox");
  const wanted = freeName(inBox, receiptFileName(orphan, document.fileName, orphan.receivedAt));
  writeDurably(inBox, wanted, readFileSync(from));
  return { file: `${folder.code}/InBox/${wanted}`, from, to: join(inBox, wanted) };
}

function remove(path: string): void {
  for (const file of [path, path.replace(/\.xml$/, ".json")]) if (existsSync(file)) unlinkSync(file);
}
