import { type Inspection, inspect } from "../business/inspect.js";
import type { Check } from "../document.js";
import type { Fault } from "../errors.js";
import { faultOf } from "../fault.js";
import { SchemaStore } from "../model/schema-store.js";
import { type PreflightContext, preflightInTurns } from "../preflight/index.js";
import { mergeChecks } from "../preflight/merge.js";

/** What is known of a document that nobody sends. */
export interface Examination {
  /** It would not be stopped by anything that can be seen without card and platform. */
  ok: boolean;
  messageType: string;
  clientKey: string;
  checks: Check[];
  /** Why it cannot even be read; null when it can. */
  fault: Fault | null;
}

/** By what it is examined. */
export interface Examiner {
  /** Folders of the user's XSDs. */
  schemas: readonly string[];
  client: NonNullable<PreflightContext["client"]>;
  /** Code of the folder that it is meant for. */
  business: string;
}

/** Looks at a file as validate-xsd and preflight do, with their defaults; nothing is written, no card is asked. Never rejects for what is in the file. */
export async function examine(payload: Buffer, fileName: string, examiner: Examiner): Promise<Examination> {
  const store = new SchemaStore(examiner.schemas);
  try {
    const inspection = await inspect(payload, fileName);
    const schema = (await store.validate(inspection)) ?? [];
    const rules = await preflightInTurns(contextOf(inspection, fileName, examiner));
    const checks = mergeChecks(mergeChecks([], schema, "xsd"), rules, "preflight");
    return {
      ok: !checks.some(({ severity }) => severity === "error"),
      messageType: inspection.kind?.type ?? "",
      clientKey: inspection.clientKey,
      checks,
      fault: null,
    };
  } catch (error) {
    const fault = faultOf(error);
    if (fault.code !== "SW-XSD" && fault.code !== "SW-ZIP") throw error;
    return { ok: false, messageType: "", clientKey: "", checks: [], fault };
  } finally {
    await store.close();
  }
}

/** What the rules are given of a document. */
export function contextOf(
  inspection: Inspection,
  fileName: string,
  { business, client }: Pick<Examiner, "business" | "client">,
): PreflightContext {
  const { kind, xml, root, body, zipped, wrapped, attachments, xmlName } = inspection;
  return {
    ...{ kind, xml, root, body, business, fileName, zipped, attachments, client },
    ...((zipped || wrapped) && { entry: xmlName }),
  };
}
