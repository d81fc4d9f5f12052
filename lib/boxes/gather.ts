import { join } from "node:path";
import { entryNameOf, writeZip } from "../archive/index.js";
import { isPdfName } from "../business/edocs.js";
import { renamed } from "../business/packing.js";
import { crashPoint } from "../crash-point.js";
import { codeOf } from "../errors.js";
import { looksComplete } from "../files/complete.js";
import type { Files } from "../files/files.js";
import type { BusinessFolder } from "../files/folders.js";
import type { DocumentRow } from "../ledger/index.js";
import { sha256Of } from "../sha256.js";
import type { FoundPdf } from "./attachments.js";
import { type ClaimedFile, enterRow } from "./claim.js";
import { contentOfBytes } from "./content.js";
import type { BoxContext } from "./context.js";
import { isDoubted } from "./doubt.js";
import { endLeftBehind } from "./left-behind.js";
import { seenLate } from "./looked-for.js";
import { assertOurs } from "./ours.js";
import type { OutBox } from "./out-box.js";
import { type FileSnapshot, isYoung, sameSnapshot } from "./snapshot.js";

/** A folder where one document and its PDFs come together; its name holds the document's id. */
const GATHERING = /^\.([0-9a-f-]{36})\.gather$/;

/** In TempBox; in OutBox where the one may be on another volume: the files are moved into it, and must not be copied half. */
const boxOf = (folder: BusinessFolder) => (folder.isElsewhere("OutBox", "TempBox") ? "OutBox" : "TempBox");

const folderOf = (folder: BusinessFolder, id: string) => join(folder.box(boxOf(folder)), `.${id}.gather`);
/** A name that no file of an OutBox has: one that begins with a dot is not claimed. */
const ZIP = ".gathered.zip";
/** A block of a PDF that was made in its full size may not have been filled yet, where it was written a moment ago. */
const HOLE = Buffer.alloc(4096);
/** Of what is copied into the folder, and never put back. */
const COPY = ".tmp";

/**
 * Claims a bare XML together with its PDFs (faq 15): all are moved into a folder of their own in TempBox, packed into one
 * flat ZIP there, the ZIP's row is committed, the ZIP takes its place in TempBox, the folder goes. From then on the document is
 * that ZIP, in SentBox and FailBox too. Until the row is there, a stop or a fault puts everything back (`recoverGathered`),
 * after it nothing is. PDFs for which `stays` is true, and those of the attachments folder, are copied and not moved.
 * Resolves to undefined when a file has gone or changed since it was looked at.
 */
export async function claimGathered(
  context: BoxContext,
  outBox: OutBox,
  name: string,
  pdfs: readonly FoundPdf[],
  stays: (pdf: FoundPdf) => boolean,
  onId?: (id: string) => void,
): Promise<ClaimedFile | undefined> {
  const { folder } = outBox;
  const { files } = context;
  const { disk } = files;
  const at = context.clock.now();
  const id = context.ids.document(at);
  const gathering = folderOf(folder, id);
  const fileName = renamed(name, ".zip");
  const snapshot = outBox.snapshotOf(name);
  outBox.take(name);
  // Before the first file moves: what `reconcile` finds of it is being worked on.
  onId?.(id);
  try {
    disk.makeFolder(gathering);
    const xml = join(gathering, name);
    const taken = take(files, join(folder.box("OutBox"), name), xml, snapshot);
    crashPoint("gather.after-xml");
    const sources = pdfs.map((pdf) => {
      if (pdf.outBoxName === undefined) return pdf.path;
      return join(gathering, stays(pdf) ? `${pdf.outBoxName}${COPY}` : pdf.outBoxName);
    });
    const whole = taken && pdfs.every((pdf, index) => bring(files, pdf, sources[index] as string));
    if (!whole) {
      await putBack(context, folder, gathering);
      outBox.forget(name);
      return undefined;
    }
    crashPoint("gather.after-pdfs");
    const declaration = await disk.readLarge(xml);
    if (snapshot?.sha256 !== undefined && sha256Of(declaration) !== snapshot.sha256) throw changed(name);
    const entries = [{ name: entryNameOf(renamed(name, ".xml")), bytes: declaration }];
    for (const [index, { entry, snapshot }] of pdfs.entries()) {
      const source = sources[index] as string;
      const bytes = await disk.readLarge(source);
      if (bytes.length !== snapshot.size || !looksComplete(disk, source, bytes.length)) throw changed(entry);
      if (isYoung(snapshot, at) && bytes.includes(HOLE)) throw changed(entry);
      entries.push({ name: entry, bytes });
    }
    const payload = await writeZip(entries, { at });
    await files.write(gathering, ZIP, payload);
    crashPoint("gather.after-zip");
    const claimed = await enterRow(context, folder, {
      ...{ id, at, name: fileName },
      content: await contentOfBytes(payload, context.clock),
      doubted: isDoubted(context, snapshot),
    });
    const { boxName } = claimed.row;
    assertOurs(context, claimed.row);
    await place(files, folder, claimed.row, gathering);
    // Another instance that started just then may have put everything back, not knowing of the row.
    if (!disk.exists(join(folder.box("TempBox"), boxName))) await files.write(folder.box("TempBox"), boxName, payload);
    for (const gone of [name, ...pdfs.flatMap(({ outBoxName }) => outBoxName ?? [])]) {
      if (!disk.exists(join(folder.box("OutBox"), gone))) outBox.forget(gone);
    }
    return claimed;
  } catch (error) {
    // The folder stays where the ledger cannot be asked: the next start looks again.
    const row = await context.ledger.get(id).catch(() => null);
    if (row) await endGathering(context, folder, row, gathering);
    else if (row === undefined) await putBack(context, folder, gathering);
    throw error;
  }
}

