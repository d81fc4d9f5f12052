import { meaningOf } from "../codes.js";
import type { Bilingual } from "../errors.js";
import type { DocumentRow } from "../ledger/index.js";
import { adviceOfInner } from "../signing/backends.js";
import { innerCodeIn } from "../signing/faults.js";

/**
 * What to do about the code that a document bears; undefined where nothing is known. Of a card's fault it is what its inner code asks for, as
 * the backends of the client's cards (`used`) know it.
 */
export function adviceOn({ code, text }: Pick<DocumentRow, "code" | "text">, used: readonly string[] = []) {
  const inner: Bilingual | undefined = code === "C134" ? adviceOfInner(innerCodeIn(text), used) : undefined;
  return inner ?? meaningOf(code)?.action;
}
