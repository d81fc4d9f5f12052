import { join } from "node:path";
import { exportsIn } from "../modules.js";
import type { Rule } from "./types.js";

/** Every rule of `rules/`: by where it comes from, then by the name of its file. */
export const RULES: readonly Rule[] = exportsIn<Rule>(join(__dirname, "rules"), "rule").sort((a, b) =>
  a.source.localeCompare(b.source, "en", { numeric: true }),
);
