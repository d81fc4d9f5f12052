import type { XmlElement } from "../xml/scan.js";
import { acd } from "./acd.js";
import { ceb } from "./ceb.js";
import { coo } from "./coo.js";
import { dec } from "./dec.js";
import { manifests } from "./manifest.js";
import { nbhl } from "./nbhl.js";
import { nems } from "./nems.js";
import { npts } from "./npts.js";
import { sas } from "./sas.js";
import type { Business, MessageKind } from "./types.js";

/** Every business that this package knows. Adding one is adding a file and a line here. */
export const BUSINESSES: readonly Business[] = [dec, sas, npts, nems, nbhl, manifests, ceb, coo, acd];

/** The business that owns a folder code (matched without case), or undefined. */
export function businessOfFolder(folder: string): Business | undefined {
  const code = folder.toLowerCase();
  return BUSINESSES.find((business) => business.folders.some((name) => name.toLowerCase() === code));
}

/** The message type of a document, by its content alone. */
export function kindOf(root: XmlElement): { business: Business; kind: MessageKind } | undefined {
  for (const business of BUSINESSES) {
    const kind = business.kinds.find((candidate) => candidate.matches(root));
    if (kind) return { business, kind };
  }
  return undefined;
}

/** A message type by its name, e.g. `INV101`. */
export function kindByType(type: string): MessageKind | undefined {
  for (const business of BUSINESSES) {
    const kind = business.kinds.find((candidate) => candidate.type === type);
    if (kind) return kind;
  }
  return undefined;
}

export type { Business, MessageKind } from "./types.js";
