import { join } from "node:path";
import { ImportClientError } from "../errors.js";
import type { Disk } from "./disk.js";
import { makeFolder } from "./make-folder.js";
import { BOX_MARKER } from "./names.js";

/** A box, as the official client names it (domain 2). */
export type BoxName = "OutBox" | "TempBox" | "SentBox" | "FailBox" | "InBox";

export const BOX_NAMES: readonly BoxName[] = ["OutBox", "TempBox", "SentBox", "FailBox", "InBox"];

/** A box that lies elsewhere than `<root>/<folder>/<box>` (field 4), as it is set. */
export interface BoxPath {
  /** Folder code, matched without case. */
  folder: string;
  box: BoxName;
  /** Absolute. */
  path: string;
}

const NOTE =
  "本文件夹属于一个导入客户端，请勿删除本文件 / this folder belongs to one import client: do not delete this file";

/**
 * A box that lies elsewhere. A file in it says whose it is: without it the folder is the empty one that a share is mounted on, and with
 * another's it is another's. Looked for at each use.
 */
export class BoxPlace {
  /** Its file was read and is ours. */
  private isOurs = false;
  private readonly marker: string;

  /** `owner`: the name under which our root marks its boxes; undefined as long as that is not known. */
  constructor(
    readonly path: string,
    private readonly disk: Disk,
    private readonly owner: () => string | undefined,
  ) {
    this.marker = join(path, BOX_MARKER);
  }

  /** Is it there, whoever it belongs to? */
  isThere(): boolean {
    return this.disk.exists(this.marker);
  }

  /** Its path. Throws SW-FOLDER while it is not there, SW-OWNER when it is another client's. */
  use(): string {
    if (!this.isThere()) {
      this.isOurs = false;
      throw boxAway(this.path);
    }
    const owner = this.owner();
    if (!this.isOurs && owner !== undefined) {
      const other = this.ownerInFile();
      // Emptied by a person, who says that the folder is the right one.
      if (other === "") this.begin(owner);
      else if (other !== owner) throw boxOfAnother(this.path);
      this.isOurs = true;
    }
    return this.path;
  }

  /**
   * Makes the box, or takes a folder that is there, and writes into it whose it is. What says that already stays, and is made durable: who
   * wrote it may have ended before it was.
   */
  begin(owner: string): void {
    const { disk, path, marker } = this;
    const said = this.isThere() ? this.ownerInFile() : "";
    if (said !== "" && said !== owner) return;
    if (said === "") {
      if (!disk.isFolder(path)) {
        makeFolder(disk, path);
        disk.share(path);
      }
      const file = disk.holdAgain(marker);
      try {
        file.writeNow(Buffer.from(`${JSON.stringify({ note: NOTE, owner })}\n`));
      } finally {
        file.close();
      }
      disk.share(marker);
    }
    disk.syncNow(marker);
    disk.syncNow(path);
  }

  /** Empty for an empty file; what cannot be read is nobody's we know. */
  private ownerInFile(): string {
    const text = this.disk.read(this.marker).toString("utf8");
    if (text.trim() === "") return "";
    try {
      return String((JSON.parse(text) as { owner?: unknown }).owner);
    } catch {
      return "?";
    }
  }
}

function boxAway(path: string): ImportClientError {
  return new ImportClientError(
    "SW-FOLDER",
    {
      zh: `文件夹 ${path} 曾经使用过，现在却是空的或不可用，可能网络共享未挂载`,
      en: `the box ${path} was used before, and is empty or away now: its share may not be mounted`,
    },
    {
      advice: {
        zh: `请挂载共享或接上磁盘，随后自动继续；若文件夹无误，请在其中建立一个空文件 ${BOX_MARKER}。`,
        en: `Mount the share or connect the disk, work then goes on by itself; if the folder is the right one, make an empty file ${BOX_MARKER} in it.`,
      },
      details: { path },
    },
  );
}

function boxOfAnother(path: string): ImportClientError {
  return new ImportClientError(
    "SW-OWNER",
    { zh: `文件夹 ${path} 属于另一个根目录`, en: `the box ${path} belongs to another root` },
    {
      advice: {
        zh: `请核对 import-client 中该文件夹的路径；若确实归本客户端使用，请清空其中的文件 ${BOX_MARKER}。`,
        en: `Check the path of this box in the import-client; if it really is this client's, empty the file ${BOX_MARKER} in it.`,
      },
      details: { path },
    },
  );
}
