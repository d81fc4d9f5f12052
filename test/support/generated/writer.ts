import type { GeneratedIdentity, GenerateOptions } from "./options.js";
import type { Values } from "./values.js";

const MARKUP = ["<20 mm", "A & B", "x > y", "a<b>c"];

/** Writes elements in the shape that the options ask for. */
export class Writer {
  private readonly prefix: string;

  constructor(
    readonly options: GenerateOptions,
    readonly values: Values,
    readonly identity: GeneratedIdentity,
  ) {
    this.prefix = options.namespace === "prefixed" ? "ns0:" : "";
  }

  element(name: string, inside: string | string[], attributes = ""): string {
    const { lineEnd } = this.options;
    const tag = this.prefix + name;
    const content = Array.isArray(inside)
      ? `${lineEnd}${inside.filter((part) => part !== "").join(lineEnd)}${lineEnd}`
      : inside;
    return `<${tag}${attributes}>${content}</${tag}>`;
  }

  field(name: string, value: string): string {
    return this.element(name, escaped(value));
  }

  /** Text with markup in it, in CDATA when the options say so or the format wants it. */
  free(name: string, cdata = this.options.cdata): string {
    const text = `${this.values.words()}${cdata ? ` ${this.values.one(MARKUP)}` : ""}`;
    return this.element(name, cdata ? `<![CDATA[${text}]]>` : escaped(text));
  }

  unused(name: string): string {
    switch (this.options.unused) {
      case "absent":
        return "";
      case "self-closed":
        return `<${this.prefix}${name}/>`;
      case "open-close":
        return this.element(name, "");
    }
  }

  /** `xmlns` for a root of this namespace; `none` leaves it out. */
  namespace(uri: string): string {
    const { namespace } = this.options;
    if (namespace === "none") return "";
    return namespace === "prefixed" ? ` xmlns:ns0="${uri}"` : ` xmlns="${uri}"`;
  }
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
