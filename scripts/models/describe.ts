import type {
  AttributeDescription,
  Description,
  ElementDescription,
  ValueDescription,
} from "../../lib/model/description.js";
import type { Rests } from "../../lib/model/evidence.js";
import type { Recipe } from "./recipe.js";
import type { Row } from "./table.js";

interface Field extends Row {
  name: string;
  attributes: Field[];
  children: Field[];
}

/** The rows as a tree by their paths, in the order of the table. */
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
    const parent = byPath.get(row.path.slice(0, Math.max(0, row.path.lastIndexOf("/"))));
    if (parent) (name.startsWith("@") ? parent.attributes : parent.children).push(field);
  }
  return byPath;
}

const oneLine = (text: string) => text.replace(/\s+/g, " ");

/** Without what is undefined or empty, so that the files hold what is said and no more. */
function dense<T extends object>(value: T): T {
  const said = ([, one]: [string, unknown]) => {
    return one !== undefined && one !== "" && !(Array.isArray(one) && one.length === 0);
  };
  return Object.fromEntries(Object.entries(value).filter(said)) as T;
}

/** A set of values of one character, as the tables write it; remarks in brackets may follow. */
const CODES = /^([A-Za-z0-9](?:\|[A-Za-z0-9])+)(?: \(.*\))?$/;

/** When the tables ask for a field without a condition. */
const NEEDED = /^(always|store|declare|store\+declare)$/;

/** Patterns by which the tables of customs' side and of 快件 describe dates: how they begin. */
const DATE_PATTERNS: readonly (readonly [begins: string, length: number, form: string])[] = [
  ["([0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]", 10, "yyyy-MM-dd"],
  ["([0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]", 19, "yyyy-MM-dd HH:mm:ss"],
  ["([12]\\d{3}", 8, "yyyyMMdd"],
  ["([12]\\d{3}", 14, "yyyyMMddHHmmss"],
  ["([12]\\d{3}", 17, "yyyyMMddHHmmssSSS"],
];

function dateOf({ type, pattern, length }: Row): string | undefined {
  if (type === "dateTime") return "yyyy-MM-ddTHH:mm:ss[.S][Z]";
  if (type === "date") return "yyyy-MM-dd";
  const form = /^(?:date|datetime)\(([^)]+)\)/.exec(type)?.[1];
  return form ?? DATE_PATTERNS.find(([begins, size]) => size === length && pattern.startsWith(begins))?.[2];
}

function limitsOf(row: Row): ValueDescription {
  const length = row.length > 0 ? row.length : undefined;
  const decimal = /^decimal\((\d+),(\d+)\)/.exec(row.type);
  if (decimal) return { type: "decimal", digits: Number(decimal[1]), fraction: Number(decimal[2]) };
  if (row.type.startsWith("decimal")) return { type: "decimal" };
  if (row.type === "digits") return { type: "integer", digits: length };
  if (row.type === "double") return { type: "decimal" };
  if (row.type === "int" || row.type === "long") return { type: "integer" };
  const date = dateOf(row);
  if (date) return { type: "token", date };
  const codes = CODES.exec(row.pattern)?.[1]?.split("|");
  if (codes) return { type: "token", codes };
  return { type: row.type === "code" ? "token" : "string", length };
}

class Describer {
  constructor(private readonly recipe: Recipe) {}

  /** What it rests on that an element is there. A number that receipts are matched by needs all that it stands in. */
  private required(field: Field): Rests | undefined {
    const { keys = [], faq = {}, rests } = this.recipe;
    if (keys.some((key) => key === field.path || key.startsWith(`${field.path}/`))) return "key";
    const item = faq[field.path];
    if (item !== undefined) return `faq ${item}`;
    if (field.min === 0) return undefined;
    return field.confidence === "I" ? "inferred" : rests;
  }

  private value(field: Field): ValueDescription {
    const { recipe } = this;
    const { rests, numbers = rests, empty = {} } = recipe;
    const value = limitsOf(field);
    const limited = value.type !== "string" || value.length !== undefined;
    const limits: Rests = recipe.loose?.includes(field.name)
      ? "accepted"
      : field.confidence === "I"
        ? "inferred"
        : rests;
    const number = value.type === "decimal" || value.type === "integer";
    const needed = field.min > 0 || NEEDED.test(field.required);
    const filled = needed ? numbers : ((value.type === "integer" ? empty.whole : empty.others) ?? numbers);
    return {
      ...value,
      dates: value.date === undefined ? undefined : (recipe.dates?.[field.name] ?? recipe.dates?.["*"]),
      limits: limited ? limits : undefined,
      filled: number ? filled : undefined,
    };
  }

