import type { XmlDocument, XsdValidator } from "libxml2-wasm" with { "resolution-mode": "import" };
import type { Check } from "../document.js";
import { ImportClientError, messageOf } from "../errors.js";
import { issuesOf, type LibXml, type LibXmlIssue, parseStrictly, toUtf8 } from "./libxml.js";
import { called, normalise } from "./normalise.js";
import { scanXml, type XmlElement } from "./scan.js";
import { type Declared, type Model, profileOf, readModel } from "./schema-model.js";
import { attributeOf, isEmptyValue, isStructural, schemaWords } from "./schema-words.js";

/** A schema with all that it includes, as it goes to the thread that validates. */
export interface SchemaSource {
  /** Unique for the content: what is compiled is kept by it. */
  key: string;
  main: string;
  files: ReadonlyMap<string, Uint8Array>;
}

interface Compiled {
  validator: XsdValidator;
  document: XmlDocument;
  model: Model | undefined;
}

/** Compiled schemas kept at a time in each thread. */
const KEPT = 24;
/** Findings told of one document; a file that is wrong throughout needs no more. */
const MOST_CHECKS = 1_000;
const SCHEME = "sw-schema:///";

const compiled = new Map<string, Compiled>();
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
  return new ImportClientError(
    "SW-XSD",
    { zh: `XSD 文件 ${source.main} 不能使用：${why}`, en: `the schema ${source.main} cannot be used: ${why}` },
    {
      cause,
      advice: {
        zh: "请修正 SW_SCHEMAS 目录中的该文件，或将其移出。",
        en: "Correct that file in the SW_SCHEMAS folder, or move it out.",
      },
      details: { schema: source.main },
    },
  );
}

function compile(lib: LibXml, source: SchemaSource): Compiled {
  const kept = compiled.get(source.key);
  if (kept) {
    compiled.delete(source.key);
    compiled.set(source.key, kept);
    return kept;
  }
  allowOnlyMemory(lib);
  const main = source.files.get(source.main) as Uint8Array;
  const bytes = Buffer.from(main.buffer, main.byteOffset, main.byteLength);
  const root = scanXml(bytes);
  const profile = profileOf(root);
  const { ParseOption } = lib;
  let document: XmlDocument | undefined;
  try {
    for (const [name, content] of source.files) readable.set(SCHEME + encodeURI(name), content);
    document = lib.XmlDocument.fromBuffer(bytes, {
      url: SCHEME + encodeURI(source.main),
      encoding: "utf-8",
      option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NO_SYS_CATALOG,
    });
    const validator = lib.XsdValidator.fromDoc(document);
    const fresh = { document, validator, model: profile ? readModel(root, profile) : undefined };
    compiled.set(source.key, fresh);
    for (const [key, old] of compiled) {
      if (compiled.size <= KEPT) break;
      compiled.delete(key);
      old.validator.dispose();
      old.document.dispose();
    }
    return fresh;
  } catch (error) {
    document?.dispose();
    const why = error instanceof lib.XmlLibError ? (issuesOf(lib, error)[0]?.message ?? "") : messageOf(error);
    throw notASchema(source, why, error);
  } finally {
    readable.clear();
  }
}

function judge(lib: LibXml, validator: XsdValidator, document: XmlDocument, at?: readonly number[]): LibXmlIssue[] {
  try {
    if (at && at.length > 0) validator.validate(elementAt(lib, document, at));
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

/** The scanned element that a path of libxml2 names. */
function resolve(root: XmlElement, xpath: string): XmlElement {
  let element = root;
  for (const step of xpath.split("/").slice(2)) {
    const [, prefix = "", name = "", index = "1"] = STEP.exec(step) ?? [];
    if (name === "" || name.startsWith("@") || step.startsWith("@") || step.startsWith("text()")) break;
    const same = element.children.filter(
      (child) => step.startsWith("*") || (child.name === name && child.prefix === prefix),
    );
    const found = same[Number(index) - 1];
    if (!found) break;
    element = found;
  }
  return element;
}

function check(element: XmlElement, issue: LibXmlIssue, declared?: Declared): Check {
  const title = called(declared, element.name);
  const attribute = attributeOf(issue.message);
  const name = attribute
    ? { zh: `${title.zh} 的属性 ${attribute}`, en: `attribute ${attribute} of ${title.en}` }
    : title;
  const { text, advice } = schemaWords(issue.message, name, declared?.numeric ? "decimal" : "");
  return {
    rule: "SW-XSD",
    severity: "error",
    path: attribute ? `${element.path}/@${attribute}` : element.path,
    line: element.line,
    column: element.column,
    text,
    advice,
  };
}

/** A schema of the user's: to the letter, on the document as it is. */
function validateStrictly(lib: LibXml, schema: Compiled, bytes: Buffer, root: XmlElement, target: XmlElement): Check[] {
  const at: number[] = [];
  for (let element = target; element.parent; element = element.parent)
    at.unshift(element.parent.children.indexOf(element));
  const document = parseStrictly(lib, toUtf8(bytes));
  try {
    return judge(lib, schema.validator, document, at).map((issue) =>
      check(issue.xpath ? resolve(root, issue.xpath) : target, issue),
    );
  } finally {
    document.dispose();
  }
}

/** A schema of ours: on a copy that is in the schema's namespace and order. */
function validateKindly(lib: LibXml, schema: Compiled, model: Model, target: XmlElement): Check[] {
  const { xml, lines, checks } = normalise(target, model);
  const told = new Set(checks.map(({ path }) => path));
  const document = parseStrictly(lib, Buffer.from(xml, "utf8"));
  try {
    for (const issue of judge(lib, schema.validator, document)) {
      const place = lines[issue.line - 1];
      if (!place) continue;
      const { element, declared } = place;
      // libxml2 stops at an element's first missing child; the walk has told of each already.
      if (isStructural(issue.message) && (told.has(element.path) || told.has(element.parent?.path ?? ""))) continue;
      const found = check(element, issue, declared);
      if (declared.facets === "warning") found.severity = "warning";
      if (declared.numeric && isEmptyValue(issue.message)) found.severity = model.profile.emptyNumeric;
      checks.push(found);
    }
  } finally {
    document.dispose();
  }
  return checks;
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
 * Validates a document in the calling thread. `names` are the schema's elements at which validation may begin. The checks
 * are in the order of the document. Throws SW-XSD when the document or the schema cannot be read.
 */
export function validate(lib: LibXml, source: SchemaSource, bytes: Buffer, names: ReadonlySet<string>): Check[] {
  const schema = compile(lib, source);
  const root = scanXml(bytes);
  const target = targetOf(root, names) ?? root;
  const checks = schema.model
    ? validateKindly(lib, schema, schema.model, target)
    : validateStrictly(lib, schema, bytes, root, target);
  checks.sort((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0));
  return checks.length <= MOST_CHECKS ? checks : [...checks.slice(0, MOST_CHECKS), more(checks)];
}

function more(checks: readonly Check[]): Check {
  const rest = checks.slice(MOST_CHECKS);
  const first = rest[0] as Check;
  return {
    ...first,
    severity: rest.some((item) => item.severity === "error") ? "error" : "warning",
    text: { zh: `另有 ${rest.length} 处问题未列出`, en: `${rest.length} more findings are not listed` },
    advice: { zh: "请先修正已列出的问题。", en: "Correct the ones that are listed first." },
  };
}
