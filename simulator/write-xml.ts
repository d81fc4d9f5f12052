/** Text that is written as CDATA (规格型号 and other free text, faq 18). */
export class Cdata {
  constructor(readonly text: string) {}
}

/** One element to be written. `undefined` children are left out. */
export interface Markup {
  name: string;
  content: string | Cdata | readonly Markup[];
  attributes: Record<string, string>;
}

export type Content = string | number | Cdata | readonly (Markup | undefined)[];

export function cdata(text: string): Cdata {
  return new Cdata(text);
}

/** An element; a number is written as JavaScript writes it. */
export function el(name: string, content: Content = "", attributes: Record<string, string> = {}): Markup {
  if (typeof content === "number") return { name, content: String(content), attributes };
  if (typeof content === "string" || content instanceof Cdata) return { name, content, attributes };
  return { name, content: content.filter((child): child is Markup => child !== undefined), attributes };
}

/** One element for each field of a record, in the record's order; `undefined` is left out, `""` is written empty. */
export function fields(record: Record<string, string | number | Cdata | undefined>): Markup[] {
  const list: Markup[] = [];
  for (const [name, value] of Object.entries(record)) if (value !== undefined) list.push(el(name, value));
  return list;
}

function escapeText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

export interface WriteOptions {
  /** The whole XML declaration; empty = none. */
  declaration?: string;
  /** White space for each level; empty = everything in one line. */
  indent?: string;
  /** Empty elements as `<x/>` instead of `<x></x>`. */
  selfClose?: boolean;
}

export const UTF8 = '<?xml version="1.0" encoding="UTF-8"?>';
export const UTF8_STANDALONE = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';

/** Writes a document as text. */
export function writeXml(root: Markup, options: WriteOptions = {}): string {
  const { declaration = UTF8, indent = "  ", selfClose = false } = options;
  const newline = indent === "" ? "" : "\n";
  let out = declaration === "" ? "" : `${declaration}${newline}`;
  const write = ({ name, content, attributes }: Markup, depth: number): void => {
    const space = indent.repeat(depth);
    let open = `${space}<${name}`;
    for (const [key, value] of Object.entries(attributes)) {
      open += ` ${key}="${escapeText(value).replace(/"/g, "&quot;")}"`;
    }
    if (typeof content !== "string" && !(content instanceof Cdata) && content.length > 0) {
      out += `${open}>${newline}`;
      for (const child of content) write(child, depth + 1);
      out += `${space}</${name}>${newline}`;
      return;
    }
    const text =
      content instanceof Cdata
        ? `<![CDATA[${content.text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`
        : typeof content === "string"
          ? escapeText(content)
          : "";
    out += text === "" && selfClose ? `${open}/>${newline}` : `${open}>${text}</${name}>${newline}`;
  };
  write(root, 0);
  return out;
}
