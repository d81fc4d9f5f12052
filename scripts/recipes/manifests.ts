import { NO_OFFICIAL, type Recipe } from "../models/recipe.js";

/** What all manifests have in common: the FAQ asks for the type, and forbids empty elements (faq 16, 17). */
const COMMON = {
  numbers: "faq 14",
  empty: { whole: "faq 17", others: "faq 17" },
  keys: ["Manifest/Head/MessageID"],
  faq: { "Manifest/Head/MessageType": 16, "Manifest/Head/SenderID": 17 },
} as const;

const namespaceOf = (type: string) => `urn:Declaration:datamodel:standard:CN:${type}:1`;

function road(type: string): Recipe {
  return {
    ...COMMON,
    type,
    table: `${type.toLowerCase()}.csv`,
    namespace: namespaceOf(type),
    roots: ["Manifest"],
    rests: "producer",
    order: "faq 17",
    basis: [
      "Road manifest. Rests on one producer's template of 2018 and a published sample. Names and order: good, they follow",
      "the WCO model's alphabetical order. Lengths: mostly unknown and left open. Required: warned of, but for what the",
      "FAQ asks for.",
      NO_OFFICIAL,
    ],
  };
}

function seaAndAir(type: string, other: string): Recipe {
  return {
    ...COMMON,
    type,
    table: "manifest_sea_air.csv",
    namespace: namespaceOf(type),
    roots: ["Manifest"],
    rests: "producers",
    basis: [
      "Sea and air manifest. Rests on two producers older than version 1.2 (2018), which added fields: an element that is",
      "not known here, another order or length is only warned of. Names: good.",
      "The official XSDs of version 1.2 exist (customs notices 2018-40 and 2018-182): put them into SW_SCHEMAS.",
    ],
    adjust: (row) => (row.required.startsWith(other) ? { ...row, min: 0 } : row),
  };
}

export const recipes: readonly Recipe[] = [
  road("MT1401"),
  road("MT2401"),
  seaAndAir("MT1101", "MT2101"),
  seaAndAir("MT2101", "MT1101"),
];
