import { el, fields } from "../../write-xml.js";
import { business, type Shape } from "./types.js";
import { utf8 } from "./written.js";

/** What no format fits: it has to be kept, flagged, and never taken for a success. */
export const unknown: Shape = {
  format: "unknown",
  answers: "",
  codes: [""],
  variants: {
    "a root that nobody knows": (of) =>
      utf8(el("SomethingNew", fields({ SeqNo: of.seqNo, Result: "0" }), { xmlns: "urn:of:the:future" })),
    "a good receipt cut off": (of) => {
      const whole = utf8(el("CommonResponeMessage", fields({ SeqNo: of.seqNo, EtpsPreentNo: of.key, DealFlag: "0" })));
      return whole.subarray(0, whole.length - 12);
    },
    "a gateway's HTML page": () => Buffer.from("<html><body><h1>502 Bad Gateway</h1></body></html>"),
    "no XML": () => Buffer.from("系统繁忙，请稍后再试"),
    "with a DOCTYPE": () =>
      Buffer.from('<!DOCTYPE DEC_RESULT [<!ENTITY a "R">]><DEC_RESULT><CHANNEL>&a;</CHANNEL></DEC_RESULT>'),
    empty: () => Buffer.alloc(0),
  },
  prefix: business,
};
