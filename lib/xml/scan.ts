import { ImportClientError } from "../errors.js";
import { Lines, type Name, type Shared, XmlElement } from "./element.js";
import { openXml, type XmlSource } from "./encoding.js";

export { XmlElement } from "./element.js";

export interface ScanLimits {
  /** Deepest nesting allowed. */
  depth: number;
  /** Most elements allowed. */
  elements: number;
}

const LIMITS: ScanLimits = { depth: 256, elements: 2_000_000 };

/** Documents of a business have the same few hundred names, over and over. */
class Names {
  private readonly known = new Map<number, Name>();
  private static readonly MOST = 4_096;

  /** The name at `from` to `to` of a view, where `hash` is made of its characters; all of them are ASCII. */
  ascii(view: string, from: number, to: number, hash: number): Name {
    const known = this.known.get(hash);
    if (known && known.qualified.length === to - from && standsAt(view, from, known.qualified)) return known;
    const name = Names.of(view.slice(from, to));
    if (this.known.size >= Names.MOST) this.known.clear();
    this.known.set(hash, name);
    return name;
  }

  static of(written: string): Name {
    const colon = written.indexOf(":");
    const local = colon === -1 ? written : written.slice(colon + 1);
    return { qualified: internal(written), local: internal(local) };
  }
}

/** The same string as one that the engine compares by its address, as it does property names; no view hangs on it. */
function internal(text: string): string {
  return Object.keys({ [text]: 0 })[0] ?? text;
}

const names = new Names();

function malformed(lines: Lines, at: number, zh: string, en: string): ImportClientError {
  const { line, column } = lines.at(at);
  return new ImportClientError(
    "SW-XSD",
    {
      zh: `XML 格式错误（第 ${line} 行，第 ${column} 列）：${zh}`,
      en: `not well-formed XML (line ${line}, column ${column}): ${en}`,
    },
    { details: { line, column } },
  );
}

/**
 * Scans a document into a tree. It notices truncation, crossing tags and a DOCTYPE (refused, promises 5), but libxml2
 * is the authority on well-formedness: see `wellformed.ts`. Rejects with SW-XSD.
 */
export function scanXml(document: Buffer | XmlSource, limits: ScanLimits = LIMITS): XmlElement {
  return new Scan(document, limits).run(Number.POSITIVE_INFINITY) as XmlElement;
}

