// Made by scripts/make-field-tables.ts from icp101.csv. Do not edit.
import type { FieldTable } from "./types.js";

export const ICP101_FIELDS: FieldTable = {
  numeric: {
    PocketInfo: {
      total_pocket_qty: "required",
      cur_pocket_no: "required",
    },
    Sas2sPassportHead: {
      VehicleWt: "required",
      VehicleFrameWt: "optional",
      TotalGrossWt: "required",
      TotalWt: "required",
    },
  },
  dates: {
    EnvelopInfo: {
      send_time: "yyyy-MM-ddTHH:mm:ss",
    },
    Sas2sPassportHead: {
      PassTime: "yyyy-MM-dd HH:mm:ss",
      SecdPassTime: "yyyy-MM-dd HH:mm:ss",
    },
  },
};
