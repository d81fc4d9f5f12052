import type { Found } from "./found.js";

/** Of what was found: answers that may be for either of two documents with one own number, of which one may never have arrived. */
export const ANSWERS: readonly Found[] = [
  {
    what: "the answer to one of two documents with one own number, sent by a person's word, proved the other one's send, which had not arrived",
    seed: 12326,
    instances: 3,
    kept: ["corrected/1", "frozen as it writes to the broker/0/0", "a person has a repeat sent all the same/29/0"],
  },
  {
    what: "such an answer came twice, and the second one proved the send of what had not arrived",
    seed: 4,
    instances: 3,
    shared: true,
    kept: [
      ...["trouble/0", "corrected/1", "frozen as it writes to the broker/0/0"],
      ...["a person has a repeat sent all the same/29/0", "a receipt comes twice/30/0"],
    ],
  },
  {
    what: "the business receipt of such an answer, read beside it, proved the send of what had not arrived",
    seed: 1023643,
    instances: 1,
    kept: [
      ...["trouble/0", "documents/0", "corrected/1", "a receipt is late/30/0"],
      ...["a person has a repeat sent all the same/29/0", "frozen as it writes to the broker/0/2"],
    ],
  },
  {
    what: "the late answer to a document that a person had sent again, and that was replaced before that, proved the newer one's send",
    seed: 41,
    instances: 1,
    kept: [
      ...["trouble/0", "corrected/1", "a receipt is late/30/0", "a person sends it again/29/0"],
      "frozen as it writes to the broker/0/1",
    ],
  },
  {
    what: "an answer that had come before the second one was sent came once more, and proved that one's send",
    seed: 124,
    instances: 1,
    kept: [
      ...["trouble/0", "documents/0", "corrected/1", "a receipt is late/30/0", "a receipt comes twice/30/0"],
      ...["a person has a repeat sent all the same/29/0", "frozen as it writes to the broker/0/1"],
    ],
  },
  {
    what: "a refusal came once more, and was called the corrected one's, which had not arrived",
    seed: 4,
    instances: 1,
    kept: [
      ...["trouble/0", "corrected/1", "the data centre refuses it/30/0", "a receipt comes twice/30/0"],
      "frozen as it writes to the broker/0/1",
    ],
  },
  {
    what: "the second answer to what was sent twice in doubt was called the corrected one's, which had not arrived",
    seed: 2,
    instances: 1,
    kept: [
      ...["trouble/0", "corrected/1", "the line is cut after the message was stored/0/0"],
      ...["the data centre refuses it/30/0", "a receipt is late/30/1", "frozen as it writes to the broker/0/2"],
    ],
  },
  {
    what: "of two with one own number, of which nobody knew whether they had arrived, the answer was for the one that had not",
    seed: 148,
    instances: 1,
    kept: [
      ...["trouble/0", "corrected/1", "the line is cut before the message is stored/0/0", "the confirm is late/0/0"],
      ...["a person has a repeat sent all the same/29/0", "frozen as it writes to the broker/0/0"],
    ],
  },
  {
    what: "the answer to an earlier send came in the moment in which a document that was sent again was given back: its claim was never closed",
    seed: 1124418,
    instances: 1,
    kept: [
      "trouble/0",
      "packs/0",
      "no daily log/0",
      "documents/0",
      "handed in at/1",
      "way/1",
      "handed in at/2",
      "way/2",
      "handed in at/3",
      "seconds late/0/19",
      "a receipt is late/30/0",
      "a change is not told/0/5",
      "a receipt is late/30/1",
      "seconds late/0/44",
      "a person sends it again/29/1",
      "seconds late/0/51",
      "a receipt is late/30/2",
      "seconds late/0/64",
      "seconds late/0/69",
      "the card is not there/0/3",
    ],
  },
  {
    what: "a late confirm could not be committed, as the root was away; the repeat was not written either, and the document was taken for one that had never arrived",
    seed: 20140581,
    instances: 1,
    kept: [
      ...["trouble/0", "documents/0", "handed in at/1", "way/1", "a process is frozen/0/2"],
      ...["frozen as it writes to the broker/0/1", "the root is not mounted/24/32", "a process is frozen/0/3"],
    ],
  },
];
