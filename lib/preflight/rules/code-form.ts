import type { Bilingual } from "../../errors.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

interface Form extends Bilingual {
  fits: RegExp;
}

const CUSTOMS: Form = { fits: /^\d{4}$/, zh: "4 位数字的关区代码", en: "a customs office of 4 digits" };
const COUNTRY: Form = {
  fits: /^(?:\d{3}|[A-Za-z]{3})$/,
  zh: "3 位数字或 3 个字母的国别（地区）代码",
  en: "a country of 3 digits or 3 letters",
};
const CURRENCY: Form = {
  fits: /^(?:\d{3}|[A-Za-z]{3})$/,
  zh: "3 位数字或 3 个字母的币制代码",
  en: "a currency of 3 digits or 3 letters",
};

/** Codes of a declaration by the element that they stand in, and the element around it (formats/dec.csv). */
const FORMS: Readonly<Record<string, Form>> = {
  "DecHead/CustomMaster": CUSTOMS,
  "DecHead/IEPort": CUSTOMS,
  "DecHead/TradeMode": { fits: /^[0-9A-Za-z]{4}$/, zh: "4 位的监管方式代码", en: "a supervision mode of 4 characters" },
  "DecHead/CutMode": { fits: /^\d{3}$/, zh: "3 位数字的征免性质代码", en: "a nature of levy of 3 digits" },
  "DecHead/TradeCountry": COUNTRY,
  "DecHead/TradeAreaCode": COUNTRY,
  "DecList/OriginCountry": COUNTRY,
  "DecList/DestinationCountry": COUNTRY,
  "DecList/TradeCurr": CURRENCY,
};

const NAMES = [...new Set(Object.keys(FORMS).map((place) => place.slice(place.indexOf("/") + 1)))];

/** A name where a code belongs (一般贸易 for 0110) fits the length that the model knows, so nothing else sees it. */
export const rule: Rule = {
  id: "code-form",
  severity: "warning",
  kinds: ["DEC"],
  source: "formats",
  title: { zh: "代码栏填的不是代码", en: "no code where one belongs" },
  advice: {
    zh: "请填海关参数表中的代码，不要填名称：例如监管方式“一般贸易”为 0110。",
    en: "Write the code of the customs parameter table, not its name: general trade is 0110.",
  },
  start() {
    return {
      names: NAMES,
      element(element, report) {
        const form = FORMS[`${element.parent?.name}/${element.name}`];
        const value = element.text.trim();
        if (!form || value === "" || form.fits.test(value)) return;
        report({
          element,
          text: {
            zh: `${element.name} 的 ${quote(value)} 不是代码：应为${/^\d/.test(form.zh) ? " " : ""}${form.zh}`,
            en: `${element.name} holds ${quote(value)}, which is no code: ${form.en} is wanted`,
          },
        });
      },
    };
  },
};
