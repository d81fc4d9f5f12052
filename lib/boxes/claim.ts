import { join } from "node:path";
import { crashPoint } from "../crash-point.js";
import { codeOf } from "../errors.js";
import type { BusinessFolder } from "../files/folders.js";
import type { DocumentRow } from "../ledger/index.js";
import { sha256Of } from "../sha256.js";
import type { BoxContext } from "./context.js";
import { contentFacts, newRow } from "./new-row.js";
import { type OutBox, sameLook } from "./out-box.js";

/** A claimed file: its row and its bytes, and the document that it repeats, if any. */
export interface ClaimedFile {
  row: DocumentRow;
  payload: Buffer;
  repeats: DocumentRow | undefined;
}

/**
 * Claims a file that `OutBox.ready` found: renames it to TempBox, which only one instance can do, reads it there, and
 * commits its row. A crash in between leaves a file in TempBox without a row, which `recover` picks up. Resolves to
 * undefined when the file has gone, or changed since it was looked at (it is then put back).
 */
export async function claimFile(
  context: BoxContext,
  outBox: OutBox,
  name: string,
  onId?: (id: string) => void,
): Promise<ClaimedFile | undefined> {
  const { folder } = outBox;
  const { files } = context;
  const look = outBox.lookOf(name);
  const source = join(folder.box("OutBox"), name);
  const boxName = files.freeName(folder.box("TempBox"), name);
  const target = join(folder.box("TempBox"), boxName);
  crashPoint("claim.before-rename");
  try {
    files.move(source, target);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    outBox.forget(name);
    return undefined;
  }
  outBox.forget(name);
  const now = files.disk.facts(target);
  if (look && !(now && sameLook(look, now))) {
    files.move(target, join(folder.box("OutBox"), files.freeName(folder.box("OutBox"), name)));
    return undefined;
  }
  try {
    crashPoint("claim.after-rename");
    return await enterClaim(context, folder, name, boxName, onId);
  } catch (error) {
    // No row, no claim: a full disk must not leave the file where nobody looks before the next start.
    const open = await context.ledger.unsettled().catch(() => undefined);
    const entered = open?.some(
      (row) => row.box === "TempBox" && row.boxName === boxName && row.business === folder.code,
    );
    if (open && !entered) files.move(target, join(folder.box("OutBox"), files.freeName(folder.box("OutBox"), name)));
    throw error;
  }
}

/**
 * Gives a file in TempBox its row: a new one, or the one that was put back to OutBox for another try. `onId` hears the
 * id before the row can be seen in the ledger.
 */
export async function enterClaim(
  context: BoxContext,
  folder: BusinessFolder,
  name: string,
  boxName: string,
  onId?: (id: string) => void,
): Promise<ClaimedFile> {
  const { ledger } = context;
  const payload = context.files.disk.read(join(folder.box("TempBox"), boxName));
  const sha256 = sha256Of(payload);
  const again = (await ledger.bySha256(sha256)).find(
    (row) => !row.settled && row.box === "OutBox" && row.boxName === name && row.business === folder.code,
  );
  if (again) {
    onId?.(again.id);
    const change = { box: "TempBox", boxName, retryAt: 0, attempt: again.attempt + 1 } as const;
    const row = await ledger.update(again.id, change, { event: "claimed", text: `attempt ${again.attempt + 1}` });
    return { row, payload, repeats: undefined };
  }
  const now = context.clock.now();
  return enterRow(context, folder, { id: context.ids.document(now), at: now, name, boxName, payload }, onId);
}

/** A file as it enters the ledger for the first time. */
export interface NewClaim {
  id: string;
  /** When it was claimed, milliseconds since the epoch. */
  at: number;
  name: string;
  boxName: string;
  payload: Buffer;
}

/** Commits the row of a file that is claimed for the first time. */
export async function enterRow(
  context: BoxContext,
  folder: BusinessFolder,
  { id, at, name, boxName, payload }: NewClaim,
  onId?: (id: string) => void,
): Promise<ClaimedFile> {
  const { settings, ledger } = context;
  const facts = await contentFacts(payload, name);
  const row = newRow(settings, facts, at, { id, business: folder.code, fileName: name, boxName });
  onId?.(row.id);
  const repeats = await ledger.claim(row, { sameKey: facts.sameKey });
  crashPoint("claim.after-row");
  return { row, payload, repeats };
}

/** The bytes of an open claim as they were claimed, or undefined when the file has gone. */
export function readTempBox(context: BoxContext, row: DocumentRow): Buffer | undefined {
  try {
    return context.files.disk.read(join(context.folders.of(row.business).box("TempBox"), row.boxName));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
