import type { Found } from "./found.js";

/** Of what was found: documents that we refuse ourselves, and what their producers hear of it. */
export const REFUSED: readonly Found[] = [
  {
    what: "a power cut put a document that was refused back to OutBox, another program held it there for a moment, and it became one more, its first row without a file",
    seed: 3025442,
    instances: 1,
    kept: [
      ...[
        "trouble/0",
        "documents/0",
        "handed in at/1",
        "corrected/1",
        "killed after a commit/0/21",
        "the power fails with it/0/0",
      ],
      ...["a scanner holds the file/1/13"],
    ],
  },
  {
    what: "one that had ended as replaced was ended again for a held file, and its producer was told in a receipt, which was never filed, that the disk was at fault",
    seed: 3122069,
    instances: 1,
    kept: [
      ...["trouble/0", "packs/0", "no daily log/0", "looks seldom/0", "documents/0", "handed in at/1"],
      ...["handed in at/2", "way/2", "handed in at/3", "way/3", "a scanner holds the file/0/4", "corrected/1"],
      ...[
        "a moment late/0/14",
        "a moment late/0/17",
        "a moment late/0/18",
        "a moment late/0/19",
        "a moment late/0/22",
        "seconds late/0/25",
      ],
      ...[
        "seconds late/0/27",
        "an old list of names/0/23",
        "seconds late/0/32",
        "the line is cut after the message was stored/0/0",
        "the way to the broker is slow/0/3",
        "seconds late/0/40",
      ],
      ...[
        "seconds late/0/45",
        "killed after a commit/0/12",
        "a moment late/1/10",
        "the ledger cannot be written/1/2",
        "a scanner holds the file/1/27",
      ],
    ],
  },
  {
    what: "the same, given back and replaced",
    seed: 3107414,
    instances: 1,
    kept: [
      ...["trouble/0", "no daily log/0", "a card/0", "documents/0", "way/1", "way/2"],
      ...["way/3", "a wrong PIN/0", "corrected/3", "corrected/1", "a deploy/0/1", "a deploy/0/3"],
      ...[
        "a deploy/0/5",
        "a deploy/0/6",
        "a scanner holds the file/0/117",
        "the disk is full/0/34",
        "a deploy/0/14",
        "killed before/0/105",
      ],
      ...[
        "a scanner holds the file/1/0",
        "a deploy/1/0",
        "a scanner holds the file/1/3",
        "a deploy/1/4",
        "a scanner holds the file/1/28",
        "a scanner holds the file/1/45",
      ],
      ...["killed after/1/35"],
    ],
  },
  {
    what: "a power cut put a document that was sent back to OutBox, an answer settled it as one without a file, and it was claimed as one more and refused",
    seed: 3262583,
    instances: 1,
    kept: ["killed before a commit/0/7", "the power fails with it/0/0", "a scanner holds the file/1/13"],
  },
  {
    what: "a power cut put a document that was being sent back to OutBox, a scanner held it there, and its bytes were called gone: a person could not send it again",
    seed: 20002957,
    instances: 1,
    kept: [
      ...["trouble/0", "documents/0", "handed in at/3", "a scanner holds the file/0/0"],
      ...["the ledger cannot be written/0/5", "a scanner holds the file/0/31"],
      ...["the line is cut before the message is stored/0/0", "a scanner holds the file/0/68"],
      ...["killed after a commit/0/26", "the power fails with it/0/0", "a scanner holds the file/1/14"],
    ],
  },
];
