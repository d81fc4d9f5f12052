import type { PathMapping } from "../lib/migrate/places.js";
import { wrong } from "./terminal.js";

/** `--map C:\ImpPath=/mnt/imp`, as often as it is given. */
export function mappingsOf(given: readonly string[] | undefined): PathMapping[] {
  return (given ?? []).map((text) => {
    const at = text.indexOf("=");
    if (at < 1 || at === text.length - 1)
      throw wrong(`--map ${text}：应为 原路径=本机路径`, `--map ${text}: it has to be there=here`);
    return { from: text.slice(0, at), to: text.slice(at + 1) };
  });
}
