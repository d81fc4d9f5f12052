import { readFileSync } from "node:fs";

/** Elements with text by local name, the first of each, and the root's: as such programs look things up. */
export function fieldsOf(path: string): { root: string; fields: Readonly<Record<string, string>> } {
  const bytes = readFileSync(path);
  const declared = /encoding=["']([\w-]+)["']/.exec(bytes.subarray(0, 100).toString("latin1"))?.[1] ?? "utf-8";
  const xml = new TextDecoder(declared).decode(bytes);
  const root = /<(?:[\w-]+:)?([A-Za-z_][\w.-]*)[\s>/]/.exec(xml.replace(/<\?[^>]*\?>/g, ""))?.[1] ?? "";
  const fields: Record<string, string> = {};
  for (const [, name = "", text = ""] of xml.matchAll(/<(?:[\w-]+:)?([A-Za-z_][\w.-]*)[^<>]*>([^<]*)(?=<)/g)) {
    fields[name] ||= text.trim();
  }
  return { root, fields };
}
