import { join, resolve } from "node:path";
import type { Environment } from "../document.js";
import { ImportClientError } from "../errors.js";

/** Who we are, as the import-client node is set. Paths are absolute, times in the unit that the name says. */
export interface ClientSettings {
  environment: Environment;
  clientId: string;
  /** 9-digit organisation code, for the manifest's SenderID (faq 17). */
  orgCode: string;
  /** The company's ten-digit customs code (faq 19). */
  customsCode: string;
  /** 4-digit customs region. */
  region: string;
  root: string;
  ledger: string;
  /** Folder of the user's official XSDs, empty = none. */
  schemas: string;
  /** JSON file of the user's own advice, empty = none. */
  advice: string;
  logDir: string;
  retentionDays: number;
  onUncertain: "resend" | "hold";
  /** Seconds after which a claim that its flow has not settled is told; 0 = never. */
  claimTimeout: number;
  /** Beside each receipt's official file one JSON with what it says (`Successed_….json`). */
  receiptJson: boolean;
  sysIds: readonly string[];
}

/** A value as Node-RED hands it over; `${NAME}` that no environment variable replaced counts as not set. */
export function settingText(value: unknown): string {
  const text = value === undefined || value === null ? "" : String(value).trim();
  return /^\$\{[^}]*\}$/.test(text) ? "" : text;
}

/** A number setting; `fallback` when it is not set. Rejects with SW-CONFIG when it is no number of at least `least`. */
export function settingNumber(name: string, value: unknown, fallback: number, least = 0): number {
  const text = settingText(value);
  if (text === "") return fallback;
  const number = Number(text);
  if (Number.isFinite(number) && number >= least) return number;
  throw configError(name, `${name}：${text} 不是有效的数字`, `${name}: ${text} is not a number of at least ${least}`);
}

/** A text setting that has to be there. Rejects with SW-CONFIG. */
export function requiredText(name: string, value: unknown): string {
  const text = settingText(value);
  if (text === "") throw configError(name, `未设置 ${name}`, `${name} is not set`);
  return text;
}

/** `true`, `1`, `yes`, `on` in any case. */
export function settingFlag(value: unknown, fallback: boolean): boolean {
  const text = settingText(value).toLowerCase();
  return text === "" ? fallback : ["true", "1", "yes", "on"].includes(text);
}

export function configError(setting: string, zh: string, en: string): ImportClientError {
  return new ImportClientError(
    "SW-CONFIG",
    { zh, en },
    {
      details: { setting },
      advice: { zh: "请在节点或环境变量中改正此设置。", en: "Correct this setting in the node or in the environment." },
    },
  );
}

/** Reads the import-client node's settings. Rejects with SW-CONFIG, naming the setting. */
export function readClientSettings(config: Record<string, unknown>): ClientSettings {
  const environment = settingText(config.environment) || "test";
  if (environment !== "test" && environment !== "production") {
    throw configError(
      "environment",
      `环境只能是 test 或 production：${environment}`,
      `environment is neither test nor production: ${environment}`,
    );
  }
  const clientId = settingText(config.clientId);
  if (clientId === "") throw configError("clientId", "未设置客户端 ID", "the client ID is not set");
  const rootText = settingText(config.root);
  if (rootText === "") throw configError("root", "未设置报文根目录", "the root folder is not set");
  const root = resolve(rootText);
  const onUncertain = settingText(config.onUncertain) === "hold" ? "hold" : "resend";
  const ledger = settingText(config.ledger) || join(root, ".ledger", "ledger.db");
  return {
    environment,
    clientId,
    orgCode: settingText(config.orgCode),
    customsCode: settingText(config.customsCode),
    region: settingText(config.region),
    root,
    ledger: /^[a-z]+:\/\//.test(ledger) ? ledger : resolve(ledger),
    schemas: settingText(config.schemas) && resolve(settingText(config.schemas)),
    advice: settingText(config.advice) && resolve(settingText(config.advice)),
    logDir: resolve(settingText(config.logDir) || join(root, ".log")),
    retentionDays: settingNumber("retentionDays", config.retentionDays, 90, 1),
    onUncertain,
    claimTimeout: settingNumber("claimTimeout", config.claimTimeout, 3600),
    receiptJson: settingFlag(config.receiptJson, false),
    sysIds: settingText(config.sysIds)
      .split(/[,，;；\s]+/)
      .filter(Boolean),
  };
}
