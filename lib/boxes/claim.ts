import { join } from "node:path";
import { isKnownByKey } from "../business/identity.js";
import { kindByType } from "../business/index.js";
import { crashPoint } from "../crash-point.js";
import { codeOf } from "../errors.js";
import { bytesOf } from "../files/bytes.js";
import type { BusinessFolder } from "../files/folders.js";
import { claimedName } from "../files/names.js";
import type { DocumentRow, DocumentState } from "../ledger/index.js";
import { isTakenName } from "../ledger/instances.js";
import { inTheWayOf, isAlive, repeatedBy } from "../ledger/rules/identity.js";
import { isPutOff } from "../ledger/rules/states.js";
import { bringAcross } from "./across.js";
import { isFile } from "./archive.js";
import { contentOf, type FileContent } from "./content.js";
import type { BoxContext } from "./context.js";
import { isDoubted } from "./doubt.js";
import { appears } from "./looked-for.js";
import { type ContentFacts, contentFacts, newRow } from "./new-row.js";
import { assertOurs } from "./ours.js";
import type { OutBox } from "./out-box.js";
import { dropSecondName, namesInOutBox, underItsNumber } from "./second-name.js";
import { finish, isNewIn, REPLACED, settleReplaced } from "./settle.js";
import { type FileSnapshot, isYoung, sameSnapshot } from "./snapshot.js";

/** A claimed file: its row and its bytes, and the document that it repeats, if any. */
export interface ClaimedFile {
  row: DocumentRow;
  /** Undefined for a file that is larger than it may be: it has its row, and nothing more is done with it than to refuse it. */
  payload: Buffer | undefined;
  repeats: DocumentRow | undefined;
  /** A person has to say whether it goes out (`doubt.ts`). */
  doubted?: boolean;
}

/** Milliseconds between two looks at a file that may not be finished. */
const AGAIN_AFTER = 2000;

/** A document whose file may be brought again. */
const WAITING: readonly DocumentState[] = ["claimed", "held"];

/**
 * Claims a file that `OutBox.ready` found. Its row is committed first, then it is renamed to TempBox, under a name that holds
 * the document's id and that no other file can have: a file without a row is never a new declaration. A stop in between
 * leaves a row whose file is still in OutBox, which `reconcile` brings. Resolves to undefined when the file has gone, or
 * changed since it was looked at; it is then as if it had not been claimed. `onId` hears the id before the row can be seen. A file
 * with more bytes than `mostBytes` is known by its hash alone.
 */
export async function claimFile(
  context: BoxContext,
  outBox: OutBox,
  name: string,
  { onId, mostBytes }: { onId?: (id: string) => void; mostBytes?: number | undefined } = {},
): Promise<ClaimedFile | undefined> {
  const { folder } = outBox;
  const { ledger, files, clock, ids } = context;
  const snapshot = outBox.snapshotOf(name);
  outBox.take(name);
  const source = join(folder.box("OutBox"), name);
  const content = await readUnchanged(context, source, snapshot, mostBytes);
  if (!content) {
    outBox.forget(name);
    return undefined;
  }
  const { sha256, payload } = content;
  // It was claimed before and given back, or it has taken the place of one that was.
  const waiting = await ledger.openAt(folder.code, "OutBox", name);
  if (waiting && !ledger.owns(waiting)) {
    outBox.forget(name);
    return undefined;
  }
  if (waiting && waiting.sha256 !== sha256) {
    const { boxName, id } = await underItsNumber(context, folder, waiting);
    if (boxName === name) await settleReplaced(context, id);
  }
  const known = await ledger.bySha256(sha256);
  if (!waiting && (await isOnItsWayBack(context, folder, name, known))) {
    outBox.forget(name);
    return undefined;
  }
  const left = interrupted(context, folder, name, known);
  const goesOn = (row: DocumentRow) => ledger.owns(row) && (row.state === "claimed" || isPutOff(row));
  const again = waiting?.sha256 === sha256 ? waiting : left.find(goesOn);
  // The file of one whose fate is decided is brought by `Reconciler`, or by whoever it is that works on it.
  if (
    !again &&
    (left.length > 0 ||
      (await dropSecondName(context, folder, name, known)) ||
      (await backToArchive(context, folder, name, known)))
  ) {
    outBox.forget(name);
    return undefined;
  }
  const at = clock.now();
  const doubted = isDoubted(context, snapshot) && again?.possibleDuplicate !== true;
  const id = ids.document(at);
  const facts = again ? undefined : await factsOf(context, id, name, content);
  if (facts?.damaged && isYoung(snapshot, at)) {
    context.inspections.drop(id);
    outBox.postpone(name, AGAIN_AFTER);
    return undefined;
  }
  const claimed = again
    ? await unlessTaken(async () => ({
        row: await claimAgain(context, again, doubted, onId),
        payload,
        repeats: await repeatOf(context, again),
        doubted,
      }))
    : await unlessTaken(() => enterRow(context, folder, { id, at, name, content, doubted, facts }, onId));
  if (!claimed) {
    outBox.forget(name);
    return undefined;
  }
  const undo = () =>
    again
      ? ledger.update(again.id, { box: "OutBox", boxName: name }, undefined, WAITING)
      : ledger.withdraw(claimed.row.id);
  try {
    crashPoint("claim.after-row");
    // Its way back was interrupted between its two names: to rename one to the other does nothing.
    if (again) await files.dropName(join(folder.box("TempBox"), claimed.row.boxName), source);
    const brought = await bring(context, folder, source, name, claimed, snapshot);
    outBox.forget(name);
    if (brought) return claimed;
  } catch (error) {
    // A file that has been brought is claimed, whatever came after. Where the ledger cannot be written now, `reconcile`
    // finds the row and its file.
    const target = join(folder.box("TempBox"), claimed.row.boxName);
    const left = files.disk.exists(source) && !files.disk.exists(target);
    if (left || !(await appears(context, target))) await undo().catch(() => undefined);
    throw error;
  }
  await undo();
  return undefined;
}

