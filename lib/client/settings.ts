import { join, resolve } from "node:path";
import type { BoxSettings } from "../boxes/context.js";
import { type FolderSetting, readFolderSettings } from "../business/folder-settings.js";
import type { BoxPath } from "../files/box-place.js";
import { isWindowsPath } from "../files/names.js";
import {
  absolutePath,
  configError,
  faultless,
  missingSetting,
  SettingFaults,
  type SettingsRead,
  settingChoice,
  settingFlag,
  settingNumber,
  settingText,
} from "../settings.js";
import { PROFILE_NAMES } from "../signing/profiles/index.js";
import { readBoxPaths } from "./box-paths.js";
import { readLedgerSetting } from "./ledger-setting.js";
import { LINKS, type LinkSetting } from "./link.js";
import { LOG_FORMATS, type LogFormat } from "./log-lines.js";
import { OWN_NAMES, readNamesSettings } from "./names-settings.js";
import { assertOwnPlace } from "./own-places.js";

/** Who we are, as the import-client node is set. Paths are absolute, times in the unit that the name says. */
export interface ClientSettings extends BoxSettings {
  /** 9-digit organisation code, for the manifest's SenderID (faq 17). */
  orgCode: string;
  /** The company's ten-digit customs code (faq 19). */
  customsCode: string;
  /** 4-digit customs region. */
  region: string;
  /** Path of a file, or `postgres://…` without anything secret. */
  ledger: string;
  /** Who sends and receives where several instances share a ledger. */
  link: LinkSetting;
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
  /** Folders of businesses that are made, with their boxes, when the client opens. */
  newFolders: readonly string[];
  /** Boxes that lie elsewhere than `<root>/<folder>/<box>`. */
  boxPaths: readonly BoxPath[];
}

function environmentOf(value: unknown): "test" | "production" {
  const environment = settingText(value) || "test";
  if (environment === "test" || environment === "production") return environment;
  throw configError(
    "environment",
    `环境（示例中为环境变量 SW_ENVIRONMENT）应为 test（测试）或 production（正式），不能是“${environment}”`,
    `the environment (SW_ENVIRONMENT in the example) is test or production, not ${environment}`,
  );
}

function customsCodeOf(value: unknown): string {
  const code = settingText(value);
  // Compared with card and documents as it stands: of another length it would refuse every one of them.
  if (/^([0-9A-Za-z]{10})?$/.test(code)) return code;
  throw configError(
    "customsCode",
    `海关十位编码（示例中为环境变量 SW_CUSTOMS_CODE）应为 10 位字母或数字，现为 ${code.length} 位：${code}`,
    `the customs code (SW_CUSTOMS_CODE in the example) has 10 letters or digits, this one ${code.length}: ${code}`,
  );
}

function clientIdOf(value: unknown): string {
  const id = settingText(value);
  if (id !== "") return id;
  throw missingSetting("clientId", value, { zh: "未设置客户端 ID", en: "the client ID is not set" });
}

function newFoldersOf(value: unknown): string[] {
  const codes = settingText(value)
    .split(/[,，;；\s]+/)
    .filter(Boolean);
  const odd = codes.find((code) => !/^[0-9A-Za-z_-]{1,64}$/.test(code));
  if (odd === undefined) return codes;
  throw configError("newFolders", `${odd} 不是业务文件夹代码`, `${odd} is no code of a business folder`);
}

function rootOf(value: unknown): string {
  const root = settingText(value);
  if (root === "") throw missingSetting("root", value, { zh: "未设置报文根目录", en: "the root folder is not set" });
  // Resolved, it would be a folder of that odd name wherever this process was started.
  if (process.platform !== "win32" && isWindowsPath(root)) {
    throw configError(
      "root",
      `${root} 是 Windows 的路径，请改为它在本机挂载的位置`,
      `${root} is a path of Windows: set the place where it is mounted on this machine`,
    );
  }
  return absolutePath("root", root, {
    zh: "报文根目录（示例中为环境变量 SW_ROOT）",
    en: "the root folder (SW_ROOT in the example)",
  });
}

function logDirOf(value: unknown, root: string): string {
  const folder = settingText(value);
  if (folder === "") return resolve(join(root, ".log"));
  return absolutePath("logDir", folder, { zh: "日志文件夹", en: "the log folder" });
}

/** Reads the import-client node's settings. Throws SW-CONFIG, naming every setting that is missing or wrong. */
export function readClientSettings(config: Record<string, unknown>): ClientSettings {
  return faultless(clientSettingsOf(config));
}

/** The same, with the faults beside what could be read. */
export function clientSettingsOf(config: Record<string, unknown>): SettingsRead<ClientSettings> {
  const faults = new SettingFaults();
  const number = (name: string, fallback: number, least = 0) =>
    faults.read(() => settingNumber(name, config[name], fallback, least), fallback);
  const root = faults.read(() => rootOf(config.root), "");
  const settings: ClientSettings = {
    environment: faults.read(() => environmentOf(config.environment), "test"),
    clientId: faults.read(() => clientIdOf(config.clientId), ""),
    orgCode: settingText(config.orgCode),
    customsCode: faults.read(() => customsCodeOf(config.customsCode), ""),
    region: settingText(config.region),
    root,
    ledger: faults.read(() => readLedgerSetting(config, root), ""),
    link: faults.read(() => settingChoice("link", config.link, LINKS), LINKS[0]),
    usedRoots: "",
    schemas: settingText(config.schemas) && resolve(settingText(config.schemas)),
    advice: settingText(config.advice) && resolve(settingText(config.advice)),
    logDir: faults.read(() => logDirOf(config.logDir, root), ""),
    logFormat: faults.read(() => settingChoice("logFormat", config.logFormat, LOG_FORMATS), LOG_FORMATS[0]),
    retentionDays: number("retentionDays", 90, 1),
    missingAfter: number("missingAfter", 600),
    onUncertain: faults.read(() => settingChoice("onUncertain", config.onUncertain, ["resend", "hold"]), "resend"),
    claimTimeout: number("claimTimeout", 3600),
    receiptJson: faults.read(() => settingFlag("receiptJson", config.receiptJson, false), false),
    sysIds: settingText(config.sysIds)
      .split(/[,，;；\s]+/)
      .filter(Boolean),
    folders: faults.read(() => readFolderSettings(settingText(config.folders), PROFILE_NAMES), []),
    ...faults.read(() => readNamesSettings(config), OWN_NAMES),
    newFolders: faults.read(() => newFoldersOf(config.newFolders), []),
    boxPaths: root === "" ? [] : faults.read(() => readBoxPaths(settingText(config.boxPaths), root), []),
  };
  for (const setting of ["ledger", "logDir"] as const) faults.read(() => assertOwnPlace(setting, settings), undefined);
  return { settings, faults };
}
