import { createHash } from "node:crypto";
import type { Inspection } from "../business/inspect.js";
import type { Check } from "../document.js";
import { releaseXmlThreads, runTask } from "./run.js";
import type { XmlElement } from "./scan.js";
import { closureOf, readSchemas, type SchemaFile } from "./schema-files.js";
import { withoutShortForms } from "./short-forms.js";
import { type SchemaSource, targetOf } from "./validate.js";

export interface SchemaStoreOptions {
  /** Milliseconds for one document; the thread is then ended. Default 20 s. */
  timeLimit?: number;
}

/** The part of an `Inspection` that validation looks at. */
export type Validated = Pick<Inspection, "zipped" | "xmlName" | "xml" | "root" | "kind" | "body">;

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
  private loading: Promise<SchemaFile[][]> | undefined;
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

  private load(): Promise<SchemaFile[][]> {
    this.loading ??= Promise.all(this.directories.map(readSchemas)).catch((error) => {
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
    const found = await runTask(
      { kind: "validate", bytes: document.xml, schema: this.sourceOf(choice), names: choice.file.elements },
      this.timeLimit,
    );
    const checks = choice.file.profile ? withoutShortForms(found, document.root) : found;
    return document.zipped ? checks.map((check) => ({ ...check, entry: document.xmlName })) : checks;
  }

  private sourceOf({ file, files }: Choice): SchemaSource {
    let source = this.sources.get(file);
    if (!source) {
      const closure = closureOf(file, files);
      const hash = createHash("sha256");
      for (const [name, bytes] of closure) hash.update(`${name}\0${bytes.length}\0`).update(bytes);
      source = { key: `${file.name}:${hash.digest("hex")}`, main: file.name, files: closure };
      this.sources.set(file, source);
    }
    return source;
  }

  /** Gives back what the threads keep compiled. The store can be used again after it. */
  async close(): Promise<void> {
    releaseXmlThreads();
    this.sources.clear();
    this.loading = undefined;
  }
}

function choose(directories: readonly (readonly SchemaFile[])[], document: Validated): Choice | undefined {
  for (const files of directories) {
    const file = ofUser(files, document) ?? ofOurs(files, document);
    if (file) return { file, files };
  }
  return undefined;
}

function versionOf(element: XmlElement): string {
  return element.attributes.get("Version") ?? element.attributes.get("version") ?? "";
}

/** By name and namespace of the root, else of the business data; between several, by version, message type and name. */
function ofUser(files: readonly SchemaFile[], { root, body, kind }: Validated): SchemaFile | undefined {
  const users = files.filter((file) => !file.profile);
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
function ofOurs(files: readonly SchemaFile[], { root, kind }: Validated): SchemaFile | undefined {
  const ours = files.filter((file) => file.profile);
  const byType =
    kind && ours.find((file) => file.profile?.type.replace(/Message$/, "") === kind.type.replace(/Message$/, ""));
  if (byType && targetOf(root, byType.elements)) return byType;
  const byRoot = ours.filter((file) => file.elements.has(root.name));
  return byRoot.length === 1 ? byRoot[0] : undefined;
}
