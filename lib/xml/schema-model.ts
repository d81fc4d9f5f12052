import type { XmlElement } from "./scan.js";

/** Marks by which a schema says that it is one of ours, and how strictly it is meant. */
export const PROFILE_NAMESPACE = "urn:single-window:import-client:schema-profile";

type Severity = "error" | "warning";

/** How a schema of ours wants a document to be judged where our knowledge, not the document, may be at fault. */
export interface Profile {
  /** Message type that it is for. */
  type: string;
  /** Children in another order than the schema's. */
  order: Severity;
  /** Elements and attributes that the schema does not name. */
  unknown: Severity;
  /** A numeric element without content. */
  emptyNumeric: Severity;
}

/** An element as a schema of ours declares it. */
export interface Declared {
  name: string;
  min: number;
  max: number;
  title: { zh: string; en: string };
  missing: Severity;
  facets: Severity;
  numeric: boolean;
  /** Its place among its siblings does not matter. */
  anywhere: boolean;
  /** Any content goes; it is not looked at. */
  open: boolean;
  /** In the order of the schema; empty for an element with text only. */
  children: readonly Declared[];
  /** The same by name, with the place in the order. */
  places: ReadonlyMap<string, number>;
  attributes: ReadonlySet<string>;
  /** An XML signature may stand among the children. */
  signature: boolean;
}

export interface Model {
  namespace: string;
  profile: Profile;
  roots: ReadonlyMap<string, Declared>;
}

/** The prefix that the marks of a schema are written with; empty when it has none. */
function markPrefix(schema: XmlElement): string {
  for (const [name, uri] of schema.attributes) {
    if (uri === PROFILE_NAMESPACE && name.startsWith("xmlns:")) return name.slice("xmlns:".length);
  }
  return "";
}

const severity = (text: string): Severity => (text === "warning" ? "warning" : "error");

/** The profile of a schema, or undefined when it is not one of ours. */
export function profileOf(schema: XmlElement): Profile | undefined {
  const prefix = markPrefix(schema);
  const mark = (name: string) => schema.attributes.get(`${prefix}:${name}`) ?? "";
  const type = mark("type");
  if (type === "") return undefined;
  return {
    type,
    order: severity(mark("order")),
    unknown: severity(mark("unknown")),
    emptyNumeric: severity(mark("emptyNumeric")),
  };
}

const NUMERIC = /:(decimal|nonNegativeInteger)$/;

/** The base type's name, found through restrictions and extensions. */
function baseOf(element: XmlElement): string {
  const direct = element.attributes.get("type");
  if (direct) return direct;
  for (const inner of element.walk()) {
    if (inner.name === "sequence" || inner.name === "attribute") return "";
    if (inner.name === "restriction" || inner.name === "extension") return inner.attributes.get("base") ?? "";
  }
  return "";
}

/**
 * Reads a schema of ours (nested anonymous types, sequences, references to its global elements; nothing else) into a
 * tree that a document can be walked along.
 */
export function readModel(schema: XmlElement, profile: Profile): Model {
  const globals = new Map(
    schema.children
      .filter((child) => child.name === "element")
      .map((child) => [child.attributes.get("name") ?? "", child] as const),
  );
  const known = new Map<string, Declared>();
  const prefix = markPrefix(schema);
  const mark = (element: XmlElement, name: string) => element.attributes.get(`${prefix}:${name}`) ?? "";

  const declare = (element: XmlElement): Declared => {
    const reference = element.attributes.get("ref")?.replace(/^.*:/, "");
    const min = Number(element.attributes.get("minOccurs") ?? 1);
    const maxText = element.attributes.get("maxOccurs") ?? "1";
    const max = maxText === "unbounded" ? Number.POSITIVE_INFINITY : Number(maxText);
    if (reference !== undefined) return { ...global(reference), min, max };
    const complex = element.child("complexType");
    const sequence = complex?.child("sequence");
    const children = (sequence?.children ?? []).filter((child) => child.name === "element").map(declare);
    const holder = complex?.at("simpleContent/extension") ?? complex;
    const base = baseOf(element);
    return {
      name: element.attributes.get("name") ?? "",
      min,
      max,
      title: { zh: mark(element, "zh"), en: mark(element, "en") },
      missing: severity(mark(element, "missing")),
      facets: severity(mark(element, "facets")),
      numeric: NUMERIC.test(base),
      anywhere: mark(element, "place") === "any",
      open: base.endsWith(":anyType"),
      children,
      places: new Map(children.map((child, place) => [child.name, place])),
      attributes: new Set(
        (holder?.children ?? [])
          .filter((child) => child.name === "attribute")
          .map((child) => child.attributes.get("name") ?? ""),
      ),
      signature: sequence?.child("any") !== undefined,
    };
  };
  const global = (name: string): Declared => {
    let declared = known.get(name);
    if (!declared) {
      const element = globals.get(name);
      if (!element) throw new Error(`the schema of ${profile.type} refers to an element that it lacks: ${name}`);
      declared = declare(element);
      known.set(name, declared);
    }
    return declared;
  };

  return {
    namespace: schema.attributes.get("targetNamespace") ?? "",
    profile,
    roots: new Map([...globals.keys()].map((name) => [name, global(name)])),
  };
}

/** A schema for libxml2 with children in any order and number: for documents whose structure is judged elsewhere. */
export function loosened(schema: string): string {
  return schema
    .replace(/<((?:\w+:)?)sequence>/g, '<$1choice minOccurs="0" maxOccurs="unbounded">')
    .replace(/<\/((?:\w+:)?)sequence>/g, "</$1choice>")
    .replace(/(<(?:\w+:)?(?:element|any)\b[^<>]*?)\s+minOccurs="\d+"/g, "$1")
    .replace(/(<(?:\w+:)?(?:element|any)\b[^<>]*?)\s+maxOccurs="\w+"/g, "$1");
}

/** A schema whose elements are in no namespace. As `loosened`, it is for schemas in the form that `readModel` reads. */
export function withoutNamespace(schema: string): string {
  return schema.replace(/\s+targetNamespace="[^"]*"/, "").replace(/(\sref=")\w+:/g, "$1");
}
