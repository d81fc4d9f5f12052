import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { RULES } from "../../../lib/preflight/index.js";

export const PAGE = join(__dirname, "..", "..", "..", "docs", "rules.md");

/** `docs/rules.md`, made of the rules as they are. */
export function rulesPage(): string {
  const rows = RULES.map(({ id, title, severity, kinds, source, advice }) => {
    const cells = [`\`${id}\`<br>${title.zh}<br>${title.en}`, severity, kinds.join(", ") || "all", source];
    const what = `${advice.zh}<br>${advice.en}`.replaceAll("|", "\\|").replace(/<(?!br>)/g, "&lt;");
    return `| ${[...cells, what].join(" | ")} |`;
  });
  return `# Rules that a document is checked by before it is sent

${RULES.length} rules; the code of a finding is \`SW-RULE-<rule>\`. The preflight node sets each to error, warning or off.

发送前检查的全部规则；每条可在“发送前检查”节点中改为错误、警告或关闭。

| rule | by itself | message types | rests on | what to do |
| --- | --- | --- | --- | --- |
${rows.join("\n")}

---

This page is written by \`npx tsx test/lib/preflight/page.ts\` from the rules as they are, one file each in
\`lib/preflight/rules/\`; \`test/lib/preflight/page.test.ts\` fails when it is out of date. One bad document and its good twin for
each: \`test/lib/preflight/cases/\`.
`;
}

if (require.main === module) writeFileSync(PAGE, rulesPage());
