import { readFileSync } from "node:fs";
import { type Profiler, Session } from "node:inspector";
import { fileURLToPath } from "node:url";

/** Folders whose code the world runs as it is. */
const SIMULATED = ["boxes", "intake", "watch", "send", "client", "ledger/rules"];

/** Lines of a script that hold code, and how many of them have run. */
export function linesOf(source: string, functions: readonly Profiler.FunctionCoverage[]): { all: number; run: number } {
  const ran = new Uint8Array(source.length).fill(1);
  for (const { ranges } of functions) {
    for (const { startOffset, endOffset, count } of ranges) ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  }
  const lines = { all: 0, run: 0 };
  let at = 0;
  for (const line of source.split("\n")) {
    const from = at + line.length - line.trimStart().length;
    at += line.length + 1;
    const code = line.trim();
    if (!/\w/.test(code) || /^(\/\/|\/?\*|import |export |var __|__)/.test(code)) continue;
    lines.all++;
    if (ran[from] === 1) lines.run++;
  }
  return lines;
}

/** Runs the world and then says which share of the lines of each simulated folder has run. */
function main(): void {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { detailed: true, callCount: true });
  process.on("exit", () => {
    session.post("Profiler.takePreciseCoverage", (_error, { result }) => {
      for (const folder of SIMULATED) {
        const sum = { all: 0, run: 0 };
        for (const { url, functions } of result) {
          if (!new RegExp(`/lib/${folder}/[\\w-]+\\.js$`).test(url)) continue;
          const { all, run } = linesOf(readFileSync(fileURLToPath(url), "utf8"), functions);
          sum.all += all;
          sum.run += run;
        }
        console.log(`lib/${folder}: ${sum.run} of ${sum.all} lines run, ${((100 * sum.run) / sum.all).toFixed(1)} %`);
      }
    });
  });
  require("./run.js");
}

if (require.main === module) main();
