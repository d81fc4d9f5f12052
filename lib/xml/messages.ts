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
    ([, open = "", line, close = ""]) => {
      const sameButCase = open.toLowerCase() === close.toLowerCase();
      return {
        zh: `第 ${line} 行的开始标签 ${open} 与结束标签 ${close} 不匹配${sameButCase ? "（大小写不同）" : "：其中一个没有写，或写错了名称"}`,
        en: `open tag ${open} of line ${line} and close tag ${close} do not match${sameButCase ? " (upper and lower case differ)" : ": one of them is missing, or has a wrong name"}`,
      };
    },
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
    /(?:Invalid character: )?Char 0x([0-9A-F]+)|Char value (\d+)|(?:Invalid|invalid) character|out of allowed range/,
    ([, hexadecimal, decimal]) => {
      const point = hexadecimal ? Number.parseInt(hexadecimal, 16) : decimal ? Number(decimal) : undefined;
      const code = point === undefined ? "" : ` U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
      return {
        zh: `含有 XML 不允许的控制字符${code}，请删除（常见于从数据库或 Excel 复制的文字）`,
        en: `there is a control character${code} that XML does not allow: remove it (text copied from a database or Excel has them)`,
      };
    },
  ],
  [
    /^XML declaration allowed only at the start/,
    () => ({
      zh: "XML 声明 <?xml …?> 必须是文件的第一个字符：它前面有空行、空格或其他内容，或文件里有第二个声明",
      en: "the XML declaration <?xml …?> must be the very first thing in the file: a blank, an empty line or something else stands before it, or it is there twice",
    }),
  ],
  [
    /^Double hyphen within comment/,
    () => ({
      zh: "注释 <!-- … --> 中不能有连续两个减号 --",
      en: "a comment <!-- … --> may not have two hyphens -- within it",
    }),
  ],
  [
    /^Comment (?:not terminated|must)/,
    () => ({ zh: "注释 <!-- 没有以 --> 结束", en: "a comment <!-- is not closed by -->" }),
  ],
  [/^CData section not finished/i, () => ({ zh: "CDATA 没有以 ]]> 结束", en: "a CDATA section is not closed by ]]>" })],
  [
    /^Sequence '\]\]>' not allowed/,
    () => ({
      zh: "文字中不能直接写 ]]>（应写成 ]]&gt;），或 CDATA 的开头 <![CDATA[ 丢失",
      en: "text may not hold ]]> as it is (write ]]&gt;), or the <![CDATA[ before it is missing",
    }),
  ],
  [
    /^(?:AttValue: |attributes construct error|error parsing attribute name|Specification mandates value)/,
    () => ({
      zh: '标签中的属性写法不正确：应为 名称="值"，用英文半角引号',
      en: 'an attribute is not written as name="value" with plain quotes',
    }),
  ],
  [
    /^(?:String not (?:started|closed)|Malformed declaration|parsing XML declaration|Unsupported version|standalone accepts|Invalid PI name|Blank needed here|Invalid XML encoding name|Missing encoding name)/,
    () => ({
      zh: 'XML 声明写法不正确：应为 <?xml version="1.0" encoding="UTF-8"?>，小写，用英文半角引号',
      en: 'the XML declaration is not right: write <?xml version="1.0" encoding="UTF-8"?>, in small letters and with plain quotes',
    }),
  ],
  [
    /^(?:expected '>'|Couldn't find end of (?:Start )?Tag)/,
    () => ({
      zh: "标签没有以 > 结束：文件可能在此处被截断，或标签内有多余的字符",
      en: "a tag is not ended by >: the file may have been cut off here, or something else stands in the tag",
    }),
  ],
  [
    /^(?:Namespace prefix|xmlns|Failed to parse QName)/,
    () => ({
      zh: "命名空间或名称中冒号的写法不正确",
      en: "a namespace, or a name with a colon, is not written as it should be",
    }),
  ],
  [
    /(?:StartTag: invalid element name|Unescaped '<')/,
    () => ({ zh: "字符 < 没有转义，或标签名不正确", en: "the character < is not escaped, or a tag has no name" }),
  ],
  [
    /^Start tag expected/,
    () => ({
      zh: "不是 XML 文件，或根元素之前有多余的文字：此处应为 XML 标签，却是别的内容（或文件到此结束）",
      en: "it is no XML file, or there is text before the root element: a tag is expected here and something else stands there, or the file ends",
    }),
  ],
];

/** libxml2's message about well-formedness in plain words; its own where there are none. */
export function plainWords(message: string): Bilingual {
  for (const [pattern, words] of WELL_FORMED) {
    const match = pattern.exec(message);
    if (!match) continue;
    return words(match);
  }
  return { zh: `XML 格式有误：${message}`, en: `the XML is malformed: ${message}` };
}
