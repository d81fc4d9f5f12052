import { type Recipe, XMLDSIG } from "../models/recipe.js";

export const recipes: readonly Recipe[] = [
  {
    type: "COO",
    table: "coo.csv",
    namespace: XMLDSIG,
    roots: ["Certificate", "File"],
    rests: "copy",
    keys: ["Certificate/CertificateHead/CertNo"],
    loose: ["EntryId"],
    basis: [
      "Certificate of origin and its attachments. Rests on one public copy of what looks like the official XSD. Names and",
      "lengths: probable. All of it is warned of, but for the number that receipts are matched by.",
    ],
  },
];
