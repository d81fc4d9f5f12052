import { isZip, readZip } from "../archive/index.js";
import { identityOf } from "../signing/certificate.js";
import { containerIn } from "../signing/profiles/field-sign.js";
import { FIELD_INPUTS, PROFILE_NAMES, type ProfileOptions, profileByName } from "../signing/profiles/index.js";
import { C14N_WITH_COMMENTS, SUITES, XMLDSIG } from "../signing/profiles/suites.js";
import { sm2PublicKey } from "../signing/sm2.js";
import type { CardIdentity, SignAlgorithm } from "../signing/types.js";
import { verifyWith } from "../signing/verify.js";
import { dxpContent, dxpMessages } from "../xml/dxpmsg.js";
import { openXml } from "../xml/encoding.js";
import { scanXml, type XmlElement } from "../xml/scan.js";
import type { ArchivedSend } from "./manifest.js";

/** A signature that was found, and whether it holds. */
export interface FoundSignature {
  /** Signing profile, and the XML's name where it is inside a ZIP. */
  where: string;
  algorithm: string;
  certificateNumber: string;
  /** Of the certificate: its CN; empty where there is no certificate to check with. */
  holder: string;
  /** Milliseconds since the epoch, 0 where there is no certificate. */
  notBefore: number;
  notAfter: number;
  /** `good`, `bad`, or `no-certificate`. */
  verdict: "good" | "bad" | "no-certificate";
}

/** A signature that stands in a document or beside it, before anything is checked. */
interface Claimed {
  where: string;
  profile: string;
  /** Options that it may have been made with; one of them has to fit. */
  options: ProfileOptions[];
  value: Buffer;
  certificateNumber: string;
  /** Out of the signature itself. */
  certificate: Buffer | undefined;
  xml: Buffer;
}

/** What an archive may hold at most, uncompressed; a document that we sent has been within smaller limits. */
const LIMITS = { entries: 1000, totalBytes: 512 * 1024 * 1024, ratio: 2000 };

/**
 * Every signature of ours in what was sent, or beside it, checked with its certificate, or with those of the archive. `body` is what was
 * published. A document that is signed by nobody gives none.
 */
export async function checkSignatures(
  body: Buffer,
  sent: Pick<ArchivedSend, "wrapped" | "signature">,
  certificates: readonly Buffer[],
): Promise<FoundSignature[]> {
  const signed = sent.wrapped ? unwrapped(body) : body;
  if (sent.signature) {
    const { algorithm, value, certificate, certificateNumber } = sent.signature;
    const der = Buffer.from(certificate, "base64");
    const good = await holds(der, algorithm as SignAlgorithm, signed, Buffer.from(value, "base64"));
    return [foundWith(der, { where: "detached", algorithm, certificateNumber }, good)];
  }
  const found: FoundSignature[] = [];
  for (const { name, xml } of await documentsIn(signed)) {
    for (const claim of claimsIn(name, xml)) found.push(await check(claim, certificates));
  }
  return found;
}

/** Never throws: what cannot be verified does not hold. */
async function holds(certificate: Buffer, algorithm: SignAlgorithm, data: Buffer, value: Buffer): Promise<boolean> {
  try {
    return await verifyWith(certificate, algorithm, data, value);
  } catch {
    return false;
  }
}

function unwrapped(body: Buffer): Buffer {
  const [message] = dxpMessages(scanXml(openXml(body)));
  return message ? dxpContent(message).bytes : body;
}

async function documentsIn(signed: Buffer): Promise<{ name: string; xml: Buffer }[]> {
  if (!isZip(signed)) return [{ name: "", xml: signed }];
  const entries = await readZip(signed, LIMITS);
  return entries.filter(({ name }) => /\.xml$/i.test(name)).map(({ name, bytes }) => ({ name, xml: bytes }));
}

function* claimsIn(name: string, xml: Buffer): Generator<Claimed> {
  let root: XmlElement;
  try {
    root = scanXml(openXml(xml));
  } catch {
    return; // An attachment that is no XML of a document.
  }
  const where = (profile: string) => (name === "" ? profile : `${profile} (${name})`);
  const isXmlSignature = (element: XmlElement) => element.name === "Signature" && element.namespace === XMLDSIG;
  const [profile, signature] = isXmlSignature(root)
    ? (["xmldsig-object", root] as const)
    : (["ceb", root.children.find(isXmlSignature)] as const);
  if (signature?.child("SignedInfo")) yield xmlClaim(where(profile), profile, signature, xml);
  for (const one of PROFILE_NAMES) {
    const { field } = profileByName(one);
    const container = field && containerIn(root, field);
    const value = container?.textAt(field?.signature ?? "").replace(/\s+/g, "") ?? "";
    if (!field || !container || value === "") continue;
    yield {
      where: where(one),
      profile: one,
      options: SUITES.flatMap(({ name: suite }) => FIELD_INPUTS.map((input) => ({ suite, input }))),
      value: Buffer.from(value, "base64"),
      certificateNumber: field.certificate ? container.textAt(field.certificate).trim() : "",
      certificate: undefined,
      xml,
    };
  }
}

