/** Facts of a ledger about itself as a file or a schema; all others are about what it holds, and go with it when it is copied. */
export const LEDGER_FACTS = {
  /** Who may write into it: `Holding.holding` of the process that took the root last. */
  lease: "lease",
  /** It is being filled from another one, and how far that has come (`copy/copy.ts`). Nobody opens it before the end. */
  copying: "copying",
  /** Its client has gone on with another one, named here (`MovedTo`). */
  moved: "moved",
  /** Written to see whether anything can be, and emptied again. */
  trial: "trial",
} as const;

/** What the fact `moved` says. */
export interface MovedTo {
  /** Address or path of the other one, without anything secret. */
  to: string;
  /** Number of the newest event, which the other one has too. */
  place: number;
}
