import { cdata, el, fields, type Markup } from "../../write-xml.js";
import { imported, type Shape, type Wanted } from "./types.js";
import { prefixed, utf8, withAttributes } from "./written.js";

const DEC = "http://www.chinaport.gov.cn/dec";

function root(of: Wanted, text: Markup = el("ErrorMessage", of.text)): Markup {
  return el("DecImportResponse", [
    el("ResponseCode", of.code),
    text,
    ...fields({ ClientSeqNo: of.key, SeqNo: of.code === "0" ? of.seqNo : undefined }),
  ]);
}

/** 报关单导入回执 (domain 1.1): SeqNo and TrnPreId are absent on failure. */
export const decImportResponse: Shape = {
  format: "DecImportResponse",
  answers: "DEC",
  codes: ["0", "1", "2"],
  variants: {
    "default namespace": (of) => utf8(withAttributes(root(of), { xmlns: DEC })),
    prefixed: (of) => utf8(withAttributes(prefixed("d", root(of)), { "xmlns:d": DEC })),
    "no namespace": (of) => utf8(root(of)),
    "byte order mark, CDATA": (of) =>
      Buffer.concat([
        Buffer.from("\ufeff"),
        utf8(withAttributes(root(of, el("ErrorMessage", cdata(of.text))), { xmlns: DEC })),
      ]),
    "transit, TrnPreId only": (of) =>
      utf8(
        el(
          "DecImportResponse",
          fields({ ResponseCode: of.code, ErrorMessage: of.text, ClientSeqNo: of.key, TrnPreId: of.seqNo }),
          {
            xmlns: DEC,
          },
        ),
      ),
    "without ErrorMessage": (of) =>
      utf8(el("DecImportResponse", fields({ ResponseCode: of.code, ClientSeqNo: of.key }), { xmlns: DEC })),
  },
  prefix: imported("0"),
};
