import { spawn } from "node:child_process";
import { cpSync, readdirSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { buildSync } from "esbuild";

const repository = resolve(__dirname, "..", "..");
/** Of this process alone: several may be at it at the same time. */
const target = join(repository, "dist", "world", String(process.pid));
let program: string | undefined;

/** Sources as plain JavaScript: what tsx adds to each function, its name, costs more than many of them do. */
function built(): string {
  if (program !== undefined) return program;
  process.on("exit", () => rmSync(target, { recursive: true, force: true }));
  const files = ["lib", "test/world"].flatMap((folder) =>
    readdirSync(join(repository, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
      .map((entry) => relative(repository, join(entry.parentPath, entry.name))),
  );
  buildSync({
    ...{ entryPoints: files, absWorkingDir: repository, outbase: ".", outdir: target, logLevel: "warning" },
    ...{ format: "cjs", platform: "node", target: "node20" },
  });
  cpSync(join(repository, "lib", "model", "messages"), join(target, "lib", "model", "messages"), { recursive: true });
  program = join(target, "test", "world");
  return program;
}

/** Builds the world and runs it with these arguments, `--coverage` says which lines ran. Resolves to its exit code and, with `silent`, to what it said. */
export function runWorld(args: readonly string[], silent = false): Promise<{ code: number; said: string }> {
  const entry = args.includes("--coverage") ? "coverage.js" : "run.js";
  const child = spawn(process.execPath, [join(built(), entry), ...args], {
    cwd: repository,
    stdio: ["ignore", silent ? "pipe" : "inherit", "inherit"],
  });
  let said = "";
  child.stdout?.on("data", (chunk) => {
    said += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, said }));
  });
}

if (require.main === module) {
  void runWorld(process.argv.slice(2)).then(({ code }) => {
    process.exitCode = code;
  });
}
