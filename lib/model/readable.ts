import type { XmlElement } from "../xml/scan.js";
import type { Field, Model } from "./model.js";
import { type Total, totalsOf } from "./totals.js";

/** What an element is called: its name in the message, and what the model calls it, empty where it knows nothing. */
export interface Label {
  name: string;
  zh: string;
  en: string;
}

/** A value as the document has it; `cut` where it was too long to be shown whole. */
export interface ReadableValue extends Label {
  value: string;
  cut?: true;
}

/** Elements that repeat, as rows: goods, containers, bills. */
export interface ReadableTable {
  columns: Label[];
  /** A cell for each column, empty where the row has no such element. */
  rows: string[][];
  /** Rows in the document; `rows` may have fewer. */
  total: number;
  totals: Total[];
}

/** A part of a document, to be read by a person: the values of one element, or the rows of one that repeats. */
export interface ReadableSection extends Label {
  /** Names from the document's outermost element to this one. */
  path: string;
  values: ReadableValue[];
  table?: ReadableTable;
}

export interface Readable {
  sections: ReadableSection[];
  /** Something was left out for its size. */
  cut: boolean;
}

/** What is shown at most; the whole document is in its XML. */
export const LIMITS = { sections: 60, values: 300, rows: 500, columns: 60, length: 2000, cell: 300 };

/**
 * A document in the order in which it stands, with the names that its model has for the elements; without a model by the elements
 * alone. Values are untouched. Empty elements are left out. What is too much is cut, and says so.
 */
export function readable(root: XmlElement, model: Model | undefined): Readable {
  const found: Readable = { sections: [], cut: false };
  const field = model && [...model.roots.values(), ...model.elements].find(({ names }) => names.includes(root.name));
  new Reader(found).read(root, field, root.name);
  return found;
}

/** Gathers the sections of one document. */
class Reader {
  constructor(private readonly found: Readable) {}

  read(element: XmlElement, field: Field | undefined, path: string): void {
    const section: ReadableSection = { ...labelOf(element, field), path, values: [] };
    const attributes = [...element.attributes].filter(([name]) => !/^(?:xmlns|xsi)(?::|$)/.test(name));
    for (const [name, value] of attributes) this.value(section, { name: `@${name}`, zh: "", en: "" }, value);
    const groups = groupsOf(element);
    for (const [name, group] of groups) {
      const [first] = group as [XmlElement];
      if (group.length > 1 || first.children.length > 0) continue;
      this.value(section, labelOf(first, field?.child(name)), first.text);
    }
    if (section.values.length > 0) this.put(section);
    for (const [name, group] of groups) {
      const [first] = group as [XmlElement];
      const child = field?.child(name);
      const inner = `${path}/${name}`;
      if (group.length > 1 || (child !== undefined && child.max > 1))
        this.rows(group, child, inner, labelOf(first, child));
      else if (first.children.length > 0) this.inner(first, child, inner);
    }
  }

  /** An element that only holds others of one name is the title of these. */
  private inner(element: XmlElement, field: Field | undefined, path: string): void {
    const groups = groupsOf(element);
    const [only] = groups;
    const repeats = only && field?.child(only[0]);
    if (groups.size === 1 && only && (only[1].length > 1 || (repeats && repeats.max > 1))) {
      this.rows(only[1], repeats, `${path}/${only[0]}`, labelOf(element, field));
    } else this.read(element, field, path);
  }

  private rows(group: readonly XmlElement[], field: Field | undefined, path: string, label: Label): void {
    const shown = group.slice(0, LIMITS.rows);
    const columns = new Map<string, Label>();
    for (const row of shown) {
      for (const cell of cellsOf(row)) {
        if (!isBlank(cell) && !columns.has(cell.name)) columns.set(cell.name, labelOf(cell, field?.child(cell.name)));
      }
    }
    if (columns.size === 0) return;
    const names = inOrder([...columns.keys()], field);
    const used = names.slice(0, LIMITS.columns);
    if (group.length > shown.length || names.length > used.length) this.found.cut = true;
    const rows = shown.map((row) => {
      const cells = new Map<string, string[]>();
      for (const cell of cellsOf(row)) {
        const texts = cells.get(cell.name) ?? [];
        if (!isBlank(cell)) texts.push(this.cellText(cell));
        cells.set(cell.name, texts);
      }
      return used.map((name) => (cells.get(name) ?? []).join("; "));
    });
    const labels = used.map((name) => columns.get(name) as Label);
    const whole = group.length === shown.length;
    const totals = whole ? totalsOf(labels, rows) : [];
    this.put({ ...label, path, values: [], table: { columns: labels, rows, total: group.length, totals } });
  }

  /** What stands in a row below its own elements is written into one cell. */
  private cellText(cell: XmlElement): string {
    let text = "";
    if (cell.children.length === 0) text = cell.text;
    else {
      for (const part of cell.walk()) {
        if (part.children.length > 0 || isBlank(part)) continue;
        text += `${text === "" ? "" : ", "}${part.name} ${part.text}`;
        if (text.length > LIMITS.cell) break;
      }
    }
    return this.within(text, LIMITS.cell).value;
  }

  private value(section: ReadableSection, label: Label, text: string): void {
    if (text.trim() === "") return;
    if (section.values.length < LIMITS.values) section.values.push({ ...label, ...this.within(text, LIMITS.length) });
    else this.found.cut = true;
  }

  private within(text: string, length: number): { value: string; cut?: true } {
    if (text.length <= length) return { value: text };
    this.found.cut = true;
    return { value: text.slice(0, length).toWellFormed(), cut: true };
  }

  private put(section: ReadableSection): void {
    if (this.found.sections.length < LIMITS.sections) this.found.sections.push(section);
    else this.found.cut = true;
  }
}

function labelOf({ name }: XmlElement, field: Field | undefined): Label {
  return { name, zh: field?.zh ?? "", en: field?.en ?? "" };
}

/** The cells of a row: its children, or itself where it has none. */
function cellsOf(row: XmlElement): readonly XmlElement[] {
  return row.children.length > 0 ? row.children : [row];
}

function isBlank(element: XmlElement): boolean {
  return element.children.length === 0 && element.text.trim() === "";
}

/** Children by their names, in the order in which they first come. */
function groupsOf(element: XmlElement): Map<string, XmlElement[]> {
  const groups = new Map<string, XmlElement[]>();
  for (const child of element.children) {
    const group = groups.get(child.name);
    if (group) group.push(child);
    else groups.set(child.name, [child]);
  }
  return groups;
}

/** Columns in the model's order, those that it does not know behind. */
function inOrder(names: string[], field: Field | undefined): string[] {
  if (!field) return names;
  const place = (name: string) => field.places.get(name) ?? Number.MAX_SAFE_INTEGER;
  return names
    .map((name, index) => ({ name, index }))
    .sort((one, other) => place(one.name) - place(other.name) || one.index - other.index)
    .map(({ name }) => name);
}
