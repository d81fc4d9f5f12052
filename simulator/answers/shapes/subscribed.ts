import { el, fields } from "../../write-xml.js";
import { business, type Shape } from "./types.js";
import { utf8 } from "./written.js";

/** 报关单订阅 (one source): the declaration as the platform holds it, whoever made it; it carries no code. */
export const subscribed: Shape = {
  format: "DecMessage",
  answers: "DEC",
  codes: [""],
  variants: {
    usual: (of) =>
      utf8(
        el("DecMessage", [
          el("DecHead", fields({ SeqNo: of.seqNo, EntryId: of.customsNo })),
          el("DecSign", fields({ ClientSeqNo: of.key })),
        ]),
      ),
  },
  prefix: business,
};
