import { seconds14 } from "../../china-time.js";
import { el, fields } from "../../write-xml.js";
import { packaged, packageVariants } from "./package.js";
import { business, imported, type Shape } from "./types.js";
import { utf8 } from "./written.js";

/** 代理委托导入回执: ConsignNo is absent on failure, and sources disagree on code 1. */
const response: Shape = {
  format: "ImportAgrResponse",
  answers: "ACD",
  codes: ["0", "1"],
  variants: {
    "ResponseInfo, with ConsignNo": (of) =>
      utf8(
        el("ImportAgrResponse", [
          el("ResponseInfo", fields({ ResponseCode: of.code, ResponseMessage: of.text })),
          ...fields({ ConsignNo: of.customsNo, CopCusCode: of.key }),
        ]),
      ),
    "ResponseInfo, without ConsignNo": (of) =>
      utf8(
        el("ImportAgrResponse", [
          el("ResponseInfo", fields({ ResponseCode: of.code, ResponseMessage: of.text })),
          el("CopCusCode", of.key),
        ]),
      ),
    flat: (of) =>
      utf8(
        el(
          "ImportAgrResponse",
          fields({ ResponseCode: of.code, ResponseMessage: of.text, CopCusCode: of.key, ConsignNo: of.customsNo }),
        ),
      ),
  },
  prefix: imported("0"),
};

/** 代理委托业务回执: the agreement's number is its only key. */
const acd002: Shape = {
  format: "ACD002",
  answers: "ACD",
  codes: ["S", "F"],
  variants: packageVariants((of) =>
    packaged(
      "ACD002",
      of,
      el(
        "ACD002",
        fields({
          CONSIGN_NO: of.customsNo,
          OP_TYPE: 1,
          OP_TIME: seconds14(of.at),
          PROC_RESULT: of.code,
          PROC_DESC: of.text,
        }),
      ),
      { ending: "ACD", signedData: true, pocket: false },
    ),
  ),
  prefix: business,
};

export const agreements: readonly Shape[] = [response, acd002];
