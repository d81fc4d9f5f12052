// Made by scripts/make-field-tables.ts from sas121.csv. Do not edit.
import type { FieldTable } from "./types.js";

export const SAS121_FIELDS: FieldTable = {
  numeric: {
    PocketInfo: {
      total_pocket_qty: "required",
      cur_pocket_no: "required",
    },
    PassportHead: {
      VehicleWt: "required",
      VehicleFrameWt: "optional",
      ContainerWt: "optional",
      TotalWt: "required",
      TotalGrossWt: "required",
      TotalNetWt: "required",
    },
    PassportList: {
      PassportSeqNo: "required",
      RltGdsSeqno: "required",
      DclQty: "required",
      GrossWt: "required",
      NetWt: "required",
    },
  },
  dates: {
    EnvelopInfo: {
      send_time: "yyyy-MM-ddTHH:mm:ss",
    },
    PassportHead: {
      DclTime: "yyyyMMdd",
      PassTime: "yyyy-MM-dd HH:mm:ss",
      SecdPassTime: "yyyy-MM-dd HH:mm:ss",
    },
  },
};
