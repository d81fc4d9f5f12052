/**
 * Writes `schemas/*.xsd` from tables of fields: `npx tsx scripts/make-schemas.ts FOLDER`. FOLDER holds one CSV a message
 * with the columns path, min, max, type, max_length, pattern_or_codes, required_when, meaning_zh, meaning_en, sources,
 * confidence. The tables themselves are not part of this package; what is known of a message and how sure it is stands
 * at the top of each schema.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROFILE_NAMESPACE } from "../lib/xml/schema-model.js";
import { RECIPES, type Recipe } from "./schema-recipes.js";

interface Row {
  path: string;
  min: number;
  max: number;
  type: string;
  length: number;
  pattern: string;
  required: string;
  zh: string;
  en: string;
  confidence: string;
}

interface Field extends Row {
  name: string;
  attributes: Field[];
  children: Field[];
}

function cells(text: string): string[][] {
  const table: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[++at];
      else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "," || character === "\n") {
      row.push(cell.trim());
      cell = "";
      if (character === "\n") {
        table.push(row);
        row = [];
      }
    } else if (character !== "\r") cell += character;
  }
  if (cell !== "" || row.length > 0) table.push([...row, cell.trim()]);
  return table;
}

function rowsOf(file: string): Row[] {
  const [head = [], ...body] = cells(readFileSync(file, "utf8").replace(/^\ufeff/, ""));
  return body
    .filter((row) => row[0])
    .map((row) => {
      const of = (name: string) => row[head.indexOf(name)] ?? "";
      return {
        path: of("path"),
        min: Number(of("min")),
        max: of("max") === "n" ? Number.POSITIVE_INFINITY : Number(of("max")),
        type: of("type"),
        length: Number(of("max_length")) || 0,
        pattern: of("pattern_or_codes"),
        required: of("required_when"),
        zh: of("meaning_zh"),
        en: of("meaning_en"),
        confidence: of("confidence"),
      };
    });
}

/** The fields as a tree, in the order of the table. */
function treeOf(rows: readonly Row[]): Map<string, Field> {
  const byPath = new Map<string, Field>();
  for (const row of rows) {
    const known = byPath.get(row.path);
    if (known) {
      // Listed twice: it occurs twice.
      known.max += 1;
      continue;
    }
    const name = row.path.slice(row.path.lastIndexOf("/") + 1);
    const field: Field = { ...row, name: name.replace("@", ""), attributes: [], children: [] };
    byPath.set(row.path, field);
    const parent = byPath.get(row.path.slice(0, row.path.lastIndexOf("/")));
    if (parent) (name.startsWith("@") ? parent.attributes : parent.children).push(field);
  }
  return byPath;
}

const escaped = (text: string) =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;").replace(/\s+/g, " ");

/** A simple type's restriction, as lines without indentation; empty for plain strings. */
function facets(row: Row): { base: string; facets: string[] } {
  const length = row.length > 0 ? [`<xs:maxLength value="${row.length}"/>`] : [];
  const decimal = /^decimal\((\d+),(\d+)\)/.exec(row.type);
  if (decimal) {
    return {
      base: "xs:decimal",
      facets: [`<xs:totalDigits value="${decimal[1]}"/>`, `<xs:fractionDigits value="${decimal[2]}"/>`],
    };
  }
  if (row.type.startsWith("decimal")) return { base: "xs:decimal", facets: [] };
  if (row.type === "digits") {
    return {
      base: "xs:nonNegativeInteger",
      facets: row.length > 0 ? [`<xs:totalDigits value="${row.length}"/>`] : [],
    };
  }
  // A field that is not used may be there and empty, so every pattern takes the empty string.
  const form = /^(?:date|datetime)\(([^)]+)\)/.exec(row.type)?.[1];
  if (form) return { base: "xs:token", facets: [`<xs:pattern value="(${datePattern(form)})?"/>`] };
  if (/^[A-Za-z0-9](\|[A-Za-z0-9])+( \(.*\))?$/.test(row.pattern)) {
    return { base: "xs:token", facets: [`<xs:pattern value="(${row.pattern.replace(/ .*/, "")})?"/>`] };
  }
  return { base: row.type === "code" ? "xs:token" : "xs:string", facets: length };
}

function datePattern(form: string): string {
  return form
    .replace(/yyyy/, "Y4")
    .replace(/SSS/, "Y3")
    .replace(/MM|dd|HH|mm|ss/g, "Y2")
    .replace(/00$/, "Y2")
    .replace(/Y(\d)/g, "[0-9]{$1}");
}

class Writer {
  private readonly lines: string[] = [];
  constructor(private readonly recipe: Recipe) {}

  line(depth: number, text: string): void {
    this.lines.push("  ".repeat(depth) + text);
  }

  private occurs(field: Field): string {
    const max = field.max === Number.POSITIVE_INFINITY ? "unbounded" : String(field.max);
    return `${field.min === 1 ? "" : ` minOccurs="${field.min}"`}${max === "1" ? "" : ` maxOccurs="${max}"`}`;
  }

