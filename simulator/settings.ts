import { readFileSync } from "node:fs";

/** Where the broker is. */
export interface BrokerAddress {
  host: string;
  port: number;
  user: string;
  password: string;
  vhost: string;
  tls: boolean;
  /** PEM of the broker's CA; empty = the system's. */
  ca: string;
}

/**
 * `faq`: every rule of README.md. `lenient`: as the field, what producers write is taken; only how a document comes is looked
 * at. `official`: that, and the official XSDs to the letter, where there is one.
 */
export const MODES = ["faq", "lenient", "official"] as const;
export type Mode = (typeof MODES)[number];

export interface SimulatorSettings {
  broker: BrokerAddress;
  clientId: string;
  sendQueue: string;
  receiveQueue: string;
  /** Commands for receipts on demand come here (README.md). */
  commandQueue: string;
  /** Answers nothing by itself, only what a command asks for. */
  onlyOnDemand: boolean;
  /** Gives the import receipt alone. */
  onlyImport?: boolean;
  /** How documents are judged; `faq` by default. */
  mode?: Mode;
  /** Folder of the official XSDs, for mode `official`; absent or empty = those of the package that are made from official ones. */
  schemas?: string;
  /** Before each business receipt, in milliseconds; 0 = at once. */
  delayMs: number;
  /** Messages that are open at the same time. */
  prefetch: number;
  /** PEM files; none = every certificate that a message brings is taken. */
  certificates: string[];
  /** One JSON line for each delivery and each answer; empty = none. */
  log: string;
}

type Environment = Record<string, string | undefined>;

function numberOf(environment: Environment, name: string, fallback: number): number {
  const text = environment[name];
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${name} is not a number: ${text}`);
  return value;
}

function addressOf(environment: Environment): BrokerAddress {
  const ca = environment.SW_AMQP_CA ? readFileSync(environment.SW_AMQP_CA, "utf8") : "";
  const url = environment.SW_AMQP_URL;
  if (url) {
    let parsed: URL;
    try {
      parsed = new URL(url);
    } catch {
      // The text is not repeated: it may hold the password.
      throw new Error("SW_AMQP_URL is not a URL");
    }
    const tls = parsed.protocol === "amqps:";
    return {
      host: parsed.hostname.replace(/^\[|\]$/g, ""),
      port: Number(parsed.port) || (tls ? 5671 : 5672),
      user: decodeURIComponent(parsed.username) || "guest",
      password: decodeURIComponent(parsed.password) || "guest",
      vhost: parsed.pathname.length > 1 ? decodeURIComponent(parsed.pathname.slice(1)) : "/",
      tls,
      ca,
    };
  }
  const tls = /^(1|true|yes|on)$/i.test(environment.SW_AMQP_TLS ?? "");
  return {
    host: environment.SW_AMQP_HOST || "127.0.0.1",
    port: numberOf(environment, "SW_AMQP_PORT", tls ? 5671 : 5672),
    user: environment.SW_AMQP_USER || "guest",
    password: environment.SW_AMQP_PASSWORD || "guest",
    vhost: environment.SW_AMQP_VHOST || "/",
    tls,
    ca,
  };
}

function modeOf(environment: Environment): Mode {
  const text = environment.SW_SIM_MODE || "faq";
  const mode = MODES.find((one) => one === text);
  if (!mode) throw new Error(`SW_SIM_MODE is none of ${MODES.join(", ")}: ${text}`);
  return mode;
}

/** Reads the settings from environment variables (README.md lists them). Throws, naming the variable at fault. */
export function readSettings(environment: Environment): SimulatorSettings {
  const clientId = environment.SW_CLIENT_ID || "DEMO0001";
  return {
    broker: addressOf(environment),
    clientId,
    sendQueue: environment.SW_SEND_QUEUE || `Q_Send${clientId}`,
    receiveQueue: environment.SW_RECEIVE_QUEUE || `Q_Recv${clientId}`,
    commandQueue: environment.SW_SIM_COMMAND_QUEUE || `Q_Command${clientId}`,
    onlyOnDemand: /^(1|true|yes|on)$/i.test(environment.SW_SIM_ONLY_ON_DEMAND ?? ""),
    mode: modeOf(environment),
    schemas: environment.SW_SIM_SCHEMAS ?? "",
    delayMs: numberOf(environment, "SW_SIM_DELAY_MS", 300),
    prefetch: numberOf(environment, "SW_SIM_PREFETCH", 200) || 1,
    certificates: (environment.SW_SIM_CERTIFICATES ?? "")
      .split(/[;,\n]/)
      .map((file) => file.trim())
      .filter((file) => file !== ""),
    log: environment.SW_SIM_LOG ?? "",
  };
}
