import type { ValueDescription } from "../../lib/model/description.js";
import type { Field, Model } from "../../lib/model/model.js";
import type { Random } from "./random.js";

/** An element of a made document; `field` is how the model describes it. */
export interface Made {
  name: string;
  field: Field | undefined;
  attributes: Map<string, string>;
  text: string;
  children: Made[];
}

/** `full` has every element there is, `least` only what must be there, `some` a random choice. */
export type Shape = "full" | "least" | "some";

const PIECES = ["a", "B", "7", "-", "中", "文", "😀", "&", "<", ">", '"', "'", "é", " "];

function textOf(length: number, random: Random): string {
  return Array.from({ length: random.between(1, Math.min(length, 40)) }, () => random.pick(PIECES)).join("");
}

const digits = (count: number, random: Random) =>
  Array.from({ length: count }, () => String(random.between(0, 9))).join("");

/** A value that is as it should be. */
export function valueFor(value: ValueDescription, random: Random): string {
  if (value.codes) return random.pick(value.codes);
  if (value.date !== undefined) {
    const now = { yyyy: "2026", MM: "11", dd: "24", HH: "01", mm: "02", ss: "03", SSS: "004" };
    const form = value.date.replace("[.S]", random.pick(["", ".141"])).replace("[Z]", random.pick(["", "Z", "+08:00"]));
    return form.replace(/yyyy|MM|dd|HH|mm|SSS|ss/g, (part) => now[part as keyof typeof now]);
  }
  switch (value.type) {
    case "integer":
      return `${random.between(1, 9)}${digits(random.between(0, Math.min((value.digits ?? 9) - 1, 20)), random)}`;
    case "decimal": {
      const { digits: all = 9, fraction = 4 } = value;
      const behind = random.between(0, fraction);
      const before = digits(random.between(0, all - fraction), random);
      if (behind === 0) return before || "0";
      return `${random.pick(["", "-", "+"])}${before}.${digits(behind, random)}`;
    }
    case "token":
      // Blanks at the ends of a token do not count, in the middle they do.
      return textOf(value.length ?? 10, random)
        .trim()
        .replace(/\s+/g, " ");
    default:
      return textOf(value.length ?? 40, random);
  }
}

/** An element as a model describes it, with everything in order. */
export function made(field: Field, shape: Shape, random: Random): Made {
  const children = field.children.flatMap((child) => {
    const wanted = shape === "full" || child.min > 0 || (shape === "some" && random.between(0, 1) === 0);
    const times = wanted ? random.between(1, Math.min(child.max, shape === "least" ? 1 : 2)) : 0;
    return Array.from({ length: times }, () => made(child, shape, random));
  });
  const attributes = new Map<string, string>();
  for (const attribute of field.attributes.values()) {
    if (attribute.required !== undefined || (shape !== "least" && random.between(0, 1) === 0)) {
      attributes.set(attribute.name, valueFor(attribute, random));
    }
  }
  const text = field.children.length > 0 || field.open ? "" : valueFor(field.value, random);
  return { name: field.name, field, attributes, text, children };
}

const escaped = (text: string) => text.replace(/[&<>"\r\n\t]/g, (character) => `&#${character.charCodeAt(0)};`);

/** The document as XML in its model's namespace. Each element begins on a line of its own. */
export function written(root: Made, model: Model): string {
  return write(root, model.namespace === "" ? "" : ` xmlns="${model.namespace}"`);
}

function write({ name, attributes, text, children }: Made, namespace = ""): string {
  const list = [...attributes].map(([attribute, value]) => ` ${attribute}="${escaped(value)}"`).join("");
  const inside = children.length > 0 ? `\n${children.map((child) => write(child)).join("\n")}` : "";
  return `<${name}${namespace}${list}>${escaped(text)}${inside}</${name}>`;
}

/** The element and all below it. */
export function* everyMade(element: Made): Generator<Made> {
  yield element;
  for (const child of element.children) yield* everyMade(child);
}
