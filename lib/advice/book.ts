import { join } from "node:path";
import { exportsIn } from "../modules.js";
import { faqRules } from "./faq.js";
import type { AdviceBook, CodeTable } from "./types.js";

/** What the package knows by itself: every table of `codes/`, and the words of the FAQ. */
export const BUILT_IN: AdviceBook = {
  tables: exportsIn<readonly CodeTable[]>(join(__dirname, "codes"), "tables").flat(),
  rules: faqRules,
};
