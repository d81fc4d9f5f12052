import type { Bilingual } from "../errors.js";
import type { Field } from "../model/model.js";
import { forbiddenIn, textOf } from "./values.js";

/** An element that is to be written. */
export interface Written {
  name: string;
  attributes: readonly (readonly [name: string, value: string])[];
  /** Of an element without children. */
  text: string;
  children: readonly Written[];
}

/** Something in what was given that goes into no document; `path` as in a check. */
export interface Misfit {
  path: string;
  text: Bilingual;
}

/** A key that begins so names an attribute. */
const ATTRIBUTE = "@";

/** The key of an element's own text, beside its attributes. */
const TEXT = "#text";

/** Levels of elements; what is given may refer to itself. */
const DEEPEST = 40;

type Given = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Given {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !Buffer.isBuffer(value)
  );
}

/** The child that a key names: by its name as it is, else without case, else by its Chinese name where one child has it. */
export function childFor(field: Field, key: string): Field | undefined {
  const exact = field.child(key);
  if (exact) return exact;
  const lower = key.trim().toLowerCase();
  const byName = field.children.filter(({ names }) => names.some((name) => name.toLowerCase() === lower));
  if (byName.length === 1) return byName[0];
  const byLabel = field.children.filter(({ zh }) => zh !== "" && zh === key.trim());
  return byLabel.length === 1 ? byLabel[0] : undefined;
}

/**
 * The elements that a value makes for a field, in the order of the model whatever the order of the keys. `null` and
 * `undefined` make none; an empty text makes an empty element, but none where a number is wanted (faq 14). What fits nowhere
 * is told, and left out.
 */
export function elementsFor(field: Field, value: unknown, path: string, misfits: Misfit[], depth = 0): Written[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) {
    return value.flatMap((one, index) => elementsFor(field, one, `${path}[${index + 1}]`, misfits, depth + 1));
  }
  if (depth > DEEPEST) {
    misfits.push({ path, text: { zh: "嵌套过深", en: "nested too deeply" } });
    return [];
  }
  if (field.children.length > 0) return parent(field, value, path, misfits, depth);
  const { attributes, content } = isObject(value)
    ? leaf(field, value, path, misfits)
    : { attributes: [], content: value };
  if (content === null || content === undefined) return [];
  const text = checkedText(field, content, path, misfits);
  if (text === undefined || (text === "" && attributes.length === 0 && field.numeric)) return [];
  return [{ name: field.name, attributes, text, children: [] }];
}

/** Attributes and text of an element that was given as an object; anything else in it has no place. */
function leaf(field: Field, value: Given, path: string, misfits: Misfit[]) {
  const wrong = Object.keys(value).filter((key) => !key.startsWith(ATTRIBUTE) && key !== TEXT);
  for (const key of wrong) {
    misfits.push({
      path: `${path}/${key}`,
      text: {
        zh: `${nameOf(field, "zh")}只有文本，没有下级“${key}”；文本写在“${TEXT}”下，或直接写值`,
        en: `${nameOf(field, "en")} holds a text and no ${key}: give the value itself, or under ${TEXT}`,
      },
    });
  }
  if (Object.keys(value).length === 0)
    misfits.push({ path, text: { zh: "值是空对象", en: "the value is an empty object" } });
  return { attributes: attributesOf(field, value, path, misfits), content: value[TEXT] ?? "" };
}

function parent(field: Field, value: unknown, path: string, misfits: Misfit[], depth: number): Written[] {
  if (!isObject(value)) {
    misfits.push({
      path,
      text: {
        zh: `${nameOf(field, "zh")}应为对象，其下有多个字段`,
        en: `${nameOf(field, "en")} holds fields: an object is wanted`,
      },
    });
    return [];
  }
  const made = new Map<Field, Written[]>();
  for (const [key, one] of Object.entries(value)) {
    if (key.startsWith(ATTRIBUTE) || one === undefined) continue;
    const child = childFor(field, key);
    if (!child) {
      misfits.push({
        path: `${path}/${key}`,
        text: { zh: `${nameOf(field, "zh")}下没有“${key}”`, en: `${nameOf(field, "en")} has no ${key}` },
      });
      continue;
    }
    made.set(child, [
      ...(made.get(child) ?? []),
      ...elementsFor(child, one, `${path}/${child.name}`, misfits, depth + 1),
    ]);
  }
  for (const [child, all] of made) {
    if (all.length <= child.max) continue;
    const many = {
      zh: `${nameOf(child, "zh")}给了 ${all.length} 次，最多 ${child.max} 次`,
      en: `${nameOf(child, "en")} is given ${all.length} times, at most ${child.max} may be there`,
    };
    misfits.push({ path: `${path}/${child.name}`, text: many });
  }
  const children = field.children.flatMap((child) => made.get(child) ?? []);
  return [{ name: field.name, attributes: attributesOf(field, value, path, misfits), text: "", children }];
}

function attributesOf(field: Field, value: Given, path: string, misfits: Misfit[]): [string, string][] {
  const made: [string, string][] = [];
  for (const [key, one] of Object.entries(value)) {
    if (!key.startsWith(ATTRIBUTE) || one === null || one === undefined) continue;
    const name = key.slice(ATTRIBUTE.length);
    const attribute = field.attributes.get(name);
    const text = attribute && checkedText({ ...field, value: attribute } as Field, one, `${path}/@${name}`, misfits);
    if (text !== undefined) made.push([name, text]);
    else if (!attribute) {
      misfits.push({
        path: `${path}/@${name}`,
        text: { zh: `${nameOf(field, "zh")}没有属性 ${name}`, en: `${nameOf(field, "en")} has no attribute ${name}` },
      });
    }
  }
  return made;
}

function checkedText(field: Field, value: unknown, path: string, misfits: Misfit[]): string | undefined {
  const text = textOf(value, field);
  if (text === undefined) {
    misfits.push({ path, text: { zh: "值不是文本、数字或日期", en: "the value is no text, number or date" } });
    return undefined;
  }
  const forbidden = forbiddenIn(text);
  if (forbidden === undefined) return text;
  const code = `U+${(forbidden.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}`;
  misfits.push({ path, text: { zh: `含有 XML 不允许的字符 ${code}`, en: `holds ${code}, which no XML may hold` } });
  return undefined;
}

const nameOf = (field: Field, language: "zh" | "en") =>
  field[language] === ""
    ? field.name
    : language === "zh"
      ? `${field.name}（${field.zh}）`
      : `${field.name} (${field.en})`;
