import type { Bilingual } from "../errors.js";

type Words = (match: RegExpExecArray) => Bilingual;

/** libxml2's words about text that is no XML, and ours for them. */
const WELL_FORMED: readonly [RegExp, Words][] = [
  [
    /^Premature end of data in tag (\S+) line (\d+)/,
    ([, name, line]) => ({
      zh: `文件不完整：第 ${line} 行的元素 ${name} 没有结束`,
      en: `the file ends too early: element ${name} of line ${line} is not closed`,
    }),
  ],
  [
    /^Opening and ending tag mismatch: (\S+) line (\d+) and (\S+)/,
    ([, open, line, close]) => ({
      zh: `第 ${line} 行的开始标签 ${open} 与结束标签 ${close} 不匹配`,
      en: `open tag ${open} of line ${line} and close tag ${close} do not match`,
    }),
  ],
  [/^Document is empty/, () => ({ zh: "文件内容为空或不是 XML", en: "the file is empty or is not XML" })],
  [
    /^Extra content at the end/,
    () => ({ zh: "根元素结束后还有多余内容", en: "there is more text behind the end of the root element" }),
  ],
  [
    /^Entity '(.*)' not defined/,
    ([, name]) => ({
      zh: `未定义的实体 &${name};（字符 & 应写成 &amp;）`,
      en: `entity &${name}; is not defined (write & as &amp;)`,
    }),
  ],
  [
    /^(?:xmlParseEntityRef|EntityRef)/,
    () => ({ zh: "字符 & 没有转义（应写成 &amp;）", en: "the character & is not escaped (write &amp;)" }),
  ],
  [/^Attribute (\S+) redefined/, ([, name]) => ({ zh: `属性 ${name} 重复`, en: `attribute ${name} is there twice` })],
  [
    /^Namespace prefix (\S+) .*not defined/,
    ([, prefix]) => ({ zh: `命名空间前缀 ${prefix} 未声明`, en: `namespace prefix ${prefix} is not declared` }),
  ],
  [/^Excessive depth/, () => ({ zh: "元素嵌套过深", en: "elements are nested too deep" })],
  [
    /(?:Char 0x0|PCDATA invalid Char|Invalid character|invalid xmlChar|out of allowed range)/,
    () => ({ zh: "含有 XML 不允许的控制字符", en: "there is a control character that XML does not allow" }),
  ],
  [
    /(?:StartTag: invalid element name|Unescaped '<')/,
    () => ({ zh: "字符 < 没有转义，或标签名不正确", en: "the character < is not escaped, or a tag has no name" }),
  ],
  [
    /^Start tag expected/,
    () => ({ zh: "文件不以 XML 标签开头，不是 XML", en: "the file does not begin with a tag, it is not XML" }),
  ],
];

/** libxml2's message about well-formedness in plain words, its own words behind them. */
export function plainWords(message: string): Bilingual {
  for (const [pattern, words] of WELL_FORMED) {
    const match = pattern.exec(message);
    if (!match) continue;
    const { zh, en } = words(match);
    return { zh: `${zh}（libxml2: ${message}）`, en: `${en} (libxml2: ${message})` };
  }
  return { zh: `libxml2: ${message}`, en: `libxml2: ${message}` };
}
