// Made by scripts/make-field-tables.ts from dec.csv. Do not edit.
import type { FieldTable } from "./types.js";

export const DEC_FIELDS: FieldTable = {
  numeric: {
    DecHead: {
      FeeRate: "optional",
      GrossWet: "optional",
      InsurRate: "optional",
      NetWt: "optional",
      OtherRate: "optional",
      PackNo: "optional",
    },
    DecList: {
      ContrItem: "optional",
      DeclPrice: "optional",
      Factor: "optional",
      GNo: "required",
      DeclTotal: "optional",
      GQty: "optional",
      FirstQty: "optional",
      SecondQty: "optional",
      WorkUsd: "optional",
      ExgVersion: "optional",
    },
    DecGoodsLimit: {
      GoodsNo: "required",
    },
    DecGoodsLimitVin: {
      InvoiceNum: "optional",
    },
    Container: {
      GoodsContaWt: "optional",
      ContainerWt: "optional",
    },
    DecOtherPack: {
      PackQty: "optional",
    },
    TrnContainer: {
      ContaSn: "optional",
      TransWeight: "optional",
    },
    TrnContaGoods: {
      GNo: "required",
      ContaGoodsCount: "optional",
      ContaGoodsWeight: "optional",
    },
    DecSupplementList: {
      GNo: "optional",
      InvoicePrice: "optional",
      InvoiceAmount: "optional",
      GoodsPrice: "optional",
      GoodsAmount: "optional",
      I_CommissionPrice: "optional",
      I_CommissionAmount: "optional",
      I_ContainerPrice: "optional",
      I_ContainerAmount: "optional",
      I_PackPrice: "optional",
      I_PackAmount: "optional",
      I_PartPrice: "optional",
      I_PartAmount: "optional",
      I_ToolPrice: "optional",
      I_ToolAmount: "optional",
      I_LossPrice: "optional",
      I_LossAmount: "optional",
      I_DesignPrice: "optional",
      I_DesignAmount: "optional",
      I_UsefeePrice: "optional",
      I_UsefeeAmount: "optional",
      I_ProfitPrice: "optional",
      I_ProfitAmount: "optional",
      I_FeePrice: "optional",
      I_FeeAmount: "optional",
      I_OtherPrice: "optional",
      I_OtherAmount: "optional",
      I_InsurPrice: "optional",
      I_InsurAmount: "optional",
    },
    SddTaxHead: {
      InRatio: "optional",
      FeeRate: "optional",
      InsurRate: "optional",
      OtherRate: "optional",
      GrossWt: "optional",
    },
    DecRoyaltyFee: {
      PayPeriod: "optional",
      RoyaltyAmount: "required",
    },
  },
  dates: {
    DecHead: {
      IEDate: "yyyyMMdd",
      PDate: "yyyyMMdd",
      DespDate: "yyyyMMdd",
      CmplDschrgDt: "yyyyMMdd",
    },
    DecGoodsLimitVin: {
      BillLadDate: "yyyyMMdd",
    },
    DecSign: {
      SignDate: "yyyyMMddHHmmss00",
    },
    TrnHead: {
      ValidTime: "yyyyMMdd",
    },
    TrnList: {
      IEDate: "yyyyMMdd",
    },
    DecSupplementList: {
      ContrDate: "yyyyMMdd",
      InvoiceDate: "yyyyMMdd",
    },
    DecRisk: {
      SignDate: "yyyyMMddHHmmss00",
    },
    DecRoyaltyFee: {
      ExpirationDateTime: "yyyy-MM-dd",
    },
  },
};
