import { extname } from "node:path";
import { bracketedName } from "../files/names.js";
import type { DocumentRow, ReceiptRow } from "../ledger/index.js";
import type { BoxContext } from "./context.js";
import { inBoxOf } from "./receipt-place.js";

/** The JSON beside a receipt's file, whatever ending that has. */
export function jsonNameOf(file: string): string {
  return `${file.slice(0, file.length - extname(file).length)}.json`;
}

/**
 * One JSON a receipt beside its official file (import-client setting `receiptJson`), for an ERP that would rather not read
 * thirty formats: the fields of `msg.receipt`, the document that it answers, and the name of the official file. Numbers are
 * texts as they came, times are milliseconds since the epoch. Written like every file in InBox: `.tmp`, then renamed. Several
 * receipts in one official file have a JSON each, the second `…(2).json`; a repeat after a crash writes the same one again.
 */
export async function writeReceiptJson(
  context: BoxContext,
  row: ReceiptRow,
  document: DocumentRow | undefined,
  number = 1,
): Promise<void> {
  const inBox = inBoxOf(context, row);
  if (inBox === undefined) return;
  const {
    id: _id,
    filed: _filed,
    folder: _folder,
    otherKeys: _keys,
    sha256,
    messageId,
    receivedAt,
    file,
    ...said
  } = row;
  const receipt = { ...said, clientKey: said.clientKey || (document?.clientKey ?? "") };
  const content = {
    version: 1,
    receipt,
    document: document
      ? {
          id: document.id,
          business: document.business,
          fileName: document.fileName,
          messageType: document.messageType,
          clientKey: document.clientKey,
        }
      : null,
    file,
    sha256,
    messageId,
    receivedAt,
  };
  const name = jsonNameOf(file);
  await context.files.write(
    inBox,
    number === 1 ? name : bracketedName(name, number),
    Buffer.from(`${JSON.stringify(content, null, 2)}\n`),
  );
}
