import { spacedDateTime } from "../china-time.js";
import { childOf, type Tree, textAt } from "../tree.js";
import { el, fields } from "../write-xml.js";
import { envelope } from "./envelope.js";
import { bondInvtBsc } from "./inventory-head.js";
import type { Answer, Numbers } from "./types.js";

/** 核注清单审核回执: etpsPreentNo is the 18-digit number here (domain 0, item 5). */
export function inv201(of: { numbers: Numbers; body: Tree; clientId: string; messageId: string; at: number }): Answer {
  const { numbers, body, at } = of;
  const lines = body.children.filter(({ name }) => name === "InvtListType");
  return envelope({
    type: "INV201",
    code: "1",
    clientId: of.clientId,
    messageId: of.messageId,
    at,
    declaration: false,
    body: el("INV201", [
      el(
        "HdeApprResult",
        fields({
          etpsPreentNo: numbers.seqNo,
          businessId: numbers.customsNo,
          tmsCnt: "1",
          typecd: "1",
          manageResult: "1",
          manageDate: spacedDateTime(at),
          rmk: "审核通过",
        }),
      ),
      bondInvtBsc({ numbers, head: childOf(body, "InvtHeadType"), writtenOff: "1", ownNumber: true, at }),
      ...lines.map((line) =>
        el(
          "BondInvtDt",
          fields({
            bondInvtNo: numbers.customsNo,
            chgTmsCnt: "0",
            gdsSeqno: textAt(line, "GdsSeqno"),
            putrecSeqno: textAt(line, "PutrecSeqno"),
            gdsMtno: textAt(line, "GdsMtno"),
            gdecd: textAt(line, "Gdecd"),
            gdsNm: textAt(line, "GdsNm"),
            gdsSpcfModelDesc: textAt(line, "GdsSpcfModelDesc"),
            dclUnitcd: textAt(line, "DclUnitcd"),
            lawfUnitcd: textAt(line, "LawfUnitcd"),
            natcd: textAt(line, "Natcd"),
            dclQty: textAt(line, "DclQty"),
            modfMarkcd: textAt(line, "ModfMarkcd"),
          }),
        ),
      ),
    ]),
  });
}
