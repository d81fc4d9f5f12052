import type { Bilingual } from "../errors.js";

/** A schema error in plain words. `name` is how the field is called in each language. */
export interface Words {
  text: Bilingual;
  advice: Bilingual;
}

type Say = (match: RegExpExecArray, name: Bilingual) => Words;

/** Characters of a message that are looked at: libxml2 repeats the document's values in it, however long they are. */
const LOOKED_AT = 2000;

/** libxml2 puts the subject in front: `Element '{ns}x', attribute 'y': `. */
const SUBJECT = /^Element '(?:\{[^}]*\})?([^']*)'(?:, attribute '(?:\{[^}]*\})?([^']*)')?: /;

const MESSAGES: readonly [RegExp, Say][] = [
  [
    /\[facet 'maxLength'\] The value has a length of '(\d+)'; this exceeds the allowed maximum length of '(\d+)'/,
    ([, length, limit], name) => ({
      text: {
        zh: `${name.zh} 长度为 ${length}，超过上限 ${limit}`,
        en: `${name.en} has ${length} characters, the limit is ${limit}`,
      },
      advice: { zh: `请缩短到 ${limit} 个字符以内。`, en: `Shorten it to ${limit} characters.` },
    }),
  ],
  [
    /\[facet '(?:minLength|length)'\].*length of '(\d+)'.*'(\d+)'/,
    ([, length, limit], name) => ({
      text: {
        zh: `${name.zh} 长度为 ${length}，要求 ${limit}`,
        en: `${name.en} has ${length} characters, ${limit} are asked for`,
      },
      advice: { zh: "请按要求的长度填写。", en: "Write it with the length asked for." },
    }),
  ],
  [
    /\[facet '(?:totalDigits|fractionDigits)'\] The value '([^']*)' has more (fractional )?digits than are allowed \('(\d+)'\)/,
    ([, value, fraction, limit], name) => ({
      text: {
        zh: `${name.zh} 的值 ${value} ${fraction ? "小数位" : "数字位数"}超过 ${limit} 位`,
        en: `${name.en}: ${value} has more than ${limit} ${fraction ? "decimal places" : "digits"}`,
      },
      advice: {
        zh: `请四舍五入到 ${limit} 位${fraction ? "小数" : ""}以内。`,
        en: `Round it to ${limit} ${fraction ? "decimal places" : "digits"}.`,
      },
    }),
  ],
  [
    /\[facet 'enumeration'\] The value '([^']*)' is not an element of the set (.*?)\.?$/,
    ([, value, set], name) => ({
      text: {
        zh: `${name.zh} 的值“${value}”不在允许的代码中：${set}`,
        en: `${name.en}: "${value}" is not one of the codes allowed: ${set}`,
      },
      advice: { zh: "请填写列出的代码之一。", en: "Write one of the codes listed." },
    }),
  ],
  [
    /\[facet 'pattern'\] The value '([^']*)' is not accepted by the pattern '(.*)'/,
    ([, value, pattern], name) => ({
      text: {
        zh: `${name.zh} 的值“${value}”格式不符（要求 ${pattern}）`,
        en: `${name.en}: "${value}" does not have the form ${pattern}`,
      },
      advice: { zh: "请按要求的格式填写。", en: "Write it in that form." },
    }),
  ],
  [
    /\[facet '(\w+)'\] (.*)$/,
    ([, facet, rest], name) => ({
      text: { zh: `${name.zh} 不符合限制 ${facet}：${rest}`, en: `${name.en} breaks the limit ${facet}: ${rest}` },
      advice: { zh: "请修改该值。", en: "Change the value." },
    }),
  ],
  [
    /'\s*' is not a valid value of the (?:atomic|local atomic|union|list) type(?: '([^']*)')?/,
    (_match, name) => ({
      text: {
        zh: `${name.zh} 为空，但该字段必须有值（数值或日期）`,
        en: `${name.en} is empty, but it must have a value (a number or a date)`,
      },
      advice: {
        zh: '没有值时请删除该元素（空的数值元素会导致 For input string: ""）。',
        en: 'Leave the element out when it has no value (an empty numeric element is answered by For input string: "").',
      },
    }),
  ],
  [
    /'([^']*)' is not a valid value of the (?:atomic|local atomic|union|list) type(?: '([^']*)')?/,
    ([, value, type], name) => ({
      text: {
        zh: `${name.zh} 的值“${value}”不是有效的${typeName(type).zh}`,
        en: `${name.en}: "${value}" is not a valid ${typeName(type).en}`,
      },
      advice: { zh: "请修改该值。", en: "Correct the value." },
    }),
  ],
  [
    /This element is not expected\.(?: Expected is(?: one of)? \( (.*) \)\.)?/,
    ([, expected], name) => ({
      text: {
        zh: `${name.zh} 不应出现在此处${expected ? `，此处应为 ${names(expected)}` : ""}`,
        en: `${name.en} is not expected here${expected ? `, expected is ${names(expected)}` : ""}`,
      },
      advice: {
        zh: "请检查元素名称、命名空间、顺序和重复次数。",
        en: "Check the element's name, namespace, order and how often it occurs.",
      },
    }),
  ],
  [
    /Missing child element\(s\)\.(?: Expected is(?: one of)? \( (.*) \)\.)?/,
    ([, expected], name) => ({
      text: {
        zh: `${name.zh} 缺少子元素${expected ? `：${names(expected)}` : ""}`,
        en: `${name.en} lacks child elements${expected ? `: ${names(expected)}` : ""}`,
      },
      advice: { zh: "请补充缺少的元素。", en: "Add what is missing." },
    }),
  ],
  [
    /The attribute '([^']*)' is required but missing/,
    ([, attribute], name) => ({
      text: { zh: `${name.zh} 缺少属性 ${attribute}`, en: `${name.en} lacks the attribute ${attribute}` },
      advice: { zh: `请补充属性 ${attribute}。`, en: `Add the attribute ${attribute}.` },
    }),
  ],
  [
    /The attribute '([^']*)' is not allowed/,
    ([, attribute], name) => ({
      text: { zh: `${name.zh} 不允许有属性 ${attribute}`, en: `${name.en} may not have the attribute ${attribute}` },
      advice: { zh: "请删除该属性。", en: "Remove the attribute." },
    }),
  ],
  [
    /Character content (?:other than whitespace )?is not allowed/,
    (_match, name) => ({
      text: {
        zh: `${name.zh} 只能包含子元素，不能直接包含文字`,
        en: `${name.en} may have child elements only, no text`,
      },
      advice: { zh: "请删除多余的文字。", en: "Remove the text." },
    }),
  ],
  [
    /(?:Element content is not allowed|child elements? .*not allowed)/,
    (_match, name) => ({
      text: { zh: `${name.zh} 不能包含子元素`, en: `${name.en} may not have child elements` },
      advice: { zh: "请只填写文字内容。", en: "Write text only." },
    }),
  ],
  [
    /No matching global declaration available/,
    (_match, name) => ({
      text: {
        zh: `XSD 中没有根元素 ${name.zh}（或命名空间不符）`,
        en: `the schema has no root element ${name.en}, or in another namespace`,
      },
      advice: { zh: "请检查根元素名称和命名空间。", en: "Check the root element's name and namespace." },
    }),
  ],
];

