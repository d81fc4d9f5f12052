import { isPlainName } from "../files/names.js";
import type { ReceiptPlace } from "../ledger/index.js";
import type { BoxContext } from "./context.js";

/**
 * The InBox in which the file of a receipt lies or is to be written. Undefined when its row names none: a header led the
 * receipts of an older version astray.
 */
export function inBoxOf(context: Pick<BoxContext, "folders">, { folder, file }: ReceiptPlace): string | undefined {
  if (!isPlainName(folder) || !isPlainName(file)) return undefined;
  return context.folders.of(folder).box("InBox");
}
