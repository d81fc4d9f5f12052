import { extname, join } from "node:path";
import type { Fault } from "../errors.js";
import type { Disk } from "../files/disk.js";
import type { BusinessFolder } from "../files/folders.js";
import { isUnfinishedName, shortened } from "../files/names.js";
import type { DocumentRow } from "../ledger/index.js";
import { sha256Of } from "../sha256.js";
import { enterClaim } from "./claim.js";
import type { BoxContext } from "./context.js";
import { recoverGathered } from "./gather.js";
import { copyForResend, isResent } from "./resend.js";
import { duplicateOf, finishEnded, settleFailed } from "./settle.js";

/** What a start found and did, for the log. */
export interface Recovery {
  /** Sends that were under way: their outcome is not known. */
  unknown: number;
  /** Claims whose fate was committed and whose file was still to be moved. */
  finished: number;
  /** Claims that go through the flow again. */
  open: number;
  /** Files in TempBox without a row. */
  entered: number;
}

export const FILE_MISSING = {
  code: "SW-FILE-MISSING",
  text: { zh: "单据文件已不在 TempBox 和 OutBox 中", en: "the document's file is in neither TempBox nor OutBox" },
  advice: { zh: "请从 ERP 重新导出此单据。", en: "Export the document from the ERP again." },
} satisfies Fault;

/**
 * Brings rows and files together after a stop of any kind, before anything is claimed or sent (promises 3). It sends
 * nothing and fails nothing that may have been sent.
 */
export async function recover(context: BoxContext): Promise<Recovery> {
  const { ledger, folders, files } = context;
  const recovery: Recovery = { unknown: 0, finished: 0, open: 0, entered: 0 };
  const inTempBox = new Set<string>();
  for (const folder of folders.withOutBox()) await recoverGathered(context, folder);
  for (const row of await ledger.unsettled()) {
    if (row.box === "TempBox") inTempBox.add(`${row.business}/${row.boxName}`);
    switch (row.state) {
      case "sending":
        await ledger.transition(
          row.id,
          { from: ["sending"], to: "unknown" },
          {},
          { event: "unknown", text: "stopped while sending" },
        );
        recovery.unknown++;
        break;
      case "claimed":
        if (await openClaim(context, row)) recovery.open++;
        break;
      case "failed":
      case "sent":
      case "accepted":
      case "rejected":
        await finishEnded(context, row);
        recovery.finished++;
        break;
      default:
        break;
    }
  }
  for (const folder of folders.withOutBox()) {
    for (const { name, kind } of files.disk.list(folder.box("TempBox"))) {
      if (kind !== "file" || isUnfinishedName(name) || inTempBox.has(`${folder.code}/${name}`)) continue;
      const { row, repeats } = await enterClaim(context, folder, name, name);
      if (repeats) await settleFailed(context, row.id, duplicateOf(repeats));
      recovery.entered++;
    }
  }
  return recovery;
}

/** Is the file of an open claim where its row says? If not, it is put there, or the claim ends. */
async function openClaim(context: BoxContext, row: DocumentRow): Promise<boolean> {
  const { files } = context;
  const folder = context.folders.of(row.business);
  const temp = join(folder.box("TempBox"), row.boxName);
  const out = join(folder.box("OutBox"), row.boxName);
  if (files.disk.exists(row.box === "TempBox" ? temp : out)) return true;
  if (row.box === "OutBox") {
    // The row went first: stopped between the commit and the move back.
    const left = [row.boxName, row.fileName].find((name) => files.disk.exists(join(folder.box("TempBox"), name)));
    if (left !== undefined) {
      const name = files.freeName(folder.box("OutBox"), row.boxName);
      await context.ledger.update(row.id, { boxName: name });
      files.move(join(folder.box("TempBox"), left), join(folder.box("OutBox"), name));
      return true;
    }
  }
  const archived = findArchived(files.disk, folder, row);
  if (archived && isResent(row)) {
    // The row went first here too: stopped before the file was copied.
    copyForResend(context, row, join(folder.box(archived.box), archived.name));
    return true;
  }
  if (archived) {
    // Somebody moved it there by hand: the row follows, and says so.
    const change = { box: archived.box, boxName: archived.name, settled: true } as const;
    const moved = { event: "file-moved", code: FILE_MISSING.code, text: `${archived.box}/${archived.name}` };
    await context.ledger.transition(
      row.id,
      { from: ["claimed"], to: "failed" },
      { ...change, code: FILE_MISSING.code, failedAt: context.clock.now() },
      moved,
    );
    return false;
  }
  await settleFailed(context, row.id, FILE_MISSING);
  return false;
}

/** The file of a row in SentBox or FailBox, known by its hash; only names that begin like it are read. */
function findArchived(
  disk: Disk,
  folder: BusinessFolder,
  row: DocumentRow,
): { box: "SentBox" | "FailBox"; name: string } | undefined {
  const base = shortened(row.fileName.slice(0, row.fileName.length - extname(row.fileName).length), 100);
  for (const box of ["SentBox", "FailBox"] as const) {
    for (const { name, kind } of disk.list(folder.box(box))) {
      if (kind !== "file" || !name.startsWith(base)) continue;
      if (sha256Of(disk.read(join(folder.box(box), name))) === row.sha256) return { box, name };
    }
  }
  return undefined;
}
