import type { Check } from "../document.js";
import type { Bilingual } from "../errors.js";
import type { Findings } from "./findings.js";
import type { XmlElement } from "./scan.js";
import type { Declared, Model } from "./schema-model.js";

export const XMLDSIG = "http://www.w3.org/2000/09/xmldsig#";

/** A field as texts name it: `成交数量 (GQty)`. */
export function called(declared: Declared | undefined, name: string): Bilingual {
  const { zh = "", en = "" } = declared?.title ?? {};
  return { zh: zh === "" ? name : `${zh} (${name})`, en: en === "" ? name : `${name} (${en})` };
}

/**
 * Walks a document along a model and adds what departs from it: order, unknown, missing and surplus elements, unknown
 * attributes. This is not left to libxml2: where real producers differ it is only a warning, and libxml2 stops at the
 * first departure. Returns whether there is something in the document that libxml2 would stumble over, so that it has to
 * be given a copy without that.
 */
export function judgeStructure(root: XmlElement, model: Model, findings: Findings): boolean {
  const walk = new Walk(model, findings);
  walk.visit(root, model.roots.get(root.name) as Declared);
  return walk.strange;
}

class Walk {
  strange = false;

  constructor(
    private readonly model: Model,
    private readonly findings: Findings,
  ) {}

  visit(element: XmlElement, declared: Declared): void {
    this.attributes(element, declared);
    if (declared.open) return;
    if (declared.children.length === 0) for (const child of element.children) this.unknown(child, declared);
    else this.children(element, declared);
  }

  private report(element: XmlElement, severity: Check["severity"], words: () => [Bilingual, Bilingual]): void {
    this.findings.add(element, severity, () => {
      const [text, advice] = words();
      return { path: element.path, text, advice };
    });
  }

  private attributes(element: XmlElement, declared: Declared): void {
    for (const name of element.attributes.keys()) {
      if (declared.attributes.has(name) || name === "xmlns" || name.startsWith("xmlns:")) continue;
      this.strange = true;
      if (declared.open || name.includes(":")) continue;
      this.report(element, this.model.profile.unknown, () => [
        { zh: `属性 ${name} 不是 ${element.name} 的已知属性`, en: `attribute ${name} is not known on ${element.name}` },
        { zh: "请核对属性名称。", en: "Check the attribute's name." },
      ]);
    }
  }

  private unknown(element: XmlElement, parent: Declared): void {
    const signed = element.name === "Signature" && element.namespace === XMLDSIG;
    if (signed && parent.signature) return;
    this.strange = true;
    if (signed || (element.name === "Signature" && parent.signature)) return;
    this.report(element, this.model.profile.unknown, () => {
      const near = similar(element, parent);
      return [
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
      ];
    });
  }

  private children(element: XmlElement, declared: Declared): void {
    const seen = new Array<number>(declared.children.length).fill(0);
    let highest = -1;
    let told = false;
    for (const child of element.children) {
      const place = declared.places.get(child.name);
      const field = place === undefined ? undefined : declared.children[place];
      if (place === undefined || !field) {
        this.unknown(child, declared);
        continue;
      }
      const count = (seen[place] as number) + 1;
      seen[place] = count;
      if (count === field.max + 1) this.surplus(child, field, element);
      if (!field.anywhere && count <= field.max) {
        if (place < highest && !told) {
          this.disorder(child, declared.children[highest] as Declared, element);
          told = true;
        }
        if (place > highest) highest = place;
      }
      this.visit(child, field);
    }
    for (const [place, field] of declared.children.entries()) {
      if ((seen[place] as number) < field.min) this.missing(element, field);
    }
  }

  private surplus(child: XmlElement, field: Declared, parent: XmlElement): void {
    const name = called(field, child.name);
    this.report(child, "error", () => [
      {
        zh: `${name.zh} 在 ${parent.name} 中最多出现 ${field.max} 次`,
        en: `${name.en} may occur at most ${field.max} time(s) in ${parent.name}`,
      },
      { zh: "请删除重复的元素。", en: "Remove the repeated element." },
    ]);
  }

  private disorder(child: XmlElement, before: Declared, parent: XmlElement): void {
    this.report(child, this.model.profile.order, () => [
      {
        zh: `元素顺序与 XSD 不符：${child.name} 应在 ${before.name} 之前`,
        en: `element out of order: ${child.name} belongs before ${before.name}`,
      },
      {
        zh: `请按 XSD 的顺序排列 ${parent.name} 的子元素；顺序错误的报文可能停在“成功发往海关”。`,
        en: `Write the children of ${parent.name} in the schema's order; a document out of order may stay at "sent to customs".`,
      },
    ]);
  }

  private missing(element: XmlElement, field: Declared): void {
    const name = called(field, field.name);
    this.report(element, field.missing, () => [
      { zh: `${element.name} 缺少必填元素 ${name.zh}`, en: `${element.name} lacks the required element ${name.en}` },
      { zh: `请补充元素 ${field.name}。`, en: `Add the element ${field.name}.` },
    ]);
  }
}

/** The field whose name differs in case only. */
function similar(element: XmlElement, parent: Declared): Declared | undefined {
  const wanted = element.name.toLowerCase();
  return parent.children.find((child) => child.name.toLowerCase() === wanted);
}
