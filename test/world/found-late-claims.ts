import type { Found } from "./found.js";

/** Of what was found: an instance that is late with the row of a file, which another one has claimed meanwhile. */
export const LATE_CLAIMS: readonly Found[] = [
  {
    what: "a claim that came too late for its file was taken over, and failed as a document whose file was lost",
    seed: 1360,
    instances: 3,
    shared: true,
    kept: [
      ...["trouble/0", "documents/0", "handed in at/1", "handed in at/2", "the ledger cannot be written/0/4"],
      ...["a moment late/8/15", "seconds late/8/33", "killed after/8/52"],
    ],
  },
  {
    what: "the same, while the other one's document was on its way to FailBox: its file was taken for this one's",
    seed: 6023283,
    instances: 3,
    shared: true,
    kept: [
      ...[
        "trouble/0",
        "no daily log/0",
        "looks seldom/0",
        "documents/0",
        "handed in at/1",
        "way/1",
        "seconds late/0/7",
      ],
      ...["half a write is seen/0/0", "the disk is full/8/0", "a scanner holds the file/8/14", "corrected/1"],
      ...["seconds late/16/19", "seconds late/0/45", "seconds late/8/27", "killed before/0/61"],
    ],
  },
  {
    what: "a corrected declaration took the place of such a late row, and nobody looked at the sent one whose number it has",
    seed: 6091274,
    instances: 3,
    shared: true,
    kept: [
      ...["machines apart/0", "link/0", "documents/0", "handed in at/1", "way/1", "handed in at/2", "way/2"],
      ...[
        "handed in at/3",
        "a change is not told/8/2",
        "corrected/2",
        "seconds late/8/15",
        "the root is not mounted/25/3",
      ],
    ],
  },
];
