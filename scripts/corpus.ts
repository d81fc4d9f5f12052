/**
 * Runs every file below a folder through `inspect` and `SchemaStore`: for public corpora of hostile and odd XMLs and ZIPs
 * (W3C schema tests, yauzl, libzip, go-fuzz, libxml2). `npx tsx scripts/corpus.ts FOLDER [SCHEMAS]`. Prints a line for each
 * file that takes over 2 s or ends in anything but an outcome of ours, and a summary; exits with 1 when there was one.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { inspect } from "../lib/business/inspect.js";
import { ImportClientError } from "../lib/errors.js";
import { SchemaStore } from "../lib/xml/xsd.js";

const LONGEST = 2_000;

async function main(): Promise<void> {
  const [folder, schemas] = process.argv.slice(2);
  if (!folder) throw new Error("usage: corpus FOLDER [SCHEMAS]");
  const store = new SchemaStore([...(schemas ? [schemas] : []), join(__dirname, "..", "schemas")]);
  const outcomes = new Map<string, number>();
  let bad = 0;
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    const path = join(folder, name);
    if (!statSync(path).isFile()) continue;
    const started = performance.now();
    let outcome: string;
    let words = "";
    try {
      const inspection = await inspect(readFileSync(path), basename(path));
      const checks = await store.validate(inspection);
      outcome = checks ? (checks.some(({ severity }) => severity === "error") ? "invalid" : "valid") : "no schema";
    } catch (error) {
      outcome = error instanceof ImportClientError ? error.code : "broken";
      if (outcome === "broken") words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    const ms = performance.now() - started;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (outcome === "broken" || ms > LONGEST) {
      bad++;
      process.stdout.write(`${path}: ${outcome}, ${Math.round(ms)} ms ${words}\n`);
    }
  }
  await store.close();
  process.stdout.write(
    `${[...outcomes].map(([outcome, times]) => `${outcome} ${times}`).join(", ")}; ${bad} to look at\n`,
  );
  if (bad > 0) process.exitCode = 1;
}

void main();
