import type { XmlDocument, XsdValidator } from "libxml2-wasm" with { "resolution-mode": "import" };
import type { Check } from "../document.js";
import { type ImportClientError, messageOf } from "../errors.js";
import { openXml } from "./encoding.js";
import { Findings } from "./findings.js";
import { issuesOf, type LibXml, type LibXmlIssue, parseStrictly } from "./libxml.js";
import type { XmlElement } from "./scan.js";
import { unusable } from "./schema-files.js";
import { attributeOf, schemaWords } from "./schema-words.js";

/** A schema with all that it includes, as it goes to the thread that validates. */
export interface SchemaSource {
  /** Unique for the content: what is compiled is kept by it. */
  key: string;
  main: string;
  files: ReadonlyMap<string, Uint8Array>;
}

/** What is validated. */
export interface Validating {
  bytes: Buffer;
  root: XmlElement;
  /** The schema's elements at which validation may begin. */
  names: { has(name: string): boolean };
}

interface Compiled {
  validator: XsdValidator;
  document: XmlDocument;
}

/** Compiled schemas kept at a time in each thread. */
const KEPT = 32;
const SCHEME = "sw-schema:///";

const compiled = new Map<string, Promise<Compiled>>();
/** What libxml2 may read at all, by URL. Empty except while a schema is compiled. */
const readable = new Map<string, Uint8Array>();
let registered = false;

function allowOnlyMemory(lib: LibXml): void {
  if (registered) return;
  registered = true;
  const open = new Map<number, { bytes: Uint8Array; at: number }>();
  let next = 1;
  // It claims every name, so that libxml2 asks nobody else for a file.
  lib.xmlRegisterInputProvider({
    match: () => true,
    open(url) {
      const bytes = readable.get(url);
      if (!bytes) return undefined;
      open.set(next, { bytes, at: 0 });
      return next++;
    },
    read(id, into) {
      const file = open.get(id);
      if (!file) return -1;
      const part = file.bytes.subarray(file.at, file.at + into.byteLength);
      into.set(part);
      file.at += part.byteLength;
      return part.byteLength;
    },
    close: (id) => open.delete(id),
  });
}

function notASchema(source: SchemaSource, why: string, cause: unknown): ImportClientError {
  return unusable(source.main, why, why, cause);
}

/** A schema, compiled once and kept. Rejects with SW-CONFIG when it cannot be used. */
function compile(lib: LibXml, source: SchemaSource): Promise<Compiled> {
  const { key } = source;
  const kept = compiled.get(key);
  if (kept) {
    // Last in the map: the first is the one that was not wanted for longest.
    compiled.delete(key);
    compiled.set(key, kept);
    return kept;
  }
  const fresh = compileNow(lib, source);
  compiled.set(key, fresh);
  fresh.catch(() => compiled.delete(key));
  for (const [old, schema] of compiled) {
    if (compiled.size <= KEPT) break;
    compiled.delete(old);
    schema.then(dispose, () => {});
  }
  return fresh;
}

function dispose({ validator, document }: Compiled): void {
  validator.dispose();
  document.dispose();
}

async function compileNow(lib: LibXml, source: SchemaSource): Promise<Compiled> {
  allowOnlyMemory(lib);
  const main = source.files.get(source.main) as Uint8Array;
  const text = Buffer.from(main.buffer, main.byteOffset, main.byteLength).toString("utf8");
  const { ParseOption } = lib;
  let document: XmlDocument | undefined;
  try {
    document = lib.XmlDocument.fromString(text, {
      url: SCHEME + encodeURI(source.main),
      option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NO_SYS_CATALOG,
    });
    for (const [name, content] of source.files) readable.set(SCHEME + encodeURI(name), content);
    return { document, validator: lib.XsdValidator.fromDoc(document) };
  } catch (error) {
    document?.dispose();
    const why = error instanceof lib.XmlLibError ? (issuesOf(lib, error)[0]?.message ?? "") : messageOf(error);
    throw notASchema(source, why, error);
  } finally {
    readable.clear();
  }
}

