import type { Rests } from "./evidence.js";
import type { Field, Model } from "./model.js";
import { modelOf } from "./model.js";

type ByParent<T> = ReadonlyMap<string, ReadonlyMap<string, T>>;

/** Facts about the fields of one message type; fields are named by their parent's and their own local name. */
export interface FieldTable {
  /** Elements that hold a number, with what it rests on that it is not empty. */
  numeric: ByParent<Rests>;
  /** Elements that hold a date, with its form (`dates.ts`) and other forms that were accepted. */
  dates: ByParent<readonly string[]>;
  /** Names of all of them together: what a rule over the table wants to see. */
  numericNames: readonly string[];
  dateNames: readonly string[];
}

const tables = new WeakMap<Model, FieldTable>();

/** What is known of the fields of a message type, or undefined. Made once, when it is asked for. */
export function fieldTable(type: string): FieldTable | undefined {
  const model = modelOf(type);
  if (!model) return undefined;
  let table = tables.get(model);
  if (!table) {
    table = tableOf(model);
    tables.set(model, table);
  }
  return table;
}

function tableOf(model: Model): FieldTable {
  const numeric = new Map<string, Map<string, Rests>>();
  const dates = new Map<string, Map<string, readonly string[]>>();
  const visit = (field: Field) => {
    for (const child of field.children) {
      const { date, dates: others = [], filled = model.numbers } = child.value;
      for (const parent of field.names) {
        for (const name of child.names) {
          if (child.numeric) put(numeric, parent, name, filled);
          if (date !== undefined) put(dates, parent, name, [date, ...others]);
        }
      }
      visit(child);
    }
  };
  for (const element of model.elements) visit(element);
  return { numeric, dates, numericNames: namesOf(numeric), dateNames: namesOf(dates) };
}

/** Where two places of a message have the same names, the first one counts. */
function put<T>(table: Map<string, Map<string, T>>, parent: string, name: string, value: T): void {
  let fields = table.get(parent);
  if (!fields) {
    fields = new Map();
    table.set(parent, fields);
  }
  if (!fields.has(name)) fields.set(name, value);
}

function namesOf(table: ByParent<unknown>): string[] {
  return [...new Set([...table.values()].flatMap((fields) => [...fields.keys()]))];
}
