import type { Found } from "./found.js";

/** Of what was found: several that share a ledger, and one of them dies in the moment in which it comes to lead. */
export const LEADERS: readonly Found[] = [
  {
    what: "it died before it had said anything, and all others waited for it for ever",
    seed: 2008721,
    instances: 3,
    shared: true,
    kept: [
      ...["trouble/0", "machines apart/0", "packs/0", "a card/0", "link/0"],
      ...["killed before/0/14", "killed before/1/14", "killed after/2/42", "killed after/8/11"],
    ],
  },
  {
    what: "one that was frozen while the database was away joined, and those that came after it waited for one another",
    seed: 2016827,
    instances: 3,
    shared: true,
    kept: [
      ...["trouble/0", "a card/0", "looks seldom/0", "handed in at/1", "way/1", "the ledger cannot be written/0/4"],
      ...["a deploy/8/0", "the disk is full/8/4", "the ledger cannot be written/16/2", "a process is frozen/8/5"],
      ...["seconds late/16/25", "the database is away/28/9", "a process is frozen/16/11", "the database is away/28/24"],
      ...["seconds late/0/36", "a deploy/0/46", "a process is frozen/0/48", "the database is away/28/53"],
      "a deploy/8/24",
    ],
  },
  {
    what: "one that began the ledger anew, and ended a living leader by that, had a link beside it for some seconds",
    seed: 5166851,
    instances: 3,
    shared: true,
    kept: [
      "trouble/0",
      "link/0",
      "the ledger cannot be written/0/3",
      "frozen after a commit/8/2",
      "frozen after a commit/16/19",
    ],
  },
];
