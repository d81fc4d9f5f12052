import type { Receipt } from "../../document.js";
import type { DocumentPart } from "../types.js";

/** What is known of a part: what customs says of it, else whether the data centre took it. */
export function outcomeOf({ status, taken }: Pick<DocumentPart, "status" | "taken">): DocumentPart["status"] {
  return status || taken;
}

/** A part as it stands for this attempt: what was said of it in an attempt before is no answer to this one. */
export function asOf(part: DocumentPart, attempt: number): DocumentPart {
  return part.attempt === attempt ? part : { ...part, attempt, taken: "", status: "", code: "", text: "", at: 0 };
}

/**
 * A part after a receipt that is about it. Receipts come in any order: the newest by its own time decides, and a first word is
 * heard whenever it comes. One whose code nobody knows decides nothing.
 */
export function partAfter(part: DocumentPart, receipt: Receipt): DocumentPart {
  const { kind, outcome, ok, code, text, statusText, seqNo, customsNo, at } = receipt;
  const numbers = { seqNo: seqNo || part.seqNo, customsNo: customsNo || part.customsNo };
  if (kind === "local" || outcome === "unknown") return { ...part, ...numbers };
  const newest = at >= part.at;
  const said = ok ? "good" : "refused";
  return {
    ...part,
    ...numbers,
    ...(kind === "import" && (newest || part.taken === "") && { taken: said }),
    ...(kind === "business" && (newest || part.status === "") && { status: said }),
    ...(newest && { code, text: text || statusText, at }),
  };
}

/** How the parts of a document stand. */
export interface PartsCount {
  parts: number;
  good: number;
  refused: number;
  /** Of which the data centre said so. */
  takenGood: number;
  takenRefused: number;
  /** The first of the refused ones. */
  refusals: readonly DocumentPart[];
}

/** Refused parts that are named; the others are counted. */
export const NAMED = 3;

/** What a document says whose parts are not all good: how many are, which are refused and why. Empty when none is refused. */
export function partsWords({ parts, good, refused, refusals }: PartsCount): {
  code: string;
  text: string;
  textEn: string;
} {
  const first = refusals[0];
  if (!first) return { code: "", text: "", textEn: "" };
  const named = refusals.map(({ name, text, code }) => `${name} ${text || code}`.trim());
  const more = refused - named.length;
  return {
    code: first.code,
    text: `共 ${parts} 份，${good} 份通过，${refused} 份被退：${named.join("；")}${more > 0 ? `；另有 ${more} 份` : ""}`,
    textEn: `${good} of ${parts} accepted, ${refused} refused: ${named.join("; ")}${more > 0 ? `; and ${more} more` : ""}`,
  };
}
