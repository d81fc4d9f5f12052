import { type Bilingual, codeOf, ImportClientError, messageOf } from "../errors.js";
import { type BrokerFault, FAULT_TEXTS } from "./fault-texts.js";
import { type BrokerSettings, maskedUrl } from "./settings.js";

export type { BrokerFault } from "./fault-texts.js";

/** Codes of Node's net, dns and tls, and of OpenSSL's alerts. The first that fits wins. */
const BY_CODE: readonly (readonly [RegExp, BrokerFault])[] = [
  [/^ENOTFOUND$/, "dns"],
  [/^EAI_AGAIN$/, "dns-server"],
  [/^ECONNREFUSED$/, "refused"],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ENETDOWN|EHOSTDOWN)$/, "unreachable"],
  [/^ETIMEDOUT$/, "timeout"],
  [/^CERT_HAS_EXPIRED$/, "tls-expired"],
  [/^CERT_NOT_YET_VALID$/, "tls-not-yet-valid"],
  [/^(ERR_TLS_CERT_ALTNAME|HOSTNAME_MISMATCH)/, "tls-name"],
  [/SELF_SIGNED|^UNABLE_TO_|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE|INVALID_CA|PATH_LENGTH|CERT_CHAIN/, "tls-ca"],
  // TLS 1.3 has an alert for it, TLS 1.2 only says that the handshake failed.
  [/ALERT_CERTIFICATE_REQUIRED|ALERT_HANDSHAKE_FAILURE/, "tls-client-missing"],
  [/ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE|UNSUPPORTED_CERT|ACCESS_DENIED|DECRYPT_ERROR)/, "tls-client-refused"],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/, "tls-plain"],
  [/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS|NO_SHARED_CIPHER|INSUFFICIENT_SECURITY|LEGACY/, "tls-version"],
  [/^ERR_(OSSL|CRYPTO)/, "tls-settings"],
  [/^(ERR_TLS|ERR_SSL|CERT_|EPROTO)/, "tls"],
  [/^(ECONNRESET|EPIPE|ECONNABORTED)$/, "reset"],
];

/** Reply texts of RabbitMQ and words of amqplib, for what carries no code of its own. */
const BY_TEXT: readonly (readonly [RegExp, BrokerFault])[] = [
  [/timed? ?out/i, "timeout"],
  [/connection limit/i, "limit"],
  [/RESOURCE_LOCKED|exclusive/i, "exclusive"],
  [/vhost .*not found/i, "vhost"],
  // amqplib drops the reason of a refused connection.open; `refusalBehind` asks for it.
  [/access to vhost|vhost .*is down|NOT_ALLOWED|Expected ConnectionOpenOk/i, "vhost-refused"],
  [/login (was )?refused|Handshake terminated.*403|ACCESS_REFUSED - Login/i, "login"],
  [/ACCESS_REFUSED|operation not permitted on/i, "permission"],
  [/no exchange/i, "exchange"],
  [/NOT_FOUND/, "queue"],
  [/closed abruptly/i, "no-amqp"],
];

/** Characters of an error's message that are looked at: a reply text has at most 255, a certificate's names any number. */
const LOOKED_AT = 1000;

/** Which of the faults an error of amqplib, Node or the broker is; one that was named before keeps its name. */
export function brokerFault(error: unknown): BrokerFault {
  if (error instanceof BrokerTrouble) return error.fault;
  const code = codeOf(error) ?? "";
  const message = messageOf(error).slice(0, LOOKED_AT);
  const found = BY_CODE.find(([pattern]) => pattern.test(code)) ?? BY_TEXT.find(([pattern]) => pattern.test(message));
  return found?.[1] ?? "closed";
}

/** The broker has said no to who we are: trying again soon changes nothing (faq 5). */
export function isRefusal(fault: BrokerFault): boolean {
  return fault === "login" || fault === "vhost" || fault === "vhost-refused" || fault === "limit";
}

