import { access, constants, readdir, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Bilingual, codeOf, ImportClientError, messageOf } from "../errors.js";
import { BOX_NAMES, type BoxName, type Folders } from "../files/folders.js";
import type { Finding } from "./step.js";

const LEAST_FREE = 500 * 1024 * 1024;

/** Names of the trial's files; `folder-watch` leaves `.tmp` alone, and so do programs that read an InBox. */
let trials = 0;

/**
 * The root and each business's boxes: they are there, can be written, lie on one volume (a claim is a rename), and there is
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
  for (const { code, path } of businesses) {
    const boxes = await boxesIn(path);
    for (const name of BOX_NAMES) if (!boxes.has(name)) missing.push(`${code}/${name}`);
    for (const box of boxes.values()) await checkWritable(box);
    await checkVolume(code, boxes);
  }
  const { bavail, bsize } = await statfs(root);
  const free = bavail * bsize;
  const megabytes = Math.round(free / 1024 / 1024);
  const codes = businesses.map(({ code }) => code).join(", ") || "-";
  const text = {
    zh: `${root}；业务文件夹：${codes}；剩余空间 ${megabytes} MB${missing.length ? `；尚无 ${missing.join(", ")}` : ""}`,
    en: `${root}; business folders: ${codes}; ${megabytes} MB free${missing.length ? `; not there yet: ${missing.join(", ")}` : ""}`,
  };
  if (free < LEAST_FREE) {
    return { text, warning: true, advice: { zh: "磁盘空间不足，请清理。", en: "Little space is left on the disk." } };
  }
  if (businesses.length === 0) {
    return {
      text,
      warning: true,
      advice: {
        zh: "根目录下没有带 OutBox 的业务文件夹：请核对根目录，或在 folder-watch 节点中选择“建立文件夹”。",
        en: "There is no business folder with an OutBox below the root: check the root, or let folder-watch make the boxes.",
      },
    };
  }
  return { text };
}

/** Boxes that are there, by their name; case does not matter (domain 2). */
async function boxesIn(path: string): Promise<Map<BoxName, string>> {
  const found = new Map<BoxName, string>();
  for (const entry of await readdir(path)) {
    const name = BOX_NAMES.find((box) => box.toLowerCase() === entry.toLowerCase());
    if (name) found.set(name, join(path, entry));
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

/** A claim renames from OutBox to TempBox, settling from there to SentBox or FailBox. */
async function checkVolume(code: string, boxes: ReadonlyMap<BoxName, string>): Promise<void> {
  const outBox = boxes.get("OutBox");
  const others = (["TempBox", "SentBox", "FailBox"] as const).flatMap((name) => boxes.get(name) ?? []);
  if (!outBox) return;
  const { dev } = await stat(outBox);
  for (const other of others) {
    const from = join(outBox, trialName());
    const to = join(other, trialName());
    try {
      if ((await stat(other)).dev !== dev) throw Object.assign(new Error("another volume"), { code: "EXDEV" });
      await writeFile(from, "", { flag: "wx" });
      await rename(from, to);
    } catch (cause) {
      const crossing = codeOf(cause) === "EXDEV";
      throw folderError(
        crossing
          ? {
              zh: `${code} 的各个文件夹不在同一磁盘上：${other}`,
              en: `the boxes of ${code} are not on one volume: ${other}`,
            }
          : {
              zh: `${other}：不能移入文件：${messageOf(cause)}`,
              en: `no file can be moved to ${other}: ${messageOf(cause)}`,
            },
        cause,
        {
          zh: "请把同一业务的各个文件夹放在同一磁盘（同一共享）上，并检查权限。",
          en: "Keep the boxes of a business on one volume (one share), and check the rights.",
        },
      );
    } finally {
      for (const file of [from, to]) await rm(file, { force: true }).catch(() => undefined);
    }
  }
}

function trialName(): string {
  return `.diagnose-${process.pid}-${++trials}.tmp`;
}

function folderError(text: Bilingual, cause: unknown, advice: Bilingual): ImportClientError {
  return new ImportClientError("SW-FOLDER", text, { cause, advice });
}
