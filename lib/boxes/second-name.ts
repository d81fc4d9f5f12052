import { join } from "node:path";
import type { BusinessFolder } from "../files/folders.js";
import { numberedName } from "../files/names.js";
import type { DocumentRow } from "../ledger/index.js";
import { isFile } from "./archive.js";
import type { BoxContext } from "./context.js";

/** Numbered names that a file which was given back may have in OutBox, when others took its own. */
const NUMBERED = [2, 3, 4, 5];

/** The names that a document's file may have in OutBox: its producer's, and those that it may have been given back under. */
export function namesInOutBox({ fileName }: Pick<DocumentRow, "fileName">): string[] {
  return [fileName, ...NUMBERED.map((number) => numberedName(fileName, number))];
}

/**
 * A file is moved by one more name and the removal of the first (`Files.place`). A stop between the two leaves it with both, and so may a power
 * cut, which takes the newest changes back: the one in OutBox is no new document then, whatever has become of the one that it is. It is removed,
 * which is told; the file stays where a row of `known` says. What a producer puts there, with the same bytes too, is another file. Resolves to
 * whether it was such a name; that of another instance's open document is left to that one. `of`: the box that the name is in.
 */
export async function dropSecondName(
  context: Pick<BoxContext, "files" | "ledger" | "notice">,
  folder: BusinessFolder,
  name: string,
  known: readonly DocumentRow[],
  of: "OutBox" | "TempBox" = "OutBox",
): Promise<boolean> {
  const { files, ledger } = context;
  const path = join(folder.box(of), name);
  for (const row of known) {
    const { business, box, boxName, settled } = row;
    if (box === "none" || business.toLowerCase() !== folder.code.toLowerCase()) continue;
    // In OutBox itself another writing of one name is no second one, where the file system does not tell a from A.
    if (box === of && (box === "OutBox" || boxName === name)) continue;
    const own = join(folder.box(box), boxName);
    if (!settled && !ledger.owns(row)) {
      if (files.isOneFile(path, own)) return true;
    } else if (await files.dropName(path, own)) {
      context.notice(
        "SW-OUTBOX",
        `${name} 是已取走单据的同一文件（移动在中途被打断），已从 ${of} 移除`,
        `${name} is the file of a document that was claimed before, whose move was interrupted: it is taken out of ${of}`,
      );
      return true;
    }
  }
  return false;
}

/**
 * The same of a name in TempBox whose claim was taken back, so that no row has it: of its file the power cut has left the name there, and the one that it
 * was given back under, in OutBox, or that of the document as which it was claimed since.
 */
export async function dropTakenBack(
  context: Pick<BoxContext, "files" | "ledger" | "notice">,
  folder: BusinessFolder,
  boxName: string,
  fileName: string,
  known: readonly DocumentRow[],
): Promise<boolean> {
  const path = join(folder.box("TempBox"), boxName);
  for (const name of namesInOutBox({ fileName })) {
    if (await context.files.dropName(path, join(folder.box("OutBox"), name))) return true;
  }
  return dropSecondName(context, folder, boxName, known, "TempBox");
}

/**
 * A document that was given back to OutBox under a number, where a stop came before its row could say so: what has the name that it says is
 * another file, or none. Resolves to the row as it is, or as it is now.
 */
export async function underItsNumber(
  context: Pick<BoxContext, "files" | "clock" | "ledger">,
  folder: BusinessFolder,
  row: DocumentRow,
): Promise<DocumentRow> {
  if (row.box !== "OutBox") return row;
  const at = (name: string) => join(folder.box("OutBox"), name);
  for (const name of namesInOutBox(row)) {
    if (name === row.boxName || context.files.disk.facts(at(name))?.size !== row.size) continue;
    if (!(await isFile(context, at(name), row.sha256)) || (await isFile(context, at(row.boxName), row.sha256)))
      continue;
    return context.ledger.update(row.id, { boxName: name });
  }
  return row;
}
