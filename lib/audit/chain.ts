import { join } from "node:path";
import type { Clock } from "../clock.js";
import { codeOf, ImportClientError, messageOf } from "../errors.js";
import type { Files } from "../files/files.js";
import type { Ids } from "../ids.js";
import { KeyedLock } from "../keyed-lock.js";
import type { Ledger } from "../ledger/index.js";
import type { Owner } from "../ledger/rules/owner.js";
import { noPlainFile } from "../plain-file.js";
import { saidOf } from "../system-fault.js";
import { Turn } from "../turn.js";
import { type AuditEntry, type Decision, lineOf, NO_HASH, readLine, reasonOf } from "./entry.js";

/** The ledger's own note of the chain's end: `<number> <hash>`. */
const FACT = "audit";

/** Where a chain lies below a root. */
export const AUDIT_FOLDER = ".audit";
export const CERTIFICATES = "certificates";

/** Milliseconds after which nobody writes a half file any more. */
const LEFT_AFTER = 60_000;

/** So often a name is tried anew that is taken and cannot be seen. */
const STUCK = 100;

const NAME = /^(\d{6,12})\.json$/;

/** The end of a chain. */
export interface ChainHead {
  number: number;
  hash: string;
}

interface Parts {
  root: string;
  owner: Owner;
  files: Files;
  clock: Clock;
  ids: Ids;
  ledger: Pick<Ledger, "fact" | "setFact">;
  /** Throws SW-FOLDER when the root is an empty mount point by now (`Folders.assertRoot`). */
  assertRoot(): void;
  /** Hears of each entry that was written. */
  told(entry: AuditEntry): void;
}

/**
 * Who decided what, when and why: one file an entry, `<root>/.audit/<number>.json`, each with the hash of the one before. A name is made
 * once and never again, by a link, so that two processes cannot both write the same number. The end of the chain stands in the ledger,
 * too, and in the daily log: whoever changes the files has to change those as well.
 */
export class AuditChain {
  readonly folder: string;
  private head: ChainHead | undefined;
  private readonly lock = new KeyedLock();
  private readonly known = new Set<string>();

  constructor(private readonly parts: Parts) {
    this.folder = join(parts.root, AUDIT_FOLDER);
  }

  /**
   * Looks at the end of the chain once, when the client opens. Resolves to what the ledger knows and the folder does not have any
   * more: entries were removed or changed. Rejects with SW-AUDIT where the end is no plain file.
   */
  async begin(): Promise<ChainHead | undefined> {
    this.removeHalfWritten();
    const [number = "", hash = ""] = ((await this.parts.ledger.fact(FACT)) ?? "").split(" ");
    this.head = this.lastOf(this.numbers());
    if (number === "") return undefined;
    const noted = { number: Number(number), hash };
    if (this.hashAt(noted.number) === hash) return undefined;
    // What follows is linked to what the ledger knows: the gap stays to be seen.
    if (this.head.number < noted.number) this.head = noted;
    return noted;
  }

  /**
   * Writes a decision down, durably, before it is carried out; when it is refused then, that too. Rejects with SW-AUDIT when it cannot
   * be written: nothing is decided without its entry. Else as `act` does.
   */
  async decide<T>(decision: Omit<Decision, "of">, act: () => Promise<T>): Promise<T> {
    const { number } = await this.enter({ ...decision, of: 0 });
    try {
      return await act();
    } catch (error) {
      const refused = { ...decision, what: "refused", how: codeOf(error) ?? messageOf(error), reason: "", of: number };
      await this.enter(refused).catch(() => undefined);
      throw error;
    }
  }

  /** Writes an entry. Rejects with SW-AUDIT. */
  enter(decision: Decision): Promise<AuditEntry> {
    return this.lock.run("", async () => {
      try {
        const entry = await this.write(decision);
        await this.noteEnd(entry);
        this.parts.told(entry);
        return entry;
      } catch (cause) {
        if (cause instanceof ImportClientError) throw cause;
        const why = saidOf(cause);
        const text = {
          zh: `决定无法写入审计记录，未执行：${why.zh}`,
          en: `the decision cannot be written into the audit, so nothing was done: ${why.en}`,
        };
        const advice = {
          zh: `请检查磁盘空间以及文件夹 ${this.folder} 的权限，然后重试。`,
          en: `Check the disk's space and the rights of the folder ${this.folder}, then try again.`,
        };
        throw new ImportClientError("SW-AUDIT", text, { cause, advice, details: { path: this.folder } });
      }
    });
  }

  /** Every line of the chain, the first one first; empty text for a number that is not there. */
  async lines(): Promise<string[]> {
    const lines: string[] = [];
    const turn = new Turn(this.parts.clock);
    const last = this.lastOf(this.numbers()).number;
    for (let number = 1; number <= last; number++) {
      await turn.over();
      lines.push(this.lineAt(number) ?? "");
    }
    return lines;
  }

