import { severityOf } from "../../lib/model/evidence.js";
import type { Field, Model } from "../../lib/model/model.js";
import { scanXml, type XmlElement } from "../../lib/xml/scan.js";
import { targetOf } from "../../lib/xml/validate.js";
import type { Random } from "./random.js";

interface Edit {
  start: number;
  end: number;
  text: string;
}

interface Place {
  element: XmlElement;
  field: Field;
}

/** Every element that a model describes, with how. */
function* places(element: XmlElement, field: Field): Generator<Place> {
  yield { element, field };
  for (const child of element.children) {
    const described = field.child(child.name);
    if (described) yield* places(child, described);
  }
}

/** Whether something at or below an element is asked for with evidence. */
function isAskedFor({ required, children }: Field): boolean {
  return (required !== undefined && severityOf(required) === "error") || children.some(isAskedFor);
}

const isBound = ({ value, required }: Field) =>
  (required !== undefined && severityOf(required) === "error") || severityOf(value.limits ?? "producers") === "error";

/**
 * A document as some producer might write it where nobody has said that he may not: elements left out, unused numbers
 * empty, children in another order, elements of his own, long values. What is asked for with evidence stays as it is.
 * `changes`: how many of these at most.
 */
export function fieldLike(xml: Buffer, model: Model, random: Random, changes: number): Buffer {
  let bytes = xml;
  for (let times = random.between(1, changes); times > 0; times--) {
    const root = scanXml(bytes);
    const target = targetOf(root, model.roots);
    if (!target) return bytes;
    const all = [...places(target, model.roots.get(target.name) as Field)];
    const edit = changeOf(random.pick(all), bytes, model, random);
    if (edit) bytes = Buffer.concat([bytes.subarray(0, edit.start), Buffer.from(edit.text), bytes.subarray(edit.end)]);
  }
  return bytes;
}

function changeOf({ element, field }: Place, bytes: Buffer, model: Model, random: Random): Edit | undefined {
  const { start, openEnd, close, end } = element;
  const tag = element.qualifiedName;
  const leaf = element.children.length === 0;
  switch (random.between(0, 4)) {
    case 0: {
      // A parent that is left with nothing is an empty element, which manifests may not have (faq 17).
      const others = (element.parent?.children.length ?? 0) > 1;
      return others && !isAskedFor(field) ? { start, end, text: "" } : undefined;
    }
    case 1: {
      const { filled } = field.value;
      if (!leaf || filled === undefined || severityOf(filled) === "error") return undefined;
      return { start, end, text: random.pick([`<${tag}/>`, `<${tag}></${tag}>`, `<${tag}> </${tag}>`]) };
    }
    case 2: {
      if (leaf || severityOf(model.order) === "error") return undefined;
      const [first, second] = [random.pick(element.children), random.pick(element.children)].sort(
        (a, b) => a.start - b.start,
      );
      if (!first || !second || first === second) return undefined;
      const [one, between, other] = [
        bytes.subarray(first.start, first.end),
        bytes.subarray(first.end, second.start),
        bytes.subarray(second.start, second.end),
      ];
      return { start: first.start, end: second.end, text: Buffer.concat([other, between, one]).toString() };
    }
    case 3: {
      if (element.selfClosed || field.children.length === 0) return undefined;
      const own = tag.replace(element.name, "OwnField");
      const at = random.between(0, 1) === 0 ? openEnd : close;
      return severityOf(model.closed ?? "customs") === "error"
        ? undefined
        : { start: at, end: at, text: `<${own}>1</${own}>` };
    }
    default: {
      const { type, length, codes } = field.value;
      const text = type === "string" || (type === "token" && codes === undefined && field.value.date === undefined);
      if (!leaf || element.isEmpty || !text || length === undefined || isBound(field)) return undefined;
      return { start: openEnd, end: close, text: "长".repeat(length + random.between(1, 20)) };
    }
  }
}
