import { join } from "node:path";
import type { BoxContext } from "../boxes/context.js";
import { ImportClientError } from "../errors.js";
import type { BusinessFolder } from "../files/folders.js";
import { isPlainName, isUnfinishedName } from "../files/names.js";
import { isAlive } from "../ledger/rules/identity.js";
import { sha256InTurns } from "../sha256.js";

/** What has become of a file that was handed in. */
export interface HandedIn {
  /** Code of the folder as it stands on disk. */
  business: string;
  /** Its name in OutBox: with a number where another file has its name. */
  fileName: string;
  sha256: string;
  /** Id of the document that has these very bytes and was neither failed nor refused: nothing was written then. */
  already: string;
}

/**
 * Puts a file into an OutBox as careful producers do: whole under another name, synced, then renamed, never over another file.
 * The same bytes handed in again are the same document, so that whoever did not hear the answer may ask again. Rejects with
 * SW-MESSAGE for a name that is none, with SW-FOLDER where there is no such folder, or it cannot be written.
 */
export async function handIn(
  context: BoxContext,
  { business, fileName, payload }: { business: string; fileName: string; payload: Buffer },
): Promise<HandedIn> {
  context.lease.assertHeld();
  const folder = outBoxOf(context, business);
  assertName(fileName);
  if (payload.length === 0) {
    throw new ImportClientError("SW-MESSAGE", { zh: "文件内容为空", en: "the file is empty" });
  }
  const sha256 = await sha256InTurns(payload, context.clock);
  const same = await context.ledger.bySha256(sha256);
  const alive = same.find((row) => isAlive(row) && row.business === folder.code);
  if (alive) return { business: folder.code, fileName: alive.fileName, sha256, already: alive.id };
  const before = recentIn(context, folder.code).get(sha256);
  if (before !== undefined && context.files.disk.exists(join(folder.box("OutBox"), before))) {
    return { business: folder.code, fileName: before, sha256, already: "" };
  }
  const name = await context.files.writeNew(folder.box("OutBox"), fileName, payload, sha256);
  remember(recentIn(context, folder.code), sha256, name);
  return { business: folder.code, fileName: name, sha256, already: "" };
}

/** By client and folder: the names of what was handed in last and has no row yet. */
const recent = new WeakMap<object, Map<string, Map<string, string>>>();
const REMEMBERED = 1000;

function recentIn(context: object, business: string): Map<string, string> {
  const folders = recent.get(context) ?? new Map<string, Map<string, string>>();
  recent.set(context, folders);
  const known = folders.get(business) ?? new Map<string, string>();
  folders.set(business, known);
  return known;
}

function remember(known: Map<string, string>, sha256: string, name: string): void {
  known.delete(sha256);
  known.set(sha256, name);
  const [oldest] = known.keys();
  if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
}

/** The folder of a code. Throws SW-FOLDER when no folder has an OutBox and this code. */
export function outBoxOf({ folders }: Pick<BoxContext, "folders">, business: string): BusinessFolder {
  const folder = folders.named(business);
  if (folder?.existing("OutBox")) return folder;
  const known = folders.withOutBox().map(({ code }) => code);
  throw new ImportClientError(
    "SW-FOLDER",
    {
      zh: `没有业务文件夹“${business}”；已有：${known.join("、") || "无"}`,
      en: `there is no business folder "${business}" with an OutBox; there are: ${known.join(", ") || "none"}`,
    },
    {
      advice: {
        zh: "请在根目录下建立该文件夹及其 OutBox，或改正业务代码。",
        en: "Make the folder and its OutBox below the root, or correct the code.",
      },
    },
  );
}

function assertName(fileName: string): void {
  if (isPlainName(fileName) && !isUnfinishedName(fileName) && /\.(?:xml|zip)$/i.test(fileName)) return;
  throw new ImportClientError(
    "SW-MESSAGE",
    {
      zh: `msg.filename “${fileName}” 不是可提交的文件名`,
      en: `msg.filename "${fileName}" is no name for a file to hand in`,
    },
    {
      advice: {
        zh: "文件名不含路径，不以“.”或“~”开头，以 .xml 或 .zip 结尾。",
        en: "A name without a path, not beginning with . or ~, that ends in .xml or .zip.",
      },
    },
  );
}
