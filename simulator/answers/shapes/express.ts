import { millis17 } from "../../china-time.js";
import { el, fields, type Markup } from "../../write-xml.js";
import { packaged, packageVariants } from "./package.js";
import { business, type Shape, type Wanted } from "./types.js";
import { utf8, withAttributes } from "./written.js";

/** 快件 messages lie in SignedData, in a namespace of their own (formats/express). */
const EXP = "http://www.chinaport.gov.cn/exp";

function express(
  format: string,
  answers: string,
  codes: readonly string[],
  body: (of: Wanted) => readonly Markup[],
  more: Shape["variants"] = {},
): Shape {
  const root = (of: Wanted) =>
    packaged(format, of, el(format, body(of)), { ending: "EXP", signedData: true, pocket: false });
  return {
    format,
    answers,
    codes,
    variants: {
      "namespace of EXP": (of) => utf8(withAttributes(root(of), { xmlns: EXP })),
      ...packageVariants(root),
      ...more,
    },
    prefix: business,
  };
}

/** What becomes of goods at customs: rejected, inspected, released and so on (formats/express/EXP302.csv). */
const ENTRY_RESULTS =
  "D0 D1 D2 D3 Y N A R 00 02 03 04 05 06 07 08 D 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44";

/** 快件报关单回执: the state of a declaration, by its numbers. */
const declaration = express("EXP302", "DEC", ENTRY_RESULTS.split(" "), (of) => [
  el(
    "EntryHead",
    fields({
      PreEntryId: of.seqNo,
      OpType: "ADD",
      BillNo: "BL 1",
      AssBillNo: "H 1",
      IEFlag: "I",
      EntryId: of.customsNo,
      OpTime: `${millis17(of.at).slice(0, 14)}+08`,
      OpResult: of.code,
      Notes: of.text,
    }),
  ),
]);

/** 快件报关委托协议回执: it names the parties and the time of the agreement, no number. */
const agreement = express("EXP308", "ACD", ["D0", "D1", "D2", "D3", "Y", "N", "0", "1", "2"], (of) =>
  fields({
    AgentCode: "4403180001",
    TradeCode: "4403180002",
    BeginDate: "20240101",
    EndDate: "20241231",
    CustomsCode: "5300",
    OpTime: millis17(of.at).slice(0, 14),
    OpResult: of.code,
    Notes: of.text,
    AgentScc: "",
    TradeScc: "",
  }),
);

const result = (of: Wanted, code: string) =>
  fields({ EntryDate: millis17(of.at).slice(0, 14), RtnFlag: code, Notes: of.text });
const mftHead = (of: Wanted, code: string) =>
  el("ExpMftHead", [...fields({ BillNo: of.key, VoyageNo: "V1" }), ...result(of, code)]);
const mftList = (of: Wanted, bill: string, code: string) =>
  el("ExpMftList", [...fields({ BillNo: of.key, AssBillNo: bill }), ...result(of, code)]);

/** 快件舱单回执: DY and DN of the data centre, NY and NN of customs, those for each house bill as well. */
const manifest = express("EXP312", "MT1401", ["DY", "DN", "NY", "NN"], (of) => [mftHead(of, of.code)], {
  "with house bills": (of) =>
    utf8(
      withAttributes(
        packaged("EXP312", of, el("EXP312", [mftHead(of, of.code), mftList(of, "H1", "NY"), mftList(of, "H2", "NN")]), {
          ending: "EXP",
          signedData: true,
          pocket: false,
        }),
        { xmlns: EXP },
      ),
    ),
});

/** Data of customs about a declaration, without a result. */
const informing = (format: string, head: string) =>
  express(format, "DEC", [""], (of) => [
    el(head, fields({ PreEntryId: of.seqNo, EntryId: of.customsNo, BillNo: "BL 1", AssBillNo: "H 1" })),
  ]);

export const expressShapes: readonly Shape[] = [
  declaration,
  agreement,
  manifest,
  informing("EXP304", "EntryHead"),
  express("EXP306", "DEC", [""], (of) => [
    el("DutyFormHead", fields({ OpType: "1", TaxEntryId: "T1" })),
    el("EntryList", fields({ EntryId: of.customsNo, GNo: "1" })),
  ]),
  informing("EXP310", "EntryDuty"),
  express("EXP311", "MT1401", [""], (of) => [
    el("ExpMftHead", fields({ OpType: "ADD", BillNo: of.key, VoyageNo: "V1" })),
  ]),
];