  private attributes(field: Field): AttributeDescription[] {
    return field.attributes.flatMap((attribute) => {
      // Producers leave attributes out that no official XSD asks for.
      const required = this.recipe.rests === "official" ? this.required(attribute) : undefined;
      const spellings = attribute.name === "Version" ? ["Version", "version"] : [attribute.name];
      return spellings.map((name) =>
        dense({ name, zh: oneLine(attribute.zh), en: oneLine(attribute.en), required, ...this.value(attribute) }),
      );
    });
  }

  element(field: Field): ElementDescription {
    const { recipe } = this;
    const children = field.children.filter((child) => !isSignature(child)).map((child) => this.element(child));
    const known = field.children.length > 0 || field.type !== "element";
    const required = this.required(field);
    const value: ValueDescription = known ? this.value(field) : { type: "any" };
    // Blanks around a key are an indented file's: whoever matches by it does not count them.
    if (required === "key" && value.type === "string" && value.length !== undefined) value.type = "token";
    const min = required === undefined ? 0 : Math.max(field.min, 1);
    return dense<ElementDescription>({
      name: field.name,
      also: recipe.also?.[field.name],
      zh: oneLine(field.zh),
      en: oneLine(field.en),
      min: min === 1 ? undefined : min,
      max: field.max === 1 ? undefined : field.max === Number.POSITIVE_INFINITY ? "n" : field.max,
      required,
      ...(field.children.length > 0 ? {} : value),
      anywhere: recipe.anywhere?.includes(field.name) ? true : undefined,
      short: recipe.short?.[field.name],
      signature: field.children.some(isSignature) ? field.children.findIndex(isSignature) : undefined,
      attributes: known ? this.attributes(field) : [],
      children,
    });
  }
}

/** An XML signature: its content is the signer's matter. */
const isSignature = (field: Field) => field.name === "Signature" && field.children.length === 0;

/** What a recipe makes of its table. Throws where a path of the recipe is not in the table. */
export function describe(recipe: Recipe, rows: readonly Row[]): Description {
  const adjusted = rows.flatMap((row) => (recipe.adjust ? (recipe.adjust(row) ?? []) : row));
  const fields = treeOf([...adjusted, ...(recipe.more ?? [])]);
  const { roots, keys = [], faq = {}, rests } = recipe;
  for (const path of [...roots, ...keys, ...Object.keys(faq)]) {
    if (!fields.has(path)) throw new Error(`${recipe.table} has no ${path}`);
  }
  const describer = new Describer(recipe);
  const outermost = roots.filter((root) => !root.includes("/"));
  return dense<Description>({
    type: recipe.type,
    namespace: recipe.namespace,
    basis: recipe.basis,
    rests,
    order: recipe.order ?? rests,
    closed: recipe.closed === "open" ? undefined : (recipe.closed ?? rests),
    numbers: recipe.numbers ?? rests,
    eitherCase: recipe.eitherCase,
    roots,
    elements: outermost.map((root) => describer.element(fields.get(root) as Field)),
  });
}

/** A description as JSON, one element a line. */
export function toJson({ elements, basis, ...head }: Description): string {
  const lines: string[] = ["{"];
  for (const [key, value] of Object.entries(head)) lines.push(`  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  lines.push('  "basis": [', basis.map((sentence) => `    ${JSON.stringify(sentence)}`).join(",\n"), "  ],");
  lines.push('  "elements": [', elements.map((element) => elementJson(element, "    ")).join(",\n"), "  ]", "}");
  return `${lines.join("\n")}\n`;
}

function elementJson({ children, ...own }: ElementDescription, indent: string): string {
  const text = JSON.stringify(own);
  if (!children) return indent + text;
  const inner = children.map((child) => elementJson(child, `${indent}  `)).join(",\n");
  return `${indent}${text.slice(0, -1)},"children":[\n${inner}\n${indent}]}`;
}
