import { el, fields } from "../../write-xml.js";
import { business, type Shape } from "./types.js";
import { utf8 } from "./written.js";

/** 修撤单回执 (one source); its root is not public, the list of results neither. */
export const decMod: Shape = {
  format: "HzApprovalResult",
  answers: "DECMOD",
  codes: ["1"],
  variants: {
    usual: (of) =>
      utf8(
        el("Package", [
          el("SignedData", [
            el("Data", [
              el(
                "HzApprovalResult",
                fields({ DestResourceId: of.seqNo, FeedbackResults: of.code, ResultNote: of.text }),
              ),
            ]),
          ]),
        ]),
      ),
  },
  prefix: business,
};
