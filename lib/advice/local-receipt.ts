import { maskSecrets } from "../mask.js";
import { escapeText, printable } from "../xml/escape.js";

/** Codes whose failInfo the official client writes as the text of a JSON array (faq 10, 11, 13). */
const ARRAY_CODES = new Set(["C134", "C141"]);

/**
 * The official local failure receipt (domain 0, item 3; faq 10 to 13), for a code of design.md, "Codes". `info` is text,
 * or several lines; failInfo is a JSON array for C134 and C141 and plain text for every other code. Characters that XML
 * cannot hold and control characters are removed; passwords in connection strings are masked. `both`: the same stands in `FailInfo`, too,
 * for programs that spell it so (field 4).
 */
export function localReceipt(code: string, info: string | readonly string[], both = false): Buffer {
  const lines = (typeof info === "string" ? [info] : info).map((line) => maskSecrets(printable(line)));
  const failInfo = ARRAY_CODES.has(code) ? JSON.stringify(lines) : lines.join("; ");
  const xml =
    '<?xml version="1.0" encoding="utf-8"?>' +
    `<Root><resultFlag>0</resultFlag><failCode>${escapeText(printable(code))}</failCode>` +
    `<failInfo>${escapeText(failInfo)}</failInfo>` +
    (both ? `<FailInfo>${escapeText(failInfo)}</FailInfo>` : "") +
    "<retData></retData></Root>";
  return Buffer.from(xml, "utf8");
}
