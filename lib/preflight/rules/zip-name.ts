import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/** The XML in a ZIP has the ZIP's own base name (domain 2, inferred, hence a warning). */
export const rule: Rule = {
  id: "zip-name",
  severity: "warning",
  kinds: [],
  source: "domain 2",
  title: { zh: "XML 与 ZIP 文件名不一致", en: "XML and ZIP have different names" },
  advice: {
    zh: "建议 ZIP 内 XML 的主文件名与 ZIP 相同。",
    en: "Better give the XML inside the ZIP the ZIP's own name.",
  },
  start({ zipped, entry, fileName, root }) {
    if (!zipped || entry === undefined || baseName(entry) === baseName(fileName)) return undefined;
    return {
      end(report) {
        report({
          element: root,
          text: {
            zh: `ZIP 名为 ${quote(fileName)}，其中的 XML 名为 ${quote(entry)}`,
            en: `the ZIP is called ${quote(fileName)}, the XML in it ${quote(entry)}`,
          },
        });
      },
    };
  },
};

function baseName(name: string): string {
  return name
    .replace(/\.(zip|xml)$/i, "")
    .normalize("NFC")
    .toLowerCase();
}
