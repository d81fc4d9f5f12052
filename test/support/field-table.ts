import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FIXTURES = join(__dirname, "..", "fixtures");
const PAGE = join(__dirname, "..", "..", "docs", "evidence", "field-cases.md");

/** `field-cases`: documents; `field-answers`: receipts, and documents with what is answered to them. */
export type FieldFolder = "field-cases" | "field-answers";

/** A directory of inputs as real producers and platforms write them. */
export interface FieldDirectory {
  name: string;
  folder: FieldFolder;
  /** Its `case.json`. */
  facts: Readonly<Record<string, unknown>> & { before: string };
  read(file: string): Buffer;
}

export function fieldDirectories(folder: FieldFolder): FieldDirectory[] {
  return readdirSync(join(FIXTURES, folder))
    .sort()
    .map((name) => {
      const read = (file: string) => readFileSync(join(FIXTURES, folder, name, file));
      return { name, folder, read, facts: JSON.parse(read("case.json").toString("utf8")) };
    });
}

/** Rows of docs/evidence/field-cases.md: case, before, after. */
export function evidence(): Map<string, { before: string; after: string }> {
  const text = readFileSync(PAGE, "utf8");
  const rows = [...text.matchAll(/^\| `([^`|]+)` \| ([^|]+) \| ([^|]+) \|$/gm)];
  return new Map(rows.map(([, name = "", before = "", after = ""]) => [name, { before, after }]));
}

/** The table says of a case what was seen of it just now. */
export function assertEvidence(name: string, seen: string): void {
  assert.equal(evidence().get(name)?.after, seen, `docs/evidence/field-cases.md, ${name}`);
}
