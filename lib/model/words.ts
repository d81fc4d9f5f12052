import type { Bilingual } from "../errors.js";
import { oddCharacters, quote } from "../quote.js";
import type { XmlElement } from "../xml/scan.js";
import type { Field } from "./model.js";
import type { ValueFault } from "./values.js";

/** What is found, and what to do about it. */
export interface Words {
  text: Bilingual;
  advice: Bilingual;
}

/** A field as texts name it: `成交数量 (GQty)`. */
export function called({ name, zh = "", en = "" }: { name: string; zh?: string; en?: string }): Bilingual {
  return { zh: zh === "" ? name : `${zh} (${name})`, en: en === "" ? name : `${name} (${en})` };
}

/** An attribute as texts name it. */
export function calledAttribute(name: string, of: Bilingual): Bilingual {
  return { zh: `${of.zh} 的属性 ${name}`, en: `attribute ${name} of ${of.en}` };
}

export function valueWords(fault: ValueFault, name: Bilingual, text: string): Words {
  const value = quote(text);
  const odd = oddCharacters(text);
  switch (fault.kind) {
    case "length": {
      // In what is as short as a code or number a blank that nobody sees may be the one too many.
      const blanks = odd.zh === "" && [...text.trim()].length <= fault.limit;
      const why = blanks
        ? { zh: "（前后的空白也算在内）", en: " (the blanks around it count)" }
        : fault.limit <= 20
          ? odd
          : { zh: "", en: "" };
      return {
        text: {
          zh: `${name.zh} 长度为 ${fault.is}，超过上限 ${fault.limit}${why.zh}`,
          en: `${name.en} has ${fault.is} characters, the limit is ${fault.limit}${why.en}`,
        },
        advice: { zh: `请缩短到 ${fault.limit} 个字符以内。`, en: `Shorten it to ${fault.limit} characters.` },
      };
    }
    case "digits":
    case "fraction": {
      const places = fault.kind === "fraction";
      return {
        text: {
          zh: `${name.zh} 的值 ${value} ${places ? "小数位" : "数字位数"}超过 ${fault.limit} 位`,
          en: `${name.en}: ${value} has more than ${fault.limit} ${places ? "decimal places" : "digits"}`,
        },
        advice: {
          zh: `请四舍五入到 ${fault.limit} 位${places ? "小数" : ""}以内。`,
          en: `Round it to ${fault.limit} ${places ? "decimal places" : "digits"}.`,
        },
      };
    }
    case "codes": {
      const codes = fault.codes.join(", ");
      return {
        text: {
          zh: `${name.zh} 的值“${value}”不在允许的代码中：${codes}${odd.zh}`,
          en: `${name.en}: "${value}" is not one of the codes allowed: ${codes}${odd.en}`,
        },
        advice: { zh: "请填写列出的代码之一。", en: "Write one of the codes listed." },
      };
    }
    case "date":
      return {
        text: {
          zh: `${name.zh} 的值“${value}”格式不符（要求 ${fault.form}）${odd.zh}`,
          en: `${name.en}: "${value}" does not have the form ${fault.form}${odd.en}`,
        },
        advice: { zh: "请按要求的格式填写。", en: "Write it in that form." },
      };
    case "empty":
      return {
        text: {
          zh: `${name.zh} 为空，数值没有值时应省略该元素`,
          en: `${name.en} is empty, but a number that has no value is to be left out`,
        },
        advice: {
          zh: '没有值时请删除该元素（空的数值元素会导致 For input string: ""）。',
          en: 'Leave the element out when it has no value (an empty numeric element is answered by For input string: "").',
        },
      };
    case "type":
      return {
        text: {
          zh: `${name.zh} 的值“${value}”不是有效的${fault.whole ? "整数" : "数值"}${odd.zh}`,
          en: `${name.en}: "${value}" is not a valid ${fault.whole ? "whole number" : "number"}${odd.en}`,
        },
        advice: { zh: "请修改该值。", en: "Correct the value." },
      };
  }
}

export function missingWords(parent: XmlElement, field: Field): Words {
  const name = called(field);
  return {
    text: { zh: `${parent.name} 缺少必填元素 ${name.zh}`, en: `${parent.name} lacks the required element ${name.en}` },
    advice: { zh: `请补充元素 ${field.name}。`, en: `Add the element ${field.name}.` },
  };
}

export function surplusWords(parent: XmlElement, field: Field): Words {
  const name = called(field);
  return {
    text: {
      zh: `${name.zh} 在 ${parent.name} 中最多出现 ${field.max} 次`,
      en: `${name.en} may occur at most ${field.max} time(s) in ${parent.name}`,
    },
    advice: { zh: "请删除重复的元素。", en: "Remove the repeated element." },
  };
}

export function disorderWords(parent: XmlElement, child: XmlElement, before: Field): Words {
  return {
    text: {
      zh: `元素顺序与 XSD 不符：${child.name} 应在 ${before.name} 之前`,
      en: `element out of order: ${child.name} belongs before ${before.name}`,
    },
    advice: {
      zh: `请按 XSD 的顺序排列 ${parent.name} 的子元素；顺序错误的报文可能停在“成功发往海关”。`,
      en: `Write the children of ${parent.name} in the schema's order; a document out of order may stay at "sent to customs".`,
    },
  };
}

export function unknownWords(element: XmlElement, parent: Field): Words {
  const lower = element.name.toLowerCase();
  const near = parent.children.find((child) => child.name.toLowerCase() === lower);
  return {
    text: {
      zh: `元素 ${element.name} 不在 ${parent.name} 的已知字段中`,
      en: `element ${element.name} is not a known field of ${parent.name}`,
    },
    advice: near
      ? { zh: `名称区分大小写：应为 ${near.name}。`, en: `Names are case-sensitive: it should be ${near.name}.` }
      : {
          zh: "请核对元素名称和所在位置；若为新增字段可忽略本提示。",
          en: "Check the element's name and place; if it is a field newer than the schema, ignore this.",
        },
  };
}

export function strayTextWords(field: Field): Words {
  const name = called(field);
  return {
    text: {
      zh: `${name.zh} 只能包含子元素，不能直接包含文字`,
      en: `${name.en} may have child elements only, no text`,
    },
    advice: { zh: "请删除多余的文字。", en: "Remove the text." },
  };
}

export function unknownAttributeWords(element: XmlElement, name: string): Words {
  return {
    text: {
      zh: `属性 ${name} 不是 ${element.name} 的已知属性`,
      en: `attribute ${name} is not known on ${element.name}`,
    },
    advice: { zh: "请核对属性名称。", en: "Check the attribute's name." },
  };
}

export function missingAttributeWords(field: Field, name: string): Words {
  const element = called(field);
  return {
    text: { zh: `${element.zh} 缺少属性 ${name}`, en: `${element.en} lacks the attribute ${name}` },
    advice: { zh: `请补充属性 ${name}。`, en: `Add the attribute ${name}.` },
  };
}
