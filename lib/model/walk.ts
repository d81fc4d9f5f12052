import type { Check, CheckAbout } from "../document.js";
import { Findings } from "../xml/findings.js";
import type { XmlElement } from "../xml/scan.js";
import type { ValueDescription } from "./description.js";
import type { Rests } from "./evidence.js";
import type { Attribute, Field, Model } from "./model.js";
import { type FindingKind, levelOf, type Strictness, withBasis } from "./strictness.js";
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

/** What a rule of preflight may say as well. */
const isAbout = (kind: FindingKind): kind is CheckAbout => ["empty", "date", "order", "length"].includes(kind);

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
    private readonly strictness: Strictness,
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

  /** `place` is what stands behind the element's own path, where the finding is about something in it. */
  private add(kind: FindingKind, element: XmlElement, rests: Rests, words: () => Words, place = ""): void {
    const level = levelOf(kind, rests, () => element.path + place, this.strictness);
    if (level === "off") return;
    this.findings.add(element, level, () => ({
      path: element.path + (place.startsWith("/@") ? place : ""),
      ...withBasis(words(), rests, level),
      ...(isAbout(kind) && { about: kind }),
    }));
  }

  /** Judges an element's own attributes and text; where it holds others, they are to be judged next. */
  private enter(element: XmlElement, field: Field): Level | undefined {
    if (element.attributes.size > 0 || field.neededAttributes.length > 0) this.attributes(element, field);
    if (field.open) return undefined;
    if (field.children.length === 0) {
      if (field.harmless < element.contentLength) this.text(element, field);
      // It is to have none: each is unknown, and what stands between them was judged as its text.
      if (element.children.length === 0) return undefined;
    }
    return {
      element,
      field,
      next: 0,
      seen: new Uint32Array(field.children.length),
      highest: -1,
      disorderTold: false,
      strayTold: field.children.length === 0,
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
    if (count === declared.max + 1) {
      const rests = declared.required === "key" ? "key" : this.model.rests;
      this.add("surplus", child, rests, () => surplusWords(element, declared));
    }
    if (!declared.anywhere && count <= declared.max) {
      if (place < level.highest && !level.disorderTold) {
        level.disorderTold = true;
        const before = field.children[level.highest] as Field;
        this.add("order", child, this.model.order, () => disorderWords(element, child, before));
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
      const rests = declared.required ?? this.model.rests;
      this.add("missing", element, rests, () => missingWords(element, declared), `/${declared.name}`);
    }
  }

  private stray(level: Level): void {
    level.strayTold = true;
    this.add("text", level.element, this.model.rests, () => strayTextWords(level.field));
  }

  private unknown(element: XmlElement, parent: Field): void {
    if (element.name === "Signature" && (parent.signature || element.namespace === XMLDSIG)) return;
    const { closed } = this.model;
    if (closed !== undefined) this.add("unknown", element, closed, () => unknownWords(element, parent));
  }

  private text(element: XmlElement, field: Field): void {
    const { text } = element;
    for (const fault of faultsOf(text, field.value)) {
      this.add(fault.kind, element, this.restsOf(fault, field.value), () => valueWords(fault, called(field), text));
    }
  }

  /** What it rests on that a value may not be so. */
  private restsOf({ kind }: ValueFault, { limits, filled }: ValueDescription): Rests {
    const { rests, numbers } = this.model;
    if (kind === "empty") return filled ?? numbers;
    // That a number is none is beyond doubt, unless it is in doubt whether it is to be a number.
    const doubted = limits === "accepted" || limits === "inferred";
    return kind === "type" && !doubted ? numbers : (limits ?? rests);
  }

  private attributes(element: XmlElement, field: Field): void {
    const { closed } = this.model;
    for (const [name, text] of element.attributes) {
      if (name === "xmlns" || name.includes(":")) continue;
      const attribute = field.attributes.get(name);
      if (attribute) this.attribute(element, field, attribute, text);
      else if (!field.open && closed !== undefined) {
        this.add("unknown", element, closed, () => unknownAttributeWords(element, name), `/@${name}`);
      }
    }
    for (const { name, required } of field.neededAttributes) {
      if (element.attributes.has(name)) continue;
      this.add("missing", element, required as Rests, () => missingAttributeWords(field, name), `/@${name}`);
    }
  }

  private attribute(element: XmlElement, field: Field, attribute: Attribute, text: string): void {
    for (const fault of faultsOf(text, attribute)) {
      const words = () => valueWords(fault, calledAttribute(attribute.name, called(field)), text);
      this.add(fault.kind, element, this.restsOf(fault, attribute), words, `/@${attribute.name}`);
    }
  }
}

/** Elements between two turns of the event loop: some two milliseconds. */
const TURN = 5_000;

/**
 * Judges a document by its model, from one of the model's roots down: order, unknown, missing and surplus elements,
 * attributes, values. Namespaces are not looked at, since producers differ in them. The findings come in the document's
 * order; where they are too many, the last one says how many are not listed. How severe each is follows from what it rests
 * on (`evidence.ts`), unless `strictness` says otherwise. A large document lets the event loop have
 * its turn every few milliseconds.
 */
export async function judge(root: XmlElement, model: Model, strictness: Strictness = {}): Promise<Check[]> {
  const walk = new Walk(model, strictness, root);
  while (!walk.visit(TURN)) await new Promise((resolve) => setImmediate(resolve));
  return walk.findings.list();
}
