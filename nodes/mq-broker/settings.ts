import { hostname } from "node:os";
import type { Node, NodeAPI, NodeDef } from "node-red";
import { type BrokerSettings, type DeclareQueues, readHosts } from "../../lib/amqp/settings.js";
import {
  configError,
  faultless,
  missingSetting,
  SettingFaults,
  type SettingsRead,
  settingFlag,
  settingNumber,
  settingText,
} from "../../lib/settings.js";

export interface BrokerConfig extends NodeDef {
  client?: string;
  host?: string;
  port?: string | number;
  vhost?: string;
  useTls?: boolean | string;
  tls?: string;
  heartbeat?: string | number;
  connectTimeout?: string | number;
  confirmTimeout?: string | number;
  frameMax?: string | number;
  channelMax?: string | number;
  connectionName?: string;
  declare?: string;
  userEnv?: string;
  passwordEnv?: string;
}

interface TlsConfigNode extends Node {
  addTLSOptions(options: Record<string, unknown>): void;
}

/** The first host and those behind it. Throws SW-CONFIG. */
function hostsOf(value: unknown, port: number): Pick<BrokerSettings, "host" | "port" | "others"> {
  // Never a default: an unset variable must not lead a test environment to the real server.
  const text = settingText(value);
  if (text === "") throw missingSetting("host", value, { zh: "未设置消息服务器的主机名", en: "host is not set" });
  const [first, ...others] = readHosts(text, port) ?? [];
  if (!first) throw configError("host", `host：${text} 不是主机名列表`, `host: ${text} is no list of host names`);
  return { ...first, others };
}

function declareOf(value: unknown): DeclareQueues {
  const text = settingText(value) || "no";
  if (text === "no" || text === "classic" || text === "quorum") return text;
  throw configError("declare", `declare：${text} 无效`, `declare: ${text} is neither no, classic nor quorum`);
}

/** 0 or so much at least. */
function limit(name: string, value: unknown, least: number): number {
  const number = settingNumber(name, value, 0);
  return number === 0 ? 0 : settingNumber(name, value, 0, least);
}

type Config = Omit<BrokerConfig, keyof NodeDef>;
interface Login {
  user: string;
  password: string;
}

/** Reads the settings of a broker node, with the login that was found for it. Throws SW-CONFIG, naming all that is wrong. */
export function readBrokerSettings(RED: NodeAPI, config: Config, login: Login): BrokerSettings {
  return faultless(brokerSettingsOf(RED, config, login));
}

/** The same, with the faults beside what could be read. */
export function brokerSettingsOf(RED: NodeAPI, config: Config, login: Login): SettingsRead<BrokerSettings> {
  const faults = new SettingFaults();
  const number = (name: "heartbeat" | "connectTimeout" | "confirmTimeout", fallback: number, least = 0) =>
    faults.read(() => settingNumber(name, config[name], fallback, least), fallback);
  const useTls = faults.read(() => settingFlag("useTls", config.useTls, true), true);
  const tls: Record<string, unknown> = {};
  const tlsNode = config.tls ? (RED.nodes.getNode(config.tls) as TlsConfigNode | null) : null;
  tlsNode?.addTLSOptions?.(tls);
  const usual = useTls ? 5671 : 5672;
  const port = faults.read(() => settingNumber("port", config.port, usual, 1), usual);
  const settings: BrokerSettings = {
    ...faults.read(() => hostsOf(config.host, port), { host: "", port, others: [] }),
    vhost: settingText(config.vhost) || "/",
    ...login,
    tls: useTls ? tls : undefined,
    heartbeat: number("heartbeat", 10),
    connectTimeout: number("connectTimeout", 15, 1),
    confirmTimeout: number("confirmTimeout", 30, 1),
    frameMax: faults.read(() => limit("frameMax", config.frameMax, 4096), 0),
    channelMax: faults.read(() => limit("channelMax", config.channelMax, 4), 0),
    connectionName: settingText(config.connectionName) || `import-client ${hostname()} ${process.pid}`,
    declare: faults.read(() => declareOf(config.declare), "no"),
  };
  return { settings, faults };
}
