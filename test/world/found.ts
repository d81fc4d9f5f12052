/** A run that something was found by, shrunk to the decisions that it took. */
export interface Found {
  /** What went wrong. */
  what: string;
  seed: number;
  instances: number;
  kept: readonly string[];
}

/** What was found in the world, and nothing else had: each is run always. */
export const FOUND: readonly Found[] = [
  {
    what: "a receipt whose file was found written was acknowledged before the file's name was safe",
    seed: 100153,
    instances: 1,
    kept: ["killed before/0/43"],
  },
  {
    what: "the first use of a root was interrupted, and a person had to confirm that it was new",
    seed: 100062,
    instances: 1,
    kept: ["killed before/0/5"],
  },
  {
    what: "a receipt went to a document that the broker had refused and a newer one had replaced",
    seed: 10194,
    instances: 3,
    kept: ["way/1", "corrected/1", "the broker closes the channel for it/0/0", "the ledger cannot be written/0/7"],
  },
  {
    what: "what a process had left in doubt that had the root for a while was taken up by nobody",
    seed: 10973,
    instances: 3,
    kept: [
      ...["trouble/0", "packs/0", "documents/0", "handed in at/2", "way/2", "handed in at/3", "way/3", "corrected/1"],
      ...["corrected/2", "a process is frozen/0/4", "a process is frozen/16/5", "a process is frozen/8/9"],
      ...["a process is frozen/8/15", "killed before/8/6", "killed before/9/1", "killed before/10/38"],
      "the way to the broker is slow/10/0",
    ],
  },
  {
    what: "a newer file in OutBox was put into FailBox as the one that it had replaced, and so lost",
    seed: 7931,
    instances: 2,
    kept: [
      ...[
        "trouble/0",
        "handed in at/1",
        "way/1",
        "a change is not told/0/0",
        "corrected/1",
        "a change is not told/0/1",
      ],
      ...["the card is not there/0/0", "a deploy/0/4", "a deploy/0/12", "killed after/0/52"],
    ],
  },
];
