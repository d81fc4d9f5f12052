// Made by scripts/make-field-tables.ts from inv101.csv. Do not edit.
import type { FieldTable } from "./types.js";

export const INV101_FIELDS: FieldTable = {
  numeric: {
    PocketInfo: {
      total_pocket_qty: "required",
      cur_pocket_no: "required",
    },
    InvtHeadType: {
      ChgTmsCnt: "optional",
      LevyBlAmt: "optional",
      Param3: "optional",
    },
    InvtListType: {
      GdsSeqno: "required",
      PutrecSeqno: "optional",
      DclUprcAmt: "required",
      DclTotalAmt: "required",
      UsdStatTotalAmt: "optional",
      LawfQty: "required",
      SecdLawfQty: "optional",
      WtSfVal: "optional",
      FstSfVal: "optional",
      SecdSfVal: "optional",
      DclQty: "required",
      GrossWt: "optional",
      NetWt: "optional",
      EntryGdsSeqno: "optional",
      ApplyTbSeqno: "optional",
      Param3: "optional",
    },
    InvtGoodsType: {
      GdsSeqno: "optional",
      PutrecSeqno: "optional",
      DclUprcAmt: "optional",
      DclTotalAmt: "optional",
      LawfQty: "optional",
      SecdLawfQty: "optional",
      DclQty: "optional",
      GrossWt: "optional",
      NetWt: "optional",
      EntryGdsSeqno: "optional",
      ApplyTbSeqno: "optional",
    },
    InvtDecHeadType: {
      FeeRate: "optional",
      GrossWet: "optional",
      InsurRate: "optional",
      NetWt: "optional",
      OtherRate: "optional",
      PackNo: "optional",
    },
    InvtDecListType: {
      EntryGdsSeqno: "optional",
      PutrecSeqno: "optional",
      DclUprcAmt: "optional",
      DclTotalAmt: "optional",
      LawfQty: "optional",
      SecdLawfQty: "optional",
      DclQty: "optional",
    },
  },
  dates: {
    EnvelopInfo: {
      send_time: "yyyy-MM-ddTHH:mm:ss",
    },
    InvtHeadType: {
      InputTime: "yyyyMMdd",
      InvtDclTime: "yyyyMMdd",
      EntryDclTime: "yyyyMMdd",
      PrevdTime: "yyyyMMdd",
      FormalVrfdedTime: "yyyyMMdd",
      Param4: "yyyy-MM-dd HH:mm:ss",
    },
    InvtListType: {
      Param4: "yyyy-MM-dd HH:mm:ss",
    },
  },
};
