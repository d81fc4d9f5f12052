import { join } from "node:path";
import { crashPoint } from "../crash-point.js";
import { codeOf } from "../errors.js";
import type { BusinessFolder } from "../files/folders.js";
import { idInName, parkedAs, parkedName } from "../files/names.js";
import type { DocumentRow } from "../ledger/index.js";
import { hashOf } from "./content.js";
import type { BoxContext } from "./context.js";
import { endLeftBehind } from "./left-behind.js";
import { appears } from "./looked-for.js";
import { type FileSnapshot, sameSnapshot } from "./snapshot.js";

const parkedIn = (folder: BusinessFolder, boxName: string) => join(folder.box("OutBox"), parkedName(boxName));

/**
 * Brings the file of a committed claim from OutBox to a TempBox on another volume. A copy and a removal could be stopped between, and what is
 * left in OutBox would be taken for a second declaration: so it first gets a name in OutBox that nobody claims and that holds its id, in
 * one step, then it is copied, whole and durable, and removed last. False when it has gone or changed, and is as it was. `snapshot`: what it
 * has to look like. `mayGoOn` throws when the document is another instance's by then, which copies the same file: nothing more is done to it.
 */
export async function bringAcross(
  context: Pick<BoxContext, "files" | "clock" | "lease">,
  folder: BusinessFolder,
  name: string,
  boxName: string,
  snapshot: FileSnapshot | undefined,
  mayGoOn: () => void,
): Promise<boolean> {
  const { files } = context;
  const { disk } = files;
  const parked = parkedIn(folder, boxName);
  const target = join(folder.box("TempBox"), boxName);
  try {
    disk.rename(join(folder.box("OutBox"), name), parked);
  } catch (error) {
    // As in `bring`: of one that succeeded it may say so too.
    if (codeOf(error) !== "ENOENT") throw error;
    if (!(await appears(context, parked))) return false;
  }
  const isAsItWas = () => {
    const now = disk.facts(parked);
    return snapshot === undefined || (now !== undefined && sameSnapshot(snapshot, now));
  };
  const putBack = () => {
    mayGoOn();
    return files.place(parked, folder.box("OutBox"), name);
  };
  try {
    crashPoint("claim.after-park");
    if (isAsItWas()) {
      // Before there is a copy: a power cut that takes the parking back must not leave both.
      await files.syncFolder(folder.box("OutBox"));
      await files.copy(parked, target, mayGoOn);
      crashPoint("claim.after-copy");
      if (isAsItWas()) {
        disk.remove(parked);
        return true;
      }
      // Somebody had it open, and wrote.
      mayGoOn();
      disk.remove(target);
    }
  } catch (error) {
    if (!disk.exists(target)) await putBack();
    throw error;
  }
  await putBack();
  return false;
}

/**
 * Brings to an end what a stop left of `bringAcross`. A file that has reached TempBox is removed, one that has not is brought there; one
 * whose row is gone goes back under the name that its producer gave it. `isOut`: the claim is being worked on.
 */
export async function recoverParked(
  context: BoxContext,
  folder: BusinessFolder,
  isOut: (id: string) => boolean,
): Promise<void> {
  if (!folder.isElsewhere("OutBox", "TempBox")) return;
  const { disk } = context.files;
  for await (const { name, kind } of disk.walk(folder.box("OutBox"))) {
    const boxName = kind === "file" ? parkedAs(name) : undefined;
    const id = boxName === undefined ? undefined : idInName(boxName);
    if (boxName === undefined || id === undefined || isOut(id)) continue;
    await settleParked(context, folder, boxName, await context.ledger.get(id));
  }
}

async function settleParked(
  { files, clock, ledger }: BoxContext,
  folder: BusinessFolder,
  boxName: string,
  row: DocumentRow | undefined,
): Promise<void> {
  const parked = parkedIn(folder, boxName);
  // What brought it here may have ended since the names were read.
  if (!files.disk.exists(parked)) return;
  if (row && !row.settled && !ledger.owns(row)) return;
  const isClaimed = row !== undefined && !row.settled && row.box === "TempBox" && row.boxName === boxName;
  const isItsFile = row && (isClaimed || (await hashOf(files.disk, parked, clock)) === row.sha256);
  if (isItsFile) {
    // As in `bringAcross`: who parked it may have ended before that was durable.
    await files.syncFolder(folder.box("OutBox"));
    await endLeftBehind({ files, clock }, folder, row, parked);
  } else await files.place(parked, folder.box("OutBox"), row?.fileName ?? boxName.slice(boxName.indexOf("__") + 2));
}
