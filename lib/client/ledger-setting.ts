import { join, resolve } from "node:path";
import { isPostgres, readPlace, SSL_MODES, writePlace } from "../ledger/postgres/place.js";
import { absolutePath, configError, settingChoice, settingNumber, settingText } from "../settings.js";

const FIELDS = ["ledgerHost", "ledgerPort", "ledgerDatabase", "ledgerUser", "ledgerSchema", "ledgerCa"];

/**
 * Where the ledger lies, as the import-client node is set: a file, by default below the root, or `postgres://…` without the password.
 * `ledger` may itself be such an address, from `SW_LEDGER` say; it counts as well where the fields of a database are chosen and none is filled in,
 * since the server that PG* variables, or nothing at all, lead to would be another one. Rejects with SW-CONFIG, naming the setting.
 */
export function readLedgerSetting(config: Record<string, unknown>, root: string): string {
  const kind = settingChoice("ledgerKind", config.ledgerKind, ["sqlite", "postgres"]);
  const ledger = settingText(config.ledger);
  if (kind === "postgres" && !(isPostgres(ledger) && FIELDS.every((field) => !settingText(config[field])))) {
    return fromFields(config);
  }
  // Where the root is wrong that is said, and nothing of what follows from it.
  if (ledger === "") return resolve(defaultLedger(root));
  if (isPostgres(ledger)) {
    readPlace(ledger);
    return ledger;
  }
  if (/^[a-z]+:\/\//i.test(ledger)) {
    throw configError(
      "ledger",
      `台账应为本机上的文件或 postgres:// 地址：${ledger.replace(/\/\/.*/, "//…")}`,
      `the ledger is a file on this machine or postgres://, not ${ledger.replace(/\/\/.*/, "//…")}`,
    );
  }
  return absolutePath("ledger", ledger, {
    zh: "台账文件（示例中为环境变量 SW_LEDGER）",
    en: "the ledger's file (SW_LEDGER in the example)",
  });
}

/** The file in a root where its ledger lies unless it is set otherwise. */
export function defaultLedger(root: string): string {
  return join(root, ".ledger", "ledger.db");
}

function fromFields(config: Record<string, unknown>): string {
  const text = (name: string) => settingText(config[name]) || undefined;
  const mode = settingChoice("ledgerTls", text("ledgerTls") ?? "prefer", ["prefer", ...SSL_MODES]);
  const port = settingNumber("ledgerPort", config.ledgerPort, 0);
  const address = writePlace({
    host: text("ledgerHost"),
    port: port === 0 ? undefined : port,
    database: text("ledgerDatabase"),
    user: text("ledgerUser"),
    schema: text("ledgerSchema"),
    ssl: { mode, rootCert: text("ledgerCa") },
  });
  readPlace(address);
  return address;
}
