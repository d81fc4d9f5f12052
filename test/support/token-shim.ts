import { execFileSync } from "node:child_process";
import { on } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The token double of `token-shim.c`, built with cc, and the folder that steers it. */
export class TokenShim {
  readonly module: string;
  private readonly folder: string;

  constructor(
    dir: string,
    private readonly behind: { module: string; config: string },
  ) {
    this.module = join(dir, "token-shim.so");
    this.folder = join(dir, "shim");
    mkdirSync(this.folder, { recursive: true });
    const source = join(__dirname, "token-shim.c");
    execFileSync("cc", ["-shared", "-fPIC", "-Wall", "-Werror", "-o", this.module, source, "-ldl"]);
  }

  get environment(): Record<string, string> {
    return { SHIM_MODULE: this.behind.module, SHIM_DIR: this.folder, SOFTHSM2_CONF: this.behind.config };
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
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
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
