import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative, resolve } from "node:path";
import { exited } from "./processes.js";
import { startTestBroker } from "./test-broker.js";
import type { TestNews } from "./test-reporter.js";

/**
 * `npm test [-- layer ...] [-- part-of-a-file-name ...] [-- --grep pattern]`: what takes longest, then the layers in order,
 * some mocha processes side by side (SW_LANES sets their number), every failure once more at the end, counts per layer,
 * and as its last line `N passed, N failed`. The exit code is 0 only when every layer that has files ran tests and none failed.
 */

interface Layer {
  name: string;
  title: string;
  /** Milliseconds that one test may take unless it says otherwise: some three times what it needs on busy cores. */
  timeout: number;
  /** One process for each file: these start servers, and a leaked one must not disturb the next. Else a few processes. */
  alone: boolean;
  /** Its files are given the run's broker; one that stops brokers starts its own. */
  broker?: true;
}

const LAYERS: readonly Layer[] = [
  { name: "unit", title: "libraries, simulator, scripts", timeout: 180_000, alone: false },
  { name: "nodes", title: "nodes in Node-RED's runtime", timeout: 270_000, alone: true },
  { name: "process", title: "real Node-RED, RabbitMQ, SoftHSM2", timeout: 540_000, alone: true, broker: true },
  { name: "editor", title: "editor in Chromium", timeout: 360_000, alone: true, broker: true },
  { name: "package", title: "the package itself", timeout: 900_000, alone: true },
];

/** A process that does not end this long after its last test holds something open. */
const EXIT_WITHIN = 30_000;
/** No test ends for this long: something blocks the event loop, where mocha's own limit does not reach. */
const SILENT_FOR = 1_300_000;
/** So many processes side by side for each core: most of them wait, for a broker, a lease, a browser. */
const LANES_PER_CORE = 3;
/** Each may have a broker, a browser and several Node-REDs of its own. */
const MOST_LANES = 12;
/** So many processes a layer whose files share them. */
const SHARED_JOBS = 10;
/** Folders of a layer that shares processes whose files start servers all the same. */
const STARTERS = ["scripts", "simulator", "world"];
/** Files that take longest, the longest first: a run that ends with one of them has nothing to do beside it. */
const FIRST = [
  ...["nodes/node-red-4", "nodes/node-red-5", "process/crash-points", "process/shared-ledger", "process/faults"],
  ...["process/shared-link", "lib/regular-expressions", "lib/signing/sdf", "lib/signing/spsecure"],
  ...["editor/editor", "process/two-processes"],
  ...["editor/dialogs", "process/ledger-away", "editor/dialogs-accessible", "lib/intake/random-order"],
  ...["editor/first-run", "process/deploys", "editor/page-plain", "process/ledger-copy", "editor/sidebar"],
  ...["process/shared-seen", "editor/page", "process/crash-decisions", "editor/node-red-5", "scripts/private-broker"],
  ...["editor/official-settings", "editor/second-company", "process/shadow", "process/samples", "simulator/broker"],
  ...["process/several-machines-docs", "package/tarball", "editor/dashboard", "process/connection-test"],
  ...["process/cards", "process/connection-test-account", "process/monitoring", "process/migration-docs"],
  ...["process/broker-away", "process/uncertain-sends", "process/full-disk", "process/faq", "scripts/start"],
];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** Seconds of a processor. */
  processor: number;
}

interface Failure {
  file: string;
  title: string;
  reason: string;
}

interface Run extends Counts {
  /** It ran its tests, and then did not end by itself. */
  hangs: boolean;
  failures: Failure[];
}

/** The files that one mocha process runs. */
interface Job {
  layer: Layer;
  files: readonly string[];
  /** Environment variables beside those of the run; they may be waited for. */
  env?: Promise<Record<string, string>>;
}

interface LayerResult extends Counts {
  /** Seconds of all its processes together. */
  seconds: number;
}

const repo = resolve(__dirname, "..");
/** Reads TypeScript in every process of the run. */
const loader = join(repo, "scripts", "source-loader.cjs");
/** What V8 has made of the files of Node-RED and ours, for all that a run starts. */
const codeCache = join(repo, "node_modules", ".cache", "single-window-code");
const none = (): Counts => ({ passed: 0, failed: 0, skipped: 0, processor: 0 });
const running = new Set<ChildProcess>();
/** Somebody ended the run: nothing more is started. */
let stopped = false;