const changed = (name: string) => Object.assign(new Error(`${name} changed while it was read`), { code: "EBUSY" });

/** Ids of the documents that have a folder where they come together with their PDFs. */
export function gatheringsIn({ files }: Pick<BoxContext, "files">, folder: BusinessFolder): string[] {
  return files.disk
    .list(folder.box(boxOf(folder)))
    .flatMap(({ name, kind }) => (kind === "folder" ? (GATHERING.exec(name)?.[1] ?? []) : []));
}

/**
 * Brings to an end what a stop left half gathered, or a power cut brought back of it: with a row the ZIP takes its place, unless the document's
 * file is there; without one everything goes back.
 */
export async function recoverGathered(context: BoxContext, folder: BusinessFolder, id: string): Promise<void> {
  const row = await context.ledger.get(id);
  if (row) await endGathering(context, folder, row, folderOf(folder, id));
  else await putBack(context, folder, folderOf(folder, id));
}

/** Both at once, without a turn of the event loop between: the next document may want the same PDF. */
function bring(files: Files, pdf: FoundPdf, target: string): boolean {
  if (target === pdf.path) return true;
  return take(files, pdf.path, target, pdf.snapshot, target.endsWith(COPY) ? "copy" : "move");
}

/** Moves or copies a file that still looks as it did; false when it does not, or has gone. */
function take(
  files: Files,
  source: string,
  target: string,
  snapshot: FileSnapshot | undefined,
  how: "move" | "copy" = "move",
): boolean {
  try {
    if (how === "move") files.moveNow(source, target);
    else files.disk.copy(source, target);
    const now = files.disk.facts(how === "move" ? target : source);
    return snapshot === undefined || (now !== undefined && sameSnapshot(snapshot, now));
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    return false;
  }
}

async function place(files: Files, folder: BusinessFolder, row: DocumentRow, gathering: string): Promise<void> {
  const zip = join(gathering, ZIP);
  const target = join(folder.box("TempBox"), row.boxName);
  if (!row.settled && row.box === "TempBox" && !files.disk.exists(target) && files.disk.exists(zip)) {
    await files.move(zip, target);
  }
  crashPoint("gather.after-place");
  files.disk.removeFolder(gathering);
}

async function endGathering(
  context: BoxContext,
  folder: BusinessFolder,
  row: DocumentRow,
  gathering: string,
): Promise<void> {
  const { disk } = context.files;
  const zip = join(gathering, ZIP);
  if (disk.exists(zip)) await endLeftBehind(context, folder, row, zip);
  disk.removeFolder(gathering);
}

/** PDFs first: an XML that is alone in the OutBox would be reported as lacking them. The ZIP is only made of them. */
async function putBack(context: BoxContext, folder: BusinessFolder, gathering: string): Promise<void> {
  const { files, clock } = context;
  if (!files.disk.exists(gathering)) return;
  // The folder goes with all that is in it: what has just been moved there may be seen late.
  const late = seenLate(context, gathering);
  if (late > 0) await new Promise<void>((resolve) => clock.after(late, resolve));
  const all = files.disk.list(gathering).map(({ name }) => name);
  const names = all.filter((name) => name !== ZIP && !name.endsWith(COPY));
  for (const name of names.sort((one, other) => Number(isPdfName(other)) - Number(isPdfName(one)))) {
    await files.place(join(gathering, name), folder.box("OutBox"), name);
  }
  files.disk.removeFolder(gathering);
}
