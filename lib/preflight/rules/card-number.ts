import { quote } from "../quote.js";
import type { Rule } from "../types.js";

const FIELDS: Readonly<Record<string, string>> = {
  ICCode: "DecSign",
  IcCardNo: "InvtHeadType",
  Ic_Card: "EnvelopInfo",
};

/** A card number has 13 characters (formats, DecSign/ICCode); what a PKCS#11 token calls its serial number has 16. */
const CARD_NUMBER = /^[0-9A-Za-z]{13}$/;

/** The card number in the document is the card's own, else 非白名单用户或者ic卡号不合法 (faq 20). */
export const rule: Rule = {
  id: "card-number",
  severity: "error",
  kinds: ["DEC", "INV101", "SAS121", "ICP101"],
  source: "faq 20",
  title: { zh: "报文中的卡号与操作卡不一致", en: "card number differs from the card" },
  advice: {
    zh: "请将报文中的卡号改为实际插入的操作卡卡号，或换上报文所填的卡；并检查该卡是否过期或被锁定。",
    en: "Put the number of the card in use into the document, or insert the card it names; see that the card is neither expired nor locked.",
  },
  start({ kind, card }) {
    if (!card || !CARD_NUMBER.test(card.cardNumber)) return undefined;
    const severity = kind?.type === "DEC" ? ("warning" as const) : undefined;
    return {
      names: Object.keys(FIELDS),
      element(element, report) {
        if (element.parent?.name !== FIELDS[element.name]) return;
        const value = element.text.trim();
        if (value === "" || value.toUpperCase() === card.cardNumber.toUpperCase()) return;
        report({
          element,
          severity,
          text: {
            zh: `${element.name} 为 ${quote(value)}，操作卡卡号为 ${card.cardNumber}`,
            en: `${element.name} is ${quote(value)}, the card's number is ${card.cardNumber}`,
          },
        });
      },
    };
  },
};
