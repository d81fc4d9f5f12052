import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { realPath } from "../../lib/client/separation.js";

/** Stands in the folder of a demo, so that a demo made with another SW_DATA is known as one. */
const MARK = ".demo";

/** Makes the folder of a demo, marked as one. */
export function makeDemoFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, MARK), "npm start: 演示 / demo\n");
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
