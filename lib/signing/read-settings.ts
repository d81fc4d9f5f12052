import {
  configError,
  faultless,
  SettingFaults,
  type SettingsRead,
  settingChoice,
  settingFlag,
  settingNumber,
  settingText,
} from "../settings.js";
import { BACKENDS } from "./backends.js";
import { type CardSettings, type CardTimeouts, DEFAULT_TIMEOUTS, type Sm2Mechanism } from "./settings.js";
import type { SignAlgorithm } from "./types.js";

const ALGORITHMS: readonly SignAlgorithm[] = ["rsa-sha1", "rsa-sha256", "sm2-sm3"];

/** A whole number of 0 or more, decimal or with `0x` in front, as vendors write mechanism numbers. */
function wholeNumber(name: string, value: unknown): number | undefined {
  const text = settingText(value);
  if (text === "") return undefined;
  if (/^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text)) return Number(text);
  throw configError(
    name,
    `${name}：${text} 不是 0 或更大的整数（至多 10 位，或 0x 加至多 8 位十六进制）`,
    `${name}: ${text} is not a whole number of 0 or more (at most 10 digits, or 0x with at most 8)`,
  );
}

function hex(name: string, value: unknown): string {
  const text = settingText(value).replace(/[\s:]/g, "").replace(/^0x/i, "").toLowerCase();
  if (/^([0-9a-f]{2})*$/.test(text)) return text;
  throw configError(name, `${name} 不是十六进制：${text}`, `${name} is not hexadecimal: ${text}`);
}

/** The name of a backend; the usual one where none is set. */
function backendOf(value: unknown): string {
  const name = settingText(value) || (BACKENDS[0]?.name ?? "");
  if (BACKENDS.some((one) => one.name === name)) return name;
  const names = BACKENDS.map((one) => one.name).join(", ");
  throw configError(
    "backend",
    `卡的类型（示例中为环境变量 SW_CARD_BACKEND）只能是 ${names}，不能是“${name}”`,
    `the kind of card (SW_CARD_BACKEND in the example) is one of ${names}, not ${name}`,
  );
}

/** Empty, or `ws://…` or `wss://…`. */
function webSocketUrl(name: string, value: unknown): string {
  const text = settingText(value);
  if (text === "" || (URL.canParse(text) && /^wss?:$/.test(new URL(text).protocol))) return text;
  throw configError(
    name,
    `${name} 不是 ws:// 或 wss:// 地址：${text}`,
    `${name} is no ws:// or wss:// address: ${text}`,
  );
}

/**
 * Reads the card node's settings; `pin` is the credential or the variable that stands for it. Whatever is missing has its
 * default, so that flows saved by earlier versions keep working. Throws SW-CONFIG, naming every setting that is wrong.
 */
export function readCardSettings(config: Record<string, unknown>, pin: string): CardSettings {
  return faultless(cardSettingsOf(config, pin));
}

/** The same, with the faults beside what could be read. */
export function cardSettingsOf(config: Record<string, unknown>, pin: string): SettingsRead<CardSettings> {
  const faults = new SettingFaults();
  const text = (name: string): string => settingText(config[name]);
  const some = (name: string): Record<string, string> => (text(name) ? { [name]: text(name) } : {});
  const whole = (name: string) => faults.read(() => wholeNumber(name, config[name]), undefined);
  const bytes = (name: string) => faults.read(() => hex(name, config[name]), "");
  const flag = (name: string) => faults.read(() => settingFlag(name, config[name], false), false);
  const choice = <const T extends string>(name: string, choices: readonly [T, ...T[]]): T =>
    faults.read(() => settingChoice(name, config[name], choices), choices[0]);
  /** Seconds in the setting, milliseconds in `CardTimeouts`. */
  const limit = (name: keyof CardTimeouts): number => {
    const [setting, usual] = [`${name}Timeout`, DEFAULT_TIMEOUTS[name] / 1000];
    return faults.read(() => settingNumber(setting, config[setting], usual, 0.1), usual) * 1000;
  };
  const slot = whole("slot");
  const keyId = bytes("keyId");
  const mechanism = whole("sm2Mechanism");
  const sm2Input = choice("sm2Input", ["data", "digest"]);
  const sm2: Sm2Mechanism | undefined = mechanism === undefined ? undefined : { mechanism, input: sm2Input };
  const keyIndex = whole("sdfKeyIndex");
  const algorithm = choice("controlAlgorithm", ["auto", ...ALGORITHMS]);
  const certificateNumber = bytes("certificateNumber");
  const settings: CardSettings = {
    backend: faults.read(() => backendOf(config.backend), BACKENDS[0]?.name ?? ""),
    pin,
    module: text("module"),
    token: text("token"),
    ...(slot !== undefined && { slot }),
    ...some("keyLabel"),
    ...(keyId && { keyId }),
    pinPad: flag("pinPad"),
    ...(sm2 && { sm2Mechanism: sm2 }),
    ...(sm2Input === "digest" && { sm2Input }),
    ...(keyIndex !== undefined && { sdfKeyIndex: keyIndex }),
    ...some("sdfConfig"),
    ...(flag("sdfExtended") && { sdfExtended: true }),
    keyFile: text("keyFile"),
    ...some("certificateFile"),
    controlUrl: faults.read(() => webSocketUrl("controlUrl", config.controlUrl), ""),
    ...some("controlCa"),
    ...(algorithm !== "auto" && { controlAlgorithm: algorithm }),
    ...some("companyCode"),
    ...some("cardNumber"),
    ...(certificateNumber && { certificateNumber }),
    timeouts: { connect: limit("connect"), login: limit("login"), sign: limit("sign"), query: limit("query") },
  };
  return { settings, faults };
}

/** The PIN would travel in clear: plain `ws` to another machine. The control itself listens on its own machine only. */
export function pinInClear({ backend, controlUrl }: CardSettings): boolean {
  if (backend !== "control" || !URL.canParse(controlUrl)) return false;
  const { protocol, hostname } = new URL(controlUrl);
  return protocol === "ws:" && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
