import type { Bilingual } from "../errors.js";
import type { XmlElement } from "../xml/scan.js";
import { acd } from "./acd.js";
import { acmp, edoc } from "./attached-papers.js";
import { ceb } from "./ceb.js";
import { coo } from "./coo.js";
import { dec } from "./dec.js";
import { anyManifest, manifests } from "./manifest.js";
import { nbhl } from "./nbhl.js";
import { nems } from "./nems.js";
import { npts } from "./npts.js";
import { sas } from "./sas.js";
import { anyTradeKind } from "./trade.js";
import type { Business, MessageKind } from "./types.js";

/** Every business that this package knows. Adding one is adding a file and a line here. */
export const BUSINESSES: readonly Business[] = [dec, sas, npts, nems, nbhl, acmp, edoc, manifests, ceb, coo, acd];

/** The business that owns a folder code (matched without case), or undefined. */
export function businessOfFolder(folder: string): Business | undefined {
  const code = folder.toLowerCase();
  return BUSINESSES.find((business) => business.folders.some((name) => name.toLowerCase() === code));
}

/** Every folder that this package knows, with what it is called: by a name of its own, else by its business (domain 2). */
export function knownFolders(): { code: string; title: Bilingual }[] {
  return BUSINESSES.flatMap(({ folders, folderTitles, title }) =>
    folders.map((code) => ({ code, title: folderTitles?.[code] ?? title })),
  );
}

/** The business of a document: by its type where that is listed, else by its folder. */
export function businessOf({ messageType, business }: { messageType: string; business: string }): Business | undefined {
  return BUSINESSES.find(({ kinds }) => kinds.some(({ type }) => type === messageType)) ?? businessOfFolder(business);
}

/** The business whose documents are answered by business receipts of a format, where it is listed. */
export function businessAnswered(format: string): Business | undefined {
  return BUSINESSES.find(({ kinds }) => kinds.some(({ receipts }) => receipts.business.includes(format)));
}

/** A message type of a document, and whose it is. */
export interface Known {
  business: Business;
  kind: MessageKind;
}

/**
 * The message type of a document, by its content alone. A type that is not listed, but belongs to a family whose members all
 * go the same way, is one of the family: every `Manifest`, every message in the envelope of 金关二期.
 */
export function kindOf(root: XmlElement): Known | undefined {
  const listed = listedKindOf(root);
  if (listed) return listed;
  const manifest = anyManifest(root);
  if (manifest) return { business: manifests, kind: manifest };
  const trade = anyTradeKind(root);
  return trade && { business: tradeBusiness(trade.type), kind: trade };
}

/** By its first letters; what has none of them is taken for the special areas', where most of the family lie. */
function tradeBusiness(type: string): Business {
  if (/^(?:EMS|NEMS)/.test(type)) return nems;
  if (/^(?:EML|NPTS)/.test(type)) return npts;
  return type.startsWith("BHL") ? nbhl : sas;
}

/** Of the types that are listed one by one. */
export function listedKindOf(root: XmlElement): Known | undefined {
  for (const business of BUSINESSES) {
    const kind = business.kinds.find((candidate) => candidate.matches(root));
    if (kind) return { business, kind };
  }
  return undefined;
}

/**
 * Whether a document of this type may be the answered one, where a receipt says which types it can answer (empty = any). A type
 * that is not listed, or of which nothing is known, may be: the receipt's list was made without it.
 */
export function mayBeAnswered(type: string, answers: readonly string[]): boolean {
  return answers.length === 0 || answers.includes(type) || type === "" || kindByType(type) === undefined;
}

/** A listed message type by its name, e.g. `INV101`. */
export function kindByType(type: string): MessageKind | undefined {
  for (const business of BUSINESSES) {
    const kind = business.kinds.find((candidate) => candidate.type === type);
    if (kind) return kind;
  }
  return undefined;
}

export type { Business, MessageKind } from "./types.js";
