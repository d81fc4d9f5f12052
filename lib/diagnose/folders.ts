import { accessSync, constants, mkdirSync, statfsSync, statSync } from "node:fs";
import { BOX_NAMES, type Folders } from "../boxes/folders.js";
import { ImportClientError } from "../errors.js";
import type { Finding } from "./step.js";

const LEAST_FREE = 500 * 1024 * 1024;

/** Boxes exist, can be written, lie on one volume (a claim is a rename), and there is room. */
export function checkFolders(folders: Folders): Finding {
  mkdirSync(folders.root, { recursive: true });
  const businesses = folders.withOutBox();
  for (const folder of businesses) {
    const volumes = new Set<number>();
    for (const name of BOX_NAMES) {
      const path = folder.box(name);
      try {
        accessSync(path, constants.R_OK | constants.W_OK);
      } catch (cause) {
        throw new ImportClientError(
          "SW-FOLDER",
          { zh: `${path} 不可读写`, en: `${path} cannot be read and written` },
          {
            cause,
            advice: {
              zh: "请给运行 Node-RED 的用户读写权限。",
              en: "Give the user that runs Node-RED the right to read and write it.",
            },
          },
        );
      }
      if (name !== "InBox") volumes.add(statSync(path).dev);
    }
    if (volumes.size > 1) {
      throw new ImportClientError("SW-FOLDER", {
        zh: `${folder.code} 的各个文件夹不在同一磁盘上`,
        en: `the boxes of ${folder.code} are not on one volume`,
      });
    }
  }
  const { bavail, bsize } = statfsSync(folders.root);
  const free = bavail * bsize;
  const megabytes = Math.round(free / 1024 / 1024);
  const codes = businesses.map(({ code }) => code).join(", ") || "-";
  const text = {
    zh: `业务文件夹：${codes}；剩余空间 ${megabytes} MB`,
    en: `business folders: ${codes}; ${megabytes} MB free`,
  };
  if (free >= LEAST_FREE) return { text };
  return { text, warning: true, advice: { zh: "磁盘空间不足，请清理。", en: "Little room is left on the disk." } };
}
