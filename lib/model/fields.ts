import type { Field, Model } from "./model.js";
import { modelOf } from "./model.js";

type ByParent<T> = ReadonlyMap<string, ReadonlyMap<string, T>>;

/** Facts about the fields of one message type; fields are named by their parent's and their own local name. */
export interface FieldTable {
  /** Elements that hold a number. */
  numeric: ByParent<"required" | "optional">;
  /** Elements that hold a date, with its form: `yyyyMMdd`, `yyyyMMddHHmmssSSS` ... */
  dates: ByParent<string>;
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
  const numeric = new Map<string, Map<string, "required" | "optional">>();
  const dates = new Map<string, Map<string, string>>();
  const visit = (field: Field) => {
    for (const child of field.children) {
      if (child.numeric) {
        const need = child.min > 0 ? "required" : "optional";
        // What two places of the same names disagree on is not asked for.
        const known = numeric.get(field.name)?.get(child.name) ?? need;
        put(numeric, field.name, child.name, known === need ? need : "optional");
      }
      if (child.value.date !== undefined) put(dates, field.name, child.name, child.value.date);
      visit(child);
    }
  };
  for (const element of model.elements) visit(element);
  return { numeric, dates, numericNames: namesOf(numeric), dateNames: namesOf(dates) };
}

function put<T>(table: Map<string, Map<string, T>>, parent: string, name: string, value: T): void {
  const fields = table.get(parent);
  if (fields) fields.set(name, value);
  else table.set(parent, new Map([[name, value]]));
}

function namesOf(table: ByParent<unknown>): string[] {
  return [...new Set([...table.values()].flatMap((fields) => [...fields.keys()]))];
}