function addTo(sum: Counts, more: Counts): void {
  sum.passed += more.passed;
  sum.failed += more.failed;
  sum.skipped += more.skipped;
  sum.processor += more.processor;
}

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

/** One job for each file of a layer that wants that; else neighbours go together, in jobs of about the same size. */
function jobsOf(layer: Layer, files: readonly string[]): Job[] {
  const starts = (file: string) => layer.alone || STARTERS.some((folder) => file.startsWith(`test/${folder}/`));
  const alone = files.filter(starts).map((file) => ({ layer, files: [file] }));
  return [
    ...alone,
    ...sharedJobs(
      layer,
      files.filter((file) => !starts(file)),
    ),
  ];
}

function sharedJobs(layer: Layer, files: readonly string[]): Job[] {
  if (files.length === 0) return [];
  const bytes = files.map((file) => statSync(join(repo, file)).size);
  const share = bytes.reduce((sum, size) => sum + size, 0) / Math.min(SHARED_JOBS, files.length);
  const groups: string[][] = [];
  let before = 0;
  files.forEach((file, index) => {
    const at = Math.floor(before / share);
    groups[at] = [...(groups[at] ?? []), file];
    before += bytes[index] ?? 0;
  });
  return groups.filter((group) => group !== undefined).map((group) => ({ layer, files: group }));
}

/** Where a job stands among those that are started first. */
function placeOf({ files }: Job): number {
  const place = FIRST.findIndex((name) => files.some((file) => file === `test/${name}.test.ts`));
  return place === -1 ? FIRST.length : place;
}

/** Runs mocha over some files, in a process of its own; what it prints comes in one piece when it has ended. */
async function mocha({ layer, files, env }: Job, options: readonly string[], live: boolean): Promise<Run> {
  const ownEnv = await env;
  const child = spawn(
    process.execPath,
    [
      "--require",
      loader,
      join(repo, "node_modules", "mocha", "lib", "cli", "cli.js"),
      "--timeout",
      String(layer.timeout),
      "--reporter",
      join(repo, "scripts", "test-reporter.ts"),
      "--color",
      ...options,
      ...files,
    ],
    {
      cwd: repo,
      env: { ...process.env, SW_CODE_CACHE: codeCache, NODE_COMPILE_CACHE: codeCache, ...ownEnv },
      stdio: live ? ["ignore", "inherit", "inherit", "ipc"] : ["ignore", "pipe", "pipe", "ipc"],
    },
  );
  running.add(child);
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => printed.push(chunk));
  const failures: Failure[] = [];
  let counts: Counts | undefined;
  let file = files.length === 1 ? (files[0] ?? "") : "";
  let silence: NodeJS.Timeout | undefined;
  let blocked = false;
  await new Promise<void>((done) => {
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        blocked = true;
        child.kill("SIGKILL");
        done();
      }, SILENT_FOR);
    };
    listen();
    child.on("message", (news: TestNews) => {
      listen();
      if (news.kind === "file") file = news.file;
      if (news.kind === "failure") failures.push({ file, title: news.title, reason: news.reason });
      if (news.kind === "end") {
        counts = news;
        done();
      }
    });
    child.once("exit", () => done());
    child.once("error", () => done());
  });
  clearTimeout(silence);
  const gone = await exited(child, EXIT_WITHIN);
  if (!gone) {
    child.kill("SIGKILL");
    await exited(child, 5_000);
  }
  running.delete(child);
  if (printed.length > 0) process.stdout.write(Buffer.concat(printed));
  const fails = (reason: string) => {
    failures.push({ file, title: layer.title, reason });
    console.log(`${reason}${file === "" ? "" : `, in ${file}`}`);
  };
  if (counts === undefined) {
    fails(blocked ? `no test ended for ${SILENT_FOR / 1000} s` : "mocha ended before its tests did");
    return { ...none(), failed: 1, hangs: false, failures };
  }
  if (counts.failed === 0 && gone && child.exitCode !== 0) {
    fails(`mocha ended with ${child.exitCode ?? child.signalCode} after its tests`);
    counts.failed = 1;
  }
  return { ...counts, hangs: !gone, failures };
}

