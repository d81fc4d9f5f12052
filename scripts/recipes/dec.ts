import { NO_OFFICIAL, type Recipe } from "../models/recipe.js";

export const recipes: readonly Recipe[] = [
  {
    type: "DEC",
    table: "dec.csv",
    namespace: "http://www.chinaport.gov.cn/dec",
    roots: ["DecMessage"],
    rests: "dictionary",
    order: "accepted",
    numbers: "faq 14",
    // The answer `For input string: ""` is that of reading a whole number; empty fees and second quantities were accepted.
    empty: { whole: "faq 14", others: "accepted" },
    keys: ["DecMessage/DecSign/ClientSeqNo"],
    loose: ["ClientSeqNo", "CopCode", "SignDate", "PurpOrgCode", "PromiseItmes", "Type", "CiqCode", "Version"],
    also: {
      Container: ["DecContainer"],
      EdocID: ["EdocId"],
      MnufctrRegNo: ["MnufctrRegno"],
      DecTpAccess: ["DecTpAccessType"],
    },
    dates: { SignDate: ["yyyyMMddHHmmss", "yyyy-MM-dd HH:mm:ss"] },
    basis: [
      "Customs declaration. Names: sure, six independent producers agree. Types, lengths and what is required: one data",
      "dictionary, which accepted documents do not keep to: warned of. Order of children: producers differ and all were",
      "accepted: warned of. An empty whole number, or one that has to be filled, is refused (faq 14).",
      NO_OFFICIAL,
    ],
  },
];
