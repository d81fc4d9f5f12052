import type { XmlSource } from "./encoding.js";
import { resolveReferences } from "./references.js";

/** A name as written and its part behind the prefix. */
export interface Name {
  qualified: string;
  local: string;
}

/** A piece of an element's own character data. */
interface TextPiece {
  start: number;
  end: number;
  cdata: boolean;
}

const NO_CHILDREN: readonly XmlElement[] = [];
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

/** Line starts of a source, found once and only when a line is asked for. */
export class Lines {
  private starts: number[] | undefined;
  constructor(private readonly view: string) {}

  at(offset: number): { line: number; column: number } {
    this.starts ??= this.find();
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.starts[low] as number) + 1 };
  }

  private find(): number[] {
    const starts = [0];
    for (let at = this.view.indexOf("\n"); at !== -1; at = this.view.indexOf("\n", at + 1)) starts.push(at + 1);
    return starts;
  }
}

export interface Shared {
  source: XmlSource;
  lines: Lines;
}

/** The value may be missing, so that a name without one is passed over as a whole, not tried again at each character. */
const ATTRIBUTE = /([^\s=/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?/g;

/** From this length on a text is kept once it was asked for: it is asked for several times. */
const LONG = 64 * 1024;
const longTexts = new WeakMap<XmlElement, string>();

/**
 * One element of a scanned document. Offsets are bytes into the document as it was given. It holds places only: text,
 * attributes, lines and paths are found when they are asked for, which for most elements is never.
 */
export class XmlElement {
  children: readonly XmlElement[] = NO_CHILDREN;
  /** As written, with its prefix. */
  readonly qualifiedName: string;
  /** Without the prefix. */
  readonly name: string;
  /** @internal */ closeAt = 0;
  /** @internal */ endAt = 0;
  /** @internal There is nothing between its tags but text: no child, CDATA, comment or instruction. */
  plain = false;
  private parsed: ReadonlyMap<string, string> | undefined;
  /** How many children have each name, counted when a path was asked for; `ordinal` is then set in each of them. */
  private counts: Map<string, number> | undefined;
  private ordinal = 0;

  /** @internal */
  constructor(
    private readonly shared: Shared,
    readonly parent: XmlElement | undefined,
    /** @internal */ readonly startAt: number,
    /** @internal */ readonly openEndAt: number,
    private readonly nameEndAt: number,
    name: Name,
    /** `<x/>` */
    readonly selfClosed: boolean,
  ) {
    this.qualifiedName = name.qualified;
    this.name = name.local;
  }

  /** @internal */
  add(child: XmlElement): void {
    if (this.children === NO_CHILDREN) this.children = [child];
    else (this.children as XmlElement[]).push(child);
  }

  /** What it was scanned from. */
  get source(): XmlSource {
    return this.shared.source;
  }

  /** @internal In code units of the view. */
  get nameLength(): number {
    return this.nameEndAt - this.startAt - 1;
  }

  get prefix(): string {
    return this.qualifiedName.slice(0, Math.max(0, this.qualifiedName.length - this.name.length - 1));
  }

  /** Byte offset of `<` of the open tag. */
  get start(): number {
    return this.startAt * this.shared.source.unit;
  }
  /** Byte offset behind `>` of the open tag. */
  get openEnd(): number {
    return this.openEndAt * this.shared.source.unit;
  }
  /** Byte offset of `<` of the close tag; behind the tag for `<x/>`. */
  get close(): number {
    return this.closeAt * this.shared.source.unit;
  }
  /** Byte offset behind the whole element. */
  get end(): number {
    return this.endAt * this.shared.source.unit;
  }

  /** 1-based. */
  get line(): number {
    return this.shared.lines.at(this.startAt).line;
  }
  /** 1-based, in bytes for UTF-8 and GB18030. */
  get column(): number {
    return this.shared.lines.at(this.startAt).column;
  }

  /** Attributes by their written name, values unescaped. */
  get attributes(): ReadonlyMap<string, string> {
    this.parsed ??= this.findAttributes();
    return this.parsed;
  }

  private findAttributes(): ReadonlyMap<string, string> {
    // Most elements have none: their name is followed by `>` or `/>`.
    if (this.openEndAt - this.nameEndAt <= (this.selfClosed ? 2 : 1)) return NO_ATTRIBUTES;
    const found = new Map<string, string>();
    for (const match of this.shared.source.textAt(this.nameEndAt, this.openEndAt).matchAll(ATTRIBUTE)) {
      const value = match[2] ?? match[3];
      if (value !== undefined) found.set(match[1] as string, resolveReferences(value));
    }
    return found;
  }

  /** Namespace URI, empty when there is none. */
  get namespace(): string {
    return this.lookupNamespace(this.prefix);
  }

  /** The URI that a prefix stands for here (empty prefix = default namespace). */
  lookupNamespace(prefix: string): string {
    const attribute = prefix === "" ? "xmlns" : `xmlns:${prefix}`;
    for (let element: XmlElement | undefined = this; element; element = element.parent) {
      const uri = element.attributes.get(attribute);
      if (uri !== undefined) return uri;
    }
    return "";
  }

  /** The element's own character data, entities and CDATA resolved, not trimmed: `000123` stays `000123`. */
  get text(): string {
    if (this.selfClosed) return "";
    if (this.closeAt - this.openEndAt < LONG) return this.readText();
    let text = longTexts.get(this);
    if (text === undefined) {
      text = this.readText();
      longTexts.set(this, text);
    }
    return text;
  }

  private readText(): string {
    if (this.plain) return resolveReferences(this.shared.source.textAt(this.openEndAt, this.closeAt));
    let text = "";
    for (const piece of this.pieces()) text += this.textOf(piece);
    return text;
  }

  get hasCdata(): boolean {
    return !this.plain && !this.selfClosed && this.pieces().some((piece) => piece.cdata);
  }

  /**
   * What lies between the tags, or in a part of that which begins before the child with a number, but for children,
   * comments and instructions. The scan has seen that all of them end.
   */
  private pieces(from = this.openEndAt, to = this.closeAt, child = 0): TextPiece[] {
    const { view } = this.shared.source;
    const pieces: TextPiece[] = [];
    for (let at = from; ; ) {
      const lt = Math.min(view.indexOf("<", at), to);
      if (lt > at) pieces.push({ start: at, end: lt, cdata: false });
      if (lt === to) return pieces;
      if (view.startsWith("<![CDATA[", lt)) {
        at = view.indexOf("]]>", lt + 9) + 3;
        pieces.push({ start: lt + 9, end: at - 3, cdata: true });
      } else if (view.startsWith("<!--", lt)) at = view.indexOf("-->", lt + 4) + 3;
      else if (view.startsWith("<?", lt)) at = view.indexOf("?>", lt + 2) + 2;
      else at = (this.children[child++] as XmlElement).endAt;
    }
  }

  /** At most so many characters are in the text, as many as there are in all between the tags. */
  get contentLength(): number {
    return this.selfClosed ? 0 : this.closeAt - this.openEndAt;
  }

  /**
   * Whether text other than white space stands right before the child with this number, or before the close tag where
   * there is no such child. In an element that is to hold others only, this is text that nobody reads.
   */
  hasTextBefore(index: number): boolean {
    const from = index === 0 ? this.openEndAt : (this.children[index - 1] as XmlElement).endAt;
    const to = index < this.children.length ? (this.children[index] as XmlElement).startAt : this.closeAt;
    const { view } = this.shared.source;
    for (let at = from; at < to; at++) {
      if (view.charCodeAt(at) > 0x20)
        return this.pieces(from, to, index).some((piece) => this.textOf(piece).trim() !== "");
    }
    return false;
  }

  private textOf({ start, end, cdata }: TextPiece): string {
    const raw = this.shared.source.textAt(start, end);
    return cdata ? raw : resolveReferences(raw);
  }

  /** No child and nothing but white space: `<x/>`, `<x></x>`, `<x> </x>`. */
  get isEmpty(): boolean {
    return this.children.length === 0 && this.text.trim() === "";
  }

  /** Path of local names from the root; a name that repeats among its siblings has its 1-based index. */
  get path(): string {
    return this.parent ? `${this.parent.path}/${this.parent.stepTo(this)}` : this.name;
  }

  /** A child's step of a path. Counted for all children at once: a long list may well have a finding on every line. */
  private stepTo(child: XmlElement): string {
    if (!this.counts) {
      this.counts = new Map();
      for (const element of this.children) {
        element.ordinal = (this.counts.get(element.name) ?? 0) + 1;
        this.counts.set(element.name, element.ordinal);
      }
    }
    return this.counts.get(child.name) === 1 ? child.name : `${child.name}[${child.ordinal}]`;
  }

  /** First child with this local name. */
  child(name: string): XmlElement | undefined {
    return this.children.find((child) => child.name === name);
  }

  /** First element at a path of local names below this one: `DecSign/ClientSeqNo`. */
  at(path: string): XmlElement | undefined {
    let element: XmlElement | undefined = this;
    for (const step of path.split("/")) {
      element = element.child(step);
      if (!element) return undefined;
    }
    return element;
  }

  /** Trimmed text at a path, empty when the element is absent. An empty element gives way to a full one of its name behind it. */
  textAt(path: string): string {
    const first = this.at(path);
    const text = first?.text.trim() ?? "";
    if (text !== "") return text;
    const full = first?.parent?.children.find(({ name, text }) => name === first.name && text.trim() !== "");
    return full?.text.trim() ?? "";
  }

  /** This element and all below it, in document order. */
  *walk(): Generator<XmlElement> {
    const stack: XmlElement[] = [this];
    for (let element = stack.pop(); element; element = stack.pop()) {
      yield element;
      for (let index = element.children.length - 1; index >= 0; index--)
        stack.push(element.children[index] as XmlElement);
    }
  }

  /** The same without the generator, which takes most of the time of a large document. */
  each(visit: (element: XmlElement) => void): void {
    const stack: XmlElement[] = [this];
    for (let element = stack.pop(); element; element = stack.pop()) {
      visit(element);
      const { children } = element;
      for (let index = children.length - 1; index >= 0; index--) stack.push(children[index] as XmlElement);
    }
  }

  /** First element with this local name at or below this one. */
  find(name: string): XmlElement | undefined {
    const stack: XmlElement[] = [this];
    for (let element = stack.pop(); element; element = stack.pop()) {
      if (element.name === name) return element;
      const { children } = element;
      for (let index = children.length - 1; index >= 0; index--) stack.push(children[index] as XmlElement);
    }
    return undefined;
  }
}