function judge(lib: LibXml, validator: XsdValidator, document: XmlDocument, at: readonly number[]): LibXmlIssue[] {
  try {
    if (at.length > 0) validator.validate(elementAt(lib, document, at));
    else validator.validate(document);
    return [];
  } catch (error) {
    return issuesOf(lib, error);
  }
}

/** The libxml2 element at a path of child numbers. */
function elementAt(lib: LibXml, document: XmlDocument, at: readonly number[]) {
  let element = document.root;
  for (const index of at) {
    let seen = -1;
    for (let node = element.firstChild; node; node = node.next) {
      if (node instanceof lib.XmlElement && ++seen === index) {
        element = node;
        break;
      }
    }
  }
  return element;
}

const STEP = /^(?:([^:[]+):)?([^[]+?)(?:\[(\d+)\])?$/;

/** Finds the scanned element that a path of libxml2 names; siblings are gone through once, however many are asked for. */
class Finder {
  private readonly named = new Map<XmlElement, Map<string, XmlElement[]>>();

  constructor(private readonly root: XmlElement) {}

  at(xpath: string): XmlElement {
    let element = this.root;
    for (const step of xpath.split("/").slice(2)) {
      const [, prefix = "", name = "", index = "1"] = STEP.exec(step) ?? [];
      if (name === "" || name.startsWith("@") || step.startsWith("@") || step.startsWith("text()")) break;
      const same = name === "*" ? element.children : this.namedBelow(element, prefix, name);
      const found = same[Number(index) - 1];
      if (!found) break;
      element = found;
    }
    return element;
  }

  private namedBelow(parent: XmlElement, prefix: string, name: string): readonly XmlElement[] {
    let groups = this.named.get(parent);
    if (!groups) {
      groups = new Map();
      for (const child of parent.children) {
        const key = `${child.prefix}:${child.name}`;
        const group = groups.get(key);
        if (group) group.push(child);
        else groups.set(key, [child]);
      }
      this.named.set(parent, groups);
    }
    return groups.get(`${prefix}:${name}`) ?? [];
  }
}

function words(element: XmlElement, issue: LibXmlIssue): Pick<Check, "path" | "text" | "advice" | "about"> {
  const attribute = attributeOf(issue.message);
  const { name, path } = element;
  const called = attribute
    ? { zh: `${name} 的属性 ${attribute}`, en: `attribute ${attribute} of ${name}` }
    : { zh: name, en: name };
  return {
    path: attribute ? `${path}/@${attribute}` : path,
    ...schemaWords(issue.message, called),
    ...(!attribute && element.isEmpty && { about: "empty" as const }),
  };
}

/** An element's place below the root, as child numbers. */
function placeOf(element: XmlElement): number[] {
  return element.parent ? [...placeOf(element.parent), element.parent.children.indexOf(element)] : [];
}

/** The element that a schema is for: the root, or one that wrappers have been put around. */
export function targetOf(root: XmlElement, names: { has(name: string): boolean }): XmlElement | undefined {
  if (names.has(root.name)) return root;
  let level = root.children;
  for (let depth = 0; depth < 6 && level.length > 0 && level.length < 100; depth++) {
    const found = level.find((element) => names.has(element.name));
    if (found) return found;
    level = level.flatMap((element) => element.children);
  }
  return undefined;
}

/**
 * Validates a document in the calling thread by a schema of the user's: to the letter, on the document as it is. The
 * checks are in the order of the document. Rejects with SW-XSD when the document or the schema cannot be read.
 */
export async function validate(lib: LibXml, source: SchemaSource, what: Validating): Promise<Check[]> {
  const { bytes, root, names } = what;
  const target = targetOf(root, names) ?? root;
  const { validator } = await compile(lib, source);
  const findings = new Findings();
  const finder = new Finder(root);
  const document = parseStrictly(lib, openXml(bytes, { checked: true }));
  try {
    for (const issue of judge(lib, validator, document, placeOf(target))) {
      const element = issue.xpath ? finder.at(issue.xpath) : target;
      findings.add(element, "error", () => words(element, issue));
    }
  } finally {
    document.dispose();
  }
  return findings.list();
}
