import { NO_OFFICIAL, type Recipe } from "../models/recipe.js";

export const recipes: readonly Recipe[] = [
  {
    type: "DEC",
    table: "dec.csv",
    namespace: "http://www.chinaport.gov.cn/dec",
    roots: ["DecMessage"],
    order: "warning",
    emptyNumeric: "error",
    official: false,
    loose: ["ClientSeqNo", "CopCode", "SignDate", "PurpOrgCode", "PromiseItmes", "Type", "CiqCode", "Version"],
    basis: [
      "Customs declaration. Names: sure, six independent producers agree. Types, lengths and what is required: one data",
      "dictionary. Order of children: not certain, producers differ and all were accepted, so it is only warned of.",
      "Lengths that accepted files are known to exceed are warned of, too.",
      NO_OFFICIAL,
    ],
  },
];
