import { extname, join } from "node:path";
import { CODES } from "../codes.js";
import { codeOf, errorOf, type Fault } from "../errors.js";
import { looksComplete } from "../files/complete.js";
import type { DocumentRow } from "../ledger/index.js";
import { isSameContent, repeats } from "../ledger/rules/identity.js";
import { contentOf } from "./content.js";
import type { BoxContext } from "./context.js";
import { contentFacts, newRow } from "./new-row.js";
import { settleReplaced } from "./settle.js";

/** A newer file that is being written is waited for so often, with a pause in milliseconds. */
const LOOKS = 10;
const PAUSE = 200;

const REPLACED: Fault = {
  code: "SW-REPLACED",
  text: CODES["SW-REPLACED"].meaning,
  advice: CODES["SW-REPLACED"].action,
};

/**
 * The last look before a document is sent for the first time: some producers write a file again after it was claimed. When a newer one of its
 * name lies in OutBox that is the same document by its own number and has other content, the one that was claimed is not sent: it ends as
 * replaced, which is told, and SW-REPLACED is thrown. One that is half written is waited for for a moment; when it is not finished then, the
 * older one goes, and that is told too. A file of that name with another document in it changes nothing: both go.
 */
export async function assertNewest(context: BoxContext, id: string): Promise<void> {
  const row = await context.ledger.get(id);
  if (row?.state === "failed" && row.code === REPLACED.code) throw errorOf(REPLACED);
  if (row?.state !== "claimed") return;
  for (const name of namesOf(row)) {
    const newer = await newerAt(context, row, name);
    if (!newer) continue;
    const { fileName } = row;
    if (newer === "unfinished") {
      context.notice(
        REPLACED.code,
        `${fileName}：OutBox 中的同名新文件尚未写完，先发送已取走的内容`,
        `${fileName} goes as it was claimed: a newer file of its name in OutBox is not finished`,
      );
      continue;
    }
    await settleReplaced(context, id);
    context.notice(
      REPLACED.code,
      `${fileName} 在发送之前被重新写入：未发送旧内容，将发送新内容`,
      `${fileName} was written again before it was sent: the older content is not sent, the newer one is`,
    );
    throw errorOf(REPLACED);
  }
}

/** The names under which its producer may write it again; a ZIP may have been gathered of a declaration and its PDFs. */
function namesOf({ fileName }: DocumentRow): string[] {
  const ending = extname(fileName);
  if (ending.toLowerCase() !== ".zip") return [fileName];
  return [fileName, `${fileName.slice(0, -ending.length)}.xml`];
}

/** The newer content of a document under this name; undefined when there is none. */
async function newerAt(
  { files: { disk }, folders, settings, ledger, clock }: BoxContext,
  row: DocumentRow,
  name: string,
): Promise<DocumentRow | "unfinished" | undefined> {
  const folder = folders.of(row.business);
  const path = join(folder.box("OutBox"), name);
  for (let look = 1; disk.exists(path); look++) {
    try {
      const size = disk.facts(path)?.size ?? 0;
      if (looksComplete(disk, path, size)) {
        const facts = await contentFacts(await contentOf(disk, path, clock), name);
        const found = newRow(settings, facts, row.claimedAt, { ...placeOf(row), fileName: name });
        if (isSameContent(found, row) || !repeats(found, row, facts.sameKey)) return undefined;
        // What was claimed before is no newer one: a power cut may bring a file back.
        return (await ledger.bySha256(facts.sha256)).length > 0 ? undefined : found;
      }
    } catch (error) {
      // Somebody writes it, or a scanner holds it.
      if (codeOf(error) === "ENOENT") return undefined;
    }
    if (look >= LOOKS) return "unfinished";
    await new Promise<void>((resolve) => clock.after(PAUSE, resolve));
  }
  return undefined;
}

const placeOf = ({ id, business, boxName }: DocumentRow) => ({ id, business, boxName });
