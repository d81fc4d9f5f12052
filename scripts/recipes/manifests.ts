import { NO_OFFICIAL, type Recipe } from "../models/recipe.js";

const namespaceOf = (type: string) => `urn:Declaration:datamodel:standard:CN:${type}:1`;

function road(type: string): Recipe {
  return {
    type,
    table: `${type.toLowerCase()}.csv`,
    namespace: namespaceOf(type),
    roots: ["Manifest"],
    order: "error",
    emptyNumeric: "error",
    official: false,
    basis: [
      "Road manifest. Rests on one producer's template of 2018. Names and order: good, they follow the WCO model's",
      "alphabetical order. Lengths: mostly unknown and left open. Required: only what a public notice names.",
      NO_OFFICIAL,
    ],
  };
}

function seaAndAir(type: string, other: string): Recipe {
  return {
    type,
    table: "manifest_sea_air.csv",
    namespace: namespaceOf(type),
    roots: ["Manifest"],
    order: "error",
    emptyNumeric: "error",
    official: false,
    basis: [
      "Sea and air manifest. Rests on two producers older than version 1.2 (2018), which added fields: an element that is",
      "not known here is only warned of. Names: good. Order and lengths: from these two. Required: only what is certain.",
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
