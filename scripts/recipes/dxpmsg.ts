import type { Recipe } from "../models/recipe.js";

export const recipes: readonly Recipe[] = [
  {
    type: "DxpMsg",
    table: "dxpmsg.csv",
    namespace: "http://www.chinaport.gov.cn/dxp",
    roots: ["DxpMsg", "DxpMsgSv", "DxpRep"],
    rests: "official",
    closed: "extended",
    basis: ["Transport envelope. Rests on the fields of the official XSD and one producer that agrees with it: sure."],
  },
];
