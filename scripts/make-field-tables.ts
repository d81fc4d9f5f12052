/**
 * Makes the field tables of the preflight rules from CSV files of format facts.
 *
 *     npx tsx scripts/make-field-tables.ts FOLDER
 *
 * FOLDER holds dec.csv, inv101.csv ... with the columns path,min,max,type,... What is taken: which elements are numbers,
 * which are dates and how they are written, and (manifests only) the order of children.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Row {
  path: string;
  required: boolean;
  type: string;
}

const SOURCES = [
  { file: "dec", constant: "DEC_FIELDS", ordered: false },
  { file: "inv101", constant: "INV101_FIELDS", ordered: false },
  { file: "sas121", constant: "SAS121_FIELDS", ordered: false },
  { file: "icp101", constant: "ICP101_FIELDS", ordered: false },
  { file: "mt1401", constant: "MT1401_FIELDS", ordered: true },
  { file: "mt2401", constant: "MT2401_FIELDS", ordered: true },
  { file: "manifest_sea_air", constant: "MANIFEST_SEA_AIR_FIELDS", ordered: false },
];

/** Splits one CSV line; a field in quotes may hold commas and doubled quotes. */
function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    (match) => match[1]?.replaceAll('""', '"') ?? match[2] ?? "",
  );
}

function rowsOf(csv: string): Row[] {
  const [, ...lines] = csv.split(/\r?\n/).filter((line) => line !== "");
  return lines.map((line) => {
    const [path = "", min = "", , type = ""] = cells(line);
    return { path, required: min === "1", type };
  });
}

type Nested<T> = Record<string, Record<string, T>>;

/** Sets `table[parent][name]`; rules look fields up by those two names alone, so they must not disagree. */
function put<T>(table: Nested<T>, parent: string, name: string, value: T, merge: (a: T, b: T) => T): void {
  table[parent] ??= {};
  const known = table[parent][name];
  table[parent][name] = known === undefined ? value : merge(known, value);
}

function tableOf(rows: Row[], ordered: boolean) {
  const numeric: Nested<"required" | "optional"> = {};
  const dates: Nested<string> = {};
  const order: Record<string, string[]> = {};
  const kinds = new Map<string, string>();
  for (const { path, required, type } of rows) {
    const steps = path.split("/");
    const name = steps.at(-1) ?? "";
    const parent = steps.at(-2) ?? "";
    if (name.startsWith("@")) continue;
    const number = /^(decimal|digits)\b/.test(type);
    const format = /^date(?:time)?\((.+)\)$/.exec(type)?.[1];
    const kind = number ? "number" : (format ?? "other");
    const both = `${parent}/${name}`;
    if ((kinds.get(both) ?? kind) !== kind)
      throw new Error(`${both} is ${kinds.get(both)} in one place, ${kind} in another`);
    kinds.set(both, kind);
    if (number) put(numeric, parent, name, required ? "required" : "optional", (a, b) => (a === b ? a : "optional"));
    if (format) put(dates, parent, name, format, (a) => a);
    if (ordered && parent !== "") {
      const at = steps.slice(0, -1).join("/");
      order[at] ??= [];
      order[at].push(name);
    }
  }
  for (const [at, names] of Object.entries(order)) if (names.length < 2) delete order[at];
  return ordered ? { numeric, dates, order } : { numeric, dates };
}

const folder = process.argv[2];
if (!folder) {
  console.error("usage: tsx scripts/make-field-tables.ts FOLDER");
  process.exit(1);
}
for (const { file, constant, ordered } of SOURCES) {
  const table = tableOf(rowsOf(readFileSync(join(folder, `${file}.csv`), "utf8")), ordered);
  const target = join(__dirname, "..", "lib", "preflight", "fields", `${file.replaceAll("_", "-")}.ts`);
  writeFileSync(
    target,
    `// Made by scripts/make-field-tables.ts from ${file}.csv. Do not edit.\nimport type { FieldTable } from "./types.js";\n\nexport const ${constant}: FieldTable = ${JSON.stringify(table, null, 2)};\n`,
  );
  console.log(
    `${target}: ${Object.values(table.numeric).reduce((sum, fields) => sum + Object.keys(fields).length, 0)} numeric`,
  );
}
