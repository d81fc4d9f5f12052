import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

/** `npm run build`: TypeScript to `dist/`, and beside it what Node-RED looks for: HTML, locales, icons. */

const repo = resolve(__dirname, "..");
const dist = join(repo, "dist");
const SOURCES = ["lib", "nodes", "simulator", "scripts"];

/** Every file below a folder, as paths relative to the repository. */
function filesBelow(folder: string): string[] {
  if (!existsSync(join(repo, folder))) return [];
  return readdirSync(join(repo, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(repo, join(entry.parentPath, entry.name)));
}

/** Files to copy: target in `dist/` -> source in the repository. */
function assets(): Map<string, string> {
  const copies = new Map<string, string>();
  for (const file of SOURCES.filter((folder) => folder !== "scripts").flatMap(filesBelow)) {
    if (!/\.(ts|md)$/.test(file)) copies.set(file, file);
  }
  for (const icon of filesBelow("icons")) {
    // Node-RED looks for a folder `icons` beside the node's .js file.
    const name = icon.slice("icons/".length);
    const node = name.replace(/\.svg$/, "").replace(/^sw-/, "");
    if (existsSync(join(repo, "nodes", node))) copies.set(join("nodes", node, "icons", name), icon);
  }
  return copies;
}

function sameContent(one: string, other: string): boolean {
  return existsSync(other) && readFileSync(one).equals(readFileSync(other));
}

/** Removes what no source stands behind any more; Node-RED and the tests would still find it. */
function removeStale(expected: ReadonlySet<string>): void {
  for (const file of filesBelow("dist")) {
    if (!expected.has(file.slice(`dist${sep}`.length))) rmSync(join(repo, file));
  }
  const folders = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((a, b) => b.length - a.length);
  for (const folder of folders) if (readdirSync(folder).length === 0) rmdirSync(folder);
}

function main(): number {
  const tsc = join(repo, "node_modules", "typescript", "bin", "tsc");
  const compiled = spawnSync(process.execPath, [tsc, "-p", join(repo, "tsconfig.build.json")], {
    cwd: repo,
    stdio: "inherit",
  });
  if (compiled.status !== 0) return compiled.status ?? 1;
  const copies = assets();
  for (const [target, source] of copies) {
    const to = join(dist, target);
    if (sameContent(join(repo, source), to)) continue;
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(join(repo, source), to);
  }
  const emitted = SOURCES.flatMap(filesBelow)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .flatMap((file) => [file.replace(/\.ts$/, ".js"), file.replace(/\.ts$/, ".d.ts")]);
  removeStale(new Set([...emitted, ...copies.keys()]));
  return 0;
}

process.exitCode = main();
