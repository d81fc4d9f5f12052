import { createHash } from "node:crypto";
import type { Inspection } from "../business/inspect.js";
import type { Check } from "../document.js";
import { IN_THREAD, loadLibXml } from "./libxml.js";
import { dropParsed, takeParsed } from "./parsed.js";
import { releaseXmlThreads, runTask } from "./run.js";
import type { XmlElement } from "./scan.js";
import { closureOf, readSchemas, type SchemaFile } from "./schema-files.js";
import { withoutShortForms } from "./short-forms.js";
import { type SchemaSource, targetOf, validate } from "./validate.js";

export interface SchemaStoreOptions {
  /** Milliseconds for one document; the thread is then ended. Default 20 s. */
  timeLimit?: number;
}

/** The part of an `Inspection` that validation looks at. */
export type Validated = Pick<Inspection, "zipped" | "xmlName" | "xml" | "root" | "kind" | "body">;

/** The schemas of one directory. */
interface Directory {
  files: readonly SchemaFile[];
  /** Without a profile: to the letter. */
  users: readonly SchemaFile[];
  ours: readonly SchemaFile[];
  oursByType: ReadonlyMap<string, SchemaFile>;
}

interface Choice {
  file: SchemaFile;
  files: readonly SchemaFile[];
}

/**
 * The schemas of some directories, in order: the user's first, ours after. The first directory that has one for a
 * document decides. A schema of the user's is picked by the root's name and namespace (below wrappers, by those of the
 * element that carries the business data) and enforced to the letter; one of ours is picked by message type and
 * tolerates other namespaces, wrappers, and where we are not sure of them, order and lengths.
 */
export class SchemaStore {
  private readonly timeLimit: number | undefined;
  private loading: Promise<Directory[]> | undefined;
  private readonly sources = new Map<SchemaFile, SchemaSource>();

  constructor(
    private readonly directories: readonly string[],
    options: SchemaStoreOptions = {},
  ) {
    this.timeLimit = options.timeLimit;
  }

  /** Reads the directories again at the next document, after their files have changed. */
  reload(): void {
    this.loading = undefined;
  }

  private load(): Promise<Directory[]> {
    this.loading ??= Promise.all(this.directories.map(readDirectory)).catch((error) => {
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  /**
   * Validates a document. Resolves with every error and warning, in the document's order; with none when it is valid;
   * with undefined when no schema is for it. Rejects with SW-XSD when its schema cannot be used, or when time is over.
   */
  async validate(document: Validated): Promise<Check[] | undefined> {
    const choice = choose(await this.load(), document);
    if (!choice) return undefined;
    const found = await this.judge(this.sourceOf(choice), choice.file.elements, document);
    const checks = choice.file.profile ? withoutShortForms(found, document.root) : found;
    return document.zipped ? checks.map((check) => ({ ...check, entry: document.xmlName })) : checks;
  }

  /** A small document by a schema of ours takes about a millisecond; a user's schema may take any time, and can be stopped. */
  private async judge(schema: SchemaSource, names: ReadonlySet<string>, document: Validated): Promise<Check[]> {
    const { xml: bytes, root } = document;
    if (!schema.ours || bytes.length > IN_THREAD) {
      return runTask({ kind: "validate", bytes, schema, names }, this.timeLimit);
    }
    const parsed = takeParsed(bytes);
    try {
      return await validate(await loadLibXml(), schema, { bytes, root, names, document: parsed });
    } finally {
      parsed?.dispose();
    }
  }

  private sourceOf({ file, files }: Choice): SchemaSource {
    let source = this.sources.get(file);
    if (!source) {
      const closure = closureOf(file, files);
      const hash = createHash("sha256");
      for (const [name, bytes] of closure) hash.update(`${name}\0${bytes.length}\0`).update(bytes);
      source = {
        key: `${file.name}:${hash.digest("hex")}`,
        main: file.name,
        ours: file.profile !== undefined,
        files: closure,
      };
      this.sources.set(file, source);
    }
    return source;
  }

  /** Gives back what the threads keep compiled. The store can be used again after it. */
  async close(): Promise<void> {
    releaseXmlThreads();
    dropParsed();
    this.sources.clear();
    this.loading = undefined;
  }
}

/** `CEB311` and `CEB311Message` are one type. */
const typeName = (type: string) => type.replace(/Message$/, "");

async function readDirectory(directory: string): Promise<Directory> {
  const files = await readSchemas(directory);
  const ours = files.filter((file) => file.profile);
  const oursByType = new Map<string, SchemaFile>();
  for (const file of ours) {
    const type = typeName(file.profile?.type ?? "");
    if (!oursByType.has(type)) oursByType.set(type, file);
  }
  return { files, users: files.filter((file) => !file.profile), ours, oursByType };
}

function choose(directories: readonly Directory[], document: Validated): Choice | undefined {
  for (const directory of directories) {
    const file = ofUser(directory, document) ?? ofOurs(directory, document);
    if (file) return { file, files: directory.files };
  }
  return undefined;
}

function versionOf(element: XmlElement): string {
  return element.attributes.get("Version") ?? element.attributes.get("version") ?? "";
}

/** By name and namespace of the root, else of the business data; between several, by version, message type and name. */
function ofUser({ users }: Directory, { root, body, kind }: Validated): SchemaFile | undefined {
  if (users.length === 0) return undefined;
  for (const element of new Set([root, body])) {
    const fitting = users.filter((file) => file.elements.has(element.name) && file.namespace === element.namespace);
    if (fitting.length === 0) continue;
    const version = versionOf(element);
    const included = new Set(users.flatMap((file) => file.needs));
    return (
      fitting.find((file) => version !== "" && file.version === version) ??
      fitting.find((file) => kind !== undefined && file.name.toUpperCase().includes(kind.type.toUpperCase())) ??
      fitting.find((file) => !included.has(file.name)) ??
      fitting[0]
    );
  }
  return undefined;
}

/** By message type; for a document whose type is not known, by a root that only one schema has. */
function ofOurs({ ours, oursByType }: Directory, { root, kind }: Validated): SchemaFile | undefined {
  const byType = kind && oursByType.get(typeName(kind.type));
  if (byType && targetOf(root, byType.elements)) return byType;
  const byRoot = ours.filter((file) => file.elements.has(root.name));
  return byRoot.length === 1 ? byRoot[0] : undefined;
}
