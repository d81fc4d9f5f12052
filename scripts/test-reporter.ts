import { readFileSync } from "node:fs";
import { relative } from "node:path";
import Mocha from "mocha";

/** What the test runner hears while mocha runs. */
export type TestNews =
  | { kind: "file"; file: string }
  | { kind: "alive" }
  | { kind: "failure"; title: string; reason: string }
  | { kind: "end"; passed: number; failed: number; skipped: number; processor: number };

/** Characters of a failure's reason that are told again at the end of a run. */
const REASON_LENGTH = 1500;

function tell(news: TestNews): void {
  process.send?.(news);
}

/** The kernel counts a process's time in hundredths of a second. */
const TICKS = 100;

/** Seconds of a processor that this process has used, and all that it has started and that have ended; 0 where the system does not say. */
function processorSeconds(): number {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    // The second field is the program's name, in brackets, and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;
  } catch {
    return 0;
  }
}

/** Mocha's usual reporter, which also tells the runner where it is and what came out. */
class RunnerReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    let passed = 0;
    let failed = 0;
    let skipped = 0;
    let current = "";
    runner.on("suite", (suite) => {
      if (suite.file === undefined || suite.file === current) return;
      current = suite.file;
      tell({ kind: "file", file: relative(process.cwd(), current) });
    });
    runner.on("pass", () => {
      passed++;
      tell({ kind: "alive" });
    });
    // A failing hook counts as well: mocha reports it as a failure without a test.
    runner.on("fail", (test, error: unknown) => {
      failed++;
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      tell({ kind: "failure", title: test.fullTitle(), reason: reason.slice(0, REASON_LENGTH) });
    });
    runner.on("pending", () => {
      skipped++;
    });
    runner.on("end", () => tell({ kind: "end", passed, failed, skipped, processor: processorSeconds() }));
  }
}

// Mocha takes the module itself as the reporter.
module.exports = RunnerReporter;
