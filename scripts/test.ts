import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { exited } from "./processes.js";
import type { TestNews } from "./test-reporter.js";

/**
 * `npm test [-- layer ...] [-- part-of-a-file-name ...] [-- --grep pattern]`: the layers in order, counts per layer, and as
 * its last line `N passed, N failed`. The exit code is 0 only when every layer that has files ran tests and none failed.
 */

interface Layer {
  name: string;
  title: string;
  /** Milliseconds that one test may take unless it says otherwise. */
  timeout: number;
  /** One process for each file: these start servers, and a leaked one must not disturb the next. */
  alone: boolean;
}

const LAYERS: readonly Layer[] = [
  { name: "unit", title: "libraries, simulator, scripts", timeout: 20_000, alone: false },
  { name: "nodes", title: "nodes in Node-RED's runtime", timeout: 30_000, alone: true },
  { name: "process", title: "real Node-RED, RabbitMQ, SoftHSM2", timeout: 180_000, alone: true },
  { name: "editor", title: "editor in Chromium", timeout: 120_000, alone: true },
  { name: "package", title: "the package itself", timeout: 300_000, alone: true },
];

/** A process that does not end this long after its last test holds something open. */
const EXIT_WITHIN = 10_000;
/** No test ends for this long: something blocks the event loop, where mocha's own limit does not reach. */
const SILENT_FOR = 600_000;

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Run extends Counts {
  /** It ran its tests, and then did not end by itself. */
  hangs: boolean;
}

const repo = resolve(__dirname, "..");
const add = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});
let running: ChildProcess | undefined;

/** Test files by layer; a folder of test/ that is no layer of its own belongs to the unit layer. */
function filesOf(layer: Layer): string[] {
  const names = new Set(LAYERS.map(({ name }) => name));
  if (!existsSync(join(repo, "test"))) return [];
  return readdirSync(join(repo, "test"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
    .map((entry) => relative(repo, join(entry.parentPath, entry.name)))
    .filter((file) => {
      const folder = file.split("/")[1] ?? "";
      if (folder === "fixtures") return false;
      return layer.name === "unit" ? !names.has(folder) || folder === "unit" : folder === layer.name;
    })
    .sort();
}

/** Runs mocha over some files, in a process of its own. */
async function mocha(layer: Layer, files: readonly string[], options: readonly string[]): Promise<Run> {
  const child = spawn(
    process.execPath,
    [
      "--import",
      "tsx",
      join(repo, "node_modules", "mocha", "lib", "cli", "cli.js"),
      "--timeout",
      String(layer.timeout),
      "--reporter",
      join(repo, "scripts", "test-reporter.ts"),
      ...options,
      ...files,
    ],
    { cwd: repo, stdio: ["ignore", "inherit", "inherit", "ipc"] },
  );
  running = child;
  let counts: Counts | undefined;
  let file = files.length === 1 ? (files[0] ?? "") : "";
  let silence: NodeJS.Timeout | undefined;
  const blocked = { yes: false };
  const ended = new Promise<void>((done) => {
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        blocked.yes = true;
        child.kill("SIGKILL");
        done();
      }, SILENT_FOR);
    };
    listen();
    child.on("message", (news: TestNews) => {
      listen();
      if (news.kind === "file") file = news.file;
      if (news.kind === "end") {
        counts = news;
        done();
      }
    });
    child.once("exit", () => done());
    child.once("error", () => done());
  });
  await ended;
  clearTimeout(silence);
  const gone = await exited(child, EXIT_WITHIN);
  if (!gone) {
    child.kill("SIGKILL");
    await exited(child, 5_000);
  }
  running = undefined;
  if (counts === undefined) {
    const why = blocked.yes ? `no test ended for ${SILENT_FOR / 1000} s` : "mocha ended before its tests did";
    console.log(`${why}${file === "" ? "" : `, in ${file}`}`);
    return { passed: 0, failed: 1, skipped: 0, hangs: false };
  }
  const failed = counts.failed === 0 && gone && child.exitCode !== 0 ? 1 : counts.failed;
  if (failed > counts.failed) console.log(`mocha ended with ${child.exitCode ?? child.signalCode} after its tests`);
  return { ...counts, failed, hangs: !gone };
}

/** Runs one layer; a process that does not end is traced to its files, each of which counts as a failure. */
async function runLayer(layer: Layer, files: readonly string[], options: readonly string[]): Promise<Counts> {
  const groups = layer.alone ? files.map((file) => [file]) : [files];
  let counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const group of groups) {
    const run = await mocha(layer, group, options);
    counts = add(counts, run);
    if (!run.hangs) continue;
    console.log("The tests are done, but their process does not end: something is left open.");
    const hanging: string[] = [];
    if (group.length === 1) hanging.push(...group);
    else for (const file of group) if ((await mocha(layer, [file], options)).hangs) hanging.push(file);
    for (const file of hanging) console.log(`left open by ${file}`);
    counts.failed += Math.max(1, hanging.length);
  }
  return counts;
}

function summary(counts: Counts): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}

async function main(args: readonly string[]): Promise<number> {
  const names = LAYERS.map(({ name }) => name);
  const dash = args.findIndex((arg) => arg.startsWith("-"));
  const words = dash === -1 ? args : args.slice(0, dash);
  const options = dash === -1 ? [] : args.slice(dash);
  const chosen = words.filter((word) => names.includes(word));
  const parts = words.filter((word) => !names.includes(word));

  let total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const lines: string[] = [];
  let bad = false;
  for (const layer of LAYERS) {
    if (chosen.length > 0 && !chosen.includes(layer.name)) continue;
    const files = filesOf(layer).filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)));
    if (files.length === 0) continue;
    console.log(`\n== ${layer.name}: ${layer.title}`);
    const started = Date.now();
    const counts = await runLayer(layer, files, options);
    total = add(total, counts);
    const empty = counts.passed + counts.failed === 0 && options.length === 0;
    if (empty || counts.failed > 0) bad = true;
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    lines.push(`${layer.name.padEnd(8)} ${summary(counts)} (${seconds} s)${empty ? ": no test ran" : ""}`);
  }
  if (lines.length === 0) {
    lines.push(`no test file for: ${words.join(" ") || "any layer"}`);
    bad = true;
  }
  console.log(`\n${lines.join("\n")}`);
  console.log(summary(total));
  return bad || total.passed === 0 ? 1 : 0;
}

for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    running?.kill(name);
    process.exitCode = 1;
  });
}
main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = process.exitCode === undefined ? code : process.exitCode;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
