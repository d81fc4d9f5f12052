import { type Bilingual, codeOf, ImportClientError, messageOf } from "../errors.js";
import type { CardIdentity, CardState, SignAlgorithm } from "./types.js";

/**
 * What becomes of the document that met the fault. `waits`: card, machine or setting are at fault, and it waits until they are
 * mended, however long that takes. `retries`: it is tried again a few times, then it fails. `fails`: it has failed.
 */
export type CardFaultKind = "waits" | "retries" | "fails";

/** What programs may know of a card's fault. */
export interface CardFaultDetails extends Record<string, unknown> {
  kind: CardFaultKind;
  /** The code underneath (`CKR_PIN_INCORRECT`, `51571`, `TIMEOUT` ...); empty where there is none. */
  inner: string;
  /** What the card is now, where the fault tells. */
  state?: CardState;
  /** The PIN is empty, was refused, or is kept from the card. */
  pin?: boolean;
  /** failInfo's lines in the official client's words, where they are known. */
  official?: readonly string[];
}

/** An error of the card, its driver, its control or its PIN guard: C134, C141, C144, SW-PIN-BLOCKED, SW-PIN-GUARD. */
export class CardFault extends ImportClientError {
  declare readonly details: CardFaultDetails;

  constructor(
    code: string,
    text: Bilingual,
    parts: { advice?: Bilingual | undefined; cause?: unknown; details: CardFaultDetails },
  ) {
    const { advice, cause, details } = parts;
    super(code, text, { ...(advice && { advice }), cause, details });
  }

  /** The same fault, after which the document does not wait: it fails with its local receipt. */
  asFinal(): CardFault {
    const { code, text, advice, cause, details } = this;
    return new CardFault(code, text, { advice, cause, details: { ...details, kind: "fails" } });
  }
}

/** A card or signature error: C134 with its inner code, as the official client reports it (faq 13, domain B). */
export function cardFault(
  inner: string,
  text: Bilingual,
  advice: Bilingual,
  more: { cause?: unknown } & Partial<Omit<CardFaultDetails, "inner">> = {},
): CardFault {
  const { cause, ...details } = more;
  return new CardFault(
    "C134",
    { zh: `卡操作失败：${text.zh}（${inner}）`, en: `card error: ${text.en} (${inner})` },
    { advice, cause, details: { kind: "waits", ...details, inner } },
  );
}

/** The official client's words (faq 10). */
const NO_ANSWER = "错误: 等待响应超时!";

/** The card, its driver or the control gave no answer in time (faq 10, 11). What came of the call is not used. */
export function cardTimeout(step: string, milliseconds: number): CardFault {
  return new CardFault(
    "C141",
    {
      zh: `${NO_ANSWER} 卡在 ${milliseconds} 毫秒内没有应答（${step}），本次签名未完成`,
      en: `the card gave no answer within ${milliseconds} ms (${step}); nothing was signed`,
    },
    {
      advice: {
        zh: "驱动进程已被终止，下一次签名会重新启动。反复出现时请重新插卡，并检查读卡器和驱动。",
        en: "The driver's process was ended and is started again for the next signature. If this keeps happening, insert the card again and check reader and driver.",
      },
      details: { kind: "retries", inner: "TIMEOUT", official: [NO_ANSWER], step, milliseconds },
    },
  );
}

/** Rejects with C134 what the card's key or mechanism cannot do, before anything is sent to it. */
export function assertSignsWith({ algorithms }: CardIdentity, algorithm: SignAlgorithm): void {
  if (algorithms.includes(algorithm)) return;
  const able = algorithms.join(", ");
  throw cardFault(
    "ALGORITHM",
    { zh: `此卡签名算法为 ${able}，不支持 ${algorithm}`, en: `this card signs with ${able}, not with ${algorithm}` },
    {
      zh: "请在签名节点中选择此卡支持的算法；SM2 令牌还须在卡节点中填写 SM2 机制号。",
      en: "Choose an algorithm in the card-sign node that the card has; an SM2 token also needs its SM2 mechanism number in the card node.",
    },
  );
}

/** faq 13: an empty PIN is refused before anything reaches the card. */
export function pinEmpty(): CardFault {
  return new CardFault(
    "C144",
    { zh: "卡密码不能为空，请设置卡密码!", en: "the card's PIN is empty: set it" },
    {
      advice: {
        zh: "请在卡节点中填写卡密码（或环境变量 SW_CARD_PIN），然后重新发送。卡未被访问。",
        en: "Set the PIN in the card node (or SW_CARD_PIN) and send again. The card was not touched.",
      },
      details: { kind: "waits", inner: "", pin: true },
    },
  );
}

/** The guard is closed (promises 4): the PIN did not reach the card. */
export function pinBlocked(reason: string, text: Bilingual, more: { at?: number; state?: CardState } = {}): CardFault {
  return new CardFault("SW-PIN-BLOCKED", text, {
    advice: {
      zh: "请确认卡密码后在卡节点中改正；若密码无误，请由负责人在侧边栏中解除。在此之前不会向卡发送密码，以免锁卡。",
      en: "Correct the PIN in the card node; if it is right, a person releases the guard in the sidebar. Until then no PIN is sent to the card, so that it cannot lock.",
    },
    details: {
      kind: "waits",
      inner: reason,
      pin: true,
      state: more.state ?? "closed",
      ...(more.at ? { at: more.at } : {}),
    },
  });
}

/** The guard's record cannot be opened or written: no PIN is sent, since nobody would know of it. */
export function guardUnusable(file: string, cause: unknown): CardFault {
  const why = messageOf(cause);
  return new CardFault(
    "SW-PIN-GUARD",
    {
      zh: `PIN 保护的记录 ${file} 无法打开或写入，未向卡发送密码：${why}`,
      en: `the PIN guard's record ${file} cannot be opened or written, so no PIN was sent to the card: ${why}`,
    },
    {
      advice: {
        zh: "请让运行 Node-RED 的账户可以写入该文件及其文件夹，并检查磁盘空间；也可用环境变量 SW_PIN_GUARD 指定其他文件夹。恢复后单据会自动继续。",
        en: "Let the account that Node-RED runs as write this file and its folder, and check the disk's space; or name another folder with the environment variable SW_PIN_GUARD. Documents go on by themselves then.",
      },
      cause,
      details: { kind: "waits", inner: codeOf(cause) ?? "", file },
    },
  );
}
