import { NO_OFFICIAL, type Recipe } from "../models/recipe.js";

export const recipes: readonly Recipe[] = [
  {
    type: "NPTS001",
    table: "npts.csv",
    namespace: "",
    roots: ["EmlMessage"],
    rests: "producer",
    keys: ["EmlMessage/NptsEmlHead/EtpsPreentNo"],
    basis: [
      "Processing-trade manual. Rests on one producer; lengths from customs' own schema of the manual. All of it is warned",
      "of, but for the number that receipts are matched by.",
      NO_OFFICIAL,
    ],
  },
];
