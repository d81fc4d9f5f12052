import type { XmlDocument, XsdValidator } from "libxml2-wasm" with { "resolution-mode": "import" };
import type { Check } from "../document.js";
import { ImportClientError, messageOf } from "../errors.js";
import { copiesOf } from "./copy.js";
import { openXml } from "./encoding.js";
import { Findings } from "./findings.js";
import { IN_THREAD, issuesOf, type LibXml, type LibXmlIssue, parseStrictly } from "./libxml.js";
import { scanXml, type XmlElement } from "./scan.js";
import { type Declared, loosened, type Model, profileOf, readModel, withoutNamespace } from "./schema-model.js";
import { attributeOf, isEmptyValue, isStrayText, isStructural, schemaWords } from "./schema-words.js";
import { called, judgeStructure } from "./structure.js";

/** A schema with all that it includes, as it goes to the thread that validates. */
export interface SchemaSource {
  /** Unique for the content: what is compiled is kept by it. */
  key: string;
  main: string;
  /** One of ours, with a profile that says how it is meant. */
  ours: boolean;
  files: ReadonlyMap<string, Uint8Array>;
}

/** What is validated. */
export interface Validating {
  bytes: Buffer;
  root: XmlElement;
  /** The schema's elements at which validation may begin. */
  names: { has(name: string): boolean };
  /** libxml2's tree of the bytes, where it is there already. It is not disposed here. */
  document?: XmlDocument | undefined;
}

