import { spacedDateTime } from "../../china-time.js";
import { el, fields } from "../../write-xml.js";
import { business, type Shape, type Wanted } from "./types.js";
import { standalone } from "./written.js";

const root = (of: Wanted, declaration: string) =>
  el(
    "TRN_RESULT",
    fields({
      CUS_CIQ_NO: declaration,
      SP_TRN_SEQ_NO: of.seqNo,
      TRANS_DCL_NO: "5300240000000001",
      BILL_NO: "BL 1",
      RESULT_NTC_DATE: spacedDateTime(of.at),
      PROC_RESULT: of.code,
      NOTE: of.text,
    }),
  );

/** 转关单业务回执; the list of PROC_RESULT is not public. */
export const trnResult: Shape = {
  format: "TRN_RESULT",
  answers: "DEC",
  codes: ["1"],
  variants: {
    usual: (of) => standalone(root(of, of.seqNo)),
    "only SP_TRN_SEQ_NO": (of) => standalone(root(of, "")),
  },
  prefix: business,
};
