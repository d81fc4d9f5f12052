import type { XmlDocument } from "libxml2-wasm" with { "resolution-mode": "import" };
import { type Bilingual, ImportClientError } from "../errors.js";
import { fileKind, textKind } from "../file-kind.js";
import { noXml, type XmlSource } from "./encoding.js";
import { plainWords } from "./messages.js";

export type LibXml = typeof import("libxml2-wasm", { with: { "resolution-mode": "import" }});

/** One finding of libxml2, as it says it. */
export interface LibXmlIssue {
  message: string;
  line: number;
  col: number;
  /** Path of the node at fault, with `*` for a name in a default namespace. */
  xpath?: string;
}

/**
 * Up to this size (bytes) a document is read and checked where it is asked for: a millisecond or two for one of 16 KB,
 * and below the 50 ms that the event loop may be held up for the worst that fits. Larger ones go to a thread.
 */
export const IN_THREAD = 32 * 1024;

let loading: Promise<LibXml> | undefined;

/** libxml2 of this thread. It is ESM with top-level await, so `import()` is the only way to it from CommonJS. */
export function loadLibXml(): Promise<LibXml> {
  loading ??= import("libxml2-wasm");
  return loading;
}

/** A web page that a server gave instead of a file is no XML, or has a DOCTYPE: it is called what it is. */
const HEAD = 256;

const DOCTYPE_ADVICE: Bilingual = { zh: "请删除 DOCTYPE 声明。", en: "Remove the DOCTYPE declaration." };

/** Refuses a DOCTYPE before a parser sees it: all that can stand in front of one is white space, comments and PIs. */
export function refuseDoctype(text: string): void {
  // A byte order mark may be in front, in the bytes of any encoding; anything else there is no XML.
  let at = text.indexOf("<");
  if (at === -1) return;
  for (;;) {
    while (at < text.length && /\s/.test(text[at] as string)) at++;
    if (text.startsWith("<!--", at)) at = text.indexOf("-->", at + 4);
    else if (text.startsWith("<?", at)) at = text.indexOf("?>", at + 2);
    else break;
    if (at === -1) return;
    at = text.indexOf(">", at) + 1;
  }
  if (!text.startsWith("<!", at)) return;
  const kind = fileKind(Buffer.from(text.slice(at, at + HEAD), "latin1"));
  if (kind) throw noXml(kind);
  const line = text.slice(0, at).split("\n").length;
  throw new ImportClientError(
    "SW-XSD",
    {
      zh: `报文含有 DOCTYPE（第 ${line} 行），已拒绝`,
      en: `the document has a DOCTYPE (line ${line}), which is refused`,
    },
    { advice: DOCTYPE_ADVICE, details: { line } },
  );
}

/** A document as libxml2 wants it: UTF-8 without byte order mark; other encodings are turned into it first. */
export function utf8Of(source: XmlSource): Buffer {
  const { bytes } = source;
  if (source.encoding === "utf-8") {
    return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  }
  const text = source.textAt(0, source.view.length);
  return Buffer.from(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, "utf8");
}

/** Bytes from which a document may hold a text that libxml2 takes by its own choice only, a ZIP in a DxpMsg say. */
const LARGE_TEXT = 10_000_000;

/**
 * Parses a document strictly: no DOCTYPE, no entity but the five, no network, depth at most 256 (2048 above `LARGE_TEXT`).
 * The caller disposes it.
 * `dense` leaves out the white space between elements, which is a third of the nodes, where nobody looks at the result.
 * Throws SW-XSD with line and column.
 */
export function parseStrictly(lib: LibXml, source: XmlSource, options: { dense?: boolean } = {}): XmlDocument {
  refuseDoctype(source.view);
  const { ParseOption } = lib;
  const option =
    ParseOption.XML_PARSE_NONET |
    ParseOption.XML_PARSE_NO_XXE |
    ParseOption.XML_PARSE_NO_SYS_CATALOG |
    ParseOption.XML_PARSE_BIG_LINES |
    ParseOption.XML_PARSE_COMPACT |
    (source.bytes.length > LARGE_TEXT ? ParseOption.XML_PARSE_HUGE : 0) |
    (options.dense ? ParseOption.XML_PARSE_NOBLANKS : 0);
  let document: XmlDocument;
  try {
    // The encoding given here overrides what the declaration says: the bytes were turned into UTF-8 already.
    document = lib.XmlDocument.fromBuffer(utf8Of(source), { encoding: "utf-8", option });
  } catch (cause) {
    const head = source.bytes.subarray(0, HEAD);
    const kind = fileKind(head) ?? textKind(head);
    throw kind ? noXml(kind) : notWellFormed(issuesOf(lib, cause));
  }
  if (document.dtd !== null) {
    document.dispose();
    throw new ImportClientError(
      "SW-XSD",
      { zh: "报文含有 DOCTYPE，已拒绝", en: "the document has a DOCTYPE, which is refused" },
      { advice: DOCTYPE_ADVICE },
    );
  }
  return document;
}

/** What libxml2 complained of; anything else that was thrown is thrown on. */
export function issuesOf(lib: LibXml, thrown: unknown): LibXmlIssue[] {
  if (!(thrown instanceof lib.XmlLibError)) throw thrown;
  return thrown.details.map(({ message, line, col, xpath }) => ({
    message: message.replace(/\s+/g, " ").trim(),
    line,
    col,
    ...(xpath === undefined ? {} : { xpath }),
  }));
}

function notWellFormed(issues: LibXmlIssue[]): ImportClientError {
  const first = issues[0] ?? { message: "not XML", line: 1, col: 1 };
  const words = plainWords(first.message);
  return new ImportClientError(
    "SW-XSD",
    {
      zh: `XML 格式错误（第 ${first.line} 行，第 ${first.col} 列）：${words.zh}`,
      en: `not well-formed XML (line ${first.line}, column ${first.col}): ${words.en}`,
    },
    {
      advice: {
        zh: "请检查该位置的标签是否成对、特殊字符（& < >）是否已转义、文件是否写完整。",
        en: "Look at that place: tags in pairs, the characters & < > escaped, and the file written to its end.",
      },
      details: { line: first.line, column: first.col, errors: issues.slice(0, 20).map((issue) => issue.message) },
    },
  );
}