/** Runs a job; when its process does not end, that is traced to its files, each of which counts as a failure. */
async function runJob(job: Job, options: readonly string[], live: boolean): Promise<Run> {
  const run = await mocha(job, options, live);
  if (!run.hangs) return run;
  console.log("The tests are done, but their process does not end: something is left open.");
  const hanging: string[] = [];
  if (job.files.length === 1) hanging.push(...job.files);
  else
    for (const file of job.files) if ((await mocha({ ...job, files: [file] }, options, live)).hangs) hanging.push(file);
  run.failed += Math.max(1, hanging.length);
  for (const file of hanging.length > 0 ? hanging : [job.files.join(" ")])
    run.failures.push({ file, title: job.layer.title, reason: "left open: its process does not end" });
  return run;
}

function summary(counts: Counts): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}

/** Runs all jobs in their order, `lanes` at a time. Resolves to the counts by layer and every failure. */
async function runAll(jobs: readonly Job[], options: readonly string[], lanes: number) {
  const results = new Map<Layer, LayerResult>();
  const failures: Failure[] = [];
  const waiting = [...jobs];
  const next = () => (stopped ? undefined : waiting.shift());
  const lane = async () => {
    for (let job = next(); job !== undefined; job = next()) {
      const started = Date.now();
      const run = await runJob(job, options, jobs.length === 1 || lanes === 1);
      const seconds = (Date.now() - started) / 1000;
      const result = results.get(job.layer) ?? { ...none(), seconds: 0 };
      addTo(result, run);
      result.seconds += seconds;
      results.set(job.layer, result);
      failures.push(...run.failures);
      const what = job.files.length === 1 ? job.files[0] : `${job.files[0]} and ${job.files.length - 1} more`;
      console.log(
        `== ${job.layer.name}: ${what}: ${summary(run)} (${seconds.toFixed(0)} s, ${run.processor.toFixed(0)} s of a processor)`,
      );
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { results, failures };
}

async function main(args: readonly string[]): Promise<number> {
  const names = LAYERS.map(({ name }) => name);
  const dash = args.findIndex((arg) => arg.startsWith("-"));
  const words = dash === -1 ? args : args.slice(0, dash);
  const options = dash === -1 ? [] : args.slice(dash);
  const chosen = words.filter((word) => names.includes(word));
  const parts = words.filter((word) => !names.includes(word));
  const started = Date.now();

  const jobs = LAYERS.filter(({ name }) => chosen.length === 0 || chosen.includes(name)).flatMap((layer) =>
    jobsOf(
      layer,
      filesOf(layer).filter((file) => parts.length === 0 || parts.some((part) => file.includes(part))),
    ),
  );
  if (jobs.length === 0) {
    console.log(`no test file for: ${words.join(" ") || "any layer"}`);
    return 1;
  }
  const sharing = jobs.filter(({ layer }) => layer.broker);
  // A single file's own costs no more. It starts while the others begin, which need none.
  const broker = sharing.length > 1 ? startTestBroker(sharing.length) : undefined;
  broker?.catch(() => {
    stopped = true;
  });
  sharing.forEach((job, index) => {
    job.env = broker?.then(({ environments }) => environments[index] ?? {});
  });
  jobs.sort((one, other) => placeOf(one) - placeOf(other));
  // Of the files as they are now.
  if (jobs.length > 1) rmSync(codeCache, { recursive: true, force: true });
  const [compiled] = await once(spawn(process.execPath, [loader], { stdio: "inherit" }), "exit");
  const lanes = Math.max(
    1,
    Number(process.env.SW_LANES) || Math.min(LANES_PER_CORE * availableParallelism(), MOST_LANES),
  );
  const { results, failures } = await runAll(compiled === 0 ? jobs : [], options, lanes).finally(async () =>
    (await broker)?.stop(),
  );
  if (compiled !== 0) return 1;

  for (const { file, title, reason } of failures) console.log(`\nFAILED ${file}: ${title}\n${reason}`);
  console.log("");
  const total = none();
  let bad = false;
  for (const [layer, result] of results) {
    addTo(total, result);
    const empty = result.passed + result.failed === 0 && options.length === 0;
    if (empty || result.failed > 0) bad = true;
    const seconds = `${result.seconds.toFixed(0)} s of processes, ${result.processor.toFixed(0)} s of a processor`;
    console.log(`${layer.name.padEnd(8)} ${summary(result)} (${seconds})${empty ? ": no test ran" : ""}`);
  }
  console.log(`${((Date.now() - started) / 1000).toFixed(0)} s`);
  console.log(summary(total));
  return bad || total.passed === 0 ? 1 : 0;
}

for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    stopped = true;
    for (const child of running) child.kill(name);
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
