import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf } from "../../lib/errors.js";
import { installFromNpm } from "../install-from-npm.js";
import { repositoryRoot } from "../node-red.js";
import { PlainError } from "../plain-error.js";
import { programOnPath } from "./needs.js";
import type { Session } from "./session.js";

/** The folder and those above it, nearest first. */
function upwards(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...upwards(parent)];
}

const readJson = (file: string) => JSON.parse(readFileSync(file, "utf8"));

/** Whether it is a Node-RED that this package runs in, and that this Node runs: 5 needs Node 22.9 (its `engines`). */
function fits(folder: string): boolean {
  if (!existsSync(join(folder, "red.js")) || !existsSync(join(folder, "package.json"))) return false;
  const [major = 0] = String(readJson(join(folder, "package.json")).version)
    .split(".")
    .map(Number);
  const [nodeMajor = 0, nodeMinor = 0] = process.versions.node.split(".").map(Number);
  return major === 4 || (major > 4 && (nodeMajor > 22 || (nodeMajor === 22 && nodeMinor >= 9)));
}

/**
 * The folder of the Node-RED that a demo runs: one that is installed beside this package, in the folder of the terminal or
 * on PATH; else the one that is put below the demo's folder from the npm registry, once. Errors: PlainError when that fails.
 */
export async function nodeRedFor(session: Session, demoFolder: string): Promise<string> {
  const beside = [...upwards(repositoryRoot()), ...upwards(process.cwd())];
  const command = programOnPath("node-red");
  const own = join(demoFolder, "tools");
  const there = [
    ...beside.map((folder) => join(folder, "node_modules", "node-red")),
    ...(command === undefined ? [] : [dirname(realpathSync(command))]),
    join(own, "node_modules", "node-red"),
  ].find(fits);
  if (there !== undefined) return there;
  const version: string = readJson(join(repositoryRoot(), "package.json")).devDependencies["node-red"];
  session.say(`Installing Node-RED ${version} into ${own}, once`);
  await installFromNpm(own, `node-red@${version}`, ["--omit=dev"]).catch((error: unknown) => {
    throw new PlainError(
      `没有 Node-RED，请先 npm install node-red / No Node-RED: npm install node-red; ${messageOf(error)}`,
    );
  });
  return join(own, "node_modules", "node-red");
}
