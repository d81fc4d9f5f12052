import type { Receipt } from "../document.js";
import { type BusinessFolder, DECSUB } from "../files/folders.js";
import { isPlainName } from "../files/names.js";
import type { DocumentRow, ReceiptPlace } from "../ledger/index.js";
import type { BoxContext } from "./context.js";

/**
 * The folder whose InBox a receipt belongs in: its document's; a subscribed declaration has one of its own, whoever made it (domain 2).
 * Undefined for what has no document.
 */
export function homeOf(
  { folders }: Pick<BoxContext, "folders">,
  { kind }: Pick<Receipt, "kind">,
  document: DocumentRow | undefined,
): BusinessFolder | undefined {
  if (kind === "subscription") return folders.of(DECSUB);
  return document && folders.of(document.business);
}

/**
 * The InBox in which the file of a receipt lies or is to be written. Undefined when its row names none: a header led the
 * receipts of an older version astray.
 */
export function inBoxOf(context: Pick<BoxContext, "folders">, { folder, file }: ReceiptPlace): string | undefined {
  if (!isPlainName(folder) || !isPlainName(file)) return undefined;
  return context.folders.of(folder).box("InBox");
}
