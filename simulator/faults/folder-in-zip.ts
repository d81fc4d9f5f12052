import type { FaultRule } from "./types.js";

/** A folder in the ZIP cannot be imported (faq 3, 15); nobody tells of a receipt for it. */
export const folderInZip: FaultRule = {
  id: "folder-in-zip",
  source: "faq 3",
  check({ opened }) {
    if (opened.folders.length === 0) return undefined;
    return { kind: "silence", why: `folder in the ZIP: ${opened.folders[0]}` };
  },
};
