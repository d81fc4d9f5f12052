import { XMLBuilder } from "fast-xml-parser";
import type { Written } from "./tree.js";

/** As fast-xml-parser has an element whose order is kept. */
type Ordered = Record<string, unknown>;

const CDATA = "__cdata";

/** Texts with these are put into CDATA, as the service desk asks for 规格型号 (faq 18). */
const MARKUP = /[<>&"']/;

const builder = new XMLBuilder({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  cdataPropName: CDATA,
  processEntities: true,
  suppressEmptyNode: false,
});

/** The document's bytes: UTF-8, the namespace on its root. */
export function writeXml(root: Written, namespace: string): Buffer {
  const attributes: Written["attributes"] = namespace === "" ? [] : [["xmlns", namespace]];
  const declaration = { "?xml": [{ "#text": "" }], ":@": { version: "1.0", encoding: "UTF-8" } };
  const ordered = [declaration, inOrder({ ...root, attributes: [...attributes, ...root.attributes] })];
  return Buffer.from(`${builder.build(ordered)}\n`);
}

function inOrder({ name, attributes, text, children }: Written): Ordered {
  const content = children.length > 0 ? children.map(inOrder) : textNodes(text);
  return { [name]: content, ...(attributes.length > 0 && { ":@": Object.fromEntries(attributes) }) };
}

function textNodes(text: string): Ordered[] {
  if (text === "") return [];
  if (!MARKUP.test(text)) return [{ "#text": text }];
  // The one text that a CDATA section cannot hold is its own end: it is begun anew in the middle of it.
  return text.split("]]>").flatMap((part, index, parts) => {
    const begin = index === 0 ? "" : ">";
    const end = index === parts.length - 1 ? "" : "]]";
    return [{ [CDATA]: [{ "#text": `${begin}${part}${end}` }] }];
  });
}
