import { join, resolve } from "node:path";
import type { BoxSettings } from "../boxes/context.js";
import { type FolderSetting, readFolderSettings } from "../business/folder-settings.js";
import type { BoxPath } from "../files/box-place.js";
import { isWindowsPath } from "../files/names.js";
import { configError, settingChoice, settingFlag, settingNumber, settingText } from "../settings.js";
import { PROFILE_NAMES } from "../signing/profiles/index.js";
import { readBoxPaths } from "./box-paths.js";
import { LOG_FORMATS, type LogFormat } from "./log-lines.js";
import { readNamesSettings } from "./names-settings.js";

/** Who we are, as the import-client node is set. Paths are absolute, times in the unit that the name says. */
export interface ClientSettings extends BoxSettings {
  /** 9-digit organisation code, for the manifest's SenderID (faq 17). */
  orgCode: string;
  /** The company's ten-digit customs code (faq 19). */
  customsCode: string;
  /** 4-digit customs region. */
  region: string;
  ledger: string;
  /** File that says which roots were used on this machine, outside of all of them; empty = nothing is known of earlier uses. */
  usedRoots: string;
  /** Folder of the user's official XSDs, empty = none. */
  schemas: string;
  /** JSON file of the user's own advice, empty = none. */
  advice: string;
  logDir: string;
  /** How the daily log is written. */
  logFormat: LogFormat;
  onUncertain: "resend" | "hold";
  /** Seconds after which a claim that its flow has not settled is reported; 0 = never. */
  claimTimeout: number;
  sysIds: readonly string[];
  /** How documents of a folder go out whose type is not known, and who receives them. */
  folders: readonly FolderSetting[];
  /** Boxes that lie elsewhere than `<root>/<folder>/<box>`. */
  boxPaths: readonly BoxPath[];
}

/** Reads the import-client node's settings. Rejects with SW-CONFIG, naming the setting. */
export function readClientSettings(config: Record<string, unknown>): ClientSettings {
  const environment = settingText(config.environment) || "test";
  if (environment !== "test" && environment !== "production") {
    throw configError(
      "environment",
      `环境（示例中为环境变量 SW_ENVIRONMENT）应为 test（测试）或 production（正式），不能是“${environment}”`,
      `the environment (SW_ENVIRONMENT in the example) is test or production, not ${environment}`,
    );
  }
  const customsCode = settingText(config.customsCode);
  // Compared with card and documents as it stands: of another length it would refuse every one of them.
  if (!/^([0-9A-Za-z]{10})?$/.test(customsCode)) {
    throw configError(
      "customsCode",
      `海关十位编码（示例中为环境变量 SW_CUSTOMS_CODE）应为 10 位字母或数字，现为 ${customsCode.length} 位：${customsCode}`,
      `the customs code (SW_CUSTOMS_CODE in the example) has 10 letters or digits, this one ${customsCode.length}: ${customsCode}`,
    );
  }
  const clientId = settingText(config.clientId);
  if (clientId === "") throw configError("clientId", "未设置客户端 ID", "the client ID is not set");
  const rootText = settingText(config.root);
  if (rootText === "") throw configError("root", "未设置报文根目录", "the root folder is not set");
  // Resolved, it would be a folder of that odd name wherever this process was started.
  if (process.platform !== "win32" && isWindowsPath(rootText)) {
    throw configError(
      "root",
      `${rootText} 是 Windows 的路径，请改为它在本机挂载的位置`,
      `${rootText} is a path of Windows: set the place where it is mounted on this machine`,
    );
  }
  const root = resolve(rootText);
  const onUncertain = settingText(config.onUncertain) === "hold" ? "hold" : "resend";
  const ledger = settingText(config.ledger) || join(root, ".ledger", "ledger.db");
  return {
    environment,
    clientId,
    orgCode: settingText(config.orgCode),
    customsCode,
    region: settingText(config.region),
    root,
    ledger: /^[a-z]+:\/\//.test(ledger) ? ledger : resolve(ledger),
    usedRoots: "",
    schemas: settingText(config.schemas) && resolve(settingText(config.schemas)),
    advice: settingText(config.advice) && resolve(settingText(config.advice)),
    logDir: resolve(settingText(config.logDir) || join(root, ".log")),
    logFormat: settingChoice("logFormat", config.logFormat, LOG_FORMATS),
    retentionDays: settingNumber("retentionDays", config.retentionDays, 90, 1),
    missingAfter: settingNumber("missingAfter", config.missingAfter, 600),
    onUncertain,
    claimTimeout: settingNumber("claimTimeout", config.claimTimeout, 3600),
    receiptJson: settingFlag(config.receiptJson, false),
    sysIds: settingText(config.sysIds)
      .split(/[,，;；\s]+/)
      .filter(Boolean),
    folders: readFolderSettings(settingText(config.folders), PROFILE_NAMES),
    ...readNamesSettings(config),
    boxPaths: readBoxPaths(settingText(config.boxPaths), root),
  };
}
