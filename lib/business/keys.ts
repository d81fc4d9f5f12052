import type { XmlElement } from "../xml/scan.js";

/**
 * Text of a child by its name in either spelling of case: customs writes `dclTypecd`, enterprises `DclTypecd`. Empty when there
 * is none.
 */
export function textInAnyCase(element: XmlElement | undefined, name: string): string {
  const wanted = name.toLowerCase();
  const child = element?.child(name) ?? element?.children.find((child) => child.name.toLowerCase() === wanted);
  return child ? (element?.textAt(child.name) ?? "") : "";
}

/** Each once, without the empty ones, in the order in which they come. */
export function distinct(keys: readonly string[]): string[] {
  return [...new Set(keys)].filter((key) => key !== "");
}

/** What heads of messages are called: DecHead, InvtHeadType, PassportHead, SasDclBsc, DecModHead ... */
const HEAD = /(?:Head|HeadType|Bsc)$/i;

/** The document's head: the first child that is called one; the body itself where there is none. */
export function headOf(body: XmlElement): XmlElement {
  return body.children.find(({ name }) => HEAD.test(name)) ?? body;
}
