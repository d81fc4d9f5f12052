import type { Recipe } from "../models/recipe.js";

export const recipes: readonly Recipe[] = [
  {
    type: "ACD",
    table: "acd.csv",
    namespace: "",
    roots: ["ImportAgrRequest"],
    rests: "copy",
    keys: ["ImportAgrRequest/OperInfo/CopCusCode"],
    basis: [
      "Agency agreement. Rests on one public copy of what looks like the official XSD, which lists Curr twice. Names and",
      "lengths: probable. All of it is warned of, but for the number that receipts are matched by.",
    ],
  },
];
