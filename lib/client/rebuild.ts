import { join } from "node:path";
import { type BoxFile, filesIn } from "../boxes/archive.js";
import { contentOf, contentOfBytes } from "../boxes/content.js";
import { contentFacts, newRow } from "../boxes/new-row.js";
import type { BoxName, BusinessFolder } from "../files/folders.js";
import { isUnfinishedName, withoutStamp } from "../files/names.js";
import type { Spool } from "../files/spool.js";
import type { DocumentRow, EventNote } from "../ledger/index.js";
import { wordsOf } from "../ledger/rules/words.js";
import { Turn } from "../turn.js";
import { type ReceiptContext, rebuildReceipts } from "./rebuild-receipts.js";

export interface RebuildContext extends ReceiptContext {
  readonly spool: Spool;
}

/** What the boxes gave back to a ledger that did not know it. */
export interface Rebuilt {
  /** Documents in TempBox: whether they were sent cannot be known. */
  held: number;
  /** Documents found in SentBox and FailBox. */
  sent: number;
  failed: number;
  receipts: number;
  /** Bytes of sends under way that belong to no document that was found. */
  spooled: number;
}

/** Boxes whose files it looks at. */
const LOOKED_AT: readonly BoxName[] = ["SentBox", "FailBox", "TempBox", "InBox"];

const RECOVERED: EventNote = { event: "recovered" };

/** Why such a document is held. */
const NOT_KNOWN = {
  code: "SW-UNKNOWN",
  text: {
    zh: "台账是新的或较旧，此文件是否已发送无从得知",
    en: "the ledger is new or an older copy: whether this file was sent cannot be known",
  },
};

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/;

/**
 * Brings what boxes and spool know into a ledger that is new or an older copy, before anything is claimed or sent: what lies in SentBox
 * was sent, what lies in FailBox failed, receipts in InBox answer them. What lies in TempBox is held, whatever an older row says of it: it
 * may have been sent since. Files in OutBox are left to be claimed. Sends nothing, moves nothing, and may be repeated. Rejects with
 * SW-FOLDER while a box that lies elsewhere is away: what lies there would be taken for never sent. `told` hears of each file, before the
 * first one too: how many have been looked at, and how many there are.
 */
export async function rebuild(
  context: RebuildContext,
  told: (done: number, all: number) => void = () => undefined,
): Promise<Rebuilt> {
  const rebuilt: Rebuilt = { held: 0, sent: 0, failed: 0, receipts: 0, spooled: 0 };
  context.folders.assertWhole();
  const folders = context.folders.withAnyBox();
  const all = await countFiles(context, folders);
  let done = 0;
  const step = () => told(Math.min(++done, all), all);
  if (all > 0) told(0, all);
  for (const folder of folders) {
    const copies = new KnownCopies(context, folder);
    rebuilt.sent += await rebuildArchive(context, folder, "SentBox", copies, step);
    rebuilt.failed += await rebuildArchive(context, folder, "FailBox", copies, step);
  }
  const spool = await Spooled.of(context);
  for (const folder of folders) rebuilt.held += await holdTempBox(context, folder, spool, step);
  rebuilt.receipts = await rebuildReceipts(context, folders, step);
  rebuilt.spooled = spool.left;
  return rebuilt;
}

/** The finished files of a box. */
function* filesOf(context: RebuildContext, folder: BusinessFolder, box: BoxName): Generator<BoxFile> {
  const path = folder.existing(box);
  if (path === undefined) return;
  for (const file of filesIn(context.files.disk, path)) if (!isUnfinishedName(file.name)) yield file;
}

/** How many files there are to be looked at. */
async function countFiles(context: RebuildContext, folders: readonly BusinessFolder[]): Promise<number> {
  const turn = new Turn(context.clock);
  let count = 0;
  for (const folder of folders) {
    for (const box of LOOKED_AT) {
      for (const _ of filesOf(context, folder, box)) {
        await turn.over();
        count++;
      }
    }
  }
  return count;
}

const sameFolder = (row: DocumentRow, folder: BusinessFolder) =>
  row.business.toLowerCase() === folder.code.toLowerCase();

