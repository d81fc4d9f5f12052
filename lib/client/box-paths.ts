import { isAbsolute, join, resolve, sep } from "node:path";
import type { ImportClientError } from "../errors.js";
import { BOX_NAMES, type BoxPath } from "../files/box-place.js";
import { configError, settingRows } from "../settings.js";
import { CHECK_BOX } from "./check-boxes.js";

/** What folder codes may hold. */
const FOLDER = /^[^\\/:*?"<>|\p{Cc}]{1,64}$/u;

/**
 * The table of the import-client node: JSON, a list of rows with `folder`, `box`, `path`, for boxes that lie elsewhere than below the
 * root (field 4). A row that says what is so without it is left out. Throws SW-CONFIG, naming the row, for what is no such table, and where
 * two boxes would be one or one would lie in another.
 */
export function readBoxPaths(text: string, root: string): BoxPath[] {
  const paths: BoxPath[] = [];
  for (const of of settingRows(text, wrong)) {
    const folder = of("folder");
    const box = BOX_NAMES.find((name) => name.toLowerCase() === of("box").toLowerCase());
    const at = `${folder}/${of("box")}`;
    if (!FOLDER.test(folder) || folder.startsWith(".")) throw wrong(at, "不是文件夹代码", "that is no folder code");
    if (!box) throw wrong(at, "没有这样的文件夹", "there is no such box");
    if (!isAbsolute(of("path"))) throw wrong(at, `${of("path")} 不是绝对路径`, `${of("path")} is no absolute path`);
    const path = resolve(of("path"));
    if (path.toLowerCase() === join(root, folder, box).toLowerCase()) continue;
    if (paths.some((other) => sameBox(other, { folder, box }))) throw wrong(at, "重复", "it is there twice");
    paths.push({ folder, box, path });
  }
  assertApart(paths, root);
  return paths;
}

const sameBox = (one: Omit<BoxPath, "path">, other: Omit<BoxPath, "path">) =>
  one.box === other.box && one.folder.toLowerCase() === other.folder.toLowerCase();

/** What a business folder of the root may have in it. */
const WATCHED = [...BOX_NAMES, CHECK_BOX].map((name) => name.toLowerCase());

/** No box in another one, and none where the root keeps what is its own. */
function assertApart(paths: readonly BoxPath[], root: string): void {
  const inOther = (one: string, other: string) =>
    `${one}${sep}`.toLowerCase().startsWith(`${other}${sep}`.toLowerCase());
  for (const { folder, box, path } of paths) {
    const at = `${folder}/${box}`;
    if (inOther(root, path)) throw wrong(at, `${path} 包含根目录`, `${path} holds the root`);
    const below = inOther(path, root) ? path.slice(root.length + 1).split(sep) : [];
    // `<root>/<code>/<Box>` of another one, or something inside of it.
    const taken = below[0]?.startsWith(".") || WATCHED.includes(below[1]?.toLowerCase() ?? "");
    // The folder of a business holds its boxes, those that the root is known to have.
    const holds = below.length === 1 && paths.some((row) => row.folder.toLowerCase() === below[0]?.toLowerCase());
    const other = holds || paths.some((row) => row.path !== path && inOther(path, row.path));
    const twice = paths.some((row) => row.path.toLowerCase() === path.toLowerCase() && !sameBox(row, { folder, box }));
    if (taken || other || twice) {
      throw wrong(
        at,
        `${path} 已作他用或在另一个文件夹之内`,
        `${path} is something else already, or lies in another box`,
      );
    }
  }
}

function wrong(row: string, zh: string, en: string): ImportClientError {
  const at = row === "" ? { zh: "", en: "" } : { zh: ` ${row}`, en: ` ${row}` };
  return configError("boxPaths", `文件夹路径表${at.zh}：${zh}`, `table of box paths${at.en}: ${en}`);
}
