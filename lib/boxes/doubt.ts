import type { Fault } from "../errors.js";
import type { DocumentRow } from "../ledger/index.js";
import { isPutOff } from "../ledger/rules/states.js";
import { wordsOf } from "../ledger/rules/words.js";
import type { BoxContext } from "./context.js";
import type { FileSnapshot } from "./snapshot.js";

/** Why a document is held that may have gone out from the root that this one is a copy of. */
export const DOUBTED: Fault = {
  code: "SW-UNKNOWN",
  text: {
    zh: "根目录是副本或较早的备份，此文件是否已从原处发送无从得知",
    en: "the root is a copy or an older backup: whether this file was sent from where it was copied cannot be known",
  },
};

/**
 * Was a file in OutBox when its root was taken for a copy? What came there since was put there since: a file system changes this time with
 * whatever is done to a file, and nobody can set it.
 */
export function isDoubted({ doubtedBefore = 0 }: BoxContext, snapshot: FileSnapshot | undefined): boolean {
  return doubtedBefore > 0 && snapshot !== undefined && snapshot.changed <= doubtedBefore;
}

/** Holds a claimed document of such a file for a person; its row says from its first moment on that it may be a repeat. */
export function holdDoubted({ ledger }: BoxContext, { id }: DocumentRow): Promise<DocumentRow> {
  const words = wordsOf(DOUBTED);
  const change = { ...words, retryAt: 0, possibleDuplicate: true };
  return ledger.transition(id, { from: ["claimed"], to: "held" }, change, { event: "held", ...words });
}

/** What was on hold before its send may have been released and sent since, where the root was copied from: it does not go by itself any more. */
export async function doubtPutOff({ ledger }: Pick<BoxContext, "ledger">): Promise<void> {
  const words = wordsOf(DOUBTED);
  for (const row of await ledger.unsettled()) {
    if (!isPutOff(row)) continue;
    await ledger.update(row.id, { ...words, retryAt: 0, possibleDuplicate: true }, { event: "held", ...words });
  }
}
