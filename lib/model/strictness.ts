import { basisWords, type Rests, severityOf } from "./evidence.js";
import type { ValueFault } from "./values.js";
import type { Words } from "./words.js";

/** What a finding is about. */
export type FindingKind = "missing" | "surplus" | "order" | "unknown" | "text" | ValueFault["kind"];

export const FINDING_KINDS: readonly FindingKind[] = [
  ...["missing", "surplus", "order", "unknown", "text"],
  ...["empty", "type", "length", "digits", "fraction", "codes", "date"],
] as readonly FindingKind[];

export type Level = "error" | "warning" | "off";

/** A person's own mind about how strictly documents are judged, where it is not by what is known. */
export interface Strictness {
  /** Of everything that is found. */
  all?: "error" | "warning";
  /** Of a kind of finding (`missing`), or of an element or attribute by its path (`DecMessage/DecHead/CopCode`), which goes before. */
  levels?: Readonly<Record<string, Level>>;
}

/** How severe a finding is: by its path, then its kind, then the setting for all, then what the limit rests on. */
export function levelOf(kind: FindingKind, rests: Rests, path: () => string, { all, levels }: Strictness): Level {
  if (levels) {
    const place = path().replace(/\[\d+\]/g, "");
    for (const key of [place, kind]) if (Object.hasOwn(levels, key)) return levels[key] as Level;
  }
  return all ?? severityOf(rests);
}

/** The words of a finding with what it rests on. */
export function withBasis({ text, advice }: Words, rests: Rests, level: Level): Words {
  const basis = basisWords(rests);
  const mild = level === "warning" && severityOf(rests) === "warning";
  return {
    text,
    advice: {
      zh: `${advice.zh}依据：${basis.zh}${mild ? "，因此只提示" : ""}。`,
      en: `${advice.en} It rests on ${basis.en}${mild ? ", hence a warning" : ""}.`,
    },
  };
}
