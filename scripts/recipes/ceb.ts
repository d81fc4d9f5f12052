import type { Recipe } from "../models/recipe.js";

function ceb(number: number): Recipe {
  const type = `CEB${number}Message`;
  return {
    type,
    table: `ceb${number}.csv`,
    namespace: "http://www.chinaport.gov.cn/ceb",
    roots: [type],
    rests: "official",
    closed: "extended",
    empty: { others: "accepted" },
    basis: [
      "Cross-border e-commerce. Rests on the fields of the official XSD (customs notice 2018-113, edition 202205) and two",
      "producers that agree with it. Names, order, lengths and what is required: sure. Regional platforms take further",
      "elements, and an empty second quantity: warned of.",
    ],
  };
}

export const recipes: readonly Recipe[] = [ceb(303), ceb(311), ceb(603), ceb(621)];
