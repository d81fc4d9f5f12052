import type { ImportClient } from "../client/import-client.js";
import type { Wire } from "./wire.js";

/**
 * This process has given the link up while a document waited here to be sent. True where nobody has taken that one over meanwhile: it is ready
 * then, as it was to go out, or its send has no known outcome, and `TakeUp` gives it to whoever has the link. `again` does what the ledger fails
 * at until that is done.
 */
export async function handedOver(
  { ledger, claims }: Pick<ImportClient, "ledger" | "claims">,
  id: string,
  wire: Wire,
  again: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<boolean> {
  try {
    const row = await again(() => ledger.get(id));
    if (!row || !ledger.owns(row)) return false;
    const isFixed = row.state === "unknown" || (row.state === "claimed" && row.wire !== "");
    if (!isFixed) await again(() => claims.ready(id, JSON.stringify(wire)));
    return true;
  } catch {
    return false;
  }
}