function xmlClaim(where: string, profile: string, signature: XmlElement, xml: Buffer): Claimed {
  const method = (path: string) => elementAt(signature, path)?.attributes.get("Algorithm") ?? "";
  const [signed, digested] = [method("SignedInfo/SignatureMethod"), method("SignedInfo/Reference/DigestMethod")];
  const withComments = method("SignedInfo/CanonicalizationMethod") === C14N_WITH_COMMENTS;
  const text = (path: string) => signature.textAt(path).replace(/\s+/g, "");
  return {
    where,
    profile,
    options: SUITES.filter((suite) => suite.signatureMethod === signed && suite.digestMethod === digested).map(
      ({ name: suite }) => ({ suite, withComments }),
    ),
    value: Buffer.from(text("SignatureValue"), "base64"),
    certificateNumber: signature.textAt("KeyInfo/KeyName"),
    certificate: Buffer.from(text("KeyInfo/X509Data/X509Certificate"), "base64"),
    xml,
  };
}

function elementAt(element: XmlElement, path: string): XmlElement | undefined {
  return path.split("/").reduce<XmlElement | undefined>((one, name) => one?.child(name), element);
}

/**
 * Signs the document again with a card that signs nothing: what the profile hands to it is what was signed, wherever the signature itself
 * stands in the document. So each profile has one description of its bytes, for signing and for this.
 */
async function check(claim: Claimed, certificates: readonly Buffer[]): Promise<FoundSignature> {
  const candidates = claim.certificate ? [claim.certificate] : certificates;
  for (const der of candidates) {
    const sm2 = sm2PublicKey(der) !== undefined;
    for (const option of claim.options) {
      const algorithm = SUITES.find(({ name }) => name === option.suite)?.algorithm as SignAlgorithm;
      if ((algorithm === "sm2-sm3") !== sm2) continue;
      const data = await signedBytes(claim, option, algorithm, der);
      if (data && (await holds(der, algorithm, data, claim.value)))
        return foundWith(der, { ...claim, algorithm }, true);
    }
  }
  const [only] = candidates;
  if (only && candidates.length === 1) return foundWith(only, { ...claim, algorithm: "" }, false);
  const { where, certificateNumber } = claim;
  const verdict = candidates.length === 0 ? "no-certificate" : "bad";
  return { where, algorithm: "", certificateNumber, holder: "", notBefore: 0, notAfter: 0, verdict };
}

async function signedBytes(
  { profile, xml, value, certificateNumber }: Claimed,
  options: ProfileOptions,
  algorithm: SignAlgorithm,
  certificate: Buffer,
): Promise<Buffer | undefined> {
  let seen: Buffer | undefined;
  const identity: CardIdentity = {
    ...{ cardNumber: "", certificateNumber, certificate, notBefore: 0, notAfter: 0 },
    ...{ holder: "", companyCode: "", companyName: "", algorithms: [algorithm] },
  };
  const signer = {
    identity: async () => identity,
    sign: async (_: SignAlgorithm, data: Buffer) => {
      seen = data;
      return value;
    },
  };
  const request = { payload: xml, fileName: "", at: 0, messageType: "" };
  await profileByName(profile, options)
    .sign(request, signer)
    .catch(() => undefined);
  return seen;
}

function foundWith(
  der: Buffer,
  { where, algorithm, certificateNumber }: Pick<FoundSignature, "where" | "algorithm" | "certificateNumber">,
  good: boolean,
): FoundSignature {
  const verdict = good ? "good" : "bad";
  try {
    const { holder, notBefore, notAfter, certificateNumber: own } = identityOf(der, { algorithms: [] });
    return { where, algorithm, verdict, certificateNumber: certificateNumber || own, holder, notBefore, notAfter };
  } catch {
    return { where, algorithm, certificateNumber, holder: "", notBefore: 0, notAfter: 0, verdict: "no-certificate" };
  }
}
