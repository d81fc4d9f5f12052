import { record } from "../record.js";
import type { ReceiptFormat } from "../types.js";

/**
 * 报关单订阅: a whole DecMessage that comes to us (folder Decsub). It is the declaration as the platform holds it, whoever made
 * it: a record of its own, which says nothing of success and changes no document; where it is one of ours, it is shown with it.
 */
export const formats: readonly ReceiptFormat[] = [
  {
    format: "DecMessage",
    title: { zh: "订阅的报关单", en: "customs declaration that was subscribed to" },
    // One without a number of the platform's is what a producer hands in.
    matches: (root) =>
      root.name === "DecMessage" && ["SeqNo", "EntryId"].some((name) => root.textAt(`DecHead/${name}`) !== ""),
    parse(root) {
      const head = (name: string) => root.textAt(`DecHead/${name}`);
      return [
        record({
          format: "DecMessage",
          kind: "subscription",
          outcome: "good",
          code: "",
          text: "订阅的报关单数据",
          clientKey: root.textAt("DecSign/ClientSeqNo"),
          seqNo: head("SeqNo"),
          customsNo: head("EntryId"),
          answers: ["DEC"],
        }),
      ];
    },
  },
];
