import { DEC_FIELDS } from "./dec.js";
import { ICP101_FIELDS } from "./icp101.js";
import { INV101_FIELDS } from "./inv101.js";
import { MANIFEST_SEA_AIR_FIELDS } from "./manifest-sea-air.js";
import { MT1401_FIELDS } from "./mt1401.js";
import { MT2401_FIELDS } from "./mt2401.js";
import { SAS121_FIELDS } from "./sas121.js";
import type { FieldTable } from "./types.js";

const TABLES: Readonly<Record<string, FieldTable>> = {
  DEC: DEC_FIELDS,
  INV101: INV101_FIELDS,
  SAS121: SAS121_FIELDS,
  ICP101: ICP101_FIELDS,
  MT1401: MT1401_FIELDS,
  MT2401: MT2401_FIELDS,
  MT1101: MANIFEST_SEA_AIR_FIELDS,
  MT2101: MANIFEST_SEA_AIR_FIELDS,
};

/** What is known of the fields of a message type, or undefined. */
export function fieldTable(type: string): FieldTable | undefined {
  return Object.hasOwn(TABLES, type) ? TABLES[type] : undefined;
}

type ByParent = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const NAMES = new WeakMap<ByParent, readonly string[]>();

/** Field names of all parents together: what a rule over the table wants to see. Made once for each table. */
export function fieldNames(fields: ByParent): readonly string[] {
  let names = NAMES.get(fields);
  if (!names) {
    names = [...new Set(Object.values(fields).flatMap((below) => Object.keys(below)))];
    NAMES.set(fields, names);
  }
  return names;
}

export type { FieldTable } from "./types.js";
