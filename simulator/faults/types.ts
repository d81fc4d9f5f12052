import type { Memory } from "../memory.js";
import type { Opened } from "../open.js";
import type { Recognised } from "../recognise.js";
import type { SignatureCheck } from "../signature.js";

/** One document as the rules look at it. */
export interface Submission {
  messageId: string;
  /** Whose send queue it came through; empty = not known. */
  clientId: string;
  opened: Opened;
  document: Recognised;
  signature: SignatureCheck;
  memory: Memory;
}

/** How a wrong document is answered. */
export type Verdict =
  /** An import receipt that refuses. `keyless`: the receipt does not repeat the producer's key. */
  | { kind: "refuse"; code: string; text: string; keyless?: boolean }
  /** Import receipt good, then 成功发往海关, then nothing (faq 17). */
  | { kind: "stick"; why: string }
  /** No answer at all. */
  | { kind: "silence"; why: string };

/** One rule: adding one is adding a file here and a line to the index. */
export interface FaultRule {
  id: string;
  /** Where it comes from; `assumed` where only the outcome is known. */
  source: string;
  check(submission: Submission): Verdict | undefined;
}
