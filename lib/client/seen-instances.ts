import type { DocumentRow, Ledger } from "../ledger/index.js";
import type { SeenInstance } from "../ledger/instances.js";

/** Who works on an open document, where several share the ledger. */
export type DocumentInstance = Pick<SeenInstance, "id" | "host" | "pid" | "own" | "standing">;

type Asked = Pick<Ledger, "instances">;

/**
 * Those who share a ledger, for people: none where one process has it for itself, and none of those that have stopped in good order. Rejects
 * with SW-LEDGER while it is away.
 */
export async function seenInstances({ instances }: Asked): Promise<SeenInstance[]> {
  const seen = ((await instances?.seen()) ?? []).filter(({ standing }) => standing !== "left");
  return seen.length > 1 ? seen : [];
}

/** Open documents say whose they are, where several share the ledger; all others stay as they are. Rejects as `seenInstances`. */
export async function withInstances<Row extends Pick<DocumentRow, "owner" | "settled">>(
  ledger: Asked,
  rows: readonly Row[],
): Promise<(Row & { instance?: DocumentInstance })[]> {
  if (!ledger.instances || rows.every(({ settled }) => settled)) return [...rows];
  const known = new Map((await seenInstances(ledger)).map((one) => [one.id, one]));
  return rows.map((row) => {
    const found = row.settled ? undefined : known.get(row.owner);
    if (!found) return row;
    const { id, host, pid, own, standing } = found;
    return { ...row, instance: { id, host, pid, own, standing } };
  });
}
