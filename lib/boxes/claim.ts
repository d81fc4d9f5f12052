import { join } from "node:path";
import { identityOf } from "../business/identity.js";
import { inspect } from "../business/inspect.js";
import { crashPoint } from "../crash-point.js";
import { codeOf } from "../errors.js";
import type { Disk } from "../files/disk.js";
import type { BusinessFolder } from "../files/folders.js";
import { claimedName } from "../files/names.js";
import type { DocumentRow, DocumentState } from "../ledger/index.js";
import { NO_WORDS } from "../ledger/rules/words.js";
import { sha256Of } from "../sha256.js";
import type { BoxContext } from "./context.js";
import { type Look, type OutBox, sameLook } from "./out-box.js";
import { settleReplaced } from "./settle.js";

/** A claimed file: its row and its bytes, and the document that it repeats, if any. */
export interface ClaimedFile {
  row: DocumentRow;
  payload: Buffer;
  repeats: DocumentRow | undefined;
}

/**
 * Claims a file that `OutBox.ready` found. Its row is committed first, then it is renamed to TempBox, under a name that holds
 * the document's id and that no other file can have: a file without a row is never a new declaration. A stop in between
 * leaves a row whose file is still in OutBox, which `reconcile` brings. Resolves to undefined when the file has gone, or
 * changed since it was looked at; it is then as if it had not been claimed. `onId` hears the id before the row can be seen.
 */
export async function claimFile(
  context: BoxContext,
  outBox: OutBox,
  name: string,
  onId?: (id: string) => void,
): Promise<ClaimedFile | undefined> {
  const { folder } = outBox;
  const { ledger, files, clock, ids } = context;
  const look = outBox.lookOf(name);
  outBox.take(name);
  const payload = readUnchanged(files.disk, join(folder.box("OutBox"), name), look);
  if (!payload) {
    outBox.forget(name);
    return undefined;
  }
  // It was claimed before and given back, or it has taken the place of one that was.
  const waiting = await ledger.openAt(folder.code, "OutBox", name);
  const again = waiting?.sha256 === sha256Of(payload) ? waiting : undefined;
  if (waiting && !again) await settleReplaced(context, waiting.id);
  const at = clock.now();
  const claimed = again
    ? { row: await claimAgain(context, again, onId), payload, repeats: undefined }
    : await enterRow(context, folder, { id: ids.document(at), at, name, payload }, onId);
  crashPoint("claim.after-row");
  const undo = () =>
    again ? ledger.update(again.id, { box: "OutBox", boxName: name }) : ledger.withdraw(claimed.row.id);
  try {
    const brought = bring(context, folder, name, claimed.row, look);
    outBox.forget(name);
    if (brought) return claimed;
  } catch (error) {
    // Where the ledger cannot be written now, `reconcile` finds the row and its file.
    await undo().catch(() => undefined);
    throw error;
  }
  await undo();
  return undefined;
}

/** A file's bytes, or undefined when it has gone or does not look as it did. */
function readUnchanged(disk: Disk, path: string, look: Look | undefined): Buffer | undefined {
  try {
    const payload = disk.read(path);
    const now = disk.facts(path);
    return now && (!look || sameLook(look, now)) && now.size === payload.length ? payload : undefined;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Brings the file of a committed claim to TempBox; false when it has gone or changed, and was left in OutBox. */
function bring(
  { files }: BoxContext,
  folder: BusinessFolder,
  name: string,
  row: DocumentRow,
  look: Look | undefined,
): boolean {
  const target = join(folder.box("TempBox"), row.boxName);
  crashPoint("claim.before-rename");
  try {
    files.move(join(folder.box("OutBox"), name), target);
  } catch (error) {
    // Over a network a rename that is repeated may say so of one that succeeded: the target tells.
    if (codeOf(error) !== "ENOENT") throw error;
    if (!files.disk.exists(target)) return false;
  }
  const now = files.disk.facts(target);
  if (look && !(now && sameLook(look, now))) {
    files.place(target, folder.box("OutBox"), name);
    return false;
  }
  crashPoint("claim.after-rename");
  return true;
}

/** The row of a file that was given back goes on. */
function claimAgain(
  { ledger }: BoxContext,
  { id, fileName, attempt }: DocumentRow,
  onId?: (id: string) => void,
): Promise<DocumentRow> {
  onId?.(id);
  const change = { box: "TempBox", boxName: claimedName(id, fileName), retryAt: 0, attempt: attempt + 1 } as const;
  return ledger.update(id, change, { event: "claimed", text: `attempt ${attempt + 1}` });
}

/** A file as it enters the ledger for the first time. */
export interface NewClaim {
  id: string;
  /** When it was claimed, milliseconds since the epoch. */
  at: number;
  name: string;
  payload: Buffer;
  /** Its name in TempBox, where that is not the usual one. */
  boxName?: string;
  /** `held`: a person has to decide. */
  state?: Extract<DocumentState, "claimed" | "held">;
}

/** Commits the row of a file that is claimed for the first time. */
export async function enterRow(
  context: BoxContext,
  folder: BusinessFolder,
  { id, at, name, boxName = claimedName(id, name), payload, state = "claimed" }: NewClaim,
  onId?: (id: string) => void,
): Promise<ClaimedFile> {
  const { settings, ledger } = context;
  const facts = await contentFacts(payload, name);
  const row: DocumentRow = {
    id,
    environment: settings.environment,
    clientId: settings.clientId,
    business: folder.code,
    fileName: name,
    size: payload.length,
    sha256: facts.sha256,
    partsSha256: facts.partsSha256,
    messageType: facts.messageType,
    clientKey: facts.clientKey,
    operation: facts.operation,
    packet: facts.packet,
    state,
    attempt: 1,
    tries: 0,
    possibleDuplicate: false,
    box: "TempBox",
    boxName,
    settled: false,
    retryAt: 0,
    ...NO_WORDS,
    // A modification carries the number that it modifies; its receipts are found by it.
    seqNo: facts.seqNo,
    customsNo: "",
    statusCode: "",
    statusText: "",
    wire: "",
    claimedAt: at,
    sendingAt: 0,
    sentAt: 0,
    failedAt: 0,
    importReceiptAt: 0,
    businessReceiptAt: 0,
    statusOutcome: "",
    parts: facts.parts.length,
    partsGood: 0,
    partsRefused: 0,
    updatedAt: at,
  };
  onId?.(row.id);
  const repeats = await ledger.claim(row, { sameKey: facts.sameKey, parts: facts.parts });
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

/** Type, keys and identity by content; empty for what cannot be read, which validate-xsd and preflight will then name. */
async function contentFacts(payload: Buffer, name: string) {
  const sha256 = sha256Of(payload);
  try {
    const inspection = await inspect(payload, name);
    const { kind, root, clientKey, seqNo } = inspection;
    const parts = kind?.parts?.(root) ?? [];
    return { sha256, messageType: kind?.type ?? "", clientKey, seqNo, parts, ...identityOf(inspection) };
  } catch {
    const none = { messageType: "", clientKey: "", seqNo: "", operation: "", packet: "", parts: [] };
    return { sha256, ...none, partsSha256: sha256, sameKey: false };
  }
}
