import type { Inspection } from "../business/inspect.js";
import type { Check } from "../document.js";
import { ImportClientError } from "../errors.js";
import { measure } from "../measure.js";
import { assertMaySign, checkBeforeSigning } from "./before-signing.js";
import type { Card } from "./card.js";
import { type ProfileOptions, signDocument } from "./profiles/index.js";
import type { CardIdentity, SignRequest, SignResult } from "./types.js";

export interface SigningJob {
  /** Name of the signing profile. */
  profile: string;
  options: ProfileOptions;
  request: SignRequest;
  /** What the document is; undefined where it could not be read, which the profile then refuses if it must. */
  inspection: Inspection | undefined;
  /** Preflight rules that a person set to a warning or off. */
  waived: readonly string[];
}

/**
 * Signs a document once it agrees with the card (faq 19, 20): company, card number, validity of the certificate. Resolves to what
 * is to be sent, what was found beside, and who has signed. Rejects as `signDocument` does, with C134 for a certificate that is not valid now, and
 * with the code of a check that refuses the document.
 */
export async function signOnCard(
  card: Card,
  { profile, options, request, inspection, waived }: SigningJob,
): Promise<SignResult & { checks: Check[]; identity: CardIdentity }> {
  const check = async (identity: CardIdentity): Promise<Check[]> => {
    const now = card.assertValid(identity);
    const checks = checkBeforeSigning(identity, inspection, { waived, now });
    assertMaySign(checks);
    for (const { rule, text } of checks) if (rule === "SW-RULE-card-expiry") card.warnDaily(rule, text);
    return checks;
  };
  const identity = await card.identity().catch((error) => {
    // Some cards show their certificate only to who is logged in: checked after signing, before it is sent.
    if (error instanceof ImportClientError && error.details.inner === "CERTIFICATE-ABSENT") return undefined;
    throw error;
  });
  const before = identity && (await check(identity));
  const known = inspection && !inspection.wrapped && { xml: inspection.xml, root: inspection.root };
  const asked = { ...request, ...(known && { known }) };
  const signed = await measure("sign", () => signDocument(profile, asked, card.backend, options));
  const holder = identity ?? (await card.identity());
  return { ...signed, checks: before ?? (await check(holder)), identity: holder };
}
