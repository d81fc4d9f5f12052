import { cdata, el, fields, type Markup } from "../../write-xml.js";
import { imported, type Shape, type Wanted } from "./types.js";
import { inGb2312, standalone, utf8 } from "./written.js";

const OFFICIAL = "CommonResponeMessage";

function root(name: string, of: Wanted, seqNo: string | undefined): Markup {
  return el(name, fields({ SeqNo: seqNo, EtpsPreentNo: of.key, CheckInfo: of.text, DealFlag: of.code }));
}
const known = (of: Wanted) => (of.code === "0" ? of.seqNo : undefined);

/** 金关二期导入回执, in both spellings (domain 0, items 1 and 6). EtpsPreentNo is the enterprise's own number here. */
export const commonResponse: Shape = {
  format: OFFICIAL,
  answers: "INV101",
  codes: ["0", "-1", "1"],
  variants: {
    "CommonResponeMessage, UTF-8": (of) => standalone(root(OFFICIAL, of, known(of))),
    "CommonResponseMessage, UTF-8": (of) => standalone(root("CommonResponseMessage", of, known(of))),
    "CommonResponeMessage, GB2312": (of) => inGb2312(root(OFFICIAL, of, known(of))),
    "CommonResponseMessage, GB2312": (of) => inGb2312(root("CommonResponseMessage", of, known(of))),
    "SeqNo empty": (of) => standalone(root(OFFICIAL, of, "")),
    "SeqNo absent": (of) => standalone(root(OFFICIAL, of, undefined)),
    "CheckInfo in CDATA": (of) =>
      utf8(
        el(OFFICIAL, [
          ...fields({ SeqNo: known(of), EtpsPreentNo: of.key }),
          el("CheckInfo", cdata(of.text)),
          el("DealFlag", of.code),
        ]),
      ),
  },
  prefix: imported("0"),
};