/** Faults that last until somebody has put a setting, the account or the machine right; the others may pass by themselves. */
const LASTING: ReadonlySet<BrokerFault> = new Set<BrokerFault>([
  ...([
    "dns",
    "tls-expired",
    "tls-not-yet-valid",
    "tls-ca",
    "tls-name",
    "tls-settings",
    "tls-plain",
    "tls-version",
  ] as const),
  ...(["tls-client-missing", "tls-client-refused", "tls-client-expired", "tls", "no-amqp"] as const),
  ...(["login", "vhost", "vhost-refused", "limit", "permission", "queue", "exchange", "full", "unacceptable"] as const),
]);

/** A fault whose name is known where it happens, with what was found there. */
export class BrokerTrouble extends Error {
  constructor(
    readonly fault: BrokerFault,
    message: string,
    readonly found?: Bilingual,
  ) {
    super(message);
  }
}

/** What failed, in the words of its receipt (faq 12) or of a node's warning. */
const FAILED = {
  send: { zh: "Send->RabbitMQ 发送报文时发生错误", en: "sending to RabbitMQ failed" },
  use: { zh: "RabbitMQ 连接或队列发生错误", en: "RabbitMQ cannot be used" },
};

/** A fault of the broker as C18: which one, and where. */
export class BrokerError extends ImportClientError {
  declare readonly details: { fault: BrokerFault; host: string; port: number; queue?: string };
}

/** A fault of the connection or of a queue that is read, as C18, with the connection as it is set, its password masked. */
export function brokerError(error: unknown, settings: BrokerSettings, queue?: string): BrokerError {
  return faultError(brokerFault(error), settings, queue, error);
}

/** As `brokerError`, for a fault that no error of the broker tells. */
export function faultError(fault: BrokerFault, settings: BrokerSettings, queue?: string, cause?: unknown): BrokerError {
  return asC18("use", fault, settings, queue, cause);
}

/** Why a document could not be sent, as the C18 of its receipt (faq 12). */
export function sendError(fault: BrokerFault, settings: BrokerSettings, queue: string, cause?: unknown): BrokerError {
  return asC18("send", fault, settings, queue, cause);
}

function asC18(
  failed: keyof typeof FAILED,
  fault: BrokerFault,
  settings: BrokerSettings,
  queue: string | undefined,
  cause: unknown,
): BrokerError {
  const { text, advice } = FAULT_TEXTS[fault];
  const { zh, en } = FAILED[failed];
  const where = maskedUrl(settings);
  const atZh = queue ? `，队列：${queue}` : "";
  const atEn = queue ? `, queue ${queue}` : "";
  return new BrokerError(
    "C18",
    { zh: `${zh}，连接：${where}${atZh}，错误：${text.zh}`, en: `${en}, connection ${where}${atEn}: ${text.en}` },
    {
      advice,
      cause,
      // What lasts is no document's fault, however often it is tried.
      ...(LASTING.has(fault) && { kind: "waits" as const }),
      details: { fault, host: settings.host, port: settings.port, ...(queue && { queue }) },
    },
  );
}

/** The fault as a step of the connection test says it: what it is, what was found, and the word underneath. */
export function stepError(error: unknown): ImportClientError {
  if (error instanceof ImportClientError) return error;
  const fault = brokerFault(error);
  const { text, advice } = FAULT_TEXTS[fault];
  const found = error instanceof BrokerTrouble ? error.found : undefined;
  const under = underneath(error);
  return new ImportClientError(
    "C18",
    {
      zh: `${text.zh}${found ? `：${found.zh}` : ""}${under ? `（${under}）` : ""}`,
      en: `${text.en}${found ? `: ${found.en}` : ""}${under ? ` (${under})` : ""}`,
    },
    { advice, cause: error, details: { fault } },
  );
}

/** Node's code, or what the broker wrote; OpenSSL's own lines say nothing to people. */
function underneath(error: unknown): string {
  if (error instanceof BrokerTrouble) return "";
  const code = codeOf(error) ?? "";
  if (/^[A-Z]/.test(code)) return code;
  const said = /message "(.*)"/.exec(messageOf(error).slice(0, LOOKED_AT))?.[1] ?? messageOf(error);
  return (said.split(/\. /)[0] ?? "").slice(0, 200);
}
