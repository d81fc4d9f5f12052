import { readdir, readFile, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import { codeOf, ImportClientError, messageOf } from "../errors.js";
import { configError } from "../settings.js";
import { openXml } from "./encoding.js";
import { utf8Of } from "./libxml.js";
import { scanXml, type XmlElement } from "./scan.js";

/** One XSD of a directory, read and looked through before libxml2 may have it. */
export interface SchemaFile {
  /** Path below the directory, with `/`. */
  name: string;
  /** UTF-8, its XML declaration blanked: what it declared no longer holds. */
  bytes: Buffer;
  namespace: string;
  version: string;
  /** Names of its global elements. */
  elements: ReadonlySet<string>;
  /** Names of the files that it includes, imports or redefines, all in the same directory. */
  needs: readonly string[];
  /** Why it cannot be used; reported when a document asks for it. */
  fault?: ImportClientError;
}

const MAX_FILES = 500;
const MAX_BYTES = 16 * 1024 * 1024;
const LOCATING = new Set(["include", "import", "redefine"]);
const XSD = "http://www.w3.org/2001/XMLSchema";

/** A schema of the user's that cannot be used: a setting's fault, for which documents wait. */
export function unusable(name: string, zh: string, en: string, cause?: unknown): ImportClientError {
  return new ImportClientError(
    "SW-CONFIG",
    { zh: `XSD 文件 ${name} 不能使用：${zh}`, en: `the schema ${name} cannot be used: ${en}` },
    {
      cause,
      advice: {
        zh: "请修正 SW_SCHEMAS 目录中的该文件，或将其移出。",
        en: "Correct that file in the SW_SCHEMAS folder, or move it out.",
      },
      details: { schema: name },
    },
  );
}

/** Blanks the XML declaration, so that no encoding stands there that the bytes no longer are in. Lines stay. */
function withoutDeclaration(utf8: Buffer): Buffer {
  if (!utf8.subarray(0, 5).equals(Buffer.from("<?xml"))) return utf8;
  const end = utf8.indexOf("?>");
  if (end === -1) return utf8;
  const copy = Buffer.from(utf8);
  for (let at = 0; at < end + 2; at++) if (copy[at] !== 0x0a) copy[at] = 0x20;
  return copy;
}

function decoded(location: string): string {
  try {
    return decodeURI(location);
  } catch {
    return location;
  }
}

/** libxml2 takes a schemaLocation as a URI, where people write Chinese file names and blanks. */
function withEncodedLocations(utf8: Buffer): Buffer {
  const text = utf8.toString("utf8");
  const encoded = text.replace(
    /(<[\w.-]*:?(?:include|import|redefine)\b[^>]*?\sschemaLocation\s*=\s*)(["'])([^"']*)\2/g,
    (_whole, before: string, quote: string, location: string) => {
      return `${before}${quote}${encodeURI(decoded(location))}${quote}`;
    },
  );
  return encoded === text ? utf8 : Buffer.from(encoded, "utf8");
}

/** Where a schemaLocation points below the directory; undefined when it leads out of it or to the network. */
function located(from: string, location: string): string | undefined {
  if (/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(location) || location.startsWith("/") || location.includes("\\"))
    return undefined;
  const target = posix.normalize(posix.join(posix.dirname(from), decoded(location)));
  return target.startsWith("../") ? undefined : target;
}

/** Looks through one XSD; `name` is its path below its directory. What is wrong with it is in `fault`. */
export function readSchema(name: string, bytes: Buffer): SchemaFile {
  // What a refused file would have been for is still wanted: a document that asks for it is refused, not passed on.
  const rough = bytes.toString("latin1");
  const empty = {
    name,
    bytes,
    namespace: /targetNamespace\s*=\s*["']([^"']*)/.exec(rough)?.[1] ?? "",
    version: "",
    elements: new Set(
      [...rough.matchAll(/element[^<>]*?\sname\s*=\s*["']([^"']*)/g)].map((match) => match[1] as string),
    ),
    needs: [],
  };
  let root: XmlElement;
  let utf8: Buffer;
  try {
    utf8 = withoutDeclaration(utf8Of(openXml(bytes)));
    root = scanXml(utf8);
  } catch (error) {
    const text = error instanceof ImportClientError ? error.text : { zh: messageOf(error), en: messageOf(error) };
    return { ...empty, fault: unusable(name, text.zh, text.en, error) };
  }
  if (root.name !== "schema" || root.namespace !== XSD) {
    return { ...empty, fault: unusable(name, "不是 XML Schema", "it is not an XML schema") };
  }
  const needs: string[] = [];
  let fault: ImportClientError | undefined;
  for (const element of root.children) {
    const location = element.attributes.get("schemaLocation");
    if (!LOCATING.has(element.name) || location === undefined) continue;
    const target = located(name, location);
    if (target === undefined) {
      fault = unusable(
        name,
        `引用了目录以外的文件 ${location}`,
        `it refers to something outside its folder: ${location}`,
      );
    } else needs.push(target);
  }
  const elements = root.children
    .filter((child) => child.name === "element")
    .map((child) => child.attributes.get("name") ?? "");
  return {
    name,
    bytes: withEncodedLocations(utf8),
    namespace: root.attributes.get("targetNamespace") ?? "",
    version: root.attributes.get("version") ?? "",
    elements: new Set(elements),
    needs,
    ...(fault ? { fault } : {}),
  };
}

async function xsdsOf(directory: string): Promise<string[]> {
  try {
    const all = await readdir(directory, { recursive: true });
    return all
      .filter((name) => name.toLowerCase().endsWith(".xsd"))
      .sort()
      .slice(0, MAX_FILES);
  } catch (error) {
    // A share that is not mounted, say: to go on with fewer checks than were asked for would be silent.
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") {
      throw configError("schemas", `XSD 目录不存在：${directory}`, `the folder of schemas is not there: ${directory}`);
    }
    throw error;
  }
}

/**
 * Reads all XSDs below a directory. What is refused (a DOCTYPE, a reference out of the directory, text that is no
 * schema) stays in the list with its fault. Rejects with SW-CONFIG when there is no such directory, or when it is too large.
 */
export async function readSchemas(directory: string): Promise<SchemaFile[]> {
  const files = new Map<string, SchemaFile>();
  let total = 0;
  for (const found of await xsdsOf(directory)) {
    const path = join(directory, found);
    total += (await stat(path)).size;
    if (total > MAX_BYTES) {
      throw new ImportClientError(
        "SW-CONFIG",
        { zh: `XSD 目录过大：${directory}`, en: `the schemas of ${directory} are too large` },
        { advice: { zh: "SW_SCHEMAS 中只放 XSD。", en: "Keep nothing but schemas in SW_SCHEMAS." } },
      );
    }
    const name = found.replaceAll("\\", "/");
    files.set(name, readSchema(name, await readFile(path)));
  }
  for (const file of files.values()) {
    const missing = file.needs.find((name) => !files.has(name));
    if (missing !== undefined && !file.fault) {
      file.fault = unusable(
        file.name,
        `引用的文件 ${missing} 不存在`,
        `the file that it refers to is not there: ${missing}`,
      );
    }
  }
  return [...files.values()];
}

/** A schema and all that it needs, by name; the first fault on the way is thrown. */
export function closureOf(file: SchemaFile, files: readonly SchemaFile[]): Map<string, Buffer> {
  const byName = new Map(files.map((candidate) => [candidate.name, candidate]));
  const closure = new Map<string, Buffer>();
  const waiting = [file];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (closure.has(next.name)) continue;
    if (next.fault) throw next.fault;
    closure.set(next.name, next.bytes);
    for (const name of next.needs) {
      const needed = byName.get(name);
      if (needed) waiting.push(needed);
    }
  }
  return closure;
}
