import { ANSWERS } from "./found-answers.js";
import { LATE_CLAIMS } from "./found-late-claims.js";
import { LEADERS } from "./found-leaders.js";
import { REFUSED } from "./found-refused.js";
import { REJOINED } from "./found-rejoined.js";
import { FOUND_TWO_NAMES } from "./found-two-names.js";
import { FOUND_WITH_PDFS } from "./found-with-pdfs.js";

/** A run that something was found by, shrunk to the decisions that it took. */
export interface Found {
  /** What went wrong. */
  what: string;
  seed: number;
  instances: number;
  /** They share a ledger in a database, or they wait for each other. */
  shared?: boolean;
  kept: readonly string[];
}

/** What was found in the world, and nothing else had: each is run always. */
export const FOUND: readonly Found[] = [
  ...LATE_CLAIMS,
  ...LEADERS,
  ...REFUSED,
  ...REJOINED,
  ...FOUND_TWO_NAMES,
  ...FOUND_WITH_PDFS,
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
    shared: false,
    kept: ["way/1", "corrected/1", "the broker closes the channel for it/0/0", "the ledger cannot be written/0/7"],
  },
  {
    what: "what a process had left in doubt that had the root for a while was taken up by nobody",
    seed: 10973,
    instances: 3,
    shared: false,
    kept: [
      ...["trouble/0", "packs/0", "documents/0", "handed in at/2", "way/2", "handed in at/3", "way/3", "corrected/1"],
      ...["corrected/2", "a process is frozen/0/4", "a process is frozen/16/5", "a process is frozen/8/9"],
      ...["a process is frozen/8/15", "killed before/8/6", "killed before/9/1", "killed before/10/38"],
      "the way to the broker is slow/10/0",
    ],
  },
  {
    what: "a corrected file stayed claimed for ever, for the ledger could not end the one that it replaced",
    seed: 100941,
    instances: 1,
    kept: [
      ...["documents/0", "handed in at/1", "way/2", "corrected/2", "the ledger cannot be written/0/5", "a deploy/0/6"],
      ...["the ledger cannot be written/0/14", "the ledger cannot be written/0/17"],
    ],
  },
  {
    what: "a document that was given back waited a day, for its return failed and the clock was set back",
    seed: 200512,
    instances: 1,
    kept: [
      ...["trouble/0", "documents/0", "handed in at/1", "way/1", "handed in at/2", "way/2", "handed in at/3", "way/3"],
      ...["corrected/2", "corrected/1", "corrected/3", "the ledger cannot be written/0/12", "the clock jumps/0/72"],
      "the ledger cannot be written/0/29",
    ],
  },
  {
    what: "a newer file in OutBox was put into FailBox as the one that it had replaced, and so lost",
    seed: 7931,
    instances: 2,
    shared: false,
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
  {
    what: "the refusal of a repeat could not be written, and its claim stayed out for ever",
    seed: 100041,
    instances: 1,
    kept: [
      ...["trouble/0", "packs/0", "documents/0", "handed in at/1", "corrected/1", "the ledger cannot be written/0/5"],
      ...["a change is not told/0/11", "a deploy/0/15", "a scanner holds the file/0/56"],
    ],
  },
  {
    what: "a repeat was sent, for a stop came between its claim and its refusal",
    seed: 100541,
    instances: 1,
    kept: [
      ...["trouble/0", "packs/0", "documents/0", "handed in at/1", "way/2", "handed in at/3", "killed before/0/34"],
      ...["corrected/3", "a person sends it again/29/0", "killed before/1/19", "killed before/2/10"],
      ...["a scanner holds the file/3/8", "killed before/3/52"],
    ],
  },
  {
    what: "a power cut took half of a move to the archive back, and the file stayed in TempBox",
    seed: 100255,
    instances: 1,
    kept: [
      ...["packs/0", "documents/0", "handed in at/1", "killed before/0/47", "killed before/1/3"],
      "the power fails with it/1/0",
    ],
  },
  {
    what: "a power cut took a claim back, and the document of a settled row was sent again in silence",
    seed: 700535,
    instances: 1,
    kept: [
      ...["documents/0", "killed before/0/30", "the power fails with it/0/0"],
      "a person has a repeat sent all the same/29/1",
    ],
  },
  {
    what: "a power cut took archive and claim back, and the file was a new document",
    seed: 701247,
    instances: 1,
    kept: [
      ...["documents/0", "handed in at/1", "a change is not told/0/0", "a change is not told/0/1", "a deploy/0/2"],
      ...["killed after/0/47", "the power fails with it/0/0", "a person has a repeat sent all the same/29/0"],
    ],
  },
  {
    what: "a document was given back while the clock was set, and waited a day",
    seed: 701464,
    instances: 1,
    kept: [
      ...["documents/0", "killed before a commit/0/5", "the card is not there/1/0", "the card is not there/1/1"],
      "the clock jumps/1/9",
    ],
  },
  {
    what: "a receipt was left half written in InBox, for a deploy came while it was stored and the disk was full",
    seed: 1730,
    instances: 1,
    kept: [
      ...["trouble/0", "packs/0", "documents/0", "handed in at/1", "way/1", "handed in at/2", "way/2"],
      ...["a deploy/0/0", "a deploy/0/1", "a deploy/0/5", "a deploy/0/6", "seconds late/0/41", "seconds late/0/51"],
      ...["half a write is seen/0/1", "corrected/1", "half a write is seen/0/2", "a deploy/0/13", "seconds late/0/68"],
      ...["seconds late/0/70", "a deploy/0/15", "the disk is full/0/40", "half a write is seen/0/5"],
      ...["seconds late/0/104", "a deploy/0/22", "a deploy/0/26", "seconds late/0/109", "half a write is seen/0/6"],
      ...["seconds late/0/111", "the disk is full/0/47", "seconds late/0/122", "the way to the broker is slow/0/1"],
      ...["the data centre refuses it/30/1", "a deploy/0/31", "seconds late/0/152"],
    ],
  },
  {
    what: "one of several was frozen at its start, and held as never sent what another one worked on by then",
    seed: 138,
    instances: 2,
    shared: true,
    kept: [
      ...["trouble/0", "packs/0", "documents/0", "frozen after a commit/0/0", "a moment late/8/20"],
      ...["frozen after a commit/8/7", "the database is away/28/58"],
    ],
  },
  {
    what: "a ledger in which a claim had been withdrawn was taken for an older copy",
    seed: 1365,
    instances: 3,
    shared: true,
    kept: [
      ...["documents/0", "way/1", "a moment late/0/7", "a moment late/0/8", "seconds late/0/19"],
      "the database is away/28/0",
    ],
  },
  {
    what: "one that woke removed the bytes that another one, which had taken its document over, was to send again",
    seed: 3595,
    instances: 3,
    shared: true,
    kept: [
      ...["packs/0", "documents/0", "handed in at/1", "handed in at/2", "way/2", "a moment late/0/16"],
      ...["a moment late/8/11", "frozen after a commit/16/3", "a deploy/0/6"],
    ],
  },
  {
    what: "one that woke put its bytes in the place of those that another one, which had taken its document over, was to send again",
    seed: 20013,
    instances: 2,
    shared: true,
    kept: [
      ...["trouble/0", "packs/0", "documents/0", "way/1", "handed in at/3"],
      ...["somebody else acts in between/31/51", "somebody else acts in between/31/135", "seconds late/0/14"],
      ...["seconds late/0/25", "killed before/8/12"],
      ...["seconds late/9/9", "the database is away/28/13", "a process is frozen/9/31"],
    ],
  },
  {
    what: "a receipt was stored on an empty mount point, for one that started there had made the folder by which a root is known",
    seed: 40639,
    instances: 3,
    shared: true,
    kept: ["way/1", "somebody else acts in between/31/18", "the root is not mounted/24/0"],
  },
  {
    what: "a corrected file that another one of us had claimed and the one that it replaced waited for each other for ever",
    seed: 60284,
    instances: 3,
    shared: true,
    kept: [
      ...["trouble/0", "documents/0", "way/1", "handed in at/2", "somebody else acts in between/31/48", "corrected/3"],
      ...["the broker says no/0/0", "seconds late/0/30", "a process is frozen/0/7"],
    ],
  },
  {
    what: "one that was frozen at its start had the link and no connection: its lease had run out unseen as it asked whether it may connect",
    seed: 7,
    instances: 2,
    shared: true,
    kept: ["trouble/0", "link/0", "frozen after a commit/0/2", "a process is frozen/8/24"],
  },
  {
    what: "a document was replaced while its way back to OutBox was interrupted, and its file stayed in TempBox for ever",
    seed: 1000527,
    instances: 3,
    shared: true,
    kept: [
      ...["trouble/0", "documents/0", "handed in at/1", "way/1", "way/2", "handed in at/3", "way/3", "corrected/2"],
      ...["the card is not there/0/0", "the queue is not there/0/0", "the card is not there/0/2"],
      "a scanner holds the file/0/46",
    ],
  },
  {
    what: "a power cut took archive and claim back of a document that had been refused, and it was sent again in silence",
    seed: 1003527,
    instances: 3,
    shared: true,
    kept: [
      ...["trouble/0", "documents/0", "handed in at/1", "way/1", "handed in at/2", "way/2", "handed in at/3", "way/3"],
      ...["corrected/3", "the broker says no/0/0", "killed after a commit/0/10", "the power fails with it/0/0"],
      ...["the ledger answers late/17/8", "the ledger answers late/17/12", "a change is not told/17/2"],
      ...["the data centre refuses it/30/1", "killed before/17/48", "the power fails with it/17/0"],
    ],
  },
  {
    what: "one that started tidied away what a frozen one had half written",
    seed: 10292,
    instances: 3,
    shared: true,
    kept: [
      ...["trouble/0", "packs/0", "documents/0", "handed in at/1", "handed in at/2", "way/2"],
      "a renewal does not reach the database/0/1",
      ...["a process is frozen/0/0", "a process is frozen/8/2", "corrected/1", "a process is frozen/16/3"],
      ...["a moment late/0/15", "killed after/0/22", "the card is not there/1/0", "a process is frozen/1/4"],
    ],
  },
  {
    what: "a file that took another's place as that was claimed could not be put back at once, and went out in that one's name",
    seed: 1001061,
    instances: 3,
    kept: [
      ...[
        "trouble/0",
        "handed in at/1",
        "corrected/1",
        "a scanner holds the file/8/13",
        "a scanner holds the file/8/18",
      ],
      ...["a moment late/8/0", "a moment late/8/1", "a moment late/8/3", "a moment late/8/4", "a moment late/8/6"],
      ...["a moment late/8/8", "a moment late/8/9", "the ledger answers late/8/5", "the ledger answers late/8/17"],
      ...["the ledger answers late/8/18", "the ledger answers late/8/19"],
      ...[0, 8, 16].flatMap((who) => [0, 1].map((count) => `a change is not told/${who}/${count}`)),
    ],
  },
  {
    what: "one that was frozen at its first start put its own name on a root that another one had begun with meanwhile",
    seed: 2004075,
    instances: 3,
    kept: [
      ...["trouble/0", "link/0", "a renewal does not reach the database/0/0", "seconds late/8/1", "seconds late/8/7"],
      ...["a process is frozen/16/0", "a process is frozen/0/3", "a process is frozen/8/6", "a process is frozen/8/13"],
    ],
  },
  {
    what: "one that was frozen as it took the root shut the one that had it since out of its ledger for ever",
    seed: 2004332,
    instances: 3,
    kept: ["a card/0", "seconds late/0/1", "a process is frozen/0/2", "a wrong PIN/0"],
  },
  {
    what: "a clock that was set back made a document that was taken over wait for a day",
    seed: 2002977,
    instances: 3,
    kept: [
      ...["trouble/0", "a card/0", "documents/0", "the card is slow/0/0", "a process is frozen/8/2", "a deploy/0/3"],
      ...["the card is not there/16/0", "a deploy/16/4", "the clock jumps/16/31", "the root is not mounted/24/7"],
      ...["a deploy/16/7", "a process is frozen/16/10", "a deploy/0/13", "the root is not mounted/24/16"],
      ...["a deploy/0/34", "a process is frozen/0/37"],
    ],
  },
  {
    what: "a clock was set back between the end of a pause and its commit, and after a deploy the document waited for a day",
    seed: 15299,
    instances: 1,
    kept: [
      ...["trouble/0", "no daily log/0", "looks seldom/0", "documents/0"],
      ...[0, 1, 2].map((count) => `a change is not told/0/${count}`),
      ...["a deploy/0/8", "the card is not there/0/1", "the clock jumps/0/26", "a deploy/0/11"],
    ],
  },
  {
    what: "one that was frozen before it brought a file back from an archive called it brought when others had sent and settled it",
    seed: 3534,
    instances: 3,
    kept: [
      ...["trouble/0", "packs/0", "no daily log/0", "looks seldom/0", "documents/0", "handed in at/1"],
      ...["handed in at/2", "way/2", "handed in at/3", "half a write is seen/0/0", "corrected/1"],
      ...["half a write is seen/0/1", "a moment late/8/0", "a moment late/8/2", "a moment late/8/3"],
      ...["frozen after a commit/8/2", "corrected/2", "a moment late/16/10", "a moment late/0/66"],
      ...["a moment late/0/69", "a moment late/0/71", "a person has a repeat sent all the same/29/1"],
      "frozen after a commit/0/36",
    ],
  },
  ...ANSWERS,
  {
    what: "a clock was set back as a document was sent, and its archived file was not found when a receipt came before its row said where that lies",
    seed: 3591,
    instances: 2,
    shared: true,
    kept: [
      ...["trouble/0", "no daily log/0", "PDFs/0", "documents/0", "handed in at/1", "way/1", "a PDF's way/2"],
      ...["handed in at/2", "way/2", "a PDF comes/4", "a PDF's way/4", "a PDF comes/6", "a PDF's way/6"],
      ...["the clock jumps/0/110", "the ledger cannot be written/0/16"],
    ],
  },
  {
    what: "a replaced declaration could not be moved as the root was away, and its flow gave it back: its claim was never closed",
    seed: 1101463,
    instances: 1,
    kept: [
      ...[
        "trouble/0",
        "no daily log/0",
        "a card/0",
        "documents/0",
        "handed in at/1",
        "way/2",
        "handed in at/3",
        "way/3",
      ],
      ...["a wrong PIN/0", "somebody else acts in between/31/41", "corrected/1", "seconds late/0/27"],
      ...["somebody else acts in between/31/77", "somebody else acts in between/31/117"],
      ...["somebody else acts in between/31/127", "somebody else acts in between/31/145"],
      ...["the card is not there/0/2", "seconds late/0/42", "the root is not mounted/24/8"],
    ],
  },
  {
    what: "a clock was set back while a document waited for its next try and its file was away: told that, it waited for a day",
    seed: 10009026,
    instances: 1,
    kept: [
      ...["trouble/0", "no daily log/0", "a card/0", "documents/0", "handed in at/1", "way/1", "handed in at/2"],
      ...["way/2", "way/3", "a wrong PIN/0", "corrected/1", "a deploy/0/0", "the ledger answers late/0/47"],
      ...["the ledger answers late/0/50", "killed after/0/50", "the power fails with it/0/0", "corrected/2"],
      ...["the ledger answers late/1/3", "killed after/1/16", "a deploy/2/5", "a deploy/2/6"],
      ...["the ledger answers late/2/84", "the root is not mounted/24/13", "a deploy/2/11", "a deploy/2/14"],
      ...["a deploy/2/17", "the ledger answers late/2/113", "the clock jumps/2/73", "killed after/2/72"],
      ...["the ledger answers late/3/2", "the ledger answers late/3/5", "the ledger answers late/3/8"],
      ...["half a write is seen/3/0", "a deploy/3/4", "the ledger answers late/3/31"],
      ...["the ledger answers late/3/41", "seconds late/3/19", "the root is not mounted/24/29"],
    ],
  },
];
