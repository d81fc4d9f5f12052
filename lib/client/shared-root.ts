import { join } from "node:path";
import { ImportClientError } from "../errors.js";
import type { Ports } from "../files/ports.js";
import { nameOf, type OtherInstance, type RootSight } from "../ledger/instances.js";

/** The file in the root's own folder. */
const NAME = "shared-root.json";

/** Bytes of it; always as many, so that it can be written in its place. */
const SIZE = 128;

/**
 * So many looks one after the other may not find what is looked for: what is written on one machine is seen by another one a moment later, and
 * who was frozen may write what it had begun with. A look comes with each renewal.
 */
const MISSES = 4;

/**
 * That those who share a ledger work in one folder: the same path may be another share on another machine, none that is mounted, or a copy.
 * Whoever leads writes a name into a file of the root that nobody can guess, another one with each renewal, and says it in the ledger
 * first; all others look whether they see it. One that does not has no business there: what it claims nobody else could find.
 */
export class SharedRoot {
  private readonly path: string;
  private token = "";
  private before = "";
  /** What the file said when it was last as it should be. */
  private matched = "";
  private misses = 0;
  private written = false;
  private writing = false;
  private found: ImportClientError | undefined;
  /** It is about what one has said, not about one that has said nothing yet. */
  private isElsewhere = false;

  constructor(
    private readonly root: string,
    folder: string,
    private readonly ports: Pick<Ports, "disk" | "ids">,
  ) {
    this.path = join(folder, NAME);
  }

  /** Why this process may not work in its root; undefined when all is as it should be. */
  get fault(): ImportClientError | undefined {
    return this.found;
  }

  /** Nothing was missed at the last look. */
  get isSure(): boolean {
    return this.misses === 0 && !this.found;
  }

  /** For the next renewal. Who leads says another name once the last one is in the file. */
  says(leads: boolean): RootSight {
    const { root } = this;
    if (!leads) {
      this.token = "";
      return { root, token: "", before: "" };
    }
    if (this.token === "" || this.written) {
      // Who leads from now on says what the one before has written last, be it after our own last look.
      this.before = this.token || this.seen() || this.matched;
      this.token = this.ports.ids.handle();
      this.written = false;
    }
    return { root, token: this.token, before: this.before };
  }

  /** Writes what the ledger has been told; one write at a time. Nobody has to wait for it, and it rejects with nothing. */
  async write(): Promise<void> {
    if (this.writing || this.written || this.token === "") return;
    this.writing = true;
    await this.writeNow(this.token);
    this.writing = false;
  }

  /** Looks whether it sees what the one says that leads. One that has never seen it joins nobody. */
  look(leader: OtherInstance | undefined, isAlive: boolean): void {
    // Who leads itself has nobody to ask, nor has who will.
    if (!leader || (!isAlive && !this.found)) this.clear();
    else if (leader.token === "") this.lookAtSilent(leader, isAlive);
    else this.compare(leader);
  }

  /** One that came to lead and has not renewed since, or died before it did: nothing speaks against what this one saw until then. */
  private lookAtSilent(leader: OtherInstance, isAlive: boolean): void {
    if (this.isElsewhere) return;
    this.clear();
    if (isAlive && this.matched === "") this.found = anotherRoot(this.root, leader);
  }

  private compare(leader: OtherInstance): void {
    const seen = this.seen();
    if (seen !== "" && (seen === leader.token || seen === leader.before)) {
      this.matched = seen;
      this.clear();
      return;
    }
    this.misses++;
    if (this.matched !== "" && this.misses < MISSES) return;
    this.found = anotherRoot(this.root, leader);
    this.isElsewhere = true;
  }

  /** It joins anew: whatever it has seen may be over. */
  forget(): void {
    this.matched = "";
    this.token = "";
    this.clear();
  }

  private clear(): void {
    this.misses = 0;
    this.found = undefined;
    this.isElsewhere = false;
  }

  private seen(): string {
    try {
      return String((JSON.parse(this.ports.disk.read(this.path).toString("utf8")) as { token?: unknown }).token);
    } catch {
      // None, or half of one: what it is about is not there.
      return "";
    }
  }

  private async writeNow(token: string): Promise<void> {
    try {
      const { disk } = this.ports;
      const isNew = !disk.exists(this.path);
      const file = disk.holdAgain(this.path);
      try {
        if (isNew) disk.share(this.path);
        await file.write(Buffer.from(`${JSON.stringify({ token }).padEnd(SIZE - 1)}\n`));
        await file.sync();
      } finally {
        file.close();
      }
      if (this.token !== token) return;
      this.matched = token;
      this.written = true;
    } catch {
      // A root that is away, which its own check finds: the same name is written with the next renewal.
    }
  }
}

function anotherRoot(root: string, leader: OtherInstance): ImportClientError {
  const name = nameOf(leader);
  const advice = {
    zh: "请在各台机器上把同一共享挂载为根目录，或把 SW_ROOT 改为该文件夹；复制的文件夹不是同一个。文件和单据等待，什么都没有改动，改正后自动继续。只有在没有其他实例使用此台账时才能确认新的根目录。",
    en: "Mount the same share as root on each machine, or set SW_ROOT to that folder; a copied folder is another one. Files and documents wait, nothing was changed, and work goes on by itself once it is right. A new root can be confirmed only while no other instance uses this ledger.",
  };
  const details = { reason: "shared-root", root };
  if (leader.token === "") {
    return new ImportClientError(
      "SW-FOLDER",
      {
        zh: `共用此台账的实例 ${name} 尚未说明其根目录${leader.root && ` ${leader.root}`}，等它就绪后再核对本机的 ${root}`,
        en: `the instance ${name} on this ledger has not said yet which root it works in${leader.root && ` (${leader.root})`}: it is waited for, to compare ${root} here`,
      },
      { advice, details },
    );
  }
  return new ImportClientError(
    "SW-FOLDER",
    {
      zh: `共用此台账的实例 ${name} 的根目录 ${leader.root} 与本机的 ${root} 不是同一个文件夹`,
      en: `the root ${leader.root} of the instance ${name}, which shares this ledger, is not the folder ${root} here`,
    },
    { advice, details },
  );
}

/** SW-OWNER: others are at work with what a person wants to change. */
export function othersAtWork(other: OtherInstance): ImportClientError {
  const name = nameOf(other);
  return new ImportClientError(
    "SW-OWNER",
    {
      zh: `实例 ${name} 正在使用此台账，现在不能确认`,
      en: `the instance ${name} is at work with this ledger: nothing of it can be confirmed now`,
    },
    {
      advice: {
        zh: "请先停止使用此台账的其他实例（异常退出的一分钟内不再算在内），再确认。",
        en: "Stop every other instance on this ledger first (one that has crashed counts for a minute), then confirm it.",
      },
      details: { reason: "shared-root" },
    },
  );
}
