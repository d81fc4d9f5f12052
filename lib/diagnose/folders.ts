import { existsSync } from "node:fs";
import { access, constants, opendir, readdir, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Bilingual, codeOf, ImportClientError } from "../errors.js";
import { BOX_NAMES, type BoxName, type BusinessFolder, type Folders } from "../files/folders.js";
import { isNoise, isUnfinishedName } from "../files/names.js";
import { saidOf, systemFault, toldFault } from "../system-fault.js";
import type { Finding } from "./step.js";

/** The bit of a folder's rights by which only owners may take files away. */
const STICKY = 0o1000;
/** Files of an OutBox that are looked at. */
const MOST_FILES = 1000;
const LEAST_FREE = 500 * 1024 * 1024;

/** Names of the trial's files; `folder-watch` leaves `.tmp` alone, and so do programs that read an InBox. */
let trials = 0;

/**
 * The root and each business's boxes: they are there, can be written, lie on one volume or not (then a claim is a copy), and there is
 * space. A small `.tmp` file is written into each box, and one is renamed as a claim is. Nothing that is missing is made: a
 * root that is gone may be a share that is not mounted.
 */
export async function checkFolders(folders: Folders): Promise<Finding> {
  const { root } = folders;
  await readdir(root).catch((cause) => {
    throw folderError(
      { zh: `根目录 ${root} 不存在或不可读`, en: `the root ${root} is not there or cannot be read` },
      cause,
      {
        zh: "请检查路径、共享是否已挂载，以及运行 Node-RED 的用户的权限。",
        en: "Check the path, whether the share is mounted, and the rights of the user that runs Node-RED.",
      },
    );
  });
  const businesses = folders.withOutBox();
  const missing: string[] = [];
  const apart: string[] = [];
  for (const business of businesses) {
    business.assertWhole();
    const boxes = boxesOf(business);
    for (const name of BOX_NAMES) if (!boxes.has(name)) missing.push(`${business.code}/${name}`);
    for (const box of boxes.values()) await checkWritable(box);
    if (!(await checkVolume(boxes))) apart.push(business.code);
    const outBox = boxes.get("OutBox");
    if (outBox !== undefined) await checkFiles(outBox);
  }
  const { bavail, bsize } = await statfs(root);
  const free = bavail * bsize;
  const megabytes = Math.round(free / 1024 / 1024);
  const codes = businesses.map(({ code }) => code).join(", ") || "-";
  const text = {
    zh: `${root}；业务文件夹：${codes}；剩余空间 ${megabytes} MB${missing.length ? `；尚无 ${missing.join(", ")}` : ""}${apart.length ? `；不在同一磁盘上，文件以复制方式移动：${apart.join(", ")}` : ""}`,
    en: `${root}; business folders: ${codes}; ${megabytes} MB free${missing.length ? `; not there yet: ${missing.join(", ")}` : ""}${apart.length ? `; not on one volume, files are moved by copying: ${apart.join(", ")}` : ""}`,
  };
  if (free < LEAST_FREE) {
    return { text, warning: true, advice: { zh: "磁盘空间不足，请清理。", en: "Little space is left on the disk." } };
  }
  if (businesses.length === 0) {
    return {
      text,
      warning: true,
      advice: {
        zh: "根目录下没有带 OutBox 的业务文件夹：请核对根目录，或在“待发送文件夹”节点中选中“自动建立文件夹”。",
        en: "There is no business folder with an OutBox below the root: check the root, or let folder-watch make the boxes.",
      },
    };
  }
  return { text };
}

/** Boxes that are there, by their name; case does not matter (domain 2). */
function boxesOf(folder: BusinessFolder): Map<BoxName, string> {
  const found = new Map<BoxName, string>();
  for (const name of BOX_NAMES) {
    const own = join(folder.path, name);
    // What stands there and is no folder is told by the trial.
    const path = folder.existing(name) ?? (existsSync(own) ? own : undefined);
    if (path !== undefined) found.set(name, path);
  }
  return found;
}

async function checkWritable(box: string): Promise<void> {
  const trial = join(box, trialName());
  try {
    await access(box, constants.R_OK | constants.W_OK);
    await writeFile(trial, "", { flag: "wx" });
  } catch (cause) {
    throw folderError(
      {
        zh: `${box} 不可读写（${codeOf(cause) ?? ""}）`,
        en: `${box} cannot be read and written (${codeOf(cause) ?? ""})`,
      },
      cause,
      {
        zh: "请给运行 Node-RED 的用户读写权限，并检查磁盘空间。",
        en: "Give the user that runs Node-RED the right to read and write it, and check the space on the disk.",
      },
    );
  } finally {
    await rm(trial, { force: true }).catch(() => undefined);
  }
}

/** What waits in an OutBox can be read, and be taken away: a folder with the sticky bit leaves that to the owner of each file. */
async function checkFiles(outBox: string): Promise<void> {
  const { mode, uid } = await stat(outBox);
  const user = process.geteuid?.() ?? 0;
  const onlyOwners = (mode & STICKY) !== 0 && user !== 0 && uid !== user;
  let looked = 0;
  for await (const entry of await opendir(outBox)) {
    if (!entry.isFile() || isUnfinishedName(entry.name) || isNoise(entry.name)) continue;
    if (looked++ >= MOST_FILES) return;
    const path = join(outBox, entry.name);
    try {
      await access(path, constants.R_OK);
      if (onlyOwners && (await stat(path)).uid !== user) throw notOwned(path);
    } catch (cause) {
      // It may have been claimed meanwhile.
      if (codeOf(cause) !== "ENOENT") throw toldFault(cause, path);
    }
  }
}

/** As a rename would say it. */
function notOwned(path: string): Error {
  return Object.assign(new Error("not the owner"), { code: "EPERM", syscall: "rename", path });
}

/** A claim renames from OutBox to TempBox, settling from there to SentBox or FailBox. False where that needs a copy. */
async function checkVolume(boxes: ReadonlyMap<BoxName, string>): Promise<boolean> {
  const outBox = boxes.get("OutBox");
  const others = (["TempBox", "SentBox", "FailBox"] as const).flatMap((name) => boxes.get(name) ?? []);
  if (!outBox) return true;
  const { dev } = await stat(outBox);
  let one = true;
  for (const other of others) {
    const from = join(outBox, trialName());
    const to = join(other, trialName());
    try {
      if ((await stat(other)).dev !== dev) throw Object.assign(new Error("another volume"), { code: "EXDEV" });
      await writeFile(from, "", { flag: "wx" });
      await rename(from, to);
    } catch (cause) {
      if (codeOf(cause) === "EXDEV") {
        one = false;
        continue;
      }
      throw folderError(
        {
          zh: `${other}：不能移入文件：${saidOf(cause).zh}`,
          en: `no file can be moved to ${other}: ${saidOf(cause).en}`,
        },
        cause,
        { zh: "请检查权限。", en: "Check the rights." },
      );
    } finally {
      for (const file of [from, to]) await rm(file, { force: true }).catch(() => undefined);
    }
  }
  return one;
}

function trialName(): string {
  return `.diagnose-${process.pid}-${++trials}.tmp`;
}

function folderError(text: Bilingual, cause: unknown, advice: Bilingual): ImportClientError {
  // Where the file system says why, its advice names the user and the folder.
  return new ImportClientError("SW-FOLDER", text, { cause, advice: systemFault(cause)?.advice ?? advice });
}
