import type { Bilingual } from "../lib/errors.js";
import { quote } from "../lib/quote.js";
import { configError, SettingFaults, settingText } from "../lib/settings.js";

/** How severe a finding is, or that it is left out. */
export type Severity = "error" | "warning" | "off";

/**
 * A setting that is a JSON object from names to `error`, `warning` or `off`: of rules, of kinds of findings, of elements. `unknown` says
 * what is wrong with a name that there is not. Empty gives none. Throws SW-CONFIG, naming all that is wrong.
 */
export function readSeverities(
  setting: string,
  text: unknown,
  unknown: (name: string) => Bilingual | undefined,
): Record<string, Severity> {
  const faults = new SettingFaults();
  const wrong = ({ zh, en }: Bilingual) =>
    faults.read(() => {
      throw configError(setting, `${setting}：${zh}`, `${setting}: ${en}`);
    }, undefined);
  const read: Record<string, Severity> = {};
  for (const [name, value] of Object.entries(objectIn(setting, settingText(text)))) {
    const fault = unknown(name);
    if (fault) wrong(fault);
    if (value === "error" || value === "warning" || value === "off") read[name] = value;
    else {
      const [what, found] = [quote(name), quote(JSON.stringify(value))];
      wrong({
        zh: `${what} 只能是 error、warning 或 off，不能是 ${found}`,
        en: `${what} is error, warning or off, not ${found}`,
      });
    }
  }
  faults.assertNone();
  return read;
}

function objectIn(setting: string, text: string): object {
  let read: unknown;
  try {
    read = JSON.parse(text || "{}");
  } catch {
    const found = quote(text);
    throw configError(setting, `${setting} 不是有效的 JSON：${found}`, `${setting} is not valid JSON: ${found}`);
  }
  if (typeof read === "object" && read !== null && !Array.isArray(read)) return read;
  const found = quote(text);
  throw configError(setting, `${setting} 应为 JSON 对象：${found}`, `${setting} is no JSON object: ${found}`);
}
