import type { Check } from "../document.js";
import type { Bilingual, ImportClientError } from "../errors.js";
import { cardFault } from "./faults.js";
import type { CardIdentity, CardState } from "./types.js";

export const WARN_DAYS = 30;
const DAY = 86_400_000;

type Validity = Pick<CardIdentity, "notBefore" | "notAfter">;

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

const RENEW: Bilingual = {
  zh: "请到发卡机构（电子口岸）办理证书延期。",
  en: "Have the card's certificate renewed by its issuer (电子口岸).",
};
const CLOCK: Bilingual = {
  zh: "请检查本机日期和时间。",
  en: "Check this computer's date and time.",
};

/** What to do about a certificate that is not valid now, by the inner code of the fault. */
export const CERTIFICATE_FAULTS = {
  "CERTIFICATE-NOT-YET-VALID": { advice: CLOCK },
  "CERTIFICATE-EXPIRED": {
    advice: { zh: `${CLOCK.zh}时间无误时，${RENEW.zh}`, en: `${CLOCK.en} If they are right: ${RENEW.en}` },
  },
} as const;

/**
 * What keeps a certificate from signing at this time; undefined when nothing does. Card and clock are the user's to mend and
 * the documents are good: they wait. A card cannot come from the future, so one that is not valid yet speaks against the clock.
 */
export function certificateFault(identity: Validity, now: number): ImportClientError | undefined {
  const check = validityCheck(identity, now);
  if (check?.severity !== "error") return undefined;
  const fault = (inner: keyof typeof CERTIFICATE_FAULTS, state: CardState) =>
    cardFault(inner, check.text, CERTIFICATE_FAULTS[inner].advice, { state });
  if (now < identity.notBefore) return fault("CERTIFICATE-NOT-YET-VALID", "not-yet-valid");
  return fault("CERTIFICATE-EXPIRED", "expired");
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
