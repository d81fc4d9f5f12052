import { spacedDateTime } from "../../china-time.js";
import { el, fields, type Markup } from "../../write-xml.js";
import { approval, checkInfo, MANAGE_RESULTS } from "./approval.js";
import { packaged, packageVariants } from "./package.js";
import { business, type Shape, type Wanted } from "./types.js";
import { utf8 } from "./written.js";

function head(of: Wanted, state: { vrfdedMarkcd: string; own: boolean }): Markup {
  return el(
    "BondInvtBsc",
    fields({
      bondInvtNo: of.customsNo,
      chgTmsCnt: 0,
      invtPreentNo: of.seqNo,
      putrecNo: "T5300W000001",
      etpsInnerInvtNo: state.own ? of.key : undefined,
      vrfdedMarkcd: state.vrfdedMarkcd,
      invtStucd: "0",
    }),
  );
}

const inv201Body = (of: Wanted, typecd = "1"): Markup =>
  el("INV201", [approval(of, typecd), checkInfo(of), head(of, { vrfdedMarkcd: "1", own: true })]);

/** 核注清单审核回执. */
export const inv201: Shape = {
  format: "INV201",
  answers: "INV101",
  // 4 written off provisionally, 5 approved without it.
  codes: [...MANAGE_RESULTS, "4", "5"],
  variants: {
    ...packageVariants((of) => packaged("INV201", of, inv201Body(of), { ending: "INV" })),
    "of a change": (of) => utf8(packaged("INV201", of, inv201Body(of, "2"), { ending: "INV" })),
    "of a cancellation": (of) => utf8(packaged("INV201", of, inv201Body(of, "3"), { ending: "INV" })),
    "approval without head": (of) =>
      utf8(packaged("INV201", of, el("INV201", [approval(of), checkInfo(of)]), { ending: "INVT" })),
  },
  prefix: business,
};

/** 报关单生成回执: business_id in its envelope, no PocketInfo. */
export const inv202: Shape = {
  format: "INV202",
  answers: "INV101",
  codes: ["1", "2"],
  variants: packageVariants((of) =>
    packaged(
      "INV202",
      of,
      el("INV202", [
        el(
          "InvApprResult",
          fields({
            invPreentNo: of.seqNo,
            businessId: of.customsNo,
            entrySeqNo: of.code === "1" ? "I20240000000000055" : "",
            manageResult: of.code,
            createDate: spacedDateTime(of.at),
            reason: of.code === "1" ? "" : of.text,
          }),
        ),
      ]),
      { ending: "INV", pocket: false, businessId: true },
    ),
  ),
  prefix: business,
};

/** 核注清单记账回执: the code is vrfdedMarkcd. */
export const inv211: Shape = {
  format: "INV211",
  answers: "INV101",
  codes: ["2", "0", "1", "3"],
  variants: packageVariants((of) =>
    packaged(
      "INV211",
      of,
      el("INV211", [
        head(of, { vrfdedMarkcd: of.code, own: false }),
        el("BwsDt", fields({ inType: 1, cusmExeMarkcd: 1 })),
      ]),
      {
        ending: "INV",
      },
    ),
  ),
  prefix: business,
};
