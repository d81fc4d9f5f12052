import type { Check } from "../document.js";
import type { Bilingual, ImportClientError } from "../errors.js";
import { cardFault } from "./faults.js";
import type { CardIdentity } from "./types.js";

export const WARN_DAYS = 30;
const DAY = 86_400_000;

type Validity = Pick<CardIdentity, "notBefore" | "notAfter">;

/** Milliseconds since the epoch by another clock than this machine's, the broker's for one; undefined when none is known. */
export type ReferenceTime = () => number | undefined | Promise<number | undefined>;

/** The time that a certificate is judged by. */
export interface JudgedBy {
  /** Milliseconds since the epoch. */
  now: number;
  /** It comes from another clock, since this machine's own said that the certificate is not valid. */
  reference: boolean;
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

const RENEW: Bilingual = {
  zh: "请到发卡机构（电子口岸）办理证书延期。",
  en: "Have the card's certificate renewed by its issuer (电子口岸).",
};
const CLOCK: Bilingual = {
  zh: "请检查本机日期和时间。",
  en: "Check this computer's date and time.",
};

const isValid = ({ notBefore, notAfter }: Validity, now: number): boolean => now >= notBefore && now < notAfter;

/**
 * By which time a certificate is judged: this machine's, unless the certificate is not valid by that one and another clock is
 * known. A machine whose clock was set back or forward must not make a good card look like one that is not valid.
 */
export async function judgedBy(
  validity: Validity,
  reference?: ReferenceTime,
  now: number = Date.now(),
): Promise<JudgedBy> {
  if (isValid(validity, now)) return { now, reference: false };
  let other: number | undefined;
  try {
    other = await reference?.();
  } catch {
    // A clock that cannot be asked is none.
  }
  return other === undefined ? { now, reference: false } : { now: other, reference: true };
}

/**
 * What keeps a certificate from signing at this time; undefined when nothing does. Card and clock are the user's to mend and
 * the documents are good: they wait. A card cannot come from the future, so one that is not valid yet speaks against the clock.
 */
export function certificateFault(identity: Validity, { now, reference }: JudgedBy): ImportClientError | undefined {
  const check = validityCheck(identity, now);
  if (check?.severity !== "error") return undefined;
  const { zh, en } = check.advice;
  const both = { zh: `${CLOCK.zh}时间无误时，${zh}`, en: `${CLOCK.en} If they are right: ${en}` };
  if (now < identity.notBefore) return cardFault("CERTIFICATE-NOT-YET-VALID", check.text, check.advice);
  return cardFault("CERTIFICATE-EXPIRED", check.text, reference ? RENEW : both, { state: "expired" });
}

/** What a person should know of this machine's clock after another one was asked; undefined when both agree on the certificate. */
export function clockWarning({ now, reference }: JudgedBy, own: number = Date.now()): Bilingual | undefined {
  if (!reference) return undefined;
  const minutes = Math.round(Math.abs(own - now) / 60_000);
  const fast = own > now;
  return {
    zh: `本机时钟比服务器${fast ? "快" : "慢"} ${minutes} 分钟，证书有效期已按服务器时间判断。${CLOCK.zh}`,
    en: `this machine's clock is ${minutes} minutes ${fast ? "ahead of" : "behind"} the server's; the certificate was judged by the server's. ${CLOCK.en}`,
  };
}

/** A certificate's validity at a time, as a check of a document: an error, a warning from `warnDays` before its end, or nothing. */
export function validityCheck(validity: Validity, now: number, warnDays: number = WARN_DAYS): Check | undefined {
  const { notBefore, notAfter } = validity;
  const check = (severity: Check["severity"], text: Bilingual, advice: Bilingual) => {
    return { rule: "SW-RULE-card-expiry", path: "", line: 0, severity, text, advice };
  };
  if (now >= notAfter) {
    const text = {
      zh: `操作卡证书已于 ${day(notAfter)} 过期`,
      en: `the card's certificate expired on ${day(notAfter)}`,
    };
    return check("error", text, RENEW);
  }
  if (now < notBefore) {
    const text = {
      zh: `操作卡证书自 ${day(notBefore)} 起有效`,
      en: `the card's certificate is valid from ${day(notBefore)} on`,
    };
    return check("error", text, CLOCK);
  }
  if (now < notAfter - warnDays * DAY) return undefined;
  const days = Math.floor((notAfter - now) / DAY);
  return check(
    "warning",
    {
      zh: `操作卡证书将于 ${day(notAfter)} 过期（还有 ${days} 天）`,
      en: `the card's certificate expires on ${day(notAfter)}, in ${days} days`,
    },
    RENEW,
  );
}
