import { BUSINESS_DATA, envelope, NO_OFFICIAL, type Recipe, unsigned, XMLDSIG } from "../models/recipe.js";

/** 金关二期 messages as enterprises write them. `head` is the path of the head below the business data. */
function trade(
  recipe: Pick<Recipe, "type" | "table" | "rests" | "basis"> & Partial<Recipe>,
  message: string,
  head: string,
  key: string,
): Recipe {
  const body = `${BUSINESS_DATA}/${message}`;
  return {
    namespace: XMLDSIG,
    roots: envelope(message),
    adjust: unsigned,
    order: "accepted",
    numbers: "faq 14",
    // Documents leave whole numbers that they do not need empty; the FAQ's answer is to declarations.
    empty: { whole: "accepted", others: "accepted" },
    keys: [`${body}/${head}/${key}`],
    faq: { [`${body}/${head}/InputCode`]: 19, [`${body}/OperCusRegCode`]: 19, ...recipe.faq },
    anywhere: ["DelcareFlag", "SysId", "OperCusRegCode"],
    dates: { send_time: ["yyyy-MM-ddTHH:mm:ss[.S][Z]", "yyyy-MM-dd HH:mm:ss", "yyyyMMddHHmmss"] },
    loose: ["send_time"],
    ...recipe,
  };
}

const INVT = `${BUSINESS_DATA}/InvtMessage`;

export const recipes: readonly Recipe[] = [
  trade(
    {
      type: "INV101",
      table: "inv101.csv",
      rests: "producers",
      faq: {
        [`${INVT}/InvtHeadType/InputCode`]: 19,
        [`${INVT}/OperCusRegCode`]: 19,
        [`${INVT}/InvtHeadType/PutrecNo`]: 18,
        [`${INVT}/SysId`]: 21,
      },
      loose: ["DclUprcAmt", "DclTotalAmt", "send_time"],
      // A line for e-commerce names the 清单 that it stands for and nothing else.
      short: { InvtListType: "CbecBillNo" },
      basis: [
        "Bonded inventory list. Names: sure, several producers agree. Lengths: the customs-side message of 2017 and two",
        "producers. Required: what the FAQ asks for and the number that receipts are matched by; the rest is left out by",
        "some producers and only warned of. Order of children: DelcareFlag, SysId and OperCusRegCode were accepted in",
        "different places and may stand anywhere; other departures are warned of.",
        NO_OFFICIAL,
      ],
    },
    "InvtMessage",
    "InvtHeadType",
    "EtpsInnerInvtNo",
  ),
  trade(
    {
      type: "SAS121",
      table: "sas121.csv",
      rests: "producers",
      basis: [
        "Gate pass. Names: two producers agree. Lengths of weights and plate numbers: open. Order: not certain, warned of.",
        NO_OFFICIAL,
      ],
    },
    "PassPortMessage",
    "PassportHead",
    "EtpsPreentNo",
  ),
  trade(
    {
      type: "ICP101",
      table: "icp101.csv",
      rests: "producer",
      basis: ["Two-step gate pass. One producer only. Order: not certain, warned of.", NO_OFFICIAL],
    },
    "Sas2sPassPortMessage",
    "Sas2sPassportHead",
    "EtpsPreentNo",
  ),
];
