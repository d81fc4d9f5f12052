import { companyOf, headOf, nearest } from "../places.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/** InputCode = OperCusRegCode = the card's company, else 操作卡海关十位与Session中的不相符 (faq 19). */
export const rule: Rule = {
  id: "company-code",
  severity: "error",
  kinds: ["INV101", "SAS121", "ICP101"],
  source: "faq 19",
  title: { zh: "InputCode、OperCusRegCode 与操作卡不一致", en: "InputCode and OperCusRegCode differ from the card" },
  advice: {
    zh: "请将表头 InputCode 和 OperCusRegCode 都改为导入卡所属企业的海关十位编码。",
    en: "Set InputCode in the head and OperCusRegCode both to the ten-digit customs code of the card's company.",
  },
  start(context) {
    const { body } = context;
    return {
      end(report) {
        const company = companyOf(context);
        const head = headOf(context);
        const fields = [
          { name: "InputCode", element: head?.child("InputCode"), missingAt: head ?? body },
          { name: "OperCusRegCode", element: body.child("OperCusRegCode"), missingAt: nearest(body, "OperCusRegCode") },
        ];
        for (const { name, element, missingAt } of fields) {
          const value = element?.text.trim() ?? "";
          if (value === "") {
            report({
              element: element ?? missingAt,
              text: { zh: `没有填写 ${name}`, en: `${name} is missing or empty` },
            });
          } else if (element && company.code !== "" && value !== company.code) {
            report({
              element,
              text: {
                zh: `${name} 为 ${quote(value)}，与${company.zh}的海关十位编码 ${company.code} 不一致`,
                en: `${name} is ${quote(value)}, but the customs code of ${company.en} is ${company.code}`,
              },
            });
          }
        }
        const [input = "", operator = ""] = fields.map(({ element }) => element?.text.trim() ?? "");
        const at = fields[1]?.element;
        // With a known company each was compared with that already.
        if (company.code === "" && at && input !== "" && operator !== "" && input !== operator) {
          report({
            element: at,
            text: {
              zh: `OperCusRegCode 为 ${quote(operator)}，表头 InputCode 为 ${quote(input)}，两者必须一致`,
              en: `OperCusRegCode is ${quote(operator)}, InputCode in the head is ${quote(input)}: they must be the same`,
            },
          });
        }
      },
    };
  },
};
