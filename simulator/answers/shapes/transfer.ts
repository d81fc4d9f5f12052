import { dateTime } from "../../china-time.js";
import { el, fields } from "../../write-xml.js";
import { business, type Shape } from "./types.js";
import { utf8 } from "./written.js";

const DXP = "http://www.chinaport.gov.cn/dxp";

/** Transfer receipt of the DXP: a node took the message or did not; the list of its codes is not public. */
export const dxpRep: Shape = {
  format: "DxpRep",
  answers: "DEC",
  codes: ["E1"],
  variants: {
    usual: (of) =>
      utf8(
        el(
          "DxpRep",
          [
            el("RecevierId", `DXPESW${of.clientId}`),
            el("Response", [
              ...fields({ ResponseCode: of.code, ResponseInfo: of.text }),
              el("Results", [
                el("Result", fields({ RecId: "x", Code: "E2", Info: "无此用户", Time: dateTime(of.at) })),
              ]),
              el("OriHead", fields({ CopMsgId: of.key })),
            ]),
          ],
          { xmlns: DXP, ver: "1.0" },
        ),
      ),
  },
  prefix: business,
};
