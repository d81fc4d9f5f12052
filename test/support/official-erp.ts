import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What an ERP that was written for the official client makes of one file in InBox. */
export interface ErpNote {
  file: string;
  /** By the name's prefix alone: import good, import or local failure, business. */
  kind: "Successed" | "Failed" | "Receipt";
  /** The file that the ERP had handed in, without its ending. */
  original: string;
  /** Elements by local name, the first of each. */
  fields: Readonly<Record<string, string>>;
}

/** Prefix, original name, 14 digits of time and up to 8 more: as published producers take the names apart (domain 2). */
const NAME = /^(successed|failed|receipt)_(.+)_(\d{14})\d{0,8}(?:\(\d+\))?\.xml$/i;

/**
 * Reads an InBox as such an ERP does: leaves `.tmp` alone, knows files by their prefix without case, decodes by the XML
 * declaration and looks elements up by their local name. Shares no line with the product.
 */
export function readInBox(inBox: string): ErpNote[] {
  const notes: ErpNote[] = [];
  for (const file of readdirSync(inBox)) {
    if (/\.(tmp|temp)$/i.test(file)) continue;
    const parts = NAME.exec(file);
    if (!parts) continue;
    const [, prefix = "", original = ""] = parts;
    const kind = `${prefix.charAt(0).toUpperCase()}${prefix.slice(1).toLowerCase()}` as ErpNote["kind"];
    notes.push({ file, kind, original, fields: fieldsOf(readFileSync(join(inBox, file))) });
  }
  return notes;
}

function fieldsOf(bytes: Buffer): Record<string, string> {
  const declared = /encoding=["']([\w-]+)["']/.exec(bytes.subarray(0, 100).toString("latin1"))?.[1] ?? "utf-8";
  const xml = new TextDecoder(declared).decode(bytes);
  const fields: Record<string, string> = {};
  for (const [, name = "", text = ""] of xml.matchAll(/<(?:[\w-]+:)?([A-Za-z_][\w.-]*)[^<>]*>([^<]*)</g)) {
    if (text.trim() !== "") fields[name] ??= text.trim();
    else fields[name] ??= "";
  }
  return fields;
}