/** Undefined when another instance has claimed the file of this name, and when its document has ended since the look at it. */
async function unlessTaken<T>(claim: () => Promise<T>): Promise<T | undefined> {
  try {
    return await claim();
  } catch (error) {
    if (isTakenName(error) || codeOf(error) === "SW-STATE") return undefined;
    throw error;
  }
}

/**
 * Is it the file of a document that is being given back, whose row still names another one, for this name was free and that one was not any
 * more? Whoever gives it back says so in a moment, or `Reconciler` after a stop.
 */
async function isOnItsWayBack(
  context: BoxContext,
  folder: BusinessFolder,
  name: string,
  known: readonly DocumentRow[],
): Promise<boolean> {
  for (const row of known) {
    const { settled, box, boxName, business, sha256 } = row;
    if (settled || box !== "OutBox" || boxName === name || business.toLowerCase() !== folder.code.toLowerCase())
      continue;
    if (!namesInOutBox(row).includes(name)) continue;
    if (!(await isFile(context, join(folder.box("OutBox"), boxName), sha256))) return true;
  }
  return false;
}

/** The open documents of this very file whose rename to TempBox a fault has prevented, or a power cut taken back. */
function interrupted(
  { files }: BoxContext,
  folder: BusinessFolder,
  name: string,
  known: readonly DocumentRow[],
): readonly DocumentRow[] {
  return known.filter(
    (row) =>
      !row.settled &&
      row.box === "TempBox" &&
      row.business.toLowerCase() === folder.code.toLowerCase() &&
      namesInOutBox(row).includes(name) &&
      !files.disk.exists(join(folder.box("TempBox"), row.boxName)),
  );
}

/**
 * A power cut may take back the last moves of a file whose document has been sent, or was given back under a number and replaced: it lies in
 * OutBox again, and its archive is empty. It goes where it was; a file of these bytes whose document has its archive is somebody's repeat. What
 * failed goes nowhere by its own name: a person may have put it there.
 */
async function backToArchive(
  context: BoxContext,
  folder: BusinessFolder,
  name: string,
  known: readonly DocumentRow[],
): Promise<boolean> {
  const { files } = context;
  const row = known.find(
    (one) =>
      one.settled &&
      (one.box === "SentBox" || (one.box === "FailBox" && one.code === REPLACED && one.fileName !== name)) &&
      one.business.toLowerCase() === folder.code.toLowerCase() &&
      namesInOutBox(one).includes(name) &&
      !files.disk.exists(join(folder.box(one.box), one.boxName)),
  );
  if (!row) return false;
  await finish(context, { ...row, box: "OutBox", boxName: name });
  const [zh, en] =
    row.box === "SentBox" ? ["已发送过", "was sent before"] : ["已被新文件替换", "was replaced by a newer file"];
  context.notice("SW-OUTBOX", `${name} ${zh}，文件已放回 ${row.box}`, `${name} ${en}: its file is in ${row.box} again`);
  return true;
}

/**
 * The document that a claimed one repeats and that still stands in its way; whoever takes it up after a stop asks. Where the one that it was found
 * to repeat does not any more, another one may: a corrected file that took that one's place, say.
 */
export async function repeatOf(context: BoxContext, row: DocumentRow): Promise<DocumentRow | undefined> {
  const id = repeatedBy(row);
  if (id === undefined) return undefined;
  const earlier = await context.ledger.get(id);
  return earlier && isAlive(earlier) ? earlier : repeatedNow(context, row);
}

/** The document that one in the ledger repeats as things stand now. Of several that wait, and are repeats themselves, the first goes. */
export async function repeatedNow({ ledger }: BoxContext, row: DocumentRow): Promise<DocumentRow | undefined> {
  const { business, clientKey, messageType, seqNo, sha256 } = row;
  const named = clientKey === "" ? [] : await ledger.query({ business, key: clientKey, limit: 100 });
  const found = [...(await ledger.bySha256(sha256)), ...named];
  const others = found.filter((one) => one.id < row.id || (one.id !== row.id && repeatedBy(one) === undefined));
  return inTheWayOf(row, others, isKnownByKey(seqNo, kindByType(messageType)));
}

