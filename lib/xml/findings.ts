import type { Check } from "../document.js";
import type { XmlElement } from "./scan.js";

/** Findings reported of one document; a file that is wrong throughout needs no more. */
const MOST = 1_000;

/** What is found in a document; of what is too much only the number is kept, and whether there is an error in it. */
export class Findings {
  private readonly checks: Check[] = [];
  private more = 0;
  private moreAt: XmlElement | undefined;
  private moreSeverity: Check["severity"] = "warning";

  get count(): number {
    return this.checks.length + this.more;
  }

  add(
    element: XmlElement,
    severity: Check["severity"],
    words: () => Pick<Check, "path" | "text" | "advice" | "about">,
  ): void {
    if (this.checks.length < MOST) {
      const { line, column } = element;
      this.checks.push({ rule: "SW-XSD", severity, line, column, ...words() });
      return;
    }
    this.more++;
    this.moreAt ??= element;
    if (severity === "error") this.moreSeverity = "error";
  }

  /** By line and column; the last one says how many are not listed. */
  list(): Check[] {
    const sorted = this.checks.sort((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0));
    const element = this.moreAt;
    if (!element) return sorted;
    const { path, line, column } = element;
    const rest: Check = {
      ...{ rule: "SW-XSD", severity: this.moreSeverity, path, line, column },
      text: { zh: `另有 ${this.more} 处问题未列出`, en: `${this.more} more findings are not listed` },
      advice: { zh: "请先修正已列出的问题。", en: "Correct the ones that are listed first." },
    };
    return [...sorted, rest];
  }
}
