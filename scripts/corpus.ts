/**
 * Runs a public corpus through the code that reads what comes from outside: `npx tsx scripts/corpus.ts FOLDER [SCHEMAS]`.
 *
 * - A folder of odd and hostile XMLs and ZIPs (yauzl, libzip, libxml2, go-fuzz): every file goes through `inspect` and
 *   `SchemaStore`. Outcomes are counted; a path with `success` or `failure` in it says what its makers expect.
 * - A folder of W3C schema tests (it holds `*.testSet`): each schema of XSD 1.0 is compiled, each instance validated, and
 *   the verdict compared with the one that the suite expects.
 *
 * Prints the counts, and a line for each file that takes over 2 s or ends in anything but an outcome of ours; exits with 1
 * when there was one. `CORPUS_LIST=1` names every disagreement. Corpora are kept out of the repository.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join, relative, sep } from "node:path";
import { isZip, readZip } from "../lib/archive/index.js";
import { inspect } from "../lib/business/inspect.js";
import { ImportClientError } from "../lib/errors.js";
import { SchemaStore } from "../lib/xml/xsd.js";
import { isTestSet, runTestSet, type Verdict } from "./corpus/w3c-schema-tests.js";

const LONGEST = 2_000;

/** What was counted, and what has to be looked at. */
class Tally {
  private readonly counts = new Map<string, number>();
  bad = 0;
  files = 0;

  count(outcome: string, path = ""): void {
    this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1);
    if (process.env.CORPUS_LIST && outcome.includes("but")) process.stdout.write(`${outcome}: ${path}\n`);
  }

  /** Counts one file or test; broken or slow ones are told. */
  async take(path: string, work: () => Promise<string>): Promise<void> {
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
    this.bad++;
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
  const [folder, schemas] = process.argv.slice(2);
  if (!folder) throw new Error("usage: corpus FOLDER [SCHEMAS]");
  const tally = new Tally();
  const files = (readdirSync(folder, { recursive: true }) as string[]).sort();
  const testSets = files.filter((name) => isTestSet(name));
  if (testSets.length > 0) {
    const tell = (verdict: Verdict) => tally.take(verdict.name, verdict.find);
    for (const name of testSets) await runTestSet(folder, name, tell);
  } else {
    const store = new SchemaStore([...(schemas ? [schemas] : []), join(__dirname, "..", "schemas")]);
    for (const name of files) {
      const path = join(folder, name);
      if (!statSync(path).isFile()) continue;
      const bytes = readFileSync(path);
      const expected = extname(name) === ".zip" ? expectation(name) : undefined;
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
    if (zip) {
      const entries = await readZip(bytes);
      if (!entries.some((entry) => /\.xml$/i.test(entry.name))) return "ZIP: read, no XML in it";
    }
    const checks = await store.validate(await inspect(bytes, name));
    if (!checks) return `${zip ? "ZIP" : "XML"}: read, no schema for it`;
    return `${zip ? "ZIP" : "XML"}: read, ${checks.some(({ severity }) => severity === "error") ? "invalid" : "valid"}`;
  } catch (error) {
    if (!(error instanceof ImportClientError) || error.details?.reason === "thread") throw error;
    return `${zip ? "ZIP" : "XML"}: refused ${error.code} ${error.details?.reason ?? sortOf(error)}`.trim();
  }
}

/** The sorts of refusal that have no reason of their own. */
function sortOf({ text }: ImportClientError): string {
  if (/DOCTYPE/.test(text.en)) return "DOCTYPE";
  if (/encoding/.test(text.en)) return "encoding";
  return /well-formed/.test(text.en) ? "not well-formed" : "";
}

void main();
