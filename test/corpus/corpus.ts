/**
 * Runs a public corpus through the code that reads what comes from outside: `npx tsx test/corpus/corpus.ts FOLDER`.
 *
 * - A folder of odd and hostile XMLs and ZIPs (yauzl, libzip, libxml2, go-fuzz): every file is inspected, validated and
 *   read as a receipt. Outcomes are counted; a folder named `success` or `failure` says what its makers expect.
 * - A folder of W3C schema tests (it holds `*.testSet`): each schema of XSD 1.0 is compiled, each instance validated, and
 *   the verdict compared with the one that the suite expects. Where they differ it is libxml2's verdict, unless the line
 *   says that we refused the schema before.
 *
 * Prints the counts, and a line for each file that ends in anything but an outcome of ours or takes over 2 s; exits with 1
 * when there was one. `CORPUS_LIST=<words>` names the files whose outcome has these words in it. Corpora are kept out of
 * the repository.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join, relative, sep } from "node:path";
import { isZip, readZip } from "../../lib/archive/index.js";
import { inspect } from "../../lib/business/inspect.js";
import { SchemaStore } from "../../lib/model/schema-store.js";
import { asDelivery, refusal } from "../fuzz/judge.js";
import { isTestSet, runTestSet, type Verdict } from "./w3c-schema-tests.js";

const LONGEST = 2_000;
/** Only a user's own schema can bring this about; it happens in a thread, which is stopped after 20 s. */
const SLOW = "among them: over 2 s in libxml2 for a schema with counters in counters";

/** What was counted, and what has to be looked at. */
class Tally {
  private readonly counts = new Map<string, number>();
  bad = 0;
  files = 0;

  count(outcome: string, path = ""): void {
    this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1);
    const words = process.env.CORPUS_LIST;
    if (words && outcome.includes(words)) process.stdout.write(`${outcome}: ${path}\n`);
  }

  /** Counts one file or test; broken or slow ones are printed. `slow` says what is known to take its time. */
  async take(path: string, work: () => Promise<string>, slow = ""): Promise<void> {
    this.files++;
    const started = performance.now();
    let words = "";
    const outcome = await work().catch((error: unknown) => {
      words = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return "broken";
    });
    const ms = performance.now() - started;
    this.count(outcome, path);
    if (outcome !== "broken" && ms <= LONGEST) return;
    if (outcome !== "broken" && slow !== "") this.count(slow, path);
    else this.bad++;
    process.stdout.write(`${path}: ${outcome}, ${Math.round(ms)} ms ${words}\n`);
  }

  print(): void {
    for (const [outcome, times] of [...this.counts].sort()) process.stdout.write(`  ${outcome}: ${times}\n`);
    process.stdout.write(`${this.files} in all, ${this.bad} to look at\n`);
  }
}

/** What the makers of a corpus expect of a file, where its path says so. */
function expectation(path: string): "success" | "failure" | undefined {
  return path.split(sep).find((part) => part === "success" || part === "failure") as "success" | "failure" | undefined;
}

async function main(): Promise<void> {
  const folder = process.argv[2];
  if (!folder) throw new Error("usage: corpus FOLDER");
  const tally = new Tally();
  const files = (readdirSync(folder, { recursive: true }) as string[]).sort();
  const testSets = files.filter((name) => isTestSet(name));
  if (testSets.length > 0) {
    const judge = {
      take: (verdict: Verdict) => tally.take(verdict.name, verdict.find, SLOW),
      leaveOut: (why: string) => tally.count(`left out: ${why}`),
    };
    for (const name of testSets) await runTestSet(folder, name, judge);
  } else {
    const store = new SchemaStore();
    // The thread starts and libxml2 loads once: that is no file's time.
    await asDelivery(Buffer.from("<a/>"));
    for (const name of files) {
      const path = join(folder, name);
      if (!statSync(path).isFile()) continue;
      const bytes = readFileSync(path);
      const expected = isZip(bytes) || extname(name) === ".zip" ? expectation(name) : undefined;
      await tally.take(relative(folder, path), async () => {
        const outcome = await outcomeOf(bytes, basename(path), store);
        if (!expected) return outcome;
        return outcome.includes("refused") === (expected === "failure")
          ? `ZIP: as its makers expect (${expected})`
          : `ZIP: ${expected} for its makers, but ${outcome}`;
      });
    }
    await store.close();
  }
  tally.print();
  if (tally.bad > 0) process.exitCode = 1;
}

/** In a word or two, what became of a file. Rejects with what is not an answer of ours. */
async function outcomeOf(bytes: Buffer, name: string, store: SchemaStore): Promise<string> {
  const zip = isZip(bytes) || extname(name).toLowerCase() === ".zip";
  try {
    await asDelivery(bytes);
    if (zip) {
      const entries = await readZip(bytes);
      if (!entries.some((entry) => /\.xml$/i.test(entry.name))) return "ZIP: read, no XML in it";
    }
    const checks = await store.validate(await inspect(bytes, name));
    if (!checks) return `${zip ? "ZIP" : "XML"}: read, no schema for it`;
    return `${zip ? "ZIP" : "XML"}: read, ${checks.some(({ severity }) => severity === "error") ? "invalid" : "valid"}`;
  } catch (error) {
    return `${zip ? "ZIP" : "XML"}: ${refusal(error)}`;
  }
}

void main();
