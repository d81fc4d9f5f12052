import type { Bilingual, ImportClientError } from "../../errors.js";
import { FINAL_TRY, pinBlocked } from "../faults.js";
import { ABSENT, type KnownFault, LOST, moduleFault, REFUSED } from "../module/faults.js";
import type { LinkError } from "../module/link.js";

const DRIVER: Bilingual = {
  zh: "请检查 PKCS#11 模块路径、其位数（32/64 位）以及驱动是否安装。",
  en: "Check the path of the PKCS#11 module, that it is built for this system (32/64 bit), and that the driver is installed.",
};
const WHICH: Bilingual = {
  zh: "请在卡节点中写明令牌标签、序列号或槽号，以及密钥标签或 ID。",
  en: "Name the token by label, serial or slot, and the key by label or id, in the card node.",
};
const LOCKED: Bilingual = {
  zh: "卡已被锁定，请携卡到发卡机构（电子口岸）解锁。",
  en: "The card is locked: have it unlocked by its issuer (电子口岸).",
};

const DATA: KnownFault = {
  text: { zh: "驱动不接受此报文的内容", en: "the driver does not take this document's data" },
  advice: {
    zh: "请更换签名方式，或联系卡驱动厂商。",
    en: "Choose another signing profile, or ask the driver's vendor.",
  },
  kind: "fails",
};

/** Inner codes of the module's process and of PKCS#11. */
export const PKCS11_FAULTS: Readonly<Record<string, KnownFault>> = {
  "PKCS11JS-MISSING": {
    text: { zh: "缺少 pkcs11js 组件", en: "the package pkcs11js is not installed" },
    advice: {
      zh: "请在 Node-RED 目录执行 npm install pkcs11js（需要 C++ 编译工具和 Python），或改用其他卡后端。",
      en: "Run npm install pkcs11js in the Node-RED folder (it needs a C++ compiler and Python), or use another card backend.",
    },
  },
  "MODULE-NOT-LOADED": {
    text: { zh: "PKCS#11 模块无法加载", en: "the PKCS#11 module cannot be loaded" },
    advice: DRIVER,
    state: "absent",
  },
  "MODULE-CRASHED": {
    text: { zh: "PKCS#11 驱动进程异常退出", en: "the PKCS#11 driver crashed" },
    advice: DRIVER,
  },
  "TOKEN-ABSENT": ABSENT,
  CKR_TOKEN_NOT_PRESENT: ABSENT,
  CKR_TOKEN_NOT_RECOGNIZED: ABSENT,
  CKR_SLOT_ID_INVALID: ABSENT,
  CKR_DEVICE_REMOVED: LOST,
  CKR_DEVICE_ERROR: LOST,
  CKR_SESSION_HANDLE_INVALID: LOST,
  CKR_SESSION_CLOSED: LOST,
  "NOT-ATTACHED": LOST,
  "NO-PIN-PAD": {
    text: { zh: "令牌没有自带键盘", en: "the token has no keypad of its own" },
    advice: { zh: "请取消键盘输入选项并设置 PIN。", en: "Turn the keypad option off and set the PIN." },
  },
  "TOKEN-AMBIGUOUS": { text: { zh: "有多个令牌符合", en: "more than one token fits" }, advice: WHICH },
  "KEY-ABSENT": { text: { zh: "令牌上找不到私钥", en: "the private key is not on the token" }, advice: WHICH },
  "KEY-AMBIGUOUS": { text: { zh: "令牌上有多个私钥", en: "there is more than one private key" }, advice: WHICH },
  CKR_PIN_INCORRECT: REFUSED,
  CKR_PIN_INVALID: REFUSED,
  CKR_PIN_LEN_RANGE: REFUSED,
  CKR_PIN_EXPIRED: { ...REFUSED, text: { zh: "PIN 已过期", en: "the PIN has expired" } },
  CKR_PIN_LOCKED: {
    text: { zh: "卡已锁定", en: "the card's PIN is locked" },
    advice: LOCKED,
    state: "locked",
    details: { pin: true },
  },
  CKR_DATA_INVALID: DATA,
  CKR_DATA_LEN_RANGE: DATA,
};

const UNKNOWN: KnownFault = {
  text: { zh: "PKCS#11 驱动报错", en: "the PKCS#11 driver reports an error" },
  advice: DRIVER,
};

/** An error of the child process as one of ours: C134 with the inner code, C141, or SW-PIN-BLOCKED at the final try. */
export function pkcs11Fault(error: LinkError, step: "connect" | "login" | "sign", limit: number): ImportClientError {
  if (error.inner !== FINAL_TRY) return moduleFault(error, step, limit, PKCS11_FAULTS, UNKNOWN);
  return pinBlocked(
    FINAL_TRY,
    {
      zh: "卡提示只剩最后一次 PIN 机会，未尝试登录",
      en: "the card says that one more wrong PIN locks it; no login was tried",
    },
    { state: "closed" },
  );
}
