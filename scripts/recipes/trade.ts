import { envelope, NO_OFFICIAL, type Recipe, unsigned, XMLDSIG } from "../models/recipe.js";

/** 金关二期 messages as enterprises write them. */
const COMMON = {
  namespace: XMLDSIG,
  adjust: unsigned,
  order: "warning",
  emptyNumeric: "warning",
  official: false,
  anywhere: ["DelcareFlag", "SysId", "OperCusRegCode"],
} as const;

export const recipes: readonly Recipe[] = [
  {
    ...COMMON,
    type: "INV101",
    table: "inv101.csv",
    roots: envelope("InvtMessage"),
    loose: ["DclUprcAmt", "DclTotalAmt", "send_time"],
    // A line for e-commerce names the 清单 that it stands for and nothing else.
    short: { InvtListType: "CbecBillNo" },
    basis: [
      "Bonded inventory list. Names: sure, several producers agree. Lengths: the customs-side message of 2017 and two",
      "producers. Order of children: DelcareFlag, SysId and OperCusRegCode were accepted in different places and may stand",
      "anywhere; other departures are warned of.",
      NO_OFFICIAL,
    ],
  },
  {
    ...COMMON,
    type: "SAS121",
    table: "sas121.csv",
    roots: envelope("PassPortMessage"),
    loose: ["send_time"],
    basis: [
      "Gate pass. Names: two producers agree. Lengths of weights and plate numbers: open. Order: not certain, warned of.",
      NO_OFFICIAL,
    ],
  },
  {
    ...COMMON,
    type: "ICP101",
    table: "icp101.csv",
    roots: envelope("Sas2sPassPortMessage"),
    loose: ["send_time"],
    basis: ["Two-step gate pass. One producer only. Order: not certain, warned of.", NO_OFFICIAL],
  },
];
