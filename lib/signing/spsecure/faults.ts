import type { Bilingual, ImportClientError } from "../../errors.js";
import { ABSENT, type KnownFault, KOFFI_MISSING, LOST, moduleFault, REFUSED } from "../module/faults.js";
import type { LinkError } from "../module/link.js";

const LIBRARY: Bilingual = {
  zh: "请核对 SPSecureAPI 库的路径和位数（与 Node.js 相同），并确认已安装卡控件。",
  en: "Check the path of the SPSecureAPI library, that it has the same bits as Node.js, and that the card control is installed.",
};

/** One process at a time has the card. */
const RIVAL: Bilingual = {
  zh: "请插好卡并检查读卡器；同一时间只有一个程序能用卡，请关闭官方客户端和其他使用卡控件的程序。恢复后自动继续。",
  en: "Insert the card and check the reader; one program at a time has the card: close the official client and whatever else uses the control. Work goes on by itself.",
};

/** Inner codes of the library's process and of the card. */
export const SPSECURE_FAULTS: Readonly<Record<string, KnownFault>> = {
  "KOFFI-MISSING": KOFFI_MISSING,
  "MODULE-NOT-LOADED": {
    text: { zh: "SPSecureAPI 库无法加载", en: "the SPSecureAPI library cannot be loaded" },
    advice: LIBRARY,
    state: "absent",
  },
  "FUNCTION-MISSING": {
    text: { zh: "库中缺少所需的函数", en: "the library lacks a function that is needed" },
    advice: LIBRARY,
    state: "absent",
  },
  "MODULE-CRASHED": {
    text: { zh: "SPSecureAPI 库的进程异常退出", en: "the SPSecureAPI library crashed" },
    advice: LIBRARY,
  },
  // Inner codes of the card (domain B).
  "50070": { ...ABSENT, text: { zh: "读卡器复位失败", en: "the reader could not reset the card" } },
  "50200": {
    text: {
      zh: "打开读卡器失败：未插卡、无读卡器或被其他程序占用",
      en: "the reader cannot be opened: no card, no reader, or another program has it",
    },
    advice: RIVAL,
    state: "absent",
  },
  "51590": { ...ABSENT, text: { zh: "请插卡", en: "insert the card" } },
  "51571": REFUSED,
  "PIN-REFUSED": REFUSED,
  "NOT-ATTACHED": LOST,
};

const UNKNOWN: KnownFault = {
  text: { zh: "卡的函数库报错", en: "the card's library reports an error" },
  advice: { zh: "请查看内部错误码，必要时联系服务热线。", en: "See the inner code; ask the service desk if it stays." },
};

/**
 * An error of the library's process as one of ours. Whatever SpcVerifyPIN says but that there is no card is a PIN that was not taken: the
 * codes are not all public.
 */
export function spSecureFault(error: LinkError, step: "connect" | "login" | "sign", limit: number): ImportClientError {
  const refused = step === "login" && error.tried && /^\d+$/.test(error.inner);
  return moduleFault(error, step, limit, SPSECURE_FAULTS, refused ? REFUSED : UNKNOWN);
}
