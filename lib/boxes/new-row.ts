import { identityOf } from "../business/identity.js";
import { inspect } from "../business/inspect.js";
import { inspectFlattened } from "../business/packing.js";
import { ImportClientError } from "../errors.js";
import { hasZeros } from "../files/complete.js";
import type { DocumentRow, NewPart } from "../ledger/index.js";
import { NO_WORDS } from "../ledger/rules/words.js";
import type { FileContent } from "./content.js";
import type { BoxSettings } from "./context.js";

/** What the ledger keeps of a file's content. */
export interface ContentFacts
  extends Pick<
    DocumentRow,
    "size" | "sha256" | "partsSha256" | "messageType" | "clientKey" | "operation" | "packet" | "seqNo"
  > {
  /** Is another document of the same key this one? (`lib/ledger/rules/identity.ts`) */
  sameKey: boolean;
  /** The orders, lists or bills that it holds. */
  parts: readonly NewPart[];
  /** Zeros in an XML, or a ZIP that does not hold what it says: it may not be finished, where it was written a moment ago. */
  damaged: boolean;
}

/**
 * Type, keys and identity by content (`inspectIt`: who reads it); empty for what cannot be read, which validate-xsd and preflight will
 * then name, and for what is too large to be read.
 */
export async function contentFacts(
  { size, sha256, payload }: FileContent,
  name: string,
  inspectIt: typeof inspect = inspect,
): Promise<ContentFacts> {
  const bytes = { size, sha256 };
  const none = { messageType: "", clientKey: "", seqNo: "", operation: "", packet: "", parts: [], sameKey: false };
  const damaged = payload !== undefined && hasZeros(payload);
  const unread = { ...bytes, ...none, partsSha256: sha256, damaged };
  if (!payload) return unread;
  try {
    const inspection = await inspectFlattened(payload, name, inspectIt);
    const { kind, root, clientKey, seqNo } = inspection;
    const parts = kind?.parts?.(root) ?? [];
    const identity = await identityOf(inspection, { sha256: inspection.xml.equals(payload) ? sha256 : undefined });
    return { ...bytes, messageType: kind?.type ?? "", clientKey, seqNo, parts, damaged, ...identity };
  } catch (error) {
    return { ...unread, damaged: damaged || isTorn(error) };
  }
}

/** What `readZip` says of a ZIP of which a piece is missing, or not written yet. */
const TORN: readonly string[] = ["crc", "damaged", "size", "disagree", "directory", "garbage", "overlap"];

function isTorn(error: unknown): boolean {
  return error instanceof ImportClientError && error.code === "SW-ZIP" && TORN.includes(String(error.details.reason));
}

/** The row of a file that enters the ledger, claimed at a time in milliseconds, with what is different of it. */
export function newRow(
  { environment, clientId }: Pick<BoxSettings, "environment" | "clientId">,
  { sameKey: _, damaged: __, parts, ...facts }: ContentFacts,
  at: number,
  change: Pick<DocumentRow, "id" | "business" | "fileName" | "boxName"> & Partial<DocumentRow>,
): DocumentRow {
  return {
    environment,
    clientId,
    ...facts,
    state: "claimed",
    attempt: 1,
    tries: 0,
    possibleDuplicate: false,
    box: "TempBox",
    settled: false,
    retryAt: 0,
    ...NO_WORDS,
    customsNo: "",
    statusCode: "",
    statusText: "",
    wire: "",
    claimedAt: at,
    sendingAt: 0,
    sentAt: 0,
    failedAt: 0,
    importReceiptAt: 0,
    businessReceiptAt: 0,
    statusOutcome: "",
    parts: parts.length,
    partsGood: 0,
    partsRefused: 0,
    updatedAt: at,
    owner: "",
    epoch: 0,
    ...change,
  };
}
