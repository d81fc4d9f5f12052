import { type Bilingual, neutral } from "../errors.js";
import type { PathMapping } from "./places.js";

/** Types of our nodes, without `sw-`, whose settings come out of the file. */
export type PlannedNode = "import-client" | "folder-watch" | "preflight" | "mq-send" | "card";

/**
 * What becomes of one setting of the official client. `taken`: as it stands. `mapped`: ours says it in another way. `left`: ours does
 * not have it, or must not; with the reason. `unknown`: nothing public says what it does.
 */
export interface PlanItem {
  kind: "taken" | "mapped" | "left" | "unknown";
  /** Where it stands in the file. */
  from: string;
  /** Setting of ours: `import-client.root`. */
  to?: string;
  /** What it was, where that may be shown. */
  value?: string;
  text: Bilingual;
}

/** Facts that are in no settings file, as a person gave them. Secrets are none of them: they stay in the environment. */
export interface Answers {
  environment?: string;
  clientId?: string;
  orgCode?: string;
  customsCode?: string;
  region?: string;
  /** Root on this machine, where that is another than in the file. */
  root?: string;
  /** Where disks and shares of Windows are seen on this machine. */
  mappings?: readonly PathMapping[];
}

/** By node, by setting: what a flow is to have. */
export type PlannedValues = Record<PlannedNode, Record<string, string | boolean>>;

/** What is mapped while a plan is made. */
export class PlanDraft {
  readonly values: PlannedValues = { "import-client": {}, "folder-watch": {}, preflight: {}, "mq-send": {}, card: {} };
  readonly items: PlanItem[] = [];

  set(node: PlannedNode, setting: string, value: string | boolean, item: Omit<PlanItem, "to">): void {
    this.values[node][setting] = value;
    this.items.push({ ...item, to: `${node}.${setting}` });
  }

  say(kind: PlanItem["kind"], from: string, zh: string, en: string): void {
    this.items.push({ kind, from, text: zh === en ? neutral(zh) : { zh, en } });
  }
}
