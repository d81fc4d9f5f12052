import { spacedDateTime } from "../china-time.js";
import { type Tree, textAt } from "../tree.js";
import { el, fields, type Markup } from "../write-xml.js";
import type { Numbers } from "./types.js";

/** What BondInvtBsc repeats of the list's head, in its own spelling. */
export interface InventoryHead {
  numbers: Numbers;
  head: Tree | undefined;
  /** SAS.VrfdedMarkcd. */
  writtenOff: "0" | "1" | "2";
  /** Left out where a receipt has only the data centre's and customs' numbers. */
  ownNumber: boolean;
  at: number;
}

/** `BondInvtBsc`: the list's head as customs holds it. */
export function bondInvtBsc({ numbers, head, writtenOff, ownNumber, at }: InventoryHead): Markup {
  const of = (name: string) => textAt(head, name);
  return el(
    "BondInvtBsc",
    fields({
      bondInvtNo: numbers.customsNo,
      chgTmsCnt: "0",
      invtPreentNo: numbers.seqNo,
      putrecNo: of("PutrecNo"),
      etpsInnerInvtNo: ownNumber ? numbers.key : undefined,
      bizopEtpsSccd: of("BizopEtpsSccd"),
      bizopEtpsno: of("BizopEtpsno"),
      bizopEtpsNm: of("BizopEtpsNm"),
      rvsngdEtpsSccd: of("RvsngdEtpsSccd"),
      rcvgdEtpsno: of("RcvgdEtpsno"),
      rcvgdEtpsNm: of("RcvgdEtpsNm"),
      dclEtpsSccd: of("DclEtpsSccd"),
      dclEtpsno: of("DclEtpsno"),
      dclEtpsNm: of("DclEtpsNm"),
      invtDclTime: spacedDateTime(at),
      entryDclTime: "",
      impexpPortcd: of("ImpexpPortcd"),
      dclPlcCuscd: of("DclPlcCuscd"),
      impexpMarkcd: of("ImpexpMarkcd"),
      mtpckEndprdMarkcd: of("MtpckEndprdMarkcd"),
      supvModecd: of("SupvModecd"),
      trspModecd: of("TrspModecd"),
      stshipTrsarvNatcd: of("StshipTrsarvNatcd"),
      dclcusFlag: of("DclcusFlag"),
      dclcusTypecd: of("DclcusTypecd"),
      prevdTime: spacedDateTime(at),
      formalVrfdedTime: writtenOff === "2" ? spacedDateTime(at) : "",
      vrfdedMarkcd: writtenOff,
      invtStucd: "0",
      bondInvtTypecd: of("InvtType"),
      entryStucd: writtenOff === "2" ? "1" : "0",
      passportUsedTypecd: "1",
      param4: "",
      dclTypecd: of("DclTypecd"),
    }),
  );
}
