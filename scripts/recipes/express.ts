import type { Recipe } from "../models/recipe.js";

function express(type: string, title: string): Recipe {
  return {
    type,
    table: `express/${type}.csv`,
    namespace: "http://www.chinaport.gov.cn/exp",
    roots: ["Package"],
    rests: "copy",
    adjust: (one) => ({ ...one, zh: /^DECIMAL/.test(one.zh) ? "" : (one.zh.split(/\s/)[0] ?? "") }),
    basis: [`${title}. Rests on one public copy of what looks like the official XSD. All of it is warned of.`],
  };
}

export const recipes: readonly Recipe[] = [
  express("EXP301", "Express declaration"),
  express("EXP302", "Receipt of an express declaration"),
  express("EXP304", "Data of an express declaration"),
  express("EXP306", "Duty form of an express declaration"),
  express("EXP307", "Agency agreement of an express operator"),
  express("EXP308", "Receipt of an agency agreement"),
];
