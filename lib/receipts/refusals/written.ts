import { escapeText } from "../../xml/escape.js";

/** An element with text, or with what is in it already written. */
export function element(name: string, content: string | readonly string[], attributes = ""): string {
  const inner = typeof content === "string" ? escapeText(content) : content.join("");
  return `<${name}${attributes}>${inner}</${name}>`;
}

const MARK = "single-window-local";

/** A whole file. A comment behind the root, which readers of XML skip, says that no platform has sent it. */
export function localFile(root: string, code: string): Buffer {
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>${root}<!--${MARK} ${code.replace(/[^A-Za-z0-9]+/g, "-")}-->`,
  );
}

/** The code of a local refusal of ours in a business' own form; undefined for what a platform has sent. */
export function localCodeOf(bytes: Buffer): string | undefined {
  const end = bytes.subarray(Math.max(0, bytes.length - 200)).toString("latin1");
  const at = end.lastIndexOf(`<!--${MARK} `);
  return at === -1 ? undefined : /^[A-Za-z0-9-]{1,100}(?=-->)/.exec(end.slice(at + MARK.length + 5))?.[0];
}
