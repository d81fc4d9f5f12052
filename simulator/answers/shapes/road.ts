import { millis17 } from "../../china-time.js";
import { el, fields } from "../../write-xml.js";
import { packaged, packageVariants } from "./package.js";
import { business, type Shape } from "./types.js";

/** 报关单放行信息（公路）: the state of a declaration, by its numbers. */
export const exp302: Shape = {
  format: "EXP302",
  answers: "DEC",
  codes: ["D0"],
  variants: packageVariants((of) =>
    packaged(
      "EXP302",
      of,
      el("EXP302", [
        el(
          "EntryHead",
          fields({
            PreEntryId: of.seqNo,
            OpType: "ADD",
            BillNo: "BL 1",
            EntryId: of.customsNo,
            OpTime: millis17(of.at),
            OpResult: of.code,
            Notes: of.text,
          }),
        ),
      ]),
      { ending: "EXP", signedData: true, pocket: false },
    ),
  ),
  prefix: business,
};

/** 公路舱单回执: its fields are not public, these are its neighbours' names. */
export const exp312: Shape = {
  format: "EXP312",
  answers: "MT1401",
  codes: ["01", "03", "19000", "19001"],
  variants: packageVariants((of) =>
    packaged(
      "EXP312",
      of,
      el("EXP312", [
        el("Head", fields({ MessageID: of.key })),
        el("ManifestHead", fields({ OpResult: of.code, Notes: of.text, OpTime: millis17(of.at) })),
      ]),
      { ending: "EXP", signedData: true, pocket: false },
    ),
  ),
  prefix: business,
};
