import type { Check } from "../document.js";
import { quote } from "../quote.js";
import type { GroupedRows, RowPlace } from "./rows.js";

const RULE = "SW-RULE-compose";

/** What is to be said of a document that rows made: of the rows themselves, then what was found in the document, with row and column. */
export function checksOfRows(
  { differing, unmapped, placeOf }: Pick<GroupedRows, "differing" | "unmapped" | "placeOf">,
  found: readonly Check[],
): Check[] {
  return [
    ...unmapped.map(({ path, value, ...place }): Check => {
      const at = said(place);
      return {
        ...{ rule: RULE, severity: "error", path, line: 0 },
        text: {
          zh: `${at.zh}：映射的 map 中没有“${quote(value)}”`,
          en: `${at.en}: the map has no ${quote(value)}`,
        },
        advice: {
          zh: "请更正该值，或在映射的 map 中补上它的代码。",
          en: "Correct the value, or add it with its code to the map.",
        },
      };
    }),
    ...differing.map(
      (column): Check => ({
        ...{ rule: RULE, severity: "warning", path: "", line: 0 },
        text: {
          zh: `同一单据各行的“${column}”不一致，取第一行的值`,
          en: `the rows of one document differ in ${column}: the first one's value was taken`,
        },
        advice: { zh: "请核对分组列和数据。", en: "See to the grouping column and the data." },
      }),
    ),
    ...found.map((check): Check => {
      const place = placeOf(check.path);
      if (!place) return check;
      const at = said(place);
      return { ...check, text: { zh: `${at.zh}：${check.text.zh}`, en: `${at.en}: ${check.text.en}` } };
    }),
  ];
}

const said = ({ row, column }: RowPlace) => ({
  zh: `数据第 ${row} 行，列“${quote(column)}”`,
  en: `data row ${row}, column ${quote(column)}`,
});
