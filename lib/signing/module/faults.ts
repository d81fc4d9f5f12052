import type { Bilingual, FaultDetails, FaultKind, ImportClientError } from "../../errors.js";
import { CORRECT_PIN, cardFault, cardTimeout, INSERT_CARD } from "../faults.js";
import type { CardState } from "../types.js";
import type { LinkError } from "./link.js";

/** What an inner code of a library means, and what to do. */
export interface KnownFault {
  text: Bilingual;
  advice: Bilingual;
  state?: CardState;
  kind?: FaultKind;
  details?: FaultDetails;
}

export const ABSENT: KnownFault = {
  text: { zh: "卡不在位", en: "the card is not there" },
  advice: INSERT_CARD,
  state: "absent",
};
export const LOST: KnownFault = {
  text: { zh: "卡被拔出或会话中断", en: "the card was removed" },
  advice: INSERT_CARD,
  state: "absent",
};
export const REFUSED: KnownFault = {
  text: { zh: "PIN 错误", en: "the PIN was refused" },
  advice: CORRECT_PIN,
  state: "closed",
  details: { pin: true },
};

/** What joins C libraries to us, an optional package. */
export const KOFFI_MISSING: KnownFault = {
  text: { zh: "缺少 koffi 组件", en: "the package koffi is not installed" },
  advice: {
    zh: "请在 Node-RED 目录执行 npm install koffi（无需编译），然后重启。",
    en: "Run npm install koffi in the Node-RED folder (nothing is compiled) and restart.",
  },
};

/** An error of the library's process as one of ours: C134 with the inner code, or C141. */
export function moduleFault(
  error: LinkError,
  step: "connect" | "login" | "sign",
  limit: number,
  known: Readonly<Record<string, KnownFault>>,
  unknown: KnownFault,
): ImportClientError {
  if (error.inner === "TIMEOUT") return cardTimeout(step, limit);
  const { text, advice, details, ...more } = known[error.inner] ?? unknown;
  return cardFault(error.inner, text, advice, { ...more, details: { ...details, driver: error.message, step } });
}
