import { datePattern } from "../../lib/model/dates.js";
import type {
  AttributeDescription,
  Description,
  ElementDescription,
  ValueDescription,
} from "../../lib/model/description.js";

/** The marks that tell a reader how an element is called and what its limits rest on; they mean nothing to a validator. */
const MARKS = "urn:single-window:import-client:schema-profile";

const SIGNATURE = '<xs:any namespace="http://www.w3.org/2000/09/xmldsig#" processContents="skip" minOccurs="0"/>';

const escaped = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");

/** A simple type as an XSD has it. Without facets its base is enough. */
function simpleType(value: ValueDescription): { base: string; facets: string[] } {
  const facet = (name: string, limit: number | string | undefined) =>
    limit === undefined ? [] : [`<xs:${name} value="${limit}"/>`];
  // A field that is not used may be there and empty, so every pattern takes the empty string.
  if (value.date !== undefined) {
    const forms = [value.date, ...(value.dates ?? [])].map(datePattern);
    return { base: "xs:token", facets: facet("pattern", `(${forms.join("|")})?`) };
  }
  if (value.codes) return { base: "xs:token", facets: facet("pattern", `(${value.codes.join("|")})?`) };
  switch (value.type) {
    case "decimal":
      return {
        base: "xs:decimal",
        facets: [...facet("totalDigits", value.digits), ...facet("fractionDigits", value.fraction)],
      };
    case "integer":
      return { base: "xs:nonNegativeInteger", facets: facet("totalDigits", value.digits) };
    default:
      return { base: `xs:${value.type === "token" ? "token" : "string"}`, facets: facet("maxLength", value.length) };
  }
}

class Writer {
  private readonly lines: string[] = [];
  private readonly types = new Map<string, ValueDescription>();
  constructor(private readonly model: Description) {}

  private line(depth: number, text: string): void {
    this.lines.push("  ".repeat(depth) + text);
  }

  private marks({ zh, en, required, limits, filled }: AttributeDescription): string {
    return Object.entries({ zh, en, required, limits, filled })
      .filter(([, text]) => text !== undefined)
      .map(([name, text]) => ` sw:${name}="${escaped(text as string)}"`)
      .join("");
  }

  private simple(depth: number, value: ValueDescription, name = ""): void {
    const { base, facets } = simpleType(value);
    this.line(depth, `<xs:simpleType${name === "" ? "" : ` name="${name}"`}>`);
    this.line(depth + 1, `<xs:restriction base="${base}">`);
    for (const facet of facets) this.line(depth + 2, facet);
    this.line(depth + 1, "</xs:restriction>");
    this.line(depth, "</xs:simpleType>");
  }

  private attributes(depth: number, element: ElementDescription): void {
    for (const attribute of element.attributes ?? []) {
      const use = attribute.required === undefined ? "" : ' use="required"';
      this.typed(depth, `attribute name="${attribute.name}"${use}${this.marks(attribute)}`, attribute);
    }
  }

  /** An element or attribute of a simple type. */
  private typed(depth: number, head: string, value: ValueDescription): void {
    const { base, facets } = simpleType(value);
    if (facets.length === 0) {
      this.line(depth, `<xs:${head} type="${base}"/>`);
      return;
    }
    this.line(depth, `<xs:${head}>`);
    this.simple(depth + 1, value);
    this.line(depth, `</xs:${head.slice(0, head.indexOf(" "))}>`);
  }

  private element(depth: number, element: ElementDescription, path: string): void {
    const { min = 1, max = 1 } = element;
    const most = max === "n" ? "unbounded" : String(max);
    const occurs = `${min === 1 ? "" : ` minOccurs="${min}"`}${most === "1" ? "" : ` maxOccurs="${most}"`}`;
    const { roots, namespace = "" } = this.model;
    if (depth > 1 && roots.includes(path)) {
      this.line(depth, `<xs:element ref="${namespace === "" ? "" : "t:"}${element.name}"${occurs}/>`);
      return;
    }
    const head = `element name="${element.name}"${depth === 1 ? "" : occurs}${this.marks(element)}`;
    if (element.type === "any") this.line(depth, `<xs:${head} type="xs:anyType"/>`);
    else if (element.children) this.complex(depth, head, element, path);
    else if (element.attributes) this.simpleContent(depth, head, element);
    else this.typed(depth, head, element);
  }

  private complex(depth: number, head: string, element: ElementDescription, path: string): void {
    this.line(depth, `<xs:${head}>`);
    this.line(depth + 1, "<xs:complexType>");
    this.line(depth + 2, "<xs:sequence>");
    const { children = [], signature } = element;
    for (let place = 0; place <= children.length; place++) {
      if (place === signature) this.line(depth + 3, SIGNATURE);
      const child = children[place];
      if (child) this.element(depth + 3, child, `${path}/${child.name}`);
    }
    this.line(depth + 2, "</xs:sequence>");
    this.attributes(depth + 2, element);
    this.line(depth + 1, "</xs:complexType>");
    this.line(depth, "</xs:element>");
  }

  private simpleContent(depth: number, head: string, element: ElementDescription): void {
    const base = this.named(element);
    this.line(depth, `<xs:${head}>`);
    this.line(depth + 1, "<xs:complexType>");
    this.line(depth + 2, "<xs:simpleContent>");
    this.line(depth + 3, `<xs:extension base="${base}">`);
    this.attributes(depth + 4, element);
    this.line(depth + 3, "</xs:extension>");
    this.line(depth + 2, "</xs:simpleContent>");
    this.line(depth + 1, "</xs:complexType>");
    this.line(depth, "</xs:element>");
  }

  /** What can be extended is a type with a name: the type's own where it has no facets, else one made for it. */
  private named(value: ValueDescription): string {
    const { base, facets } = simpleType(value);
    if (facets.length === 0) return base;
    const name = [
      base.slice("xs:".length),
      ...facets.map((facet) => facet.replace(/^<xs:|\W/g, "").replace("value", "")),
    ].join("-");
    this.types.set(name, value);
    return this.model.namespace === undefined ? name : `t:${name}`;
  }

  text(): string {
    const { namespace = "", type, basis, roots } = this.model;
    this.line(0, '<?xml version="1.0" encoding="UTF-8"?>');
    this.line(0, "<!--");
    for (const sentence of basis) this.line(1, sentence);
    this.line(1, "Made by `npm run models`: change the recipe or the table, not this file.");
    this.line(0, "-->");
    const target = namespace === "" ? "" : ` targetNamespace="${namespace}" xmlns:t="${namespace}"`;
    const spaces = `xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:sw="${MARKS}"`;
    this.line(0, `<xs:schema ${spaces}${target} elementFormDefault="qualified" sw:type="${type}">`);
    for (const root of roots) this.element(1, elementAt(this.model, root), root);
    for (const [name, value] of this.types) this.simple(1, value, name);
    this.line(0, "</xs:schema>");
    return `${this.lines.join("\n")}\n`;
  }
}

function elementAt(model: Description, path: string): ElementDescription {
  const [first, ...steps] = path.split("/");
  let element = model.elements.find(({ name }) => name === first);
  for (const step of steps) element = element?.children?.find(({ name }) => name === step);
  if (!element) throw new Error(`${model.type} has no ${path}`);
  return element;
}

/** The XSD of a message type: as strict as its description, all limits alike, since an XSD knows no warnings. */
export function toXsd(model: Description): string {
  return new Writer(model).text();
}
