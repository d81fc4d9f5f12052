import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { buildSync } from "esbuild";
import { withLists } from "./editor-lists.js";

/** `npm run build`: TypeScript to `dist/`, and beside it what Node-RED looks for: HTML, locales, icons. */

const repo = resolve(__dirname, "..");
const dist = join(repo, "dist");
const WEB = "nodes/page/web";
const SOURCES = ["cli", "lib", "nodes", "simulator", "scripts"];

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
    if (!/\.(ts|md|mjs|css)$/.test(file)) copies.set(file, file);
  }
  // The operator page's own files: its parts are put together, as the sidebar's are, but are files of their own.
  copies.set(`${WEB}/index.js`, `${WEB}/index.mjs`);
  copies.set(`${WEB}/index.css`, `${WEB}/index.css`);
  for (const icon of filesBelow("icons")) {
    // Node-RED looks for a folder `icons` beside the node's .js file.
    const name = icon.slice("icons/".length);
    const node = name.replace(/\.svg$/, "").replace(/^sw-/, "");
    if (existsSync(join(repo, "nodes", node))) copies.set(join("nodes", node, "icons", name), icon);
  }
  return copies;
}

/** What goes into `dist/` for a source. Node-RED serves one HTML file a node: what it links to is put into it. */
function contentOf(file: string): Buffer {
  if (/\.(mjs|css)$/.test(file)) return Buffer.from(bundleOf(file));
  const bytes = withLists(file, readFileSync(file));
  if (!file.endsWith(".html") || dirname(file) === join(repo, WEB)) return bytes;
  const folder = dirname(file);
  const page = bytes
    .toString("utf8")
    .replace(/<link rel="stylesheet" href="([^"]+)">/g, (_, name) => `<style>\n${styleOf(join(folder, name))}</style>`)
    .replace(
      /<script type="module" src="([^"]+)"><\/script>/g,
      (_, name) => `<script type="text/javascript">\n${bundleOf(join(folder, name))}</script>`,
    );
  return Buffer.from(page);
}

function styleOf(file: string): string {
  return readFileSync(file, "utf8");
}

/** A module, or a style sheet, and what it imports; a module as one function, so that none of its names is seen by the editor or other nodes. */
function bundleOf(file: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [file],
    absWorkingDir: repo,
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    logLevel: "warning",
  });
  return outputFiles[0]?.text ?? "";
}

function write(file: string, content: Buffer): void {
  if (existsSync(file) && readFileSync(file).equals(content)) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
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
  for (const [target, source] of copies) write(join(dist, target), contentOf(join(repo, source)));
  const emitted = SOURCES.flatMap(filesBelow)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .flatMap((file) => [file.replace(/\.ts$/, ".js"), file.replace(/\.ts$/, ".d.ts")]);
  removeStale(new Set([...emitted, ...copies.keys()]));
  return 0;
}

process.exitCode = main();
