import { companyOf, headOf } from "../places.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/**
 * 申报单位 should be the card's company, else the document is not found in the target system (faq 21). A warning: one
 * company may enter for another. 录入单位 is InputCode, which `company-code` compares.
 */
export const rule: Rule = {
  id: "applicant-company",
  severity: "warning",
  kinds: ["INV101", "SAS121", "ICP101"],
  source: "faq 21",
  title: { zh: "申报单位不是操作卡所属企业", en: "declaring company is not the card's" },
  advice: {
    zh: "请检查录入单位和申报单位是否为操作员卡所属企业；否则导入后可能在目标系统查不到单据。",
    en: "See that the entering and the declaring company are the card's; otherwise the document may not be found in the target system.",
  },
  start(context) {
    const company = companyOf(context);
    if (company.code === "") return undefined;
    return {
      end(report) {
        const head = headOf(context);
        // ICP101 spells it DclEtpsNo.
        const element = head?.child("DclEtpsno") ?? head?.child("DclEtpsNo");
        const value = element?.text.trim() ?? "";
        if (!element || value === "" || value === company.code) return;
        report({
          element,
          text: {
            zh: `申报单位 ${element.name} 为 ${quote(value)}，${company.zh}的海关十位编码为 ${company.code}`,
            en: `the declaring company ${element.name} is ${quote(value)}, the customs code of ${company.en} is ${company.code}`,
          },
        });
      },
    };
  },
};
