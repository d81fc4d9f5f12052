import { TextDecoder } from "node:util";
import type { XmlDocument, XmlElement } from "libxml2-wasm" with { "resolution-mode": "import" };

/** An element as the simulator reads it: by libxml2, not by the client's own scanner, so that the two check each other. */
export interface Tree {
  /** Local name. */
  name: string;
  namespace: string;
  /** The element's text when it has no child elements; not trimmed. */
  text: string;
  children: Tree[];
  /** Its attribute `guid`, which messages of 跨境电商 have on the root. */
  guid?: string;
}

type LibXml = typeof import("libxml2-wasm", { with: { "resolution-mode": "import" }});
let loading: Promise<LibXml> | undefined;

export function libXml(): Promise<LibXml> {
  loading ??= import("libxml2-wasm");
  return loading;
}

const DECLARED = /^<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']/;

/** Any of the encodings that producers use, as UTF-8 without byte order mark. */
function asUtf8(bytes: Buffer): Buffer {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3);
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "";
  const label = wide || (DECLARED.exec(bytes.toString("latin1", 0, 200))?.[1] ?? "utf-8").toLowerCase();
  if (label === "utf-8" || label === "us-ascii") return bytes;
  return Buffer.from(new TextDecoder(label, { fatal: true }).decode(bytes), "utf8");
}

/** Parses XML; the caller disposes the document. Throws when it is not well-formed or has a DOCTYPE. */
export async function parseXml(bytes: Buffer): Promise<XmlDocument> {
  const { ParseOption, XmlDocument } = await libXml();
  const document = XmlDocument.fromBuffer(asUtf8(bytes), {
    encoding: "utf-8",
    option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE,
  });
  if (document.dtd === null) return document;
  document.dispose();
  throw new Error("DOCTYPE");
}

function isElement(node: object): node is XmlElement {
  return "firstChild" in node;
}

/** A parsed document as plain objects. */
export function treeOf(element: XmlElement): Tree {
  const children: Tree[] = [];
  for (let node = element.firstChild; node; node = node.next) if (isElement(node)) children.push(treeOf(node));
  const guid = element.attr("guid")?.value;
  return {
    ...(guid !== undefined && { guid }),
    name: element.name,
    namespace: element.namespaceUri,
    text: children.length === 0 ? element.content : "",
    children,
  };
}

/** Reads XML into plain objects. Throws as `parseXml` does. */
export async function readTree(bytes: Buffer): Promise<Tree> {
  const document = await parseXml(bytes);
  try {
    return treeOf(document.root);
  } finally {
    document.dispose();
  }
}

export function childOf(tree: Tree | undefined, name: string): Tree | undefined {
  return tree?.children.find((child) => child.name === name);
}

/** First element at a path of local names: `DecSign/ClientSeqNo`. */
export function at(tree: Tree | undefined, path: string): Tree | undefined {
  let found = tree;
  for (const step of path.split("/")) found = childOf(found, step);
  return found;
}

/** Trimmed text at a path; empty when there is none. */
export function textAt(tree: Tree | undefined, path: string): string {
  return at(tree, path)?.text.trim() ?? "";
}

/** The element and all below it, in document order, each with its path. */
export function* walk(tree: Tree, path = tree.name): Generator<{ tree: Tree; path: string }> {
  yield { tree, path };
  for (const child of tree.children) yield* walk(child, `${path}/${child.name}`);
}

export function find(tree: Tree, name: string): Tree | undefined {
  for (const { tree: element } of walk(tree)) if (element.name === name) return element;
  return undefined;
}

/** Nothing in it: `<x/>`, `<x></x>`, `<x> </x>`. */
export function isEmpty(tree: Tree): boolean {
  return tree.children.length === 0 && tree.text.trim() === "";
}
