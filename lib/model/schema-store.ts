import { createHash } from "node:crypto";
import type { Check } from "../document.js";
import { releaseXmlThreads, runTask } from "../xml/run.js";
import type { XmlElement } from "../xml/scan.js";
import { closureOf, readSchemas, type SchemaFile } from "../xml/schema-files.js";
import { type SchemaSource, targetOf } from "../xml/validate.js";
import { type Model, modelOf, modelOfRoot } from "./model.js";
import type { Strictness } from "./strictness.js";
import { judge } from "./walk.js";

export interface SchemaStoreOptions {
  /** Milliseconds for one document and a schema of the user's; the thread is then ended. Default 20 s. */
  timeLimit?: number;
  /** How strictly our own models are meant. A schema of the user's is meant to the letter. */
  strictness?: Strictness;
}

/** A document to be judged. */
export interface Judged {
  zipped: boolean;
  /** It came in a DxpMsg; lines count in what was inside. */
  wrapped?: boolean;
  /** The entry of the ZIP that is the document. */
  xmlName: string;
  /** The XML's bytes, and the tree made of them. */
  xml: Buffer;
  root: XmlElement;
  /** The element that carries the business data; the root when there is no envelope. */
  body: XmlElement;
  /** Its message type where that is known. */
  kind?: { readonly type: string } | undefined;
}

/** The schemas of one folder; which of them goes with which is known. */
interface Folder {
  files: readonly SchemaFile[];
  included: ReadonlySet<string>;
}

/**
 * What judges a document: a schema of the user's where there is one for it, else our own model of its message type. A
 * schema of the user's is picked by the root's name and namespace (below wrappers, by those of the element that carries
 * the business data) and enforced to the letter, by libxml2. A model is picked by message type, whatever the namespace
 * and the wrappers, and only warns where our knowledge may be at fault.
 */
export class SchemaStore {
  private readonly timeLimit: number | undefined;
  private readonly strictness: Strictness;
  private loading: Promise<Folder[]> | undefined;
  private readonly sources = new Map<SchemaFile, SchemaSource>();

  /** `folders`: where the user's XSDs are; the first one that has one for a document decides. */
  constructor(
    private readonly folders: readonly string[] = [],
    options: SchemaStoreOptions = {},
  ) {
    this.timeLimit = options.timeLimit;
    this.strictness = options.strictness ?? {};
  }

  /** Reads the folders again at the next document, after their files have changed. */
  reload(): void {
    this.loading = undefined;
  }

  private load(): Promise<Folder[]> {
    this.loading ??= Promise.all(this.folders.map(readFolder)).catch((error) => {
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  /**
   * Judges a document. Resolves with every error and warning, in the document's order; with none when it is valid; with
   * undefined when nothing is known of it. Rejects with SW-CONFIG when its schema cannot be used, with SW-XSD when time is over.
   */
  async validate(document: Judged): Promise<Check[] | undefined> {
    const { zipped, wrapped, xmlName, root, kind } = document;
    const schema = await this.ofUser(document);
    let checks: Check[] | undefined;
    if (schema) checks = await this.validateBy(schema, document);
    else {
      const found = modelFor(root, kind?.type);
      checks = found && (await judge(found.target, found.model, this.strictness));
    }
    return zipped || wrapped ? checks?.map((check) => ({ ...check, entry: xmlName })) : checks;
  }

  private async ofUser(document: Judged): Promise<{ file: SchemaFile; folder: Folder } | undefined> {
    if (this.folders.length === 0) return undefined;
    for (const folder of await this.load()) {
      const file = schemaFor(folder, document);
      if (file) return { file, folder };
    }
    return undefined;
  }

  /** A user's schema may take any time, and in its thread it can be stopped. */
  private validateBy({ file, folder }: { file: SchemaFile; folder: Folder }, document: Judged): Promise<Check[]> {
    let source = this.sources.get(file);
    if (!source) {
      const closure = closureOf(file, folder.files);
      const hash = createHash("sha256");
      for (const [name, bytes] of closure) hash.update(`${name}\0${bytes.length}\0`).update(bytes);
      source = { key: `${file.name}:${hash.digest("hex")}`, main: file.name, files: closure };
      this.sources.set(file, source);
    }
    const task = { kind: "validate", bytes: document.xml, schema: source, names: file.elements } as const;
    return runTask(task, this.timeLimit);
  }

  /** Whether the user's schemas can be read. Rejects with SW-CONFIG: no such folder, or the first file that cannot be used. */
  async check(): Promise<void> {
    for (const { files } of await this.load()) for (const { fault } of files) if (fault) throw fault;
  }

  /** Gives back what the threads keep compiled. The store can be used again after it. */
  async close(): Promise<void> {
    releaseXmlThreads();
    this.sources.clear();
    this.loading = undefined;
  }
}

async function readFolder(folder: string): Promise<Folder> {
  const files = await readSchemas(folder);
  return { files, included: new Set(files.flatMap((file) => file.needs)) };
}

function versionOf(element: XmlElement): string {
  return element.attributes.get("Version") ?? element.attributes.get("version") ?? "";
}

/** By name and namespace of the root, else of the business data; between several, by version, message type and name. */
function schemaFor({ files, included }: Folder, { root, body, kind }: Judged): SchemaFile | undefined {
  for (const element of new Set([root, body])) {
    const fitting = files.filter((file) => file.elements.has(element.name) && file.namespace === element.namespace);
    if (fitting.length === 0) continue;
    const version = versionOf(element);
    return (
      fitting.find((file) => version !== "" && file.version === version) ??
      fitting.find((file) => kind !== undefined && file.name.toUpperCase().includes(kind.type.toUpperCase())) ??
      fitting.find((file) => !included.has(file.name)) ??
      fitting[0]
    );
  }
  return undefined;
}

/**
 * By message type, which an envelope names also where no business knows it; else by a root that only one model has. With
 * where it begins.
 */
function modelFor(root: XmlElement, known: string | undefined): { model: Model; target: XmlElement } | undefined {
  const type = known ?? envelopeType(root);
  const byType = type === "" ? undefined : modelOf(type);
  const target = byType && targetOf(root, byType.roots);
  if (byType && target) return { model: byType, target };
  const byRoot = modelOfRoot(root.name);
  return byRoot && { model: byRoot, target: root };
}

/** `message_type` in the envelope of a Package, also below a Signature; empty when there is none. */
function envelopeType(root: XmlElement): string {
  const envelope = (root.name === "Signature" ? root.at("Object/Package") : root)?.child("EnvelopInfo");
  return envelope?.textAt("message_type").toUpperCase() ?? "";
}
