import type { Found } from "./found.js";

/** What was found with declarations and the PDFs beside them. */
export const FOUND_WITH_PDFS: readonly Found[] = [
  {
    what: "a scanner held a declaration as it was read for what it announces, and it was sent without its PDF",
    seed: 2111,
    instances: 1,
    kept: ["PDFs/0", "documents/0", "a scanner holds the file/0/18"],
  },
  {
    what: "a declaration that was claimed without its PDF and given back was gathered with it, and refused as its own repeat",
    seed: 3366,
    instances: 1,
    kept: [
      ...["a card/0", "PDFs/0", "documents/0", "handed in at/1", "a wrong PIN/0", "a scanner holds the file/0/20"],
    ],
  },
  {
    what: "one of several ended as it gathered: the PDF was called a loose one before the declaration was put back",
    seed: 3322,
    instances: 3,
    shared: true,
    kept: ["PDFs/0", "killed after/0/23", "the power fails with it/0/0"],
  },
  {
    what: "a power cut took back how a gathered document came to its archive, and the last of it was removed where it had been gathered",
    seed: 1044762,
    instances: 1,
    kept: [
      ...[
        "trouble/0",
        "PDFs/0",
        "documents/0",
        "PDFs of/2",
        "a PDF comes/4",
        "a PDF's way/4",
        "PDFs of/3",
        "a PDF's way/6",
      ],
      ...[
        "killed after/0/56",
        "the power fails with it/0/0",
        "the ledger answers late/1/0",
        "the ledger answers late/1/11",
      ],
      ...["killed after/1/35", "the business receipt comes first/30/1", "the business receipt comes first/30/2"],
      ...["killed after/2/26", "the power fails with it/2/0"],
    ],
  },
  {
    what: "the same of one that was given back to OutBox",
    seed: 1058031,
    instances: 1,
    kept: [
      ...["trouble/0", "a card/0", "PDFs/0", "the ledger cannot be written/0/4"],
      ...["the card is drawn as it is logged in to/0/0", "killed after/0/53", "the power fails with it/0/0"],
    ],
  },
  {
    what: "a PDF lay there for most of the wait, unseen, because the ledger had answered late as the names were read",
    seed: 562,
    instances: 1,
    kept: [
      ...["trouble/0", "no daily log/0", "PDFs/0", "documents/0", "handed in at/1", "way/1", "a PDF comes/2"],
      ...["a PDF's way/2", "a PDF comes/4", "a PDF's way/4", "the ledger answers late/0/10"],
      ...["the ledger answers late/0/11", "the ledger answers late/0/26", "a scanner holds the file/0/36"],
      ...[39, 41, 43, 45].map((count) => `the ledger answers late/0/${count}`),
      ...["seconds late/0/45", ...[0, 2, 3, 4, 5, 6, 7, 8].map((count) => `a change is not told/0/${count}`)],
    ],
  },
];
