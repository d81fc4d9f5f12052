import { basename, dirname, relative, sep } from "node:path";
import { AUDIT_FOLDER } from "../audit/chain.js";
import type { Bilingual, ImportClientError } from "../errors.js";
import { BOX_NAMES, type BoxPath } from "../files/box-place.js";
import type { Disk } from "../files/disk.js";
import { MARKER } from "../files/folders.js";
import { KEPT_FOLDER, SPOOL_FOLDER } from "../files/spool.js";
import { isPostgres } from "../ledger/postgres/place.js";
import { configError } from "../settings.js";
import { CHECK_BOX } from "./check-boxes.js";
import { realPath } from "./separation.js";

/** Where a client keeps what is its own, and its boxes that lie elsewhere. Absolute paths. */
export interface OwnPlaces {
  root: string;
  /** A file, or `postgres://…`. */
  ledger: string;
  logDir: string;
  boxPaths: readonly BoxPath[];
}

/** Folders of a root in which only what belongs there may lie; the ledger's own is one of them for everything else. */
const RESERVED = [AUDIT_FOLDER, KEPT_FOLDER, SPOOL_FOLDER, MARKER];
const LEDGER_FOLDER = ".ledger";
/** Folders of a business that are looked through for files of others. */
const WATCHED = [...BOX_NAMES, CHECK_BOX].map((name) => name.toLowerCase());

const NAMES: Record<"ledger" | "logDir", Bilingual> = {
  ledger: { zh: "台账", en: "the ledger" },
  logDir: { zh: "日志文件夹", en: "the folder of the log" },
};

/**
 * Throws SW-CONFIG, naming the setting, where ledger or log would lie in a box: we would claim our own files, or clear them away with
 * what is old; or in a folder of the root that holds something else of ours. Letters' case makes no difference.
 */
export function assertOwnPlace(setting: "ledger" | "logDir", places: OwnPlaces): void {
  const { root, boxPaths, [setting]: path } = places;
  if (path === "" || isPostgres(path)) return;
  assertPlace(setting, path, root, boxPaths);
  // The same through links.
  const boxes = boxPaths.map((box) => ({ ...box, path: realPath(box.path) }));
  assertPlace(setting, realPath(path), root && realPath(root), boxes);
}

/**
 * Is a file in a box the ledger's, or one that SQLite or we put beside it? Whatever links lead there: no such file is ever claimed.
 */
export function ledgerFilesIn(box: string, ledger: string, disk?: Disk): (name: string) => boolean {
  if (ledger === "" || isPostgres(ledger)) return () => false;
  if (realPath(dirname(ledger), disk) !== realPath(box, disk)) return () => false;
  return (name) => name.startsWith(basename(ledger));
}

function assertPlace(setting: "ledger" | "logDir", path: string, root: string, boxPaths: readonly BoxPath[]): void {
  const box = boxPaths.find((other) => isIn(path, other.path));
  if (box) throw inBox(setting, path, `${box.folder}/${box.box}`);
  if (root === "" || !isIn(path, root)) return;
  const [first = "", second = ""] = relative(root.toLowerCase(), path.toLowerCase()).split(sep);
  if (WATCHED.includes(second) && !first.startsWith(".")) throw inBox(setting, path, `${first}/${second}`);
  const taken = setting === "ledger" ? RESERVED : [...RESERVED, LEDGER_FOLDER];
  if (first === "" || taken.includes(first)) throw inReserved(setting, path);
}

function isIn(path: string, folder: string): boolean {
  return `${path}${sep}`.toLowerCase().startsWith(`${folder}${folder.endsWith(sep) ? "" : sep}`.toLowerCase());
}

function inBox(setting: "ledger" | "logDir", path: string, box: string): ImportClientError {
  const { zh, en } = NAMES[setting];
  return configError(
    setting,
    `${zh} ${path} 位于收发文件夹 ${box} 之内，会被当作报文取走或清理；请改到文件夹之外，例如根目录下的 ${setting === "ledger" ? ".ledger" : ".log"}`,
    `${en} ${path} lies in the box ${box}, where it would be claimed as a document or cleared away: set a place outside of the boxes, ${setting === "ledger" ? ".ledger" : ".log"} below the root say`,
  );
}

function inReserved(setting: "ledger" | "logDir", path: string): ImportClientError {
  const { zh, en } = NAMES[setting];
  return configError(
    setting,
    `${zh} ${path} 的位置已由客户端另作他用；请改到别处，例如根目录下的 ${setting === "ledger" ? ".ledger" : ".log"}`,
    `${en} ${path} is a place where the client keeps something else: set another one, ${setting === "ledger" ? ".ledger" : ".log"} below the root say`,
  );
}
