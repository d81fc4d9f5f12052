import { configError, settingText } from "../lib/settings.js";

/** How severe a finding is, or that it is left out. */
export type Severity = "error" | "warning" | "off";

/**
 * A setting that is a JSON object from names to `error`, `warning` or `off`: of rules, of kinds of findings, of elements.
 * Empty gives none. Rejects with SW-CONFIG.
 */
export function readSeverities(setting: string, text: unknown): Record<string, Severity> {
  try {
    const severities = JSON.parse(settingText(text) || "{}") as unknown;
    if (typeof severities !== "object" || severities === null || Array.isArray(severities)) {
      throw new Error("not an object");
    }
    for (const [name, value] of Object.entries(severities)) {
      if (value !== "error" && value !== "warning" && value !== "off") throw new Error(`${name}: ${String(value)}`);
    }
    return severities as Record<string, Severity>;
  } catch (error) {
    const why = (error as Error).message;
    throw configError(setting, `${setting} 不是有效的 JSON：${why}`, `${setting}: ${why}`);
  }
}