function names(list: string): string {
  return list
    .split(", ")
    .map((name) => name.replace(/^\{[^}]*\}/, ""))
    .join(", ");
}

function typeName(type = ""): Bilingual {
  if (/decimal|double|float/.test(type)) return { zh: "数值", en: "number" };
  if (/[iI]nteger|xs:(?:int|long|short)/.test(type)) return { zh: "整数", en: "whole number" };
  if (/dateTime/.test(type)) return { zh: "日期时间", en: "date and time" };
  if (/date/.test(type)) return { zh: "日期", en: "date" };
  return { zh: `值${type ? `（${type}）` : ""}`, en: `value${type ? ` (${type})` : ""}` };
}

/** Name of the attribute that a message is about, or undefined when it is about the element. */
export function attributeOf(message: string): string | undefined {
  return SUBJECT.exec(message)?.[2];
}

/** A message of libxml2's schema validation in plain words; its own where there are none. */
export function schemaWords(message: string, name: Bilingual): Words {
  const start = message.slice(0, LOOKED_AT);
  for (const [pattern, say] of MESSAGES) {
    const match = pattern.exec(start);
    if (!match) continue;
    return say(match, name);
  }
  return {
    text: {
      zh: `${name.zh} 不符合 XSD：${message}`,
      en: `${name.en} breaks the schema: ${message}`,
    },
    advice: { zh: "请对照 XSD 修改。", en: "Correct it by the schema." },
  };
}
