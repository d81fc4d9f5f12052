import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { realPath } from "../../lib/client/separation.js";
import { messageOf } from "../../lib/errors.js";
import { makePath } from "../../lib/make-path.js";
import { PlainError } from "../plain-error.js";

/** Stands in the folder of a demo, so that a demo made with another SW_DATA is known as one. */
const MARK = ".demo";

/** Makes a folder that a variable names. Errors: PlainError that says which. */
export function makeFolder(variable: string, folder: string): void {
  try {
    makePath(folder);
  } catch (error) {
    const why = messageOf(error);
    throw new PlainError(
      `${variable}：不能建立文件夹 ${folder}，没有启动任何程序。 / ${variable}: the folder ${folder} cannot be made, nothing was started. ${why}`,
      error,
    );
  }
}

/** Makes the folder of a demo, marked as one. Errors: PlainError for a folder in which something of somebody else's lies. */
export function makeDemoFolder(folder: string): void {
  makeFolder("SW_DATA", folder);
  const mark = join(folder, MARK);
  if (!existsSync(mark) && readdirSync(folder).length > 0) {
    throw new PlainError(
      `${folder} 不是演示的文件夹，其中已有文件，演示没有启动；请在别的文件夹中运行。 / ` +
        `${folder} is no folder of a demo and not empty: the demo was not started; run it in another folder.`,
    );
  }
  writeFileSync(mark, "演示 / demo\n");
}

/** Whether a path lies in a folder or is it, as the disk knows both, through links. */
export function isWithin(path: string, folder: string): boolean {
  return above(realPath(path)).includes(realPath(folder));
}

/** The folder of a demo that a path lies in, is or, of the demo `own`, has in it. Undefined = none. */
export function demoOf(path: string, own: string): string | undefined {
  const marked = above(realPath(path)).find((folder) => existsSync(join(folder, MARK)));
  if (marked !== undefined) return marked;
  return isWithin(path, own) || (existsSync(own) && isWithin(own, path)) ? own : undefined;
}

/** A path and every folder above it. */
function above(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...above(parent)];
}
