import type { Signer, SigningProfile, SignRequest, SignResult } from "../types.js";
import { ceb } from "./ceb.js";
import { decSign } from "./dec-sign.js";
import { detached } from "./detached.js";
import type { FieldInput, FieldSignOptions } from "./field-sign.js";
import { importInfo } from "./import-info.js";
import { operInfo } from "./oper-info.js";
import { type XmlSignatureOptions, xmldsigObject } from "./xmldsig-object.js";

/** Settings of all profiles together; each takes what it knows. */
export type ProfileOptions = XmlSignatureOptions & FieldSignOptions;

/** Every way to sign. Adding one is adding a file and a line here. */
const PROFILES: Record<string, (options: ProfileOptions) => SigningProfile> = {
  detached,
  "xmldsig-object": xmldsigObject,
  "dec-sign": decSign,
  ceb,
  "import-info": importInfo,
  "oper-info": operInfo,
};

export const PROFILE_NAMES: readonly string[] = Object.keys(PROFILES);

/** Bytes that a field profile may sign. */
export const FIELD_INPUTS = ["canonical", "bytes", "client-key"] as const satisfies readonly FieldInput[];

/** A profile by the name that `MessageKind.signing` carries. Throws RangeError for an unknown one: a wrong setting. */
export function profileByName(name: string, options: ProfileOptions = {}): SigningProfile {
  const make = Object.hasOwn(PROFILES, name) ? PROFILES[name] : undefined;
  if (!make) throw new RangeError(`unknown signing profile ${name}; there are ${PROFILE_NAMES.join(", ")}`);
  return make(options);
}

/**
 * Signs a document by a profile. Rejects with C134, C141, C144 or SW-PIN-BLOCKED of the card, SW-ZIP or SW-XSD when the
 * document is not one that the profile can sign.
 */
export function signDocument(
  profileName: string,
  request: SignRequest,
  signer: Signer,
  options: ProfileOptions = {},
): Promise<SignResult> {
  return profileByName(profileName, options).sign(request, signer);
}
