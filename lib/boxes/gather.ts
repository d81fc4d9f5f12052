import { copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeZip } from "../archive/index.js";
import { isPdfName } from "../business/edocs.js";
import { renamed } from "../business/packing.js";
import { newDocumentId } from "../client/ids.js";
import { crashPoint } from "../crash-point.js";
import { codeOf } from "../errors.js";
import type { DocumentRow } from "../ledger/index.js";
import type { FoundPdf } from "./attachments.js";
import { type ClaimedFile, enterRow } from "./claim.js";
import type { BoxContext } from "./context.js";
import type { BusinessFolder } from "./folders.js";
import { markedName } from "./names.js";
import { type Look, lookAt, type OutBox, sameLook } from "./out-box.js";
import { freeName, moveFile, writeDurably } from "./place.js";

/** A folder in TempBox where one document and its PDFs come together; its name holds the document's id. */
const GATHERING = /^\.([0-9a-f-]{36})\.gather$/;

const folderOf = (folder: BusinessFolder, id: string) => join(folder.box("TempBox"), `.${id}.gather`);
/** A name that no file of an OutBox has: one that begins with a dot is not claimed. */
const ZIP = ".gathered.zip";
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
  const at = Date.now();
  const id = newDocumentId(at);
  const gathering = folderOf(folder, id);
  const fileName = renamed(name, ".zip");
  try {
    mkdirSync(gathering);
    const xml = join(gathering, name);
    const taken = take(join(folder.box("OutBox"), name), xml, outBox.lookOf(name));
    crashPoint("gather.after-xml");
    const sources = pdfs.map((pdf) => {
      if (pdf.outBoxName === undefined) return pdf.path;
      return join(gathering, stays(pdf) ? `${pdf.outBoxName}${COPY}` : pdf.outBoxName);
    });
    const whole = taken && pdfs.every((pdf, index) => bring(pdf, sources[index] as string));
    if (!whole) {
      putBack(folder, gathering);
      outBox.forget(name);
      return undefined;
    }
    crashPoint("gather.after-pdfs");
    const entries = [{ name: renamed(name, ".xml"), bytes: await readFile(xml) }];
    for (const [index, { entry, look }] of pdfs.entries()) {
      const bytes = await readFile(sources[index] as string);
      if (bytes.length !== look.size)
        throw Object.assign(new Error(`${entry} changed while it was read`), { code: "EBUSY" });
      entries.push({ name: entry, bytes });
    }
    const payload = await writeZip(entries, { at });
    writeDurably(gathering, ZIP, payload);
    crashPoint("gather.after-zip");
    // The id makes the name one that no other claim takes meanwhile.
    const boxName = markedName(fileName, `.${id}`);
    const claimed = await enterRow(context, folder, { id, at, name: fileName, boxName, payload }, onId);
    place(folder, claimed.row, gathering);
    // Another instance that started just then may have put everything back, not knowing of the row.
    if (!existsSync(join(folder.box("TempBox"), boxName))) writeDurably(folder.box("TempBox"), boxName, payload);
    for (const gone of [name, ...pdfs.flatMap(({ outBoxName }) => outBoxName ?? [])]) {
      if (!existsSync(join(folder.box("OutBox"), gone))) outBox.forget(gone);
    }
    return claimed;
  } catch (error) {
    // The folder stays where the ledger cannot be asked: the next start looks again.
    const row = await context.ledger.get(id).catch(() => null);
    if (row) place(folder, row, gathering);
    else if (row === undefined) putBack(folder, gathering);
    throw error;
  }
}

/** Brings to an end what a stop left half gathered: with a row the ZIP takes its place, without one everything goes back. */
export async function recoverGathered(context: BoxContext, folder: BusinessFolder): Promise<void> {
  for (const entry of readdirSync(folder.box("TempBox"), { withFileTypes: true })) {
    const id = entry.isDirectory() ? GATHERING.exec(entry.name)?.[1] : undefined;
    if (id === undefined) continue;
    const row = await context.ledger.get(id);
    if (row) place(folder, row, folderOf(folder, id));
    else putBack(folder, folderOf(folder, id));
  }
}

/** Both at once, without a turn of the event loop between: the next document may want the same PDF. */
function bring(pdf: FoundPdf, target: string): boolean {
  if (target === pdf.path) return true;
  return take(pdf.path, target, pdf.look, target.endsWith(COPY) ? copyFileSync : moveFile);
}

/** The same for one row, while the process runs. */
export function completeGathering(context: BoxContext, row: DocumentRow): void {
  const folder = context.folders.of(row.business);
  if (existsSync(folderOf(folder, row.id))) place(folder, row, folderOf(folder, row.id));
}

/** Moves or copies a file that still looks as it did; false when it does not, or has gone. */
function take(source: string, target: string, look: Look | undefined, by: typeof moveFile = moveFile): boolean {
  try {
    by(source, target);
    return look === undefined || sameLook(look, lookAt(lstatSync(by === moveFile ? target : source)));
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    return false;
  }
}

function place(folder: BusinessFolder, row: DocumentRow, gathering: string): void {
  const zip = join(gathering, ZIP);
  const target = join(folder.box("TempBox"), row.boxName);
  if (!row.settled && row.box === "TempBox" && !existsSync(target) && existsSync(zip)) renameSync(zip, target);
  crashPoint("gather.after-place");
  rmSync(gathering, { recursive: true, force: true });
}

/** PDFs first: an XML that is alone in the OutBox would be told that they are missing. The ZIP is only made of them. */
function putBack(folder: BusinessFolder, gathering: string): void {
  if (!existsSync(gathering)) return;
  const names = readdirSync(gathering).filter((name) => name !== ZIP && !name.endsWith(COPY));
  for (const name of names.sort((one, other) => Number(isPdfName(other)) - Number(isPdfName(one)))) {
    moveFile(join(gathering, name), join(folder.box("OutBox"), freeName(folder.box("OutBox"), name)));
  }
  rmSync(gathering, { recursive: true, force: true });
}