/** As `scanXml`, but lets the event loop have its turn every few milliseconds: for large documents. */
export async function scanXmlInTurns(document: Buffer | XmlSource, limits: ScanLimits = LIMITS): Promise<XmlElement> {
  const scan = new Scan(document, limits);
  for (;;) {
    const root = scan.run(TURN);
    if (root) return root;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Tags, comments and the like between two turns of the event loop: some two milliseconds. */
const TURN = 4_000;

/** A scan under way, which can be left and taken up again. */
class Scan {
  private readonly shared: Shared;
  private root: XmlElement | undefined;
  private open: XmlElement | undefined;
  private depth = 0;
  private count = 0;
  private position = 0;

  constructor(
    document: Buffer | XmlSource,
    private readonly limits: ScanLimits,
  ) {
    const source = Buffer.isBuffer(document) ? openXml(document) : document;
    this.shared = { source, lines: new Lines(source.view) };
  }

  /** Takes in `most` more tags and other marks; the root, when that was all of them. */
  run(most: number): XmlElement | undefined {
    const { limits, shared } = this;
    const { source, lines } = shared;
    const { view } = source;
    let { root, open, depth, count, position } = this;

    const skipTo = (mark: string, from: number, what: string): number => {
      const at = view.indexOf(mark, from);
      if (at === -1) throw malformed(lines, from, `${what} 未结束`, `${what} is not closed`);
      return at + mark.length;
    };

    for (let left = most; left > 0; left--) {
      const lt = view.indexOf("<", position);
      if (lt === -1) return this.finish(root, open);
      const next = view.charCodeAt(lt + 1);
      if (next === 0x2f /* / */) {
        const behind = open ? lt + 2 + open.nameLength : lt;
        const gt = view.charCodeAt(behind) === 0x3e ? behind + 1 : skipTo(">", lt + 2, "tag");
        if (!open || !closes(view, lt + 2, gt - 1, open)) {
          const name = source.textAt(lt + 2, view.indexOf(">", lt)).trimEnd();
          throw malformed(
            lines,
            lt,
            `结束标签 ${name} 与开始标签不匹配`,
            `close tag ${name} does not match its open tag`,
          );
        }
        open.closeAt = lt;
        open.endAt = gt;
        open.plain = position === open.openEndAt;
        open = open.parent;
        depth--;
        position = gt;
        continue;
      }
      if (next === 0x21 /* ! */) {
        if (view.startsWith("<!--", lt)) position = skipTo("-->", lt + 4, "comment");
        else if (view.startsWith("<![CDATA[", lt)) position = skipTo("]]>", lt + 9, "CDATA");
        else {
          throw new ImportClientError(
            "SW-XSD",
            { zh: "报文含有 DOCTYPE，已拒绝", en: "the document has a DOCTYPE, which is refused" },
            { advice: { zh: "请删除 DOCTYPE 声明。", en: "Remove the DOCTYPE declaration." }, details: lines.at(lt) },
          );
        }
        continue;
      }
      if (next === 0x3f /* ? */) {
        position = skipTo("?>", lt + 2, "processing instruction");
        continue;
      }
      let nameEnd = lt + 1;
      let ascii = true;
      let hash = 0;
      for (; nameEnd < view.length; nameEnd++) {
        const code = view.charCodeAt(nameEnd);
        if (code <= 0x20 || code === 0x2f || code === 0x3e) break;
        if (code > 0x7f) ascii = false;
        hash = (Math.imul(hash, 31) + code) | 0;
      }
      const gt = nameEnd === lt + 1 ? -1 : tagEnd(view, nameEnd);
      if (gt === -1) throw malformed(lines, lt, "标签未结束", "tag is not closed");
      const selfClosed = view.charCodeAt(gt - 1) === 0x2f;
      if (++count > limits.elements || ++depth > limits.depth) {
        throw malformed(lines, lt, "元素过多或嵌套过深", "too many elements or nested too deep");
      }
      const name = ascii ? names.ascii(view, lt + 1, nameEnd, hash) : Names.of(source.textAt(lt + 1, nameEnd));
      const element: XmlElement = new XmlElement(shared, open, lt, gt + 1, nameEnd, name, selfClosed);
      if (open) open.add(element);
      else if (root) throw malformed(lines, lt, "有多个根元素", "more than one root element");
      else root = element;
      if (selfClosed) {
        element.closeAt = gt + 1;
        element.endAt = gt + 1;
        depth--;
      } else open = element;
      position = gt + 1;
    }
    Object.assign(this, { root, open, depth, count, position });
    return undefined;
  }

  private finish(root: XmlElement | undefined, open: XmlElement | undefined): XmlElement {
    const { source, lines } = this.shared;
    if (open) {
      const name = open.qualifiedName;
      throw malformed(lines, source.view.length, `元素 ${name} 未结束`, `element ${name} is not closed`);
    }
    if (!root) throw malformed(lines, 0, "没有根元素", "there is no root element");
    return root;
  }
}

/** Where the `>` of an open tag is, which may stand in an attribute's value too; -1 when there is none. */
function tagEnd(view: string, from: number): number {
  for (let at = from; at < view.length; at++) {
    const code = view.charCodeAt(at);
    if (code === 0x3e) return at;
    if (code === 0x22 || code === 0x27) {
      at = view.indexOf(code === 0x22 ? '"' : "'", at + 1);
      if (at === -1) return -1;
    }
  }
  return -1;
}

/** Does what stands from `from` to `to` name the element that is open? White space may follow the name. */
function closes(view: string, from: number, to: number, open: XmlElement): boolean {
  const length = open.nameLength;
  const behind = from + length;
  if (behind > to || view.charCodeAt(from) !== view.charCodeAt(open.startAt + 1)) return false;
  for (let at = behind; at < to; at++) if (view.charCodeAt(at) > 0x20) return false;
  return standsAt(view, from, view, open.startAt + 1, length);
}

/** Does `text`, or a part of it, stand at a place of the view? Names are too short for a call of the engine's own to pay. */
function standsAt(view: string, at: number, text: string, from = 0, length = text.length): boolean {
  if (at + length > view.length) return false;
  for (let index = 0; index < length; index++) {
    if (view.charCodeAt(at + index) !== text.charCodeAt(from + index)) return false;
  }
  return true;
}
