import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";

/** The tables of formats, see `formats/README.md`. */
export const FORMATS = join(__dirname, "..", "..", "formats");

/** One row of a table: an element, or an attribute where the last step of its path begins with `@`. */
export interface Row {
  path: string;
  min: number;
  /** Infinity where there is no limit. */
  max: number;
  type: string;
  /** 0 where it is not known. */
  length: number;
  pattern: string;
  required: string;
  zh: string;
  en: string;
  confidence: string;
}

/** The rows of a table below `formats/`, in its order. */
export function readTable(file: string): Row[] {
  const records = parse<Record<string, string>>(readFileSync(join(FORMATS, file)), {
    bom: true,
    columns: true,
    trim: true,
    skipEmptyLines: true,
  });
  return records.map((cells) => ({
    path: cells.path ?? "",
    min: Number(cells.min),
    max: cells.max === "n" ? Number.POSITIVE_INFINITY : Number(cells.max),
    type: cells.type ?? "",
    length: Number(cells.max_length) || 0,
    pattern: cells.pattern_or_codes ?? "",
    required: cells.required_when ?? "",
    zh: cells.meaning_zh ?? "",
    en: cells.meaning_en ?? "",
    confidence: cells.confidence ?? "",
  }));
}