/** How a schema goes to libxml2. A user's is never changed. */
interface Form {
  /** Children in any order and number: our own walk has judged them. */
  loose?: boolean;
  /** Its elements are in no namespace. */
  bare?: boolean;
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

/** A schema in a form, compiled once and kept. Rejects with SW-XSD when it cannot be used. */
function compile(lib: LibXml, source: SchemaSource, form: Form): Promise<Compiled> {
  const key = `${source.key}${form.loose ? " loose" : ""}${form.bare ? " bare" : ""}`;
  const kept = compiled.get(key);
  if (kept) {
    // Last in the map: the first is the one that was not wanted for longest.
    compiled.delete(key);
    compiled.set(key, kept);
    return kept;
  }
  const fresh = compileNow(lib, source, form);
  compiled.set(key, fresh);
  fresh.catch(() => compiled.delete(key));
  for (const [old, schema] of compiled) {
    if (compiled.size <= KEPT) break;
    compiled.delete(old);
    schema.then(dispose, () => {});
  }
  return fresh;
}

const models = new Map<string, Model>();

/** Schemas of ours whose last document departed from their structure. */
const disorderly = new Set<string>();

/** How a schema of ours wants documents to be. */
function modelOf(source: SchemaSource): Model {
  let model = models.get(source.key);
  if (!model) {
    const main = source.files.get(source.main) as Uint8Array;
    const root = scanXml(Buffer.from(main.buffer, main.byteOffset, main.byteLength));
    const profile = profileOf(root);
    if (!profile) throw new Error(`${source.main} has lost its profile`);
    model = readModel(root, profile);
    if (models.size >= KEPT) {
      models.clear();
      disorderly.clear();
    }
    models.set(source.key, model);
  }
  return model;
}

function dispose({ validator, document }: Compiled): void {
  validator.dispose();
  document.dispose();
}

/** Each step takes some of the 50 ms that the event loop may be held up. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function compileNow(lib: LibXml, source: SchemaSource, form: Form): Promise<Compiled> {
  allowOnlyMemory(lib);
  const main = source.files.get(source.main) as Uint8Array;
  let text = Buffer.from(main.buffer, main.byteOffset, main.byteLength).toString("utf8");
  if (form.loose) text = loosened(text);
  if (form.bare) text = withoutNamespace(text);
  const { ParseOption } = lib;
  let document: XmlDocument | undefined;
  try {
    document = lib.XmlDocument.fromString(text, {
      url: SCHEME + encodeURI(source.main),
      option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NO_SYS_CATALOG,
    });
    await turn();
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

function words(element: XmlElement, issue: LibXmlIssue, declared?: Declared): Pick<Check, "path" | "text" | "advice"> {
  const title = called(declared, element.name);
  const attribute = attributeOf(issue.message);
  const name = attribute
    ? { zh: `${title.zh} 的属性 ${attribute}`, en: `attribute ${attribute} of ${title.en}` }
    : title;
  const { text, advice } = schemaWords(issue.message, name, declared?.numeric ? "decimal" : "");
  return { path: attribute ? `${element.path}/@${attribute}` : element.path, text, advice };
}

/** An element's place below the root, as child numbers. */
function placeOf(element: XmlElement): number[] {
  return element.parent ? [...placeOf(element.parent), element.parent.children.indexOf(element)] : [];
}

/** What libxml2 says of the document as it is, from the target down. */
function issuesAt(
  lib: LibXml,
  validator: XsdValidator,
  { bytes, document }: Validating,
  target: XmlElement,
  dense: boolean,
): LibXmlIssue[] {
  const parsed = document ?? parseStrictly(lib, openXml(bytes, { checked: true }), { dense });
  try {
    return judge(lib, validator, parsed, placeOf(target));
  } finally {
    if (!document) parsed.dispose();
  }
}

/** A schema of the user's: to the letter, on the document as it is. */
async function validateStrictly(lib: LibXml, source: SchemaSource, what: Validating, target: XmlElement) {
  const { validator } = await compile(lib, source, {});
  const findings = new Findings();
  const finder = new Finder(what.root);
  for (const issue of issuesAt(lib, validator, what, target, false)) {
    const element = issue.xpath ? finder.at(issue.xpath) : target;
    findings.add(element, "error", () => words(element, issue));
  }
  return findings;
}

/** How a schema of ours declares an element at or below the target. */
function declarationOf(element: XmlElement, target: XmlElement, model: Model): Declared | undefined {
  if (element === target || !element.parent) return model.roots.get(target.name);
  const parent = declarationOf(element.parent, target, model);
  return parent?.children[parent.places.get(element.name) ?? -1];
}

/**
 * A schema of ours: structure by our own walk, values and attributes by libxml2. It gets the document itself where it
 * will find its way, in the schema's namespace or in none; else copies that hold only what the schema knows.
 */
async function validateKindly(lib: LibXml, source: SchemaSource, what: Validating, target: XmlElement) {
  const model = modelOf(source);
  const findings = new Findings();
  const bare = target.namespace === "";
  const direct = what.bytes.length <= IN_THREAD && (bare || target.namespace === model.namespace);
  // What nothing is said of by the letter has nothing for the walk either. Producers differ in order, but each keeps to
  // its own: where the last document was not in the schema's, this one is likely not, and trying would be for nothing.
  if (direct && !disorderly.has(source.key)) {
    const { validator } = await compile(lib, source, { bare });
    if (issuesAt(lib, validator, what, target, true).length === 0) return findings;
  }
  const strange = judgeStructure(target, model, findings);
  const orderly = findings.count === 0;
  if (orderly) disorderly.delete(source.key);
  else disorderly.add(source.key);
  const add = (issue: LibXmlIssue, element: XmlElement) => {
    // An empty CDATA is content to libxml2 and to nobody else.
    if (isStrayText(issue.message) && element.text.trim() === "") return;
    const declared = declarationOf(element, target, model);
    let severity: Check["severity"] = declared?.facets === "warning" ? "warning" : "error";
    if (declared?.numeric && isEmptyValue(issue.message)) severity = model.profile.emptyNumeric;
    findings.add(element, severity, () => words(element, issue, declared));
  };
  if (!strange && direct) {
    // With the order fixed libxml2 is the faster.
    const { validator } = await compile(lib, source, { bare, loose: !orderly });
    const issues = issuesAt(lib, validator, what, target, true);
    // An element in yet another namespace: libxml2 does not go on behind it.
    if (!issues.some(({ message }) => isStructural(message))) {
      const finder = new Finder(what.root);
      for (const issue of issues) add(issue, issue.xpath ? finder.at(issue.xpath) : target);
      return findings;
    }
  }
  const { validator } = await compile(lib, source, { loose: true });
  for (const { xml, elements } of copiesOf(target, model)) {
    const document = parseStrictly(lib, openXml(Buffer.from(xml, "utf8"), { checked: true }));
    try {
      for (const issue of judge(lib, validator, document)) {
        const element = elements[issue.line - 1];
        if (element) add(issue, element);
      }
    } finally {
      document.dispose();
    }
  }
  return findings;
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
 * Validates a document in the calling thread. The checks are in the order of the document. Rejects with SW-XSD when the
 * document or the schema cannot be read.
 */
export async function validate(lib: LibXml, source: SchemaSource, what: Validating): Promise<Check[]> {
  const target = targetOf(what.root, what.names) ?? what.root;
  const findings = await (source.ours ? validateKindly : validateStrictly)(lib, source, what, target);
  return findings.list();
}
