import type { Fault } from "../errors.js";
import type { BusinessFolder } from "../files/folders.js";
import { isNoise, isUnfinishedName } from "../files/names.js";
import type { ImportClient } from "./import-client.js";

/** Milliseconds after which a file that nobody watches for is news: by then a deploy is over. */
const NEWS = 5 * 60_000;

/** What the watch needs of its client. */
type Context = Pick<ImportClient, "clock" | "files" | "folders" | "lease" | "standing">;

/**
 * OutBoxes for which no folder-watch is at work: its node was disabled, deleted, or names other folders. A file that stays in one of them
 * waits for ever, so it stands in `status`. Only folders that nobody watches are looked at, and of their names as many as it takes.
 */
export class UnwatchedBoxes {
  /** By who watches: the folders that he names. */
  private readonly watched = new Map<string, readonly string[]>();
  /** By folder: a file that lies in its OutBox, and since when that is known, by the monotonic clock. */
  private readonly waiting = new Map<string, { name: string; since: number }>();

  constructor(private readonly client: Context) {}

  /** Somebody watches these folders from now on; none named = all. */
  watch(owner: string, businesses: readonly string[]): void {
    this.watched.set(
      owner,
      businesses.map((code) => code.toLowerCase()),
    );
    for (const code of [...this.waiting.keys()]) if (this.isWatched(code)) this.forget(code);
  }

  leave(owner: string): void {
    this.watched.delete(owner);
  }

  /** Looks once, and says what has waited too long. */
  async look(): Promise<void> {
    const { client } = this;
    // Where several share the root the others may watch it.
    if (client.lease.fault || client.lease.shared) return;
    if ([...this.watched.values()].some((codes) => codes.length === 0)) return;
    for (const folder of client.folders.withOutBox()) {
      const { code } = folder;
      if (this.isWatched(code)) continue;
      const file = await this.fileIn(folder);
      const now = client.clock.monotonic();
      const known = this.waiting.get(code);
      // A node may have begun meanwhile.
      if (file === undefined || this.isWatched(code)) this.forget(code);
      else if (known?.name !== file) {
        this.forget(code);
        this.waiting.set(code, { name: file, since: now });
      } else if (now - known.since >= NEWS) {
        client.standing.set(placeOf(code), unwatched(code), { hinders: true });
      }
    }
  }

  private isWatched(code: string): boolean {
    for (const codes of this.watched.values())
      if (codes.length === 0 || codes.includes(code.toLowerCase())) return true;
    return false;
  }

  private forget(code: string): void {
    this.waiting.delete(code);
    this.client.standing.clear(placeOf(code));
  }

  /** A finished file in its OutBox: the one that is known, as long as it is there. */
  private async fileIn(folder: BusinessFolder): Promise<string | undefined> {
    const path = folder.existing("OutBox");
    if (path === undefined) return undefined;
    const known = this.waiting.get(folder.code)?.name;
    let first: string | undefined;
    try {
      for await (const { name, kind } of this.client.files.disk.walk(path)) {
        if (kind !== "file" || isUnfinishedName(name) || isNoise(name)) continue;
        first ??= name;
        if (known === undefined || name === known) return name;
      }
    } catch {
      // It may be away; whoever works with it says so.
    }
    return first;
  }
}

const placeOf = (code: string) => `unwatched ${code}`;

function unwatched(code: string): Fault {
  return {
    code: "SW-OUTBOX",
    text: {
      zh: `${code}/OutBox 中有文件，但没有 folder-watch 节点在看这个文件夹，文件不会被取走`,
      en: `files wait in ${code}/OutBox, and no folder-watch node watches this folder: nobody takes them`,
    },
    advice: {
      zh: "请启用或加入使用此客户端的 folder-watch 节点，核对其“业务文件夹”后部署；文件随后自动取走。",
      en: "Enable or add a folder-watch node of this client, see which folders it names, and deploy: the files are taken then by themselves.",
    },
  };
}
