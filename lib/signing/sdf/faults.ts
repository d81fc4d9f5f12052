import type { Bilingual, ImportClientError } from "../../errors.js";
import { type KnownFault, KOFFI_MISSING, moduleFault, REFUSED } from "../module/faults.js";
import type { LinkError } from "../module/link.js";

const LIBRARY: Bilingual = {
  zh: "请核对厂商 SDF 库的路径和位数，以及它的配置文件或文件夹。",
  en: "Check the path and bits of the vendor's SDF library, and its settings file or folder.",
};
const REACH: Bilingual = {
  zh: "请检查到加密机的网络、加密机的状态和厂商配置文件；恢复后自动继续。",
  en: "Check the network to the HSM, the HSM itself and the vendor's settings file; work goes on by itself.",
};
const KEY: Bilingual = {
  zh: "请核对卡节点中的密钥号（CertIndex）和证书文件是否属于同一密钥。",
  en: "Check that key number (CertIndex) and certificate file in the card node belong to the same key.",
};

const UNREACHABLE: KnownFault = {
  text: { zh: "加密机无法打开或没有应答", en: "the HSM cannot be opened or does not answer" },
  advice: REACH,
  state: "absent",
};

/** Inner codes of the library's process and of SDF. */
export const SDF_FAULTS: Readonly<Record<string, KnownFault>> = {
  "KOFFI-MISSING": KOFFI_MISSING,
  "MODULE-NOT-LOADED": {
    text: { zh: "SDF 库无法加载", en: "the SDF library cannot be loaded" },
    advice: LIBRARY,
    state: "absent",
  },
  "FUNCTION-MISSING": {
    text: { zh: "SDF 库中缺少所需的函数", en: "the SDF library lacks a function that is needed" },
    advice: LIBRARY,
    state: "absent",
  },
  "MODULE-CRASHED": {
    text: { zh: "SDF 库的进程异常退出", en: "the SDF library crashed" },
    advice: {
      zh: "请核对库的路径；厂商头文件中 SDF_InternalSign_ECC 若多一个算法参数，请在卡节点中勾选。",
      en: "Check the library's path; where the vendor's header gives SDF_InternalSign_ECC an algorithm as a further argument, tick that in the card node.",
    },
  },
  SDR_COMMFAIL: UNREACHABLE,
  SDR_HARDFAIL: UNREACHABLE,
  SDR_OPENDEVICE: UNREACHABLE,
  SDR_OPENSESSION: UNREACHABLE,
  "NOT-ATTACHED": UNREACHABLE,
  SDR_KEYNOTEXIST: { text: { zh: "加密机中没有这个密钥", en: "the HSM has no such key" }, advice: KEY },
  SDR_KEYTYPEERR: {
    text: { zh: "密钥类型与证书不符", en: "the key is of another type than the certificate" },
    advice: KEY,
  },
  "KEY-TOO-SHORT": { text: { zh: "密钥太短", en: "the key is too short" }, advice: KEY },
};

const UNKNOWN: KnownFault = { text: { zh: "SDF 库报错", en: "the SDF library reports an error" }, advice: LIBRARY };

/** An error of the library's process as one of ours; a right to the key that is not given is a password that was not taken. */
export function sdfFault(error: LinkError, step: "connect" | "login" | "sign", limit: number): ImportClientError {
  const refused = step === "login" && error.tried && error.inner.startsWith("SDR_") && !(error.inner in SDF_FAULTS);
  return moduleFault(error, step, limit, SDF_FAULTS, refused ? REFUSED : UNKNOWN);
}