  /** Keeps a certificate that signed, once: signatures without one in them are checked with it years later. Rejects with SW-FOLDER. */
  async keepCertificate(number: string, der: Buffer): Promise<void> {
    if (number === "" || !/^[0-9a-z]{1,64}$/i.test(number) || this.known.has(number)) return;
    const { files } = this.parts;
    const folder = join(this.folder, CERTIFICATES);
    // Who kept it may have ended before its name was durable.
    if (files.disk.exists(join(folder, `${number}.cer`))) await files.disk.syncFolder(folder);
    else {
      this.parts.assertRoot();
      files.disk.makeFolder(folder);
      try {
        await files.write(folder, `${number}.cer`, der);
      } catch (error) {
        // Another instance that shares the root wrote the same one.
        if (!files.disk.exists(join(folder, `${number}.cer`))) throw error;
      }
    }
    this.known.add(number);
  }

  /** Every certificate that was kept, by the name of its file. */
  certificates(): { name: string; bytes: Buffer }[] {
    const { disk } = this.parts.files;
    const folder = join(this.folder, CERTIFICATES);
    if (!disk.isFolder(folder)) return [];
    const names = disk.list(folder).flatMap(({ name, kind }) => (kind === "file" && name.endsWith(".cer") ? name : []));
    return names.map((name) => ({ name, bytes: disk.read(join(folder, name)) }));
  }

  /** The ledger knows of the newest entry: another process that shares it may have noted a newer one meanwhile. */
  private async noteEnd({ number, hash }: ChainHead): Promise<void> {
    const { ledger } = this.parts;
    const [known = ""] = ((await ledger.fact(FACT)) ?? "").split(" ");
    if (Number(known) < number) await ledger.setFact(FACT, `${number} ${hash}`);
  }

  private async write(decision: Decision): Promise<AuditEntry> {
    const { files, clock, ids, owner } = this.parts;
    this.parts.assertRoot();
    files.disk.makeFolder(this.folder);
    this.head ??= this.lastOf(this.numbers());
    const half = join(this.folder, `${ids.handle()}.tmp`);
    for (let stuck = 0; ; ) {
      const entry = {
        ...decision,
        reason: reasonOf(decision.reason),
        number: this.head.number + 1,
        at: new Date(clock.now()).toISOString(),
        environment: owner.environment,
        clientId: owner.clientId,
        previous: this.head.hash,
      };
      const { line, hash } = lineOf(entry);
      try {
        await files.disk.write(half, Buffer.from(`${line}\n`, "utf8"));
        this.nameOnce(half, this.pathOf(entry.number));
      } catch (error) {
        if (codeOf(error) !== "EEXIST") throw error;
        // Another process was first: ours comes behind that one.
        const { number } = this.head;
        this.head = this.endBehind(number);
        if (this.head.number > number) continue;
        // A share that shows late what others have written.
        if (++stuck > STUCK) throw error;
        await clock.pause();
        continue;
      } finally {
        files.disk.remove(half);
      }
      await files.disk.syncFolder(this.folder);
      this.head = { number: entry.number, hash };
      return { ...entry, hash };
    }
  }

  /** What a stop has left. What is newer may still be written, by a client that a deploy has just ended. */
  private removeHalfWritten(): void {
    const { files, clock } = this.parts;
    const { disk } = files;
    if (!disk.isFolder(this.folder)) return;
    for (const { name, kind } of disk.list(this.folder)) {
      const path = join(this.folder, name);
      if (kind === "file" && name.endsWith(".tmp") && clock.now() - (disk.facts(path)?.modified ?? 0) > LEFT_AFTER)
        disk.remove(path);
    }
  }

  /** Throws EEXIST where there is one of that name. */
  private nameOnce(half: string, path: string): void {
    const { files } = this.parts;
    const { disk } = files;
    try {
      files.link(half, path);
    } catch (error) {
      if (codeOf(error) === "EEXIST") throw error;
      // A file system without links.
      if (disk.exists(path)) throw Object.assign(new Error(`${path} is there`), { code: "EEXIST" });
      disk.rename(half, path);
    }
  }

  private numbers(): number[] {
    const { disk } = this.parts.files;
    if (!disk.isFolder(this.folder)) return [];
    return disk.list(this.folder).flatMap(({ name }) => Number(NAME.exec(name)?.[1] ?? Number.NaN) || []);
  }

  private lastOf(numbers: readonly number[]): ChainHead {
    const number = numbers.reduce((one, other) => Math.max(one, other), 0);
    return { number, hash: number === 0 ? NO_HASH : (this.hashAt(number) ?? "") };
  }

  /** The end, where this number is known to be taken. Each name is looked at, too: a share may list its folder late. */
  private endBehind(number: number): ChainHead {
    const { disk } = this.parts.files;
    let last = number;
    while (disk.exists(this.pathOf(last + 1))) last++;
    return this.lastOf([...this.numbers(), last]);
  }

  private hashAt(number: number): string | undefined {
    const line = this.lineAt(number);
    return line === undefined ? undefined : readLine(line)?.hash;
  }

  private lineAt(number: number): string | undefined {
    const { disk } = this.parts.files;
    const path = this.pathOf(number);
    const kind = disk.facts(path)?.kind;
    if (kind === undefined) return undefined;
    // A number is taken by whatever has its name; what is no file of ours is never opened.
    if (kind !== "file") throw noPlainFile(path, undefined, "SW-AUDIT");
    return disk.read(path).toString("utf8").trimEnd();
  }

  private pathOf(number: number): string {
    return join(this.folder, auditName(number));
  }
}

/** Name of the file of an entry. */
export function auditName(number: number): string {
  return `${String(number).padStart(6, "0")}.json`;
}
