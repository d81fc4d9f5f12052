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
  const groups = new Map<string, Row[]>();
  for (const [index, row] of rows.entries()) {
    const key = groupOf(row, index, mapping);
    const members = groups.get(key);
    if (members) members.push(row);
    else groups.set(key, [row]);
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

function grouped(key: string, rows: readonly Row[], { each, fields }: Mapping): GroupedRows {
  const [first] = rows as [Row];
  const object: Tree = {};
  const differing: string[] = [];
  const prefix = each === "" ? undefined : `${each}/`;
  const repeated = rows.map((): Tree => ({}));
  for (const [path, source] of fields) {
    if (prefix !== undefined && path.startsWith(prefix)) {
      for (const [index, row] of rows.entries()) {
        put(repeated[index] as Tree, path.slice(prefix.length), sourced(row, source));
      }
      continue;
    }
    const value = sourced(first, source);
    put(object, path, value);
    if (source.column && rows.some((row) => String(sourced(row, source)) !== String(value)))
      differing.push(source.column);
  }
  if (each !== "") put(object, each, repeated);
  return { key, object, differing };
}

const isEmpty = (value: unknown) => value === undefined || value === null || value === "";

function sourced(row: Row, { column, map, value }: Source): unknown {
  const found = column === undefined ? undefined : row[column];
  if (isEmpty(found)) return value ?? found;
  return map && Object.hasOwn(map, String(found)) ? map[String(found)] : found;
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
