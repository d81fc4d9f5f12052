import type { Check } from "../document.js";
import type { Bilingual } from "../errors.js";
import type { XmlElement } from "./scan.js";
import type { Declared, Model } from "./schema-model.js";

/** A copy of a document that differs from it only in what a schema of ours does not insist on. */
export interface Normalised {
  /** XML with one element a line, in the schema's namespace and order, without what the schema does not know. */
  xml: string;
  /** What stands on each line of the copy: `lines[0]` is line 1. */
  lines: { element: XmlElement; declared: Declared }[];
  /** What the copy no longer shows: order, unknown and missing elements. */
  checks: Check[];
}

const XMLDSIG = "http://www.w3.org/2000/09/xmldsig#";

/** A field as texts name it: `成交数量 (GQty)`. */
export function called(declared: Declared | undefined, name: string): Bilingual {
  const { zh = "", en = "" } = declared?.title ?? {};
  return { zh: zh === "" ? name : `${zh} (${name})`, en: en === "" ? name : `${name} (${en})` };
}

const escapeText = (text: string) =>
  text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    // A line break written as a reference is still a line break, and leaves the lines of the copy alone.
    .replace(/[\r\n]/g, (character) => `&#${character.charCodeAt(0)};`);
const escapeAttribute = (text: string) => escapeText(text).replace(/"/g, "&quot;").replace(/\t/g, "&#9;");

/**
 * Walks a document along a model. Every departure in structure becomes a check with the line in the original; the copy
 * is left with what libxml2 is to judge: types, lengths, patterns, attributes.
 */
export function normalise(root: XmlElement, model: Model): Normalised {
  const { profile } = model;
  const out: string[] = [];
  const lines: Normalised["lines"] = [];
  const checks: Check[] = [];

  const report = (element: XmlElement, severity: Check["severity"], text: Bilingual, advice: Bilingual) => {
    const { path, line, column } = element;
    checks.push({ rule: "SW-XSD", severity, path, line, column, text, advice });
  };

  const unknown = (element: XmlElement, parent: Declared) => {
    if (element.name === "Signature" && (parent.signature || element.namespace === XMLDSIG)) return;
    const wanted = element.name.toLowerCase();
    const near = parent.children.find((child) => child.name.toLowerCase() === wanted);
    report(
      element,
      profile.unknown,
      {
        zh: `元素 ${element.name} 不在 ${parent.name} 的已知字段中`,
        en: `element ${element.name} is not a known field of ${parent.name}`,
      },
      near
        ? {
            zh: `名称区分大小写：应为 ${near.name}。`,
            en: `Names are case-sensitive: it should be ${near.name}.`,
          }
        : {
            zh: "请核对元素名称和所在位置；若为新增字段可忽略本提示。",
            en: "Check the element's name and place; if it is a field newer than the schema, ignore this.",
          },
    );
  };

  const attributesOf = (element: XmlElement, declared: Declared): string => {
    let text = "";
    for (const [name, value] of element.attributes) {
      if (name === "xmlns" || name.includes(":")) continue;
      if (declared.attributes.has(name)) text += ` ${name}="${escapeAttribute(value)}"`;
      else if (!declared.open) {
        report(
          element,
          profile.unknown,
          {
            zh: `属性 ${name} 不是 ${element.name} 的已知属性`,
            en: `attribute ${name} is not known on ${element.name}`,
          },
          { zh: "请核对属性名称。", en: "Check the attribute's name." },
        );
      }
    }
    return text;
  };

  const arrange = (element: XmlElement, declared: Declared): { child: XmlElement; place: number }[] => {
    const known: { child: XmlElement; place: number }[] = [];
    const seen = new Array<number>(declared.children.length).fill(0);
    let highest = -1;
    let sorted = true;
    let told = false;
    for (const child of element.children) {
      const place = declared.places.get(child.name);
      const field = place === undefined ? undefined : declared.children[place];
      if (place === undefined || !field) {
        unknown(child, declared);
        continue;
      }
      seen[place] = (seen[place] ?? 0) + 1;
      if ((seen[place] ?? 0) > field.max) {
        if (seen[place] === field.max + 1) {
          const name = called(field, child.name);
          report(
            child,
            "error",
            {
              zh: `${name.zh} 在 ${element.name} 中最多出现 ${field.max} 次`,
              en: `${name.en} may occur at most ${field.max} time(s) in ${element.name}`,
            },
            { zh: "请删除重复的元素。", en: "Remove the repeated element." },
          );
        }
        continue;
      }
      known.push({ child, place });
      if (field.anywhere) {
        sorted = false;
        continue;
      }
      if (place < highest) {
        if (!told) {
          const before = declared.children[highest]?.name ?? "";
          report(
            child,
            profile.order,
            {
              zh: `元素顺序与 XSD 不符：${child.name} 应在 ${before} 之前`,
              en: `element out of order: ${child.name} belongs before ${before}`,
            },
            {
              zh: `请按 XSD 的顺序排列 ${element.name} 的子元素；顺序错误的报文可能停在“成功发往海关”。`,
              en: `Write the children of ${element.name} in the schema's order; a document out of order may stay at "sent to customs".`,
            },
          );
        }
        told = true;
        sorted = false;
      }
      highest = Math.max(highest, place);
    }
    declared.children.forEach((field, place) => {
      const count = seen[place] ?? 0;
      if (count >= field.min) return;
      const name = called(field, field.name);
      report(
        element,
        field.missing,
        { zh: `${element.name} 缺少必填元素 ${name.zh}`, en: `${element.name} lacks the required element ${name.en}` },
        { zh: `请补充元素 ${field.name}。`, en: `Add the element ${field.name}.` },
      );
    });
    return sorted ? known : known.sort((a, b) => a.place - b.place);
  };

  const write = (element: XmlElement, declared: Declared, first: boolean): void => {
    lines.push({ element, declared });
    const namespace = first && model.namespace !== "" ? ` xmlns="${escapeAttribute(model.namespace)}"` : "";
    out.push(`<${element.name}${namespace}${attributesOf(element, declared)}`);
    if (declared.open) {
      out.push("/>\n");
      return;
    }
    if (declared.children.length === 0) {
      for (const child of element.children) unknown(child, declared);
      out.push(`>${escapeText(element.text)}</${element.name}\n>`);
      return;
    }
    const stray = element.text.trim();
    // Behind the tag: inside it, libxml2 would count the element to the next line.
    out.push(`>\n${stray === "" ? "" : escapeText(stray)}`);
    for (const { child, place } of arrange(element, declared))
      write(child, declared.children[place] as Declared, false);
    out.push(`</${element.name}>`);
  };

  write(root, model.roots.get(root.name) as Declared, true);
  return { xml: out.join(""), lines, checks };
}
