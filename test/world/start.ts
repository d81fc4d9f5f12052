import { fork } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { said, type Tally, together } from "./tally.js";

const repository = resolve(__dirname, "..", "..");
/** Of this process alone: several may be at it at the same time. */
const target = join(repository, "dist", "world", String(process.pid));
const programs = new Map<string, Promise<string>>();

/**
 * Everything as one file: a call from module to module costs more than many functions do. What a module finds by its own place it finds
 * where its source is, the modules of a folder are named, and what is hashed and parsed again and again is remembered (`once.ts`).
 */
const asOne: Plugin = {
  name: "the world as one file",
  setup(bundle) {
    const onceOnly = ["lib/sha256.ts", "lib/xml/read.ts"].map((file) => join(repository, file));
    bundle.onResolve({ filter: /\/(sha256|read)\.js$/ }, ({ path, resolveDir, importer }) => {
      const file = join(resolveDir, path).replace(/\.js$/, ".ts");
      if (!onceOnly.includes(file) || importer.startsWith(__dirname)) return undefined;
      return { path: join(__dirname, "once.ts") };
    });
    bundle.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const folder = dirname(path);
      const imports: string[] = [];
      const named = text.replace(
        /exportsIn(?:<[^(]*>)?\(join\(__dirname, "(\w+)"\), "(\w+)"\)/g,
        (_call, below: string, name: string) => {
          const files = readdirSync(join(folder, below)).filter((file) => file.endsWith(".ts"));
          const names = files.sort().map((file) => {
            const local = `of${imports.length}`;
            imports.push(`import { ${name} as ${local} } from "./${below}/${file.replace(/ts$/, "js")}";`);
            return local;
          });
          return `[${names.join(", ")}]`;
        },
      );
      const placed = named
        .replaceAll("__dirname", JSON.stringify(folder))
        .replaceAll("__filename", JSON.stringify(path));
      return placed === text ? undefined : { contents: [...imports, placed].join("\n"), loader: "ts" };
    });
  },
};

/** Each source as a file of its own, so that it can be said which lines ran. */
function sources(): string[] {
  return ["lib", "test/world"].flatMap((folder) =>
    readdirSync(join(repository, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
      .map((entry) => relative(repository, join(entry.parentPath, entry.name))),
  );
}

/** Plain JavaScript of the world: what tsx adds to each function, its name, costs more than many of them do. Resolves to its folder. */
function built(whole: boolean): Promise<string> {
  const kind = whole ? "one" : "many";
  const known = programs.get(kind);
  if (known) return known;
  const outdir = join(target, kind);
  process.on("exit", () => rmSync(target, { recursive: true, force: true }));
  const making = build({
    ...{ absWorkingDir: repository, outbase: ".", outdir, logLevel: "warning", minifySyntax: true },
    ...{ format: "cjs", platform: "node", target: "node20" },
    ...(whole
      ? { entryPoints: ["test/world/run.ts"], bundle: true, packages: "external", plugins: [asOne] }
      : { entryPoints: sources() }),
  }).then(() => {
    if (!whole) cpSync(join(repository, "lib/model/messages"), join(outdir, "lib/model/messages"), { recursive: true });
    return join(outdir, "test", "world");
  });
  programs.set(kind, making);
  return making;
}

/** Threads that collect and compile beside a world cost more of a core than they save it. */
const ONE_THREAD = ["--max-semi-space-size=32", "--single-threaded-gc", "--no-concurrent-recompilation"];

/** What a process of the world says, and how it ended. */
interface Ended {
  code: number;
  said: string;
  tally: Tally | undefined;
}

async function one(args: readonly string[], silent: boolean): Promise<Ended> {
  const coverage = args.includes("--coverage");
  const child = fork(join(await built(!coverage), coverage ? "coverage.js" : "run.js"), args, {
    ...{ cwd: repository, execArgv: ONE_THREAD },
    stdio: ["ignore", silent ? "pipe" : "inherit", "inherit", "ipc"],
  });
  const ended: Ended = { code: 1, said: "", tally: undefined };
  child.stdout?.on("data", (chunk) => {
    ended.said += chunk;
  });
  child.on("message", (tally) => {
    ended.tally = tally as Tally;
  });
  const stop = () => child.kill("SIGTERM");
  process.on("SIGTERM", stop);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      process.off("SIGTERM", stop);
      resolve({ ...ended, code: code ?? 1 });
    });
  });
}

/**
 * Builds the world and runs it with these arguments, `--coverage` says which lines ran; `--processes N` shares the seeds among so many.
 * Resolves to its exit code and, with `silent`, to what it said.
 */
export async function runWorld(args: readonly string[], silent = false): Promise<{ code: number; said: string }> {
  const at = args.indexOf("--processes");
  const processes = at === -1 ? 1 : Number(args[at + 1]);
  if (processes === 1) return one(args, silent);
  const share = (index: number) => ["--share", `${index}/${processes}`];
  const all = await Promise.all(
    Array.from({ length: processes }, (_, index) => one([...args, ...share(index)], silent)),
  );
  const sum = said(together(all.flatMap(({ tally }) => tally ?? [])));
  if (!silent) console.log(`together: ${sum}`);
  return { code: Math.max(...all.map(({ code }) => code)), said: `${all.map((ended) => ended.said).join("")}${sum}\n` };
}

if (require.main === module) {
  process.on("SIGTERM", () => undefined);
  void runWorld(process.argv.slice(2)).then(({ code }) => {
    process.exitCode = code;
  });
}
