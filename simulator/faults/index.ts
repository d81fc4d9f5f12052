import type { Mode } from "../settings.js";
import { attachments } from "./attachments.js";
import { bareInventory } from "./bare-inventory.js";
import { bareManifest } from "./bare-manifest.js";
import { cardNumber } from "./card-number.js";
import { company } from "./company.js";
import { database } from "./database.js";
import { emptyNumber } from "./empty-number.js";
import { folderInZip } from "./folder-in-zip.js";
import { manifestContent } from "./manifest-content.js";
import { repeatedKey } from "./repeated-key.js";
import { signature } from "./signature.js";
import type { FaultRule, Submission, Verdict } from "./types.js";
import { zipHeaders } from "./zip-headers.js";

export type { FaultRule, Submission, Verdict } from "./types.js";

/** In the order in which they are asked; the first that speaks decides. */
export const FAULTS: readonly FaultRule[] = [
  folderInZip,
  bareManifest,
  bareInventory,
  signature,
  company,
  cardNumber,
  emptyNumber,
  repeatedKey,
  database,
  zipHeaders,
  attachments,
  manifestContent,
];

/** How a document comes, whatever is in it: what the client itself has to do right. */
const OF_TRANSPORT: readonly FaultRule[] = [folderInZip, bareManifest, bareInventory, signature, zipHeaders];

/** The first rule that a document breaks, or undefined. */
export function firstFault(submission: Submission, mode: Mode = "faq"): { rule: string; verdict: Verdict } | undefined {
  for (const rule of mode === "faq" ? FAULTS : OF_TRANSPORT) {
    const verdict = rule.check(submission);
    if (verdict) return { rule: rule.id, verdict };
  }
  return undefined;
}
