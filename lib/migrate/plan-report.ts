import type { Bilingual } from "../errors.js";
import type { Plan } from "./plan.js";
import type { PlanItem } from "./plan-draft.js";

const HEADINGS: Record<PlanItem["kind"], Bilingual> = {
  taken: { zh: "采用", en: "Taken as it stands" },
  mapped: { zh: "转换", en: "Mapped" },
  left: { zh: "未采用", en: "Left out" },
  unknown: { zh: "作用未公开", en: "Not public" },
};

/** What becomes of a settings file, for a person: one text a language. */
export function reportOfPlan(
  { items, questions }: Plan,
  { out, overwritten, guess }: { out: string; overwritten: readonly string[]; guess?: string | undefined },
): Bilingual {
  const inLanguage = (language: "zh" | "en") => {
    const say = (text: Bilingual) => text[language];
    const lines: string[] = [];
    for (const kind of ["taken", "mapped", "left", "unknown"] as const) {
      const of = items.filter((item) => item.kind === kind);
      if (of.length === 0) continue;
      lines.push(`${say(HEADINGS[kind])}:`);
      for (const { from, to, text } of of) lines.push(`  ${from}${to ? ` → ${to}` : ""}: ${say(text)}`);
      lines.push("");
    }
    lines.push(
      say({
        zh: "设置文件中没有、仍需设置的（环境变量，或在节点中填写）:",
        en: "Not in the file, still to be set (in the environment, or in the nodes):",
      }),
    );
    for (const { variable, text, secret } of questions) {
      lines.push(
        `  ${variable}: ${say(text)}${secret ? say({ zh: "（不写入流程文件）", en: " (never in the flow file)" }) : ""}`,
      );
    }
    if (guess) {
      lines.push(
        `  ${say({ zh: `SentBox 中的报文用的客户端 ID 是 ${guess}，请核对`, en: `documents in SentBox have the client ID ${guess}: see whether it is yours` })}`,
      );
    }
    lines.push("");
    for (const one of overwritten) lines.push(say({ zh: `已覆盖：${one}`, en: `overwritten: ${one}` }));
    lines.push(
      say({
        zh: `流程文件：${out}（在编辑器菜单“导入”中选择）`,
        en: `flow file: ${out} (choose it in the editor's menu, Import)`,
      }),
    );
    return lines.join("\n");
  };
  return { zh: inLanguage("zh"), en: inLanguage("en") };
}
