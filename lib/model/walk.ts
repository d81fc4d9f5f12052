import type { Check } from "../document.js";
import { Findings } from "../xml/findings.js";
import type { XmlElement } from "../xml/scan.js";
import { type Rests, severityOf } from "./evidence.js";
import type { Attribute, Field, Model } from "./model.js";
import { faultsOf, type ValueFault } from "./values.js";
import {
  called,
  calledAttribute,
  disorderWords,
  missingAttributeWords,
  missingWords,
  strayTextWords,
  surplusWords,
  unknownAttributeWords,
  unknownWords,
  valueWords,
  type Words,
} from "./words.js";

const XMLDSIG = "http://www.w3.org/2000/09/xmldsig#";

/** An element whose children are being judged. */
interface Level {
  element: XmlElement;
  field: Field;
  /** The next child. */
  next: number;
  /** How often each field has been seen. */
  seen: Uint32Array;
  /** The place of the last field in the order of the message; -1 before the first. */
  highest: number;
  /** What is said once of an element has been said. */
  disorderTold: boolean;
  strayTold: boolean;
}

/** One walk of a document along its model, which can be left and taken up again. */
class Walk {
  readonly findings = new Findings();
  private readonly levels: Level[] = [];

  constructor(
    private readonly model: Model,
    root: XmlElement,
  ) {
    const level = this.enter(root, model.roots.get(root.name) as Field);
    if (level) this.levels.push(level);
  }

  /** Judges `most` more elements; whether these were all. */
  visit(most: number): boolean {
    const { levels } = this;
    let left = most;
    for (let level = levels.at(-1); level; level = levels.at(-1)) {
      const { children } = level.element;
      let deeper: Level | undefined;
      while (!deeper && level.next < children.length) {
        if (left-- <= 0) return false;
        deeper = this.child(level, children[level.next] as XmlElement);
        level.next++;
      }
      if (deeper) levels.push(deeper);
      else {
        this.leave(level);
        levels.pop();
      }
    }
    return true;
  }

  private add(element: XmlElement, severity: Check["severity"], words: () => Words, attribute = ""): void {
    this.findings.add(element, severity, () => ({
      path: attribute === "" ? element.path : `${element.path}/@${attribute}`,
      ...words(),
    }));
  }

  /** Judges an element's own attributes and text; where it holds others, they are to be judged next. */
  private enter(element: XmlElement, field: Field): Level | undefined {
    if (element.attributes.size > 0 || field.neededAttributes.length > 0) this.attributes(element, field);
    if (field.open) return undefined;
    if (field.children.length === 0) {
      if (field.harmless < element.contentLength) this.text(element, field);
      for (const child of element.children) this.unknown(child, field);
      return undefined;
    }
    return {
      element,
      field,
      next: 0,
      seen: new Uint32Array(field.children.length),
      highest: -1,
      disorderTold: false,
      strayTold: false,
    };
  }

  private child(level: Level, child: XmlElement): Level | undefined {
    const { element, field, seen } = level;
    if (!level.strayTold && element.hasTextBefore(level.next)) this.stray(level);
    const place = field.places.get(child.name);
    if (place === undefined) {
      this.unknown(child, field);
      return undefined;
    }
    const declared = field.children[place] as Field;
    const count = (seen[place] as number) + 1;
    seen[place] = count;
    if (count === declared.max + 1) this.add(child, "error", () => surplusWords(element, declared));
    if (!declared.anywhere && count <= declared.max) {
      if (place < level.highest && !level.disorderTold) {
        level.disorderTold = true;
        const before = field.children[level.highest] as Field;
        this.add(child, severityOf(this.model.order), () => disorderWords(element, child, before));
      }
      if (place > level.highest) level.highest = place;
    }
    return this.enter(child, declared);
  }

  private leave(level: Level): void {
    const { element, field, seen } = level;
    if (!level.strayTold && element.hasTextBefore(level.next)) this.stray(level);
    for (const place of field.needed) {
      const declared = field.children[place] as Field;
      if ((seen[place] as number) >= declared.min) continue;
      if (field.short !== undefined && element.textAt(field.short) !== "") return;
      this.add(element, severityOf(declared.required ?? "stated"), () => missingWords(element, declared));
    }
  }

  private stray(level: Level): void {
    level.strayTold = true;
    this.add(level.element, "error", () => strayTextWords(level.field));
  }

  private unknown(element: XmlElement, parent: Field): void {
    if (element.name === "Signature" && (parent.signature || element.namespace === XMLDSIG)) return;
    this.add(element, severityOf(this.model.closed), () => unknownWords(element, parent));
  }

  private text(element: XmlElement, field: Field): void {
    const { text } = element;
    for (const fault of faultsOf(text, field.value)) {
      this.add(element, this.severityOfValue(fault, field.value.limits), () => valueWords(fault, called(field), text));
    }
  }

  private severityOfValue(fault: ValueFault, limits: Rests | undefined): Check["severity"] {
    return severityOf(fault.kind === "empty" ? this.model.emptyNumber : (limits ?? "stated"));
  }

  private attributes(element: XmlElement, field: Field): void {
    for (const [name, text] of element.attributes) {
      if (name === "xmlns" || name.includes(":")) continue;
      const attribute = field.attributes.get(name);
      if (attribute) this.attribute(element, field, attribute, text);
      else if (!field.open)
        this.add(element, severityOf(this.model.closed), () => unknownAttributeWords(element, name));
    }
    for (const { name, required } of field.neededAttributes) {
      if (element.attributes.has(name)) continue;
      this.add(element, severityOf(required as Rests), () => missingAttributeWords(field, name));
    }
  }

  private attribute(element: XmlElement, field: Field, attribute: Attribute, text: string): void {
    for (const fault of faultsOf(text, attribute)) {
      const words = () => valueWords(fault, calledAttribute(attribute.name, called(field)), text);
      this.add(element, this.severityOfValue(fault, attribute.limits), words, attribute.name);
    }
  }
}

/** Elements between two turns of the event loop: some two milliseconds. */
const TURN = 5_000;

/**
 * Judges a document by its model, from one of the model's roots down: order, unknown, missing and surplus elements,
 * attributes, values. Namespaces are not looked at, since producers differ in them. The findings come in the document's
 * order; where they are too many, the last one says how many are not listed. A large document lets the event loop have
 * its turn every few milliseconds.
 */
export async function judge(root: XmlElement, model: Model): Promise<Check[]> {
  const walk = new Walk(model, root);
  while (!walk.visit(TURN)) await new Promise((resolve) => setImmediate(resolve));
  return walk.findings.list();
}
