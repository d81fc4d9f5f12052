import { ImportClientError } from "../errors.js";
import type { Mapping, Source } from "./mapping.js";
import { isObject } from "./tree.js";

type Row = Readonly<Record<string, unknown>>;
type Tree = Record<string, unknown>;

/** The rows of one document, as the object that `compose` takes. */
export interface GroupedRows {
  /** The value that they share; empty where rows are not grouped. */
  key: string;
  object: Tree;
  /** Columns of the document's head whose values differ between its rows: the first row's was taken. */
  differing: string[];
  /** Values that the `map` of their field does not have. */
  unmapped: Unmapped[];
  /** The row and column that an element's value came from, by its path in a finding; undefined for one that came from none. */
  placeOf(path: string): RowPlace | undefined;
}

/** Where a value stands in the rows as they were given: 1-based, a CSV's line of names is no row. */
export interface RowPlace {
  row: number;
  column: string;
}

export interface Unmapped extends RowPlace {
  /** Of the element that it is for, as in the mapping. */
  path: string;
  value: string;
}

interface Numbered {
  row: Row;
  number: number;
}

/**
 * Makes one object for each document that rows hold, in the order in which they first appear. Throws SW-MESSAGE when they
 * are no rows, or a row lacks the value that says which document it belongs to.
 */
export function groupRows(given: unknown, mapping: Mapping): GroupedRows[] {
  const rows = isObject(given) ? [given] : given;
  if (!Array.isArray(rows) || rows.length === 0 || !rows.every(isObject)) {
    throw new ImportClientError("SW-MESSAGE", {
      zh: "有映射时 msg.payload 应为行（对象数组）",
      en: "with a mapping msg.payload is rows: an array of objects",
    });
  }
  const groups = new Map<string, Numbered[]>();
  for (const [index, row] of rows.entries()) {
    const key = groupOf(row, index, mapping);
    const members = groups.get(key);
    const numbered = { row, number: index + 1 };
    if (members) members.push(numbered);
    else groups.set(key, [numbered]);
  }
  return [...groups].map(([key, members]) => grouped(mapping.group === "" ? "" : key, members, mapping));
}

function groupOf(row: Row, index: number, { group, each }: Mapping): string {
  if (group === "") return each === "" ? String(index) : "";
  const value = row[group];
  if (!isEmpty(value)) return String(value);
  throw new ImportClientError("SW-MESSAGE", {
    zh: `第 ${index + 1} 行的“${group}”为空，不知属于哪份单据`,
    en: `row ${index + 1} has no ${group}: it is not clear which document it belongs to`,
  });
}

function grouped(key: string, rows: readonly Numbered[], mapping: Mapping): GroupedRows {
  const { each, fields } = mapping;
  const [first] = rows as [Numbered];
  const object: Tree = {};
  const differing: string[] = [];
  const unmapped: Unmapped[] = [];
  const prefix = each === "" ? undefined : `${each}/`;
  const repeated = rows.map((): Tree => ({}));
  const fieldOf = ({ row, number }: Numbered, path: string, source: Source) => {
    const { value, unknown } = sourced(row, source);
    if (unknown) unmapped.push({ row: number, column: source.column ?? "", path, value: String(value) });
    return value;
  };
  for (const [path, source] of fields) {
    if (prefix !== undefined && path.startsWith(prefix)) {
      for (const [index, row] of rows.entries()) {
        put(repeated[index] as Tree, path.slice(prefix.length), fieldOf(row, path, source));
      }
      continue;
    }
    const value = fieldOf(first, path, source);
    put(object, path, value);
    if (source.column && rows.some(({ row }) => String(sourced(row, source).value) !== String(value)))
      differing.push(source.column);
  }
  if (each !== "") put(object, each, repeated);
  return { key, object, differing, unmapped, placeOf: (path) => placeIn(path, rows, mapping) };
}

const isEmpty = (value: unknown) => value === undefined || value === null || value === "";

/** What a row gives for a field; `unknown`: its map has neither this value nor a code that is written so. */
function sourced(row: Row, { column, map, value }: Source): { value: unknown; unknown?: boolean } {
  const found = column === undefined ? undefined : row[column];
  if (isEmpty(found)) return { value: value ?? found };
  const text = String(found);
  if (map && Object.hasOwn(map, text)) return { value: map[text] };
  return { value: found, unknown: map !== undefined && !Object.values(map).includes(text) };
}

/** `DecMessage/DecLists/DecList[2]/GName` is the second row's. Names are compared without case, as keys are taken. */
function placeIn(path: string, rows: readonly Numbered[], { each, fields }: Mapping): RowPlace | undefined {
  const steps = path.split("/").map((step) => step.replace(/\[\d+\]$/, "").toLowerCase());
  const isAt = (end: string) => {
    const wanted = end.toLowerCase().split("/").filter(Boolean);
    return wanted.length > 0 && wanted.every((step, index) => steps[steps.length - wanted.length + index] === step);
  };
  const [field, source] = [...fields].find(([one]) => isAt(one)) ?? [];
  if (field === undefined || !source?.column) return undefined;
  let index = 0;
  if (each !== "" && field.startsWith(`${each}/`)) {
    const depth = field
      .slice(each.length + 1)
      .split("/")
      .filter(Boolean).length;
    const step = path.split("/").at(-1 - depth) ?? "";
    index = Number(/\[(\d+)\]$/.exec(step)?.[1] ?? 1) - 1;
  }
  const row = rows[index];
  return row && { row: row.number, column: source.column };
}

/** Sets what a path leads to; what is not there on the way is made. */
function put(tree: Tree, path: string, value: unknown): void {
  if (value === undefined) return;
  const steps = path.split("/").filter(Boolean);
  const last = steps.pop();
  if (last === undefined) return;
  let at = tree;
  for (const step of steps) {
    const next = Object.hasOwn(at, step) ? at[step] : undefined;
    if (isObject(next)) at = next as Tree;
    else {
      const made: Tree = Object.create(null);
      Object.defineProperty(at, step, { value: made, enumerable: true, writable: true, configurable: true });
      at = made;
    }
  }
  Object.defineProperty(at, last, { value, enumerable: true, writable: true, configurable: true });
}
