import type { Recipe } from "../models/recipe.js";

export const recipes: readonly Recipe[] = [
  {
    type: "ACD",
    table: "acd.csv",
    namespace: "",
    roots: ["ImportAgrRequest"],
    order: "warning",
    emptyNumeric: "warning",
    official: false,
    basis: [
      "Agency agreement. Rests on one public copy of what looks like the official XSD, which lists Curr twice. Names and",
      "lengths: probable. Order: warned of.",
    ],
  },
];
