// Made by scripts/make-field-tables.ts from manifest_sea_air.csv. Do not edit.
import type { FieldTable } from "./types.js";

export const MANIFEST_SEA_AIR_FIELDS: FieldTable = {
  numeric: {
    Consignment: {
      GrossVolumeMeasure: "optional",
      ValueAmount: "optional",
      TotalGrossMassMeasure: "required",
    },
    ConsignmentPackaging: {
      QuantityQuantity: "required",
    },
    ConsignmentItem: {
      SequenceNumeric: "optional",
    },
    ConsignmentItemPackaging: {
      QuantityQuantity: "optional",
    },
    GoodsMeasure: {
      GrossMassMeasure: "optional",
    },
  },
  dates: {
    Head: {
      SendTime: "yyyyMMddHHmmssSSS",
    },
    BorderTransportMeans: {
      ArrivalDateTime: "yyyyMMddHHmmss",
      DepartureDateTime: "yyyyMMddHHmmss",
    },
    LoadingLocation: {
      LoadingDate: "yyyyMMddHHmmss",
    },
    UnloadingLocation: {
      ArrivalDate: "yyyyMMdd",
    },
  },
};