  private marks(field: Field): string {
    const sure = field.confidence === "C" || /^(always|store)/.test(field.required) || this.recipe.official;
    const marks = [
      field.zh ? ` sw:zh="${escaped(field.zh)}"` : "",
      field.en ? ` sw:en="${escaped(field.en)}"` : "",
      field.min > 0 && !sure ? ' sw:missing="warning"' : "",
      field.confidence === "I" || this.recipe.loose?.includes(field.name) ? ' sw:facets="warning"' : "",
    ];
    if (this.recipe.anywhere?.includes(field.name)) marks.push(' sw:place="any"');
    return marks.join("");
  }

  private simple(depth: number, field: Row): void {
    const { base, facets: list } = facets(field);
    this.line(depth, "<xs:simpleType>");
    this.line(depth + 1, `<xs:restriction base="${base}">`);
    for (const facet of list) this.line(depth + 2, facet);
    this.line(depth + 1, "</xs:restriction>");
    this.line(depth, "</xs:simpleType>");
  }

  private attributes(depth: number, field: Field): void {
    for (const attribute of field.attributes) {
      const { base, facets: list } = facets(attribute);
      const use = attribute.min > 0 && this.recipe.official ? ' use="required"' : "";
      const spellings = attribute.name === "Version" ? ["Version", "version"] : [attribute.name];
      for (const name of spellings) {
        const head = `<xs:attribute name="${name}"${use}${this.marks({ ...attribute, min: 0 })}`;
        if (list.length === 0) this.line(depth, `${head} type="${base}"/>`);
        else {
          this.line(depth, `${head}>`);
          this.simple(depth + 1, attribute);
          this.line(depth, "</xs:attribute>");
        }
      }
    }
  }

  element(depth: number, field: Field, global = false): void {
    const head = `<xs:element name="${field.name}"${global ? "" : this.occurs(field)}${this.marks(field)}`;
    if (field.children.length > 0) {
      this.line(depth, `${head}>`);
      this.line(depth + 1, "<xs:complexType>");
      this.line(depth + 2, "<xs:sequence>");
      for (const child of field.children) this.child(depth + 3, child);
      this.line(depth + 2, "</xs:sequence>");
      this.attributes(depth + 2, field);
      this.line(depth + 1, "</xs:complexType>");
      this.line(depth, "</xs:element>");
      return;
    }
    if (field.type === "element") {
      // Known by name only.
      this.line(depth, `${head} type="xs:anyType"/>`);
      return;
    }
    const { base, facets: list } = facets(field);
    if (field.attributes.length > 0) {
      this.line(depth, `${head}>`);
      this.line(depth + 1, "<xs:complexType>");
      this.line(depth + 2, "<xs:simpleContent>");
      this.line(depth + 3, `<xs:extension base="${base}">`);
      this.attributes(depth + 4, field);
      this.line(depth + 3, "</xs:extension>");
      this.line(depth + 2, "</xs:simpleContent>");
      this.line(depth + 1, "</xs:complexType>");
      this.line(depth, "</xs:element>");
    } else if (list.length === 0) this.line(depth, `${head} type="${base}"/>`);
    else {
      this.line(depth, `${head}>`);
      this.simple(depth + 1, field);
      this.line(depth, "</xs:element>");
    }
  }

  private child(depth: number, field: Field): void {
    if (field.name === "Signature" && field.children.length === 0) {
      this.line(depth, '<xs:any namespace="http://www.w3.org/2000/09/xmldsig#" processContents="skip" minOccurs="0"/>');
    } else if (this.recipe.roots.includes(field.path)) {
      this.line(depth, `<xs:element ref="${this.recipe.namespace ? "t:" : ""}${field.name}"${this.occurs(field)}/>`);
    } else this.element(depth, field);
  }

  text(fields: Map<string, Field>): string {
    const { recipe } = this;
    this.line(0, '<?xml version="1.0" encoding="UTF-8"?>');
    this.line(0, "<!--");
    for (const paragraph of recipe.basis) this.line(1, paragraph);
    this.line(1, "Written by scripts/make-schemas.ts; change the recipe there, not this file.");
    this.line(0, "-->");
    const target = recipe.namespace ? ` targetNamespace="${recipe.namespace}" xmlns:t="${recipe.namespace}"` : "";
    this.line(
      0,
      `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:sw="${PROFILE_NAMESPACE}"${target} elementFormDefault="qualified" sw:type="${recipe.type}" sw:order="${recipe.order}" sw:unknown="${recipe.official ? "error" : "warning"}" sw:emptyNumeric="${recipe.emptyNumeric}">`,
    );
    for (const root of recipe.roots) this.element(1, fields.get(root) as Field, true);
    this.line(0, "</xs:schema>");
    return `${this.lines.join("\n")}\n`;
  }
}

const folder = process.argv[2];
if (!folder) throw new Error("usage: make-schemas FOLDER (of the CSV tables)");
for (const recipe of RECIPES) {
  const rows = rowsOf(join(folder, recipe.table)).map((row) => recipe.adjust?.(row) ?? row);
  const file = join(__dirname, "..", "schemas", `${recipe.type}.xsd`);
  writeFileSync(file, new Writer(recipe).text(treeOf(rows)));
  process.stdout.write(`${recipe.type}.xsd: ${rows.length} rows\n`);
}
