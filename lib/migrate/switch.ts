import { join } from "node:path";
import type { Files } from "../files/files.js";
import { Folders } from "../files/folders.js";
import { isNoise, isUnfinishedName } from "../files/names.js";
import { type LeftFile, SWITCH_OVER_FILE, type SwitchOver, switchOverFolder } from "../watch/switch-over.js";

/** What lies in the OutBoxes and TempBoxes of a root. */
export interface Lying {
  outBox: readonly LeftFile[];
  tempBox: readonly LeftFile[];
}

/** The files that somebody has not finished with: waiting in OutBox, on their way in TempBox. Only looks. */
export function filesLying(files: Files, root: string): Lying {
  const found: Record<"OutBox" | "TempBox", LeftFile[]> = { OutBox: [], TempBox: [] };
  for (const folder of new Folders(root, files.disk).withAnyBox()) {
    for (const box of ["OutBox", "TempBox"] as const) {
      const path = folder.existing(box);
      if (path === undefined) continue;
      for (const { name, kind } of files.disk.list(path)) {
        if (kind !== "file" || isNoise(name) || (box === "OutBox" && isUnfinishedName(name))) continue;
        const facts = files.disk.facts(join(path, name));
        if (facts) found[box].push({ folder: folder.code, name, size: facts.size, modified: facts.modified });
      }
    }
  }
  return { outBox: found.OutBox, tempBox: found.TempBox };
}

/**
 * Hands the taking of new files over. What is in the OutBoxes now is left to whoever had it: to the official client when ours begins; ours
 * brings to its end what it has claimed either way.
 */
export async function handOver(files: Files, root: string, to: SwitchOver["to"], from: number): Promise<SwitchOver> {
  const switchOver: SwitchOver = { to, from, left: to === "ours" ? filesLying(files, root).outBox : [] };
  const folder = switchOverFolder(root);
  files.disk.makeFolder(folder);
  await files.write(folder, SWITCH_OVER_FILE, Buffer.from(`${JSON.stringify(switchOver, null, 2)}\n`));
  return switchOver;
}
