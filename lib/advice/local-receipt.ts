import { maskSecrets } from "./mask.js";

/** Codes whose failInfo the official client writes as the text of a JSON array (faq 10, 11, 13). */
const ARRAY_CODES = new Set(["C134", "C141"]);

/**
 * The official local failure receipt (domain 0, item 3; faq 10 to 13), for a code of design.md, "Codes". `info` is text,
 * or several lines; failInfo is a JSON array for C134 and C141 and plain text for every other code. Characters that XML
 * cannot hold and control characters are removed; passwords in connection strings are masked.
 */
export function localReceipt(code: string, info: string | readonly string[]): Buffer {
  const lines = (typeof info === "string" ? [info] : info).map((line) => maskSecrets(printable(line)));
  const failInfo = ARRAY_CODES.has(code) ? JSON.stringify(lines) : lines.join("; ");
  const xml =
    '<?xml version="1.0" encoding="utf-8"?>' +
    `<Root><resultFlag>0</resultFlag><failCode>${escaped(printable(code))}</failCode>` +
    `<failInfo>${escaped(failInfo)}</failInfo><retData></retData></Root>`;
  return Buffer.from(xml, "utf8");
}

function printable(text: string): string {
  return (
    text
      .toWellFormed()
      .replace(/\r\n?/g, "\n")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g, "")
  );
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
