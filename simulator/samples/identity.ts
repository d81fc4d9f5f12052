/** Whose documents the samples are. Every name and number in the defaults is invented. */
export interface SampleIdentity {
  clientId: string;
  /** 9 characters. */
  orgCode: string;
  /** The company's ten-digit customs code: InputCode, OperCusRegCode and the card agree with it (faq 19). */
  customsCode: string;
  /** 4-digit customs region. */
  region: string;
  /** Unified social credit code, 18 characters; made from the organisation code when it is left out. */
  creditCode?: string;
  companyName?: string;
  operator?: string;
  /** IC card number, 13 characters (faq 20). */
  cardNumber?: string;
  /** The card certificate's number, hex. */
  certificateNumber?: string;
}

export const DEMO_IDENTITY: SampleIdentity = {
  clientId: "DEMO0001",
  orgCode: "123456789",
  customsCode: "4403960000",
  region: "5300",
};

const DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/** A unified social credit code around an organisation code, with its check character (GB 32100-2015). */
export function creditCodeOf(orgCode: string): string {
  const body = `91440300${orgCode}`;
  let sum = 0;
  for (let index = 0; index < 17; index++) {
    sum += Math.max(0, DIGITS.indexOf(body[index] ?? "0")) * (3 ** index % 31);
  }
  return body + DIGITS[(31 - (sum % 31)) % 31];
}

/** The identity with everything that it leaves open filled in. */
export function complete(identity: SampleIdentity): Required<SampleIdentity> {
  return {
    ...identity,
    creditCode: identity.creditCode ?? creditCodeOf(identity.orgCode),
    companyName: identity.companyName ?? "深圳示例进出口有限公司",
    operator: identity.operator ?? "张示例",
    cardNumber: identity.cardNumber || "8900000000017",
    certificateNumber: identity.certificateNumber || "01a2b3c4",
  };
}
