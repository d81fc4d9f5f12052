import { el, type Markup, UTF8, UTF8_STANDALONE, type WriteOptions, writeXml } from "../../write-xml.js";
import { gb2312 } from "./gb2312.js";

/** A receipt's bytes in UTF-8. */
export function utf8(root: Markup, options: WriteOptions = {}): Buffer {
  return Buffer.from(writeXml(root, { declaration: UTF8, indent: "", ...options }), "utf8");
}

export const standalone = (root: Markup): Buffer => utf8(root, { declaration: UTF8_STANDALONE, selfClose: true });
export const undeclared = (root: Markup): Buffer => utf8(root, { declaration: "" });

/** The same in GB2312, declared so. */
export function inGb2312(root: Markup): Buffer {
  return gb2312(writeXml(root, { declaration: '<?xml version="1.0" encoding="gb2312"?>', indent: "" }));
}

/** With a prefix before the name of the element and of all below it. */
export function prefixed(prefix: string, markup: Markup): Markup {
  const { name, content, attributes } = markup;
  const inner = Array.isArray(content) ? content.map((child: Markup) => prefixed(prefix, child)) : content;
  return { name: `${prefix}:${name}`, content: inner, attributes };
}

/** With attributes on the root, for its namespaces. */
export function withAttributes(markup: Markup, attributes: Record<string, string>): Markup {
  return { ...markup, attributes: { ...attributes, ...markup.attributes } };
}

/** A list of elements as one; `undefined` are left out. */
export const group = (name: string, children: readonly (Markup | undefined)[]): Markup => el(name, children);
