import type { CodeEntry, Outcome } from "./types.js";

type Text = readonly [zh: string, en: string];

/** One row of a code table. `otherwise`, `cause` and `action` are pairs of Chinese and English; `kind` as in `CodeEntry`. */
export function entry(
  code: string,
  outcome: Outcome,
  meaning: Text,
  source: string,
  more: { otherwise?: Text; cause?: Text; action?: Text; kind?: "import" } = {},
): CodeEntry {
  const made: CodeEntry = { code, outcome, meaning: { zh: meaning[0], en: meaning[1] }, source };
  if (more.otherwise) made.otherwise = { zh: more.otherwise[0], en: more.otherwise[1] };
  if (more.cause) made.cause = { zh: more.cause[0], en: more.cause[1] };
  if (more.action) made.action = { zh: more.action[0], en: more.action[1] };
  if (more.kind) made.kind = more.kind;
  return made;
}