/** A file's content, or undefined when it has gone, does not look as it did, or is not what was proved to be finished. */
async function readUnchanged(
  { files: { disk }, clock }: BoxContext,
  path: string,
  snapshot: FileSnapshot | undefined,
  mostBytes: number | undefined,
): Promise<FileContent | undefined> {
  try {
    const content = await contentOf(disk, path, clock, mostBytes);
    const now = disk.facts(path);
    const same = now?.size === content.size && (!snapshot || sameSnapshot(snapshot, now));
    // The same size and time do not say the same bytes, on a share that counts two seconds.
    return same && content.sha256 === (snapshot?.sha256 ?? content.sha256) ? content : undefined;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Brings the file of a committed claim to TempBox; false when it has gone or changed, and was left in OutBox. */
async function bring(
  context: BoxContext,
  folder: BusinessFolder,
  source: string,
  name: string,
  { row, repeats }: ClaimedFile,
  snapshot: FileSnapshot | undefined,
): Promise<boolean> {
  const { files } = context;
  const target = join(folder.box("TempBox"), row.boxName);
  crashPoint("claim.before-rename");
  // Frozen since the row was committed, somebody else may have brought it, and the name be another file's.
  context.lease.assertHeld();
  if (!context.ledger.owns(row)) return false;
  try {
    files.disk.rename(source, target);
  } catch (error) {
    const mayGoOn = () => assertOurs(context, row);
    if (codeOf(error) === "EXDEV") return bringAcross(context, folder, name, row.boxName, snapshot, mayGoOn);
    // Over a network a rename that is repeated may say so of one that succeeded: the target tells, which may be seen late.
    if (codeOf(error) !== "ENOENT") throw error;
    // Another instance was done with these very bytes before we had our row: the file was that one's.
    const wasAnothers = repeats?.sha256 === row.sha256 && repeats.fileName === name;
    if (!(wasAnothers ? files.disk.exists(target) : await appears(context, target))) return false;
  }
  const now = files.disk.facts(target);
  if (snapshot && !(now && sameSnapshot(snapshot, now))) {
    await files.place(target, folder.box("OutBox"), name);
    return false;
  }
  crashPoint("claim.after-rename");
  return true;
}

/** The row of a file that was given back goes on. */
async function claimAgain(
  context: BoxContext,
  { id, fileName, attempt }: DocumentRow,
  doubted: boolean,
  onId?: (id: string) => void,
): Promise<DocumentRow> {
  onId?.(id);
  const place = { box: "TempBox", boxName: claimedName(id, fileName) } as const;
  const change = { ...place, retryAt: 0, attempt: attempt + 1, ...(doubted && { possibleDuplicate: true }) };
  const note = { event: "claimed", text: `第 ${attempt + 1} 次`, textEn: `attempt ${attempt + 1}` };
  return context.ledger.update(id, change, (await isNewIn(context, id, "claimed")) ? note : undefined, WAITING);
}

/** A file as it enters the ledger for the first time. */
export interface NewClaim {
  id: string;
  /** When it was claimed, milliseconds since the epoch. */
  at: number;
  name: string;
  content: FileContent;
  /** What is in it, where that has been read. */
  facts?: ContentFacts | undefined;
  /** Its name in TempBox, where that is not the usual one. */
  boxName?: string;
  /** `held`: a person has to decide. */
  state?: Extract<DocumentState, "claimed" | "held">;
  /** It may be a repeat, and a person has to decide. */
  doubted?: boolean;
}

/** What is in a file, read for the document that it is to be: what its nodes read later is known then. */
function factsOf({ inspections }: BoxContext, id: string, name: string, content: FileContent): Promise<ContentFacts> {
  const inspectIt = (bytes: Buffer, fileName: string) =>
    inspections.of(id, bytes, fileName, bytes === content.payload ? content.sha256 : undefined);
  return contentFacts(content, name, inspectIt);
}

/** Commits the row of a file that is claimed for the first time. */
export async function enterRow(
  context: BoxContext,
  folder: BusinessFolder,
  { id, at, name, boxName = claimedName(id, name), content, state = "claimed", doubted = false, facts: read }: NewClaim,
  onId?: (id: string) => void,
): Promise<ClaimedFile> {
  const { settings, ledger } = context;
  const facts = read ?? (await factsOf(context, id, name, content));
  const row = newRow(settings, facts, at, {
    ...{ id, business: folder.code, fileName: name, boxName, state, possibleDuplicate: doubted },
    owner: ledger.instances?.own ?? "",
  });
  onId?.(row.id);
  const repeats = await ledger.claim(row, { sameKey: facts.sameKey, parts: facts.parts });
  return { row, payload: content.payload, repeats, doubted };
}

/** The bytes of an open claim as they were claimed, or undefined when the file has gone. */
export async function readTempBox(context: BoxContext, row: DocumentRow): Promise<Buffer | undefined> {
  try {
    return await bytesOf(context.files.disk, join(context.folders.of(row.business).box("TempBox"), row.boxName));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
