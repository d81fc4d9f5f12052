import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { promisify } from "node:util";
import { messageOf } from "../lib/errors.js";
import { PlainError } from "./plain-error.js";

/**
 * Installs a package from the npm registry into `<folder>/node_modules`, which it makes. Errors: PlainError, naming the package,
 * when it cannot be had within five minutes.
 */
export async function installFromNpm(folder: string, spec: string, more: readonly string[] = []): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const args = ["install", "--prefix", folder, "--no-audit", "--no-fund", ...more, spec];
  try {
    // In its own folder: beside another package.json npm would take it for a dependency of that.
    await promisify(execFile)("npm", args, { cwd: folder, timeout: 300_000, maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    const { killed, stderr } = error as { killed?: boolean; stderr?: string };
    const why = killed ? "no answer within five minutes" : stderr?.trim() || messageOf(error);
    throw new PlainError(`${spec} could not be had from npm: ${why.slice(0, 300)}`, error);
  }
}
