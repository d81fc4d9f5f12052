import type { Found } from "./found.js";

/** What was found of files with two names: moved by one more name, and stopped before the first was removed, or put back to that by a power cut. */
export const FOUND_TWO_NAMES: readonly Found[] = [
  {
    what: "the way back to OutBox was stopped between its two names, and the file was claimed a second time and refused as its own repeat",
    seed: 1040011,
    instances: 1,
    kept: [
      ...["trouble/0", "a card/0", "PDFs/0", "a PDF comes/2", "a PDF's way/2", "a wrong PIN/0", "killed after/0/39"],
      ...["a moment late/0/2", "a moment late/0/5", "a moment late/0/6"],
    ],
  },
  {
    what: "a power cut left both names of the way back, and the one in OutBox was claimed a second time and refused as its own repeat",
    seed: 1040408,
    instances: 1,
    kept: [
      ...["trouble/0", "a card/0", "PDFs/0", "documents/0", "PDFs of/2", "a PDF comes/5", "way/3", "a PDF's way/6"],
      ...[
        "a wrong PIN/0",
        "a deploy/0/3",
        "killed after a commit/0/13",
        "the ledger answers late/1/59",
        "a deploy/1/9",
      ],
      ...["the card is not there/1/3", "a deploy/1/18", "killed after a commit/1/27", "the power fails with it/1/0"],
    ],
  },
  {
    what: "a power cut left both names of the way back, and the one in OutBox was sent in silence when the data centre had refused the document",
    seed: 1058109,
    instances: 1,
    kept: [
      ...["trouble/0", "no daily log/0", "a card/0", "documents/0", "handed in at/3", "a wrong PIN/0"],
      ...["killed after/0/41", "the power fails with it/0/0", "the data centre refuses it/30/1"],
    ],
  },
  {
    what: "a file on its way back under a number, of which the ledger had not heard yet, was claimed as another document and refused as its repeat",
    seed: 2127897,
    instances: 3,
    shared: true,
    kept: [
      ...["trouble/0", "a card/0", "documents/0", "handed in at/2", "way/2", "seconds late/0/4", "a wrong PIN/0"],
      ...["corrected/2", "seconds late/0/42", "seconds late/0/62", "seconds late/0/71"],
    ],
  },
  {
    what: "a power cut put a replaced document back to OutBox under a number, where it became one more, refused as a repeat",
    seed: 1126440,
    instances: 1,
    kept: [
      "trouble/0",
      "no daily log/0",
      "a card/0",
      "looks seldom/0",
      "documents/0",
      "handed in at/1",
      "a wrong PIN/0",
      "corrected/2",
      "the card is slow/0/0",
      "a change is not told/0/4",
      "a change is not told/0/5",
      "a change is not told/0/6",
      "killed after/0/55",
      "the power fails with it/0/0",
    ],
  },
  {
    what: "a file on its way back under a number was claimed again in the moment in which a newer one replaced it",
    seed: 1144990,
    instances: 1,
    kept: [
      "trouble/0",
      "no daily log/0",
      "a card/0",
      "looks seldom/0",
      "documents/0",
      "way/1",
      "handed in at/2",
      "way/2",
      "a wrong PIN/0",
      "corrected/1",
      "a process is frozen/0/9",
      "the ledger answers late/0/40",
      "the ledger answers late/0/49",
      "the ledger answers late/0/54",
      "a moment late/0/51",
    ],
  },
  {
    what: "of a claim that was taken back a power cut left the name in TempBox: it became a document on hold, which a person sent beside the one that it is",
    seed: 40063920,
    instances: 1,
    kept: [
      ...["no daily log/0", "a card/0", "looks seldom/0", "documents/0", "way/2"],
      ...["somebody else acts in between/31/62", "corrected/1", "a wrong PIN/0", "seconds late/0/14"],
      ...["killed before/0/27", "the power fails with it/0/0"],
    ],
  },
  {
    what: "a power cut took every move of a sent document back but that of a claim that had been taken back: its file became a document on hold",
    seed: 80081151,
    instances: 1,
    kept: [
      ...[
        "handed in at/1",
        "corrected/1",
        "somebody else acts in between/31/16",
        "somebody else acts in between/31/29",
      ],
      ...["the broker says no/0/0", "killed after/0/37", "the power fails with it/0/0"],
    ],
  },
];
