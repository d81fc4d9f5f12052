import type { Bilingual, Fault } from "../../errors.js";
import type { DocumentState } from "../types.js";

/** A fault as the columns of a row or an event have it. */
export function wordsOf({ code, text }: Pick<Fault, "code" | "text">): { code: string; text: string; textEn: string } {
  return { code, text: text.zh, textEn: text.en };
}

/** No fault. */
export const NO_WORDS = { code: "", text: "", textEn: "" } as const;

/** A document's state in the words of the trade, as the sidebar has them. */
export const STATE_WORDS: Readonly<Record<DocumentState, Bilingual>> = {
  claimed: { zh: "待发送", en: "waiting to be sent" },
  sending: { zh: "发送中", en: "being sent" },
  unknown: { zh: "结果不明", en: "outcome unknown" },
  held: { zh: "已暂缓", en: "held" },
  sent: { zh: "已申报", en: "sent" },
  accepted: { zh: "已入库", en: "accepted" },
  rejected: { zh: "退单", en: "rejected" },
  failed: { zh: "未发出", en: "not sent" },
};
