import { maskSecrets } from "../../mask.js";
import { record } from "../record.js";
import type { ReceiptFormat } from "../types.js";

/**
 * The client's own failure receipt `Root` (domain 0, item 3; faq 10 to 13). failInfo, also spelled FailInfo, is plain
 * text or a JSON array; a connection string in it loses its password here, since the text goes to the ledger and the screen.
 */
const localRoot: ReceiptFormat = {
  format: "Root",
  title: { zh: "客户端本地失败回执", en: "failure that the client itself reports" },
  matches: (root) => root.name === "Root" && (root.child("failCode") ?? root.child("resultFlag")) !== undefined,
  parse(root) {
    const code = root.textAt("failCode");
    const flag = root.textAt("resultFlag");
    return [
      record({
        kind: "local",
        format: "Root",
        outcome: flag !== "" && flag !== "0" && code === "" ? "good" : "refused",
        code,
        text: maskSecrets(plainText(root.textAt("failInfo") || root.textAt("FailInfo"))),
        answers: [],
      }),
    ];
  },
};

export const formats: readonly ReceiptFormat[] = [localRoot];

function plainText(info: string): string {
  if (!info.startsWith("[")) return info;
  try {
    const parts: unknown = JSON.parse(info);
    if (Array.isArray(parts)) return parts.map(String).join("; ");
  } catch {
    // Text that only begins with a bracket.
  }
  return info;
}
