import type { Check } from "../document.js";
import { type Bilingual, type FaultDetails, ImportClientError } from "../errors.js";
import { openXml } from "./encoding.js";
import { type LibXml, loadLibXml, parseStrictly } from "./libxml.js";
import { scanXml } from "./scan.js";
import { type SchemaSource, validate } from "./validate.js";

/** Work on one document that runs in this thread or in the worker, whichever `runTask` takes. */
export type Task =
  | { kind: "well-formed"; bytes: Uint8Array }
  | { kind: "validate"; bytes: Uint8Array; schema: SchemaSource; names: ReadonlySet<string> };

/** An `ImportClientError` as it crosses between threads. */
export interface Fault {
  code: string;
  text: Bilingual;
  advice?: Bilingual;
  details: FaultDetails;
}

export type Outcome = { checks: Check[] } | { fault: Fault };

async function perform(lib: LibXml, task: Task): Promise<Check[]> {
  const bytes = Buffer.from(task.bytes.buffer, task.bytes.byteOffset, task.bytes.byteLength);
  switch (task.kind) {
    case "well-formed":
      parseStrictly(lib, openXml(bytes), { dense: true }).dispose();
      return [];
    case "validate":
      return validate(lib, task.schema, { bytes, root: scanXml(bytes), names: task.names });
  }
}

/** Does a task in the calling thread. Never rejects for what is wrong with the document. */
export async function performTask(task: Task): Promise<Outcome> {
  try {
    return { checks: await perform(await loadLibXml(), task) };
  } catch (error) {
    if (!(error instanceof ImportClientError)) throw error;
    const { code, text, advice, details } = error;
    return { fault: { code, text, details, ...(advice ? { advice } : {}) } };
  }
}

/** The checks of an outcome, or its fault thrown. */
export function settleOutcome(outcome: Outcome): Check[] {
  if ("checks" in outcome) return outcome.checks;
  const { code, text, advice, details } = outcome.fault;
  throw new ImportClientError(code, text, { ...(advice ? { advice } : {}), details });
}
