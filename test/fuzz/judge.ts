import { adviceFor } from "../../lib/advice/index.js";
import { inspect } from "../../lib/business/inspect.js";
import { normaliseFile } from "../../lib/business/packing.js";
import { codeOf, ImportClientError } from "../../lib/errors.js";
import type { SchemaStore } from "../../lib/model/schema-store.js";
import { FAULT, preflightInTurns } from "../../lib/preflight/index.js";
import { readReceipts } from "../../lib/receipts/index.js";

const CLIENT = {
  environment: "test",
  clientId: "DEMO0001",
  orgCode: "123456789",
  customsCode: "4403960000",
} as const;

/** What Node throws for the bytes and not for a mistake: an entry above its cap, text in another encoding, an unknown one. */
const FROM_NODE = new Set(["ERR_BUFFER_TOO_LARGE", "ERR_ENCODING_INVALID_ENCODED_DATA", "ERR_ENCODING_NOT_SUPPORTED"]);

/** Is it a fault of ours, bare or with a refusal put around it on the way? */
function isOurs(error: unknown): boolean {
  if (!(error instanceof ImportClientError) || error.details?.reason === "thread") return true;
  const { cause } = error;
  if (FROM_NODE.has(codeOf(cause) ?? "")) return false;
  return cause instanceof TypeError || cause instanceof RangeError || cause instanceof ReferenceError;
}

/** A refusal in a few words; throws on what is a fault of ours. */
export function refusal(error: unknown): string {
  if (isOurs(error)) throw error;
  const { code, details, text } = error as ImportClientError;
  const sort = details?.reason ?? (/DOCTYPE|encoding|well-formed/.exec(text.en)?.[0] || "");
  return `refused ${code} ${sort === "well-formed" ? "not well-formed" : sort}`.trim();
}

/** What the receiving side makes of an input, in a word. Rejects for nothing that it may hold. */
export async function asDelivery(input: Buffer): Promise<string> {
  const { parts } = await readReceipts(input);
  for (const { receipts, reason } of parts) {
    for (const receipt of receipts) adviceFor(receipt);
    // `readReceipts` turns all that is thrown into a reason; this text is that of an error which is none of ours.
    if (reason?.text.en.startsWith("the receipt cannot be read")) throw new Error(reason.text.en);
  }
  const read = parts.filter(({ recognised }) => recognised).length;
  return read === 0 ? "not recognised" : read < parts.length ? "read in part" : "read";
}

/** What the sending side makes of an input, in a word. Rejects for nothing that it may hold. */
export async function asDocument(input: Buffer, fileName: string, store: SchemaStore): Promise<string> {
  try {
    await normaliseFile(input, fileName, { at: 0, flatten: true, names: "utf-8" });
    const inspection = await inspect(input, fileName);
    const { kind, root, body, zipped, attachments, xmlName } = inspection;
    const found = await preflightInTurns({
      ...{ kind, root, body, zipped, attachments, entry: xmlName, client: CLIENT, fileName },
      business: inspection.business?.folders[0] ?? "DecCus001",
    });
    const fault = found.find(({ rule }) => rule === FAULT);
    if (fault) throw new Error(fault.text.en);
    const checks = await store.validate(inspection);
    if (!checks) return "well-formed, no schema for it";
    if ([...checks, ...found].some(({ severity }) => severity === "error")) return "checked: errors";
    return checks.length + found.length > 0 ? "checked: warnings" : "checked: clean";
  } catch (error) {
    return refusal(error);
  }
}
