import type { Bilingual } from "../errors.js";
import type { Explanation } from "./types.js";

/** An explanation as running text: meaning, other meanings, cause, what to do. */
export function explanationText(explanation: Explanation): Bilingual {
  return { zh: sentences(explanation, "zh"), en: sentences(explanation, "en") };
}

function sentences({ meaning, otherwise, cause, action }: Explanation, language: "zh" | "en"): string {
  const zh = language === "zh";
  const parts = [meaning[language]];
  if (otherwise) parts.push(zh ? `另有来源认为：${otherwise.zh}` : `other sources say: ${otherwise.en}`);
  if (cause) parts.push(zh ? `原因：${cause.zh}` : `cause: ${cause.en}`);
  if (action) parts.push(zh ? `处理：${action.zh}` : `what to do: ${action.en}`);
  const closed = parts.map((part) => part.replace(/[。.\s]+$/, ""));
  return zh ? closed.map((part) => `${part}。`).join("") : closed.map((part) => `${capital(part)}.`).join(" ");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
