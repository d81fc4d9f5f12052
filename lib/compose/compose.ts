import type { Check } from "../document.js";
import { ImportClientError } from "../errors.js";
import { type Field, type Model, modelOf, modelTypes } from "../model/model.js";
import { judge } from "../model/walk.js";
import { configError } from "../settings.js";
import { readXml } from "../xml/read.js";
import { fillEnvelope, type Sender } from "./envelope.js";
import { childFor, elementsFor, isObject, type Misfit, type Written } from "./tree.js";
import { writeXml } from "./write.js";

/** A document that was made of an object. */
export interface Composed {
  type: string;
  xml: Buffer;
  /** What does not fit, what is missing, what is not as the model has it: errors and warnings, as a check has them. */
  checks: Check[];
}

const RULE = "SW-RULE-compose";
const ADVICE = {
  zh: "请更正字段名或值；字段名可用报文中的英文名或其中文名称。",
  en: "Correct the key or the value; a key is the element's name, or its Chinese name.",
};

/**
 * Makes the XML of a message type of an object whose keys are the names of its elements (or their Chinese names), in any
 * order and case; `@name` is an attribute, an array an element that repeats. The object may begin at the root, or at what
 * the root or the envelope holds; an envelope that is left out is added and filled from `sender`. Nothing that is given is
 * left out in silence. Rejects with SW-CONFIG for a type without a model, with SW-MESSAGE for what is no object.
 */
export async function compose(type: string, given: unknown, sender: Sender): Promise<Composed> {
  const model = modelOf(type);
  if (!model) {
    const known = [...modelTypes()].sort().join(" ");
    throw configError(
      "type",
      `没有报文类型 ${type} 的描述；已有：${known}`,
      `there is no model of ${type}; known: ${known}`,
    );
  }
  if (!isObject(given)) {
    throw new ImportClientError("SW-MESSAGE", {
      zh: "组成报文需要一个对象（字段名与值）",
      en: "a document is made of an object: names of fields and their values",
    });
  }
  const misfits: Misfit[] = [];
  const [field, value] = beginning(model, given);
  const [made] = elementsFor(field, value, field.name, misfits);
  const root = fillEnvelope(model, field, made ?? empty(field), sender);
  const xml = writeXml(root, model.namespace);
  const found = await judge(await readXml(xml), model);
  return { type: model.type, xml, checks: [...misfits.map(asCheck), ...found] };
}

const empty = ({ name }: Field): Written => ({ name, attributes: [], text: "", children: [] });

const asCheck = ({ path, text }: Misfit): Check => ({
  ...{ rule: RULE, severity: "error", path, line: 0, text, advice: ADVICE },
});

/** Where an object begins: at a root that its only key names, else at the root that knows most of its keys. */
function beginning(model: Model, given: Readonly<Record<string, unknown>>): [Field, unknown] {
  const keys = Object.keys(given).filter((key) => !key.startsWith("@"));
  // Signing is the card's: a document begins at its signature only when it was signed before.
  const roots = [...model.roots.values()].filter(({ name }) => name !== "Signature");
  const [only = ""] = keys;
  const named = keys.length === 1 ? roots.find(({ names }) => names.includes(only)) : undefined;
  if (named) return [named, given[only]];
  const fits = (root: Field) => keys.filter((key) => childFor(root, key)).length;
  const best = roots.reduce((one, other) => (fits(other) > fits(one) ? other : one));
  return [best, given];
}
