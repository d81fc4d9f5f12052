import { ImportClientError } from "../errors.js";
import { backendByName } from "../signing/backends.js";
import { checkCard as checkAgainst } from "../signing/card-checks.js";
import { CORRECT_PIN, pinEmpty } from "../signing/faults.js";
import { machinePins } from "../signing/guard-store.js";
import type { CardBackend, CardState } from "../signing/types.js";
import { certificateFault } from "../signing/validity.js";
import type { Finding } from "./step.js";

/** Longest wait for card, driver or control, in milliseconds: the backends' own limits end before. */
export const CARD_LIMIT = 25_000;

/** What is asked of a card in a test. */
export type TestedCard = Pick<CardBackend, "kind" | "state" | "identity">;

/** Reads the card's certificate over the card or its control; the PIN is never sent by a test (promises 4). */
export async function checkCard(card: TestedCard, now: number = Date.now()): Promise<Finding> {
  const identity = await card.identity();
  const until = new Date(identity.notAfter).toISOString().slice(0, 10);
  const who = [identity.companyName, identity.holder, identity.companyCode, identity.cardNumber]
    .filter((part, index, all) => part !== "" && all.indexOf(part) === index)
    .join(" / ");
  const text = {
    zh: `${who}，证书有效期至 ${until}（${card.kind}）`,
    en: `${who}, certificate valid until ${until} (${card.kind})`,
  };
  const invalid = certificateFault(identity, now);
  if (invalid) throw invalid;
  const [expiry] = checkAgainst(identity, [], { now });
  if (expiry) {
    return {
      text: { zh: `${text.zh}；${expiry.text.zh}`, en: `${text.en}; ${expiry.text.en}` },
      warning: true,
      advice: expiry.advice,
    };
  }
  if (backendByName(card.kind)?.testsOnly) {
    return {
      text,
      warning: true,
      advice: { zh: "软件密钥仅用于测试环境。", en: "A software key is for test environments only." },
    };
  }
  return { text };
}

/** Whether a card of this kind may be used without a PIN: a key file that is not encrypted. One that is says itself that it wants one. */
export const isPinless = (kind: string): boolean => backendByName(kind)?.needsPin({ pinPad: false }) === false;

/**
 * Whether a PIN is set, the guard's record can be written, and the guard is open. The PIN is not tried: that it is set says
 * nothing about its being right.
 */
export async function checkPin(hasPin: boolean, state: CardState, pinless = false): Promise<Finding> {
  if (!hasPin && pinless) {
    return {
      text: {
        zh: "没有设置 PIN；未加密的密钥文件不需要",
        en: "no PIN is set; a key file that is not encrypted needs none",
      },
    };
  }
  if (!hasPin) throw pinEmpty();
  await machinePins().check();
  if (state !== "closed" && state !== "locked") {
    return { text: { zh: "已设置 PIN（未验证）", en: "the PIN is set (it is not tried)" } };
  }
  throw new ImportClientError(
    "SW-PIN-BLOCKED",
    state === "closed"
      ? {
          zh: "此卡的 PIN 曾被拒绝，为避免锁卡已停止使用",
          en: "this PIN was refused by the card; it is not tried again, so that the card cannot lock",
        }
      : { zh: "卡已锁定", en: "the card is locked" },
    {
      advice:
        state === "closed"
          ? CORRECT_PIN
          : { zh: "请到电子口岸制卡中心解锁。", en: "Have the card unlocked at the E-port's card office." },
    },
  );
}
