import { execFileSync } from "node:child_process";
import { on } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A double in C of this folder, built with cc, and the folder that steers it (`steered.h`). */
export class SteeredLibrary {
  readonly module: string;
  protected readonly folder: string;

  /** `defines`: what it is built with; another name for each way to build it. */
  constructor(
    dir: string,
    source: string,
    libraries: readonly string[],
    name = source,
    defines: readonly string[] = [],
  ) {
    this.module = join(dir, `${name}.so`);
    this.folder = join(dir, `${name}-steered`);
    mkdirSync(this.folder, { recursive: true });
    const flags = ["-shared", "-fPIC", "-Wall", "-Werror", ...defines.map((one) => `-D${one}`)];
    const file = join(__dirname, `${source}.c`);
    execFileSync("cc", [...flags, "-o", this.module, file, ...libraries.map((one) => `-l${one}`)]);
  }

  get environment(): Record<string, string> {
    return { SHIM_DIR: this.folder };
  }

  /** Everything forgotten: a fresh card in the reader. */
  reset(): void {
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder);
  }

  set(name: string, value = "1"): void {
    writeFileSync(join(this.folder, name), value);
  }

  clear(name: string): void {
    rmSync(join(this.folder, name), { force: true });
  }

  has(name: string): boolean {
    return existsSync(join(this.folder, name));
  }

  /** The token's own log of logins. */
  get log(): string[] {
    const file = join(this.folder, "log");
    const text = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
    return text === "" ? [] : text.split("\n");
  }
  /** Resolves when the log has this many lines. */
  async logged(lines: number): Promise<void> {
    const watcher = watch(this.folder);
    try {
      const changes = on(watcher, "change");
      while (this.log.length < lines) await changes.next();
    } finally {
      watcher.close();
    }
  }
}

/** The token double of `token-shim.c`: a PKCS#11 module before another one. */
export class TokenShim extends SteeredLibrary {
  constructor(
    dir: string,
    private readonly behind: { module: string; config: string },
  ) {
    super(dir, "token-shim", ["dl"]);
  }

  override get environment(): Record<string, string> {
    return { ...super.environment, SHIM_MODULE: this.behind.module, SOFTHSM2_CONF: this.behind.config };
  }
}
