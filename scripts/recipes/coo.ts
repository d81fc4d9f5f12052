import { type Recipe, XMLDSIG } from "../models/recipe.js";

export const recipes: readonly Recipe[] = [
  {
    type: "COO",
    table: "coo.csv",
    namespace: XMLDSIG,
    roots: ["Certificate", "File"],
    order: "warning",
    emptyNumeric: "warning",
    official: false,
    loose: ["EntryId"],
    basis: [
      "Certificate of origin and its attachments. Rests on one public copy of what looks like the official XSD. Names and",
      "lengths: probable. Order: warned of.",
    ],
  },
];
