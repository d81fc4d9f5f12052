import type { PreflightContext } from "../../../lib/preflight/index.js";

/** One bad document and its good twin, for one rule. */
export interface Case {
  /** Its id. */
  rule: string;
  xml: string;
  parts?: Partial<PreflightContext>;
  /** `severity path:line` of each finding expected. */
  places: string[];
  /** Must stand in the English text of the first finding. */
  says: RegExp;
  good: { xml: string; parts?: Partial<PreflightContext> };
}
