import type { Bilingual } from "../errors.js";

/**
 * What a limit rests on: that an element must be there, how long it may be, in which order. A document is refused only
 * where the service desk's FAQ, an official XSD or the platform's own answer says so, or where an answer could not be
 * matched to it otherwise. All else we know is a warning: a good declaration that is stopped here is worse than a bad one
 * that customs stops.
 */
export type Rests = `faq ${number}` | keyof typeof BASES;

interface Basis extends Bilingual {
  /** Whether a document is refused for it. */
  refuses: boolean;
}

const BASES = {
  official: { refuses: true, zh: "官方 XSD", en: "the official XSD" },
  answer: { refuses: true, zh: "平台实际返回的回执", en: "what the platform answers" },
  key: { refuses: true, zh: "回执与报文靠此编号对应", en: "the number that receipts are matched by" },
  dictionary: { refuses: false, zh: "一份公开的数据字典", en: "one public data dictionary" },
  producers: { refuses: false, zh: "多家企业报文的共同写法", en: "what several producers write" },
  producer: { refuses: false, zh: "一家企业的报文", en: "what one producer writes" },
  accepted: {
    refuses: false,
    zh: "各来源不一致，且有不同写法的报文被接受",
    en: "sources that disagree, and documents of both kinds were accepted",
  },
  extended: {
    refuses: false,
    zh: "官方 XSD，但地方平台接受附加字段",
    en: "the official XSD, to which regional platforms take additions",
  },
  copy: {
    refuses: false,
    zh: "一份疑似官方 XSD 的公开副本",
    en: "one public copy of what looks like the official XSD",
  },
  customs: {
    refuses: false,
    zh: "海关内部 2017 年的 XSD，企业端可能不同",
    en: "customs' own XSD of 2017, from which the enterprise side may differ",
  },
  inferred: { refuses: false, zh: "推断", en: "an inference" },
} as const satisfies Record<string, Basis>;

const FAQ = /^faq (\d+)$/;

/** Whether a document that goes beyond a limit is refused for it, or only warned of. */
export function severityOf(rests: Rests): "error" | "warning" {
  return FAQ.test(rests) || BASES[rests as keyof typeof BASES].refuses ? "error" : "warning";
}

/** What a limit rests on, in words. */
export function basisWords(rests: Rests): Bilingual {
  const item = FAQ.exec(rests)?.[1];
  if (item) return { zh: `服务台常见问题第 ${item} 条`, en: `item ${item} of the service desk's FAQ` };
  const { zh, en } = BASES[rests as keyof typeof BASES];
  return { zh, en };
}