/** Files of an archive that the ledger does not know: each becomes a row that has ended, or ends the row that was open. */
async function rebuildArchive(
  context: RebuildContext,
  folder: BusinessFolder,
  box: "SentBox" | "FailBox",
  copies: KnownCopies,
  step: () => void,
): Promise<number> {
  const { ledger, clock, files, settings, ids } = context;
  const turn = new Turn(clock);
  let count = 0;
  for (const { boxName, path } of filesOf(context, folder, box)) {
    await turn.over();
    step();
    const { fileName, at = files.disk.facts(path)?.modified ?? 0 } = withoutStamp(boxName.replace(/^.*\//, ""));
    const isItsFile = (row: DocumentRow) => row.box === box && row.boxName === boxName && sameFolder(row, folder);
    if ((await ledger.byFileName(fileName)).some(isItsFile)) continue;
    const content = await contentOf(files.disk, path, clock);
    const same = await ledger.bySha256(content.sha256);
    const open = same.find((row) => !row.settled && sameFolder(row, folder));
    // A long name was shortened for its stamp: its row has another file name.
    if (same.some(isItsFile) || (!open && copies.knows(same))) continue;
    const place = { box, boxName, settled: true, retryAt: 0 } as const;
    if (open) await endAs(context, open, box, { ...place, ...(box === "SentBox" ? { sentAt: at } : { failedAt: at }) });
    else {
      const facts = await contentFacts(content, fileName);
      const { messageType, clientKey } = facts;
      // The same of one that somebody has changed in the archive.
      if (clientKey !== "" && (await ledger.byClientKey(folder.code, messageType, clientKey)).some(isItsFile)) continue;
      const ended =
        box === "SentBox"
          ? ({ state: "sent", sendingAt: at, sentAt: at } as const)
          : ({ state: "failed", failedAt: at } as const);
      const id = ids.document(clock.now());
      const row = newRow(settings, facts, at, { id, business: folder.code, fileName, ...place, ...ended });
      await ledger.enter(row, { ...RECOVERED, text: `${box}/${boxName}` });
    }
    count++;
  }
  return count;
}

/**
 * Files in the archives that are copies of documents the ledger knows: each attempt leaves one, of which the row names the last. What
 * is there beyond that was handed in again, as another document.
 */
class KnownCopies {
  /** By id of the document; only those of which there was such a copy. */
  private readonly seen = new Map<string, number>();

  constructor(
    private readonly context: Pick<RebuildContext, "files">,
    private readonly folder: BusinessFolder,
  ) {}

  /** `same`: rows of the same bytes. Each copy is to be asked for once. */
  knows(same: readonly DocumentRow[]): boolean {
    for (const row of same) {
      if (!row.settled || !sameFolder(row, this.folder)) continue;
      const seen = (this.seen.get(row.id) ?? 0) + 1;
      if (seen > row.attempt - (this.isInPlace(row) ? 1 : 0)) continue;
      this.seen.set(row.id, seen);
      return true;
    }
    return false;
  }

  private isInPlace({ box, boxName }: DocumentRow): boolean {
    const path = box === "none" ? undefined : this.folder.existing(box);
    return path !== undefined && this.context.files.disk.exists(join(path, boxName));
  }
}

/** An older row of a document whose file has reached an archive since. */
async function endAs(
  { ledger }: RebuildContext,
  row: DocumentRow,
  box: "SentBox" | "FailBox",
  change: Partial<DocumentRow>,
): Promise<void> {
  const note = { ...RECOVERED, text: `${box}/${change.boxName}` };
  const to = box === "SentBox" ? "sent" : "failed";
  const evidence = ["sent", "accepted", "rejected", "failed"].includes(row.state);
  if (evidence) await ledger.update(row.id, change, note);
  else {
    // By way of held, which may become either.
    const held = await hold(ledger, row, {});
    await ledger.transition(held.id, { from: ["held"], to }, change, note);
  }
}

async function hold(
  ledger: RebuildContext["ledger"],
  row: DocumentRow,
  change: Partial<DocumentRow>,
): Promise<DocumentRow> {
  const words = wordsOf(NOT_KNOWN);
  if (row.state === "held") return row;
  if (row.state === "sending") {
    await ledger.transition(
      row.id,
      { from: ["sending"], to: "unknown" },
      {},
      { event: "unknown", code: NOT_KNOWN.code },
    );
  }
  return ledger.transition(
    row.id,
    { from: ["claimed", "unknown"], to: "held" },
    { ...words, ...change, retryAt: 0, possibleDuplicate: true },
    { event: "held", ...words },
  );
}

/** Holds every file in TempBox whose send may have begun. */
async function holdTempBox(
  context: RebuildContext,
  folder: BusinessFolder,
  spool: Spooled,
  step: () => void,
): Promise<number> {
  const { ledger, clock, files, settings, ids } = context;
  const open = (await ledger.unsettled()).filter((row) => sameFolder(row, folder));
  const turn = new Turn(clock);
  let count = 0;
  for (const { boxName, path } of filesOf(context, folder, "TempBox")) {
    await turn.over();
    step();
    const known = open.find((row) => row.box === "TempBox" && row.boxName === boxName);
    if (known) {
      if (!["claimed", "sending", "unknown"].includes(known.state)) continue;
      await hold(ledger, known, {});
      count++;
      continue;
    }
    const other = await ledger.get(ID.exec(boxName)?.[0] ?? "");
    // Another instance works on it.
    if (other && !other.settled && !ledger.owns(other)) continue;
    const content = await contentOf(files.disk, path, clock);
    const { sha256 } = content;
    // Claimed again since: an older row still has it in OutBox.
    const returned = open.find((row) => row.box === "OutBox" && row.sha256 === sha256 && !isInOutBox(context, row));
    if (returned) await hold(ledger, returned, { box: "TempBox", boxName });
    else {
      const fileName = withoutId(boxName);
      const facts = await contentFacts(content, fileName);
      const at = Math.trunc(files.disk.facts(path)?.modified ?? clock.now());
      const id = (await freeId(context, ID.exec(boxName)?.[0])) ?? spool.take(facts) ?? ids.document(clock.now());
      const words = wordsOf(NOT_KNOWN);
      const held = { state: "held", possibleDuplicate: true, sendingAt: at, ...words } as const;
      const row = newRow(settings, facts, at, { id, business: folder.code, fileName, boxName, ...held });
      await ledger.enter(row, { ...RECOVERED, ...words });
    }
    count++;
  }
  return count;
}

/** A claimed file's name may have its document's id in it; the producer's own name has not. */
function withoutId(boxName: string): string {
  const id = ID.exec(boxName)?.[0];
  return id ? boxName.replace(`${id}__`, "").replace(`.${id}`, "") : boxName;
}

async function freeId({ ledger }: RebuildContext, id: string | undefined): Promise<string | undefined> {
  return id !== undefined && (await ledger.get(id)) === undefined ? id : undefined;
}

function isInOutBox({ folders, files }: RebuildContext, row: DocumentRow): boolean {
  const outBox = folders.of(row.business).existing("OutBox");
  return outBox !== undefined && files.disk.exists(join(outBox, row.boxName));
}

/**
 * Bytes of sends that were under way, by type and own key. Their names are the ids of documents whose rows are gone: a file in TempBox
 * with the same key gets its id back.
 */
class Spooled {
  private constructor(private readonly ids: Map<string, string>) {}

  static async of({ spool, ledger, clock }: RebuildContext): Promise<Spooled> {
    const ids = new Map<string, string>();
    for (const id of spool.ids()) {
      if ((await ledger.get(id)) !== undefined) continue;
      const bytes = spool.read(id);
      const facts = bytes && (await contentFacts(await contentOfBytes(bytes, clock), id));
      ids.set(facts && facts.clientKey !== "" ? keyOf(facts) : id, id);
    }
    return new Spooled(ids);
  }

  take(facts: Pick<DocumentRow, "messageType" | "clientKey">): string | undefined {
    const key = keyOf(facts);
    const id = this.ids.get(key);
    this.ids.delete(key);
    return id;
  }

  get left(): number {
    return this.ids.size;
  }
}

function keyOf({ messageType, clientKey }: Pick<DocumentRow, "messageType" | "clientKey">): string {
  return `${messageType} ${clientKey}`;
}
