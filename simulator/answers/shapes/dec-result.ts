import { dateTime, seconds14, spacedDateTime } from "../../china-time.js";
import { el, fields, type Markup } from "../../write-xml.js";
import { business, type Shape, type Wanted } from "./types.js";
import { standalone, undeclared, utf8 } from "./written.js";

const result = (of: Wanted, more: Record<string, string | undefined> = {}): Markup =>
  el(
    "DEC_RESULT",
    fields({
      CUS_CIQ_NO: of.seqNo,
      ENTRY_ID: of.customsNo,
      NOTICE_DATE: dateTime(of.at),
      CHANNEL: of.code,
      NOTE: of.text,
      CUSTOM_MASTER: "5300",
      I_E_DATE: "",
      D_DATE: "",
      ...more,
    }),
  );

/** @ stands in no list: nothing may be read into it. */
const CODES =
  "L 1 2 3 4 7 8 9 A B C D E F G H I J K M N O P Q R S T U V W X Y Z # a b c d SpL SpE SpJ Sp1 SpC SpK f0 F1 S0 E0 E1 @";

/** 报关单业务回执 (domain 1.1), bare or inside DEC_DATA, and the draft of 2018. */
export const decResult: Shape = {
  format: "DEC_RESULT",
  answers: "DEC",
  codes: CODES.split(" "),
  variants: {
    "bare, empty elements": (of) => standalone(result(of)),
    "in DEC_DATA": (of) => standalone(el("DEC_DATA", [result(of), el("RESULT_INFO")])),
    "in DEC_DATA, SEQ_NO and CLIENTSEQ_NO, text in RESULT_INFO": (of) =>
      undeclared(
        el("DEC_DATA", [
          result(of, {
            CUS_CIQ_NO: undefined,
            SEQ_NO: of.seqNo,
            CLIENTSEQ_NO: of.key,
            NOTE: "",
            NOTICE_DATE: spacedDateTime(of.at),
          }),
          el("RESULT_INFO", of.text),
        ]),
      ),
    "only the customs number": (of) => standalone(result(of, { CUS_CIQ_NO: "" })),
    "draft of 2018, camel case": (of) =>
      utf8(
        el(
          "decResult",
          fields({
            cusCiqNo: of.seqNo,
            noticeDate: seconds14(of.at),
            channel: of.code,
            note: of.text,
            entryId: of.customsNo,
            dDate: "",
          }),
        ),
      ),
  },
  prefix: business,
};
