import type { Check } from "../document.js";
import { type Bilingual, type FaultDetails, ImportClientError } from "../errors.js";
import { type CanonicalPart, canonicalise } from "./canonical.js";
import { openXml } from "./encoding.js";
import { type LibXml, loadLibXml, parseStrictly } from "./libxml.js";
import { scanXml } from "./scan.js";
import { type SchemaSource, validate } from "./validate.js";

/** Work on one document that runs in this thread or in the worker, whichever `runTask` takes. */
export type CheckTask =
  | { kind: "well-formed"; bytes: Uint8Array }
  | { kind: "validate"; bytes: Uint8Array; schema: SchemaSource; names: ReadonlySet<string> };

export interface CanonicalTask {
  kind: "canonical";
  bytes: Uint8Array;
  part: CanonicalPart;
}

export type Task = CheckTask | CanonicalTask;

/** An `ImportClientError` as it crosses between threads. */
export interface Fault {
  code: string;
  text: Bilingual;
  advice?: Bilingual;
  details: FaultDetails;
}

/** What a task of a kind comes to. */
export type Result<T extends Task> = T extends CanonicalTask ? Uint8Array : Check[];

export type Outcome<T extends Task = Task> = { result: Result<T> } | { fault: Fault };

async function perform(lib: LibXml, task: Task): Promise<Check[] | Uint8Array> {
  const bytes = Buffer.from(task.bytes.buffer, task.bytes.byteOffset, task.bytes.byteLength);
  switch (task.kind) {
    case "well-formed":
      parseStrictly(lib, openXml(bytes), { dense: true }).dispose();
      return [];
    case "validate":
      return validate(lib, task.schema, { bytes, root: scanXml(bytes), names: task.names });
    case "canonical":
      return canonicalise(lib, openXml(bytes), task.part);
  }
}

/** Does a task in the calling thread. Never rejects for what is wrong with the document. */
export async function performTask<T extends Task>(task: T): Promise<Outcome<T>> {
  try {
    return { result: (await perform(await loadLibXml(), task)) as Result<T> };
  } catch (error) {
    if (!(error instanceof ImportClientError)) throw error;
    const { code, text, advice, details } = error;
    return { fault: { code, text, details, ...(advice ? { advice } : {}) } };
  }
}

/** The result of an outcome, or its fault thrown. */
export function settleOutcome<T extends Task>(outcome: Outcome<T>): Result<T> {
  if ("result" in outcome) return outcome.result;
  const { code, text, advice, details } = outcome.fault;
  throw new ImportClientError(code, text, { ...(advice ? { advice } : {}), details });
}
