import { type Bilingual, codeOf, type ErrorParts, ImportClientError, messageOf } from "../errors.js";
import type { CardIdentity, CardState, SignAlgorithm } from "./types.js";

/** What to do when there is no card. */
export const INSERT_CARD: Bilingual = {
  zh: "请插好卡并检查读卡器；插回后一分钟内自动继续，等待的单据也会发出。",
  en: "Insert the card and check the reader; work then goes on by itself within a minute, with what waits.",
};

/** What to do after a refused PIN: nobody may be led to a second wrong one. The guard opens for another PIN by itself (`PinGuard`). */
export const CORRECT_PIN: Bilingual = {
  zh: "请核对 PIN，在卡节点（或它所用的变量，一般为 SW_CARD_PIN）中改正后部署；改在进程环境变量中的须重启。PIN 改变后保护自动解除，单据继续；PIN 没有改变时请勿人工解除，再错可能锁卡。",
  en: "Check the PIN and correct it where it is set: in the card node, then deploy, or in its variable, mostly SW_CARD_PIN (in the process's environment: then restart). A changed PIN opens the guard by itself and documents go on. Do not release the guard with the same PIN: another wrong try may lock the card.",
};

/** What a card's fault may say beside its words. */
export interface CardFaultParts extends Pick<ErrorParts, "cause" | "kind" | "official" | "details"> {
  /** What the card is now. */
  state?: CardState;
}

/**
 * A card or signature error: C134 with its inner code, as the official client reports it (faq 13, domain B).
 * `details.inner` is the code underneath (`CKR_PIN_INCORRECT`, `51571`), `details.state` what the card is now,
 * `official` the lines of the official local receipt where they are known. The document waits: card, driver and setting are the
 * user's to mend, and it is good.
 */
export function cardFault(
  inner: string,
  text: Bilingual,
  advice: Bilingual,
  { state, details, kind = "waits", ...more }: CardFaultParts = {},
): ImportClientError {
  return new ImportClientError(
    "C134",
    { zh: `卡操作失败：${text.zh}（${inner}）`, en: `card error: ${text.en} (${inner})` },
    { ...more, kind, advice, details: { ...details, inner, ...(state && { state }) } },
  );
}

/** The inner code in the words of a card's fault, as `cardFault` writes them in either language; empty where there is none. */
export function innerCodeIn(text: string): string {
  return /[（(]([\w-]{1,60})[）)]$/.exec(text)?.[1] ?? "";
}

/** The card's node closes while it is used: its documents go back and are signed by the next one. */
export function cardClosed(): ImportClientError {
  const text = { zh: "卡节点已关闭", en: "the card node is closed" };
  return cardFault("CLOSED", text, { zh: "单据会自动继续。", en: "The document goes on by itself." });
}

/** The official client's words (faq 10). */
const NO_ANSWER = "错误: 等待响应超时!";

/** The card, its driver or the control gave no answer in time (faq 10, 11). What came of the call is not used. */
export function cardTimeout(step: string, milliseconds: number): ImportClientError {
  return new ImportClientError(
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
      official: [NO_ANSWER],
      details: { inner: "TIMEOUT", step, milliseconds },
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
export function pinEmpty(): ImportClientError {
  return new ImportClientError(
    "C144",
    { zh: "卡密码不能为空，请设置卡密码!", en: "the card's PIN is empty: set it" },
    {
      advice: {
        zh: "请在“IC 卡/加密机”节点中填写 PIN（或环境变量 SW_CARD_PIN），然后重新发送。卡未被访问。",
        en: "Set the PIN in the card node (or SW_CARD_PIN) and send again. The card was not touched.",
      },
      kind: "waits",
      details: { pin: true },
    },
  );
}

/** Inner code of a card that says that it locks with one more wrong PIN: it is asked for no login then. */
export const FINAL_TRY = "FINAL-TRY";

const CHECK_FINAL_TRY: Bilingual = {
  zh: "请先确知所设的 PIN（卡节点或 SW_CARD_PIN）是正确的，再由负责人在侧栏或页面中解除：只试一次，再错即锁卡。不能确定时请到发卡机构处理。",
  en: "Make sure that the PIN that is set (card node or SW_CARD_PIN) is right, then a person releases the guard in the sidebar or on the page: it is tried once, and a wrong one locks the card. If in doubt ask the card's issuer.",
};

/** The guard is closed (promises 4): the PIN did not reach the card. */
export function pinBlocked(
  reason: string,
  text: Bilingual,
  more: { at?: number; state?: CardState } = {},
): ImportClientError {
  return new ImportClientError("SW-PIN-BLOCKED", text, {
    advice: reason === FINAL_TRY ? CHECK_FINAL_TRY : CORRECT_PIN,
    details: {
      inner: reason,
      pin: true,
      state: more.state ?? "closed",
      ...(more.at ? { at: more.at } : {}),
    },
  });
}

/** The same of the record in a ledger that several machines share: it is in nobody's folder. */
export function sharedGuardUnusable(cause: unknown): ImportClientError {
  const why = messageOf(cause);
  return new ImportClientError(
    "SW-PIN-GUARD",
    {
      zh: `共用台账中的 PIN 保护记录无法读取或写入，未向卡发送 PIN：${why}`,
      en: `the PIN guard's record in the shared ledger cannot be read or written, so no PIN was sent to the card: ${why}`,
    },
    {
      advice: {
        zh: "请检查台账数据库、根目录所在的共享和网络；恢复后单据会自动继续。",
        en: "See to the ledger's database, the root's share and the network; documents go on by themselves then.",
      },
      cause,
      kind: "waits",
      details: { inner: codeOf(cause) ?? "" },
    },
  );
}

/** The guard's record cannot be opened or written: no PIN is sent, since nobody would know of it. */
export function guardUnusable(file: string, cause: unknown): ImportClientError {
  const why = messageOf(cause);
  return new ImportClientError(
    "SW-PIN-GUARD",
    {
      zh: `PIN 保护的记录 ${file} 无法打开或写入，未向卡发送 PIN：${why}`,
      en: `the PIN guard's record ${file} cannot be opened or written, so no PIN was sent to the card: ${why}`,
    },
    {
      advice: {
        zh: "请让运行 Node-RED 的账户可以写入该文件及其文件夹，并检查磁盘空间；也可用环境变量 SW_PIN_GUARD 指定其他文件夹。恢复后单据会自动继续。",
        en: "Let the account that Node-RED runs as write this file and its folder, and check the disk's space; or name another folder with the environment variable SW_PIN_GUARD. Documents go on by themselves then.",
      },
      cause,
      kind: "waits",
      details: { inner: codeOf(cause) ?? "", path: file },
    },
  );
}
