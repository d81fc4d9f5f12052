import { createHash, createVerify, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { XmlElement, XmlNode } from "libxml2-wasm" with { "resolution-mode": "import" };
import { libXml, parseXml } from "./tree.js";

export type SignatureCheck =
  | { state: "valid"; certificate: X509Certificate }
  /** One in a field or below the root: that there is something is all that is looked at. */
  | { state: "unchecked"; why: string }
  | { state: "missing"; why: string }
  | { state: "invalid"; why: string };

/** The headers of a message that carry a detached signature. */
export interface SignatureHeaders {
  signatureAlgorithm?: unknown;
  signature?: unknown;
  certificate?: unknown;
}

const DIGESTS: Record<string, string> = {
  "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
  "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
};
const METHODS: Record<string, string> = {
  "http://www.w3.org/2000/09/xmldsig#rsa-sha1": "RSA-SHA1",
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": "RSA-SHA256",
};
const DETACHED: Record<string, string> = { "rsa-sha1": "RSA-SHA1", "rsa-sha256": "RSA-SHA256" };
const C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const C14N_COMMENTS = `${C14N}#WithComments`;

/** `00AB12` and `ab12` are one number. */
function plainNumber(hex: string): string {
  return hex.toLowerCase().replace(/^0+/, "");
}

/** Whose signatures count. */
export class Trust {
  private readonly trusted: readonly X509Certificate[];

  /** With no certificate at all, every one that a message brings is taken. */
  constructor(certificates: readonly X509Certificate[]) {
    this.trusted = certificates;
  }

  /** Reads PEM files, each with one certificate or several. Throws when a file cannot be read. */
  static fromFiles(files: readonly string[]): Trust {
    const certificates: X509Certificate[] = [];
    for (const file of files) {
      const text = readFileSync(file, "utf8");
      const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
      if (blocks.length === 0) throw new Error(`no certificate in ${file}`);
      for (const block of blocks) certificates.push(new X509Certificate(block));
    }
    return new Trust(certificates);
  }

  /** Why a certificate does not count; empty when it does. */
  refusal(certificate: X509Certificate, now: number): string {
    if (now < Date.parse(certificate.validFrom)) return "the certificate is not valid yet";
    if (now > Date.parse(certificate.validTo)) return "the certificate has expired";
    if (this.trusted.length === 0) return "";
    const known = this.trusted.some(
      (one) =>
        one.fingerprint256 === certificate.fingerprint256 ||
        (one.ca && certificate.checkIssued(one) && certificate.verify(one.publicKey)),
    );
    return known ? "" : "the certificate is not trusted";
  }

  /** A trusted certificate by its number, for a signature that only names it (KeyInfo/KeyName). */
  byNumber(hex: string): X509Certificate | undefined {
    return this.trusted.find((one) => plainNumber(one.serialNumber) === plainNumber(hex));
  }
}

function certificateFrom(base64: string): X509Certificate | undefined {
  try {
    return new X509Certificate(Buffer.from(base64, "base64"));
  } catch {
    return undefined;
  }
}

/** False too for a key that the method cannot be used with: certificates come from outside. */
function verifies(method: string, data: Buffer, certificate: X509Certificate, signature: string): boolean {
  try {
    const key = certificate.publicKey;
    if (key.asymmetricKeyType !== "rsa") return false;
    return createVerify(method).update(data).verify(key, Buffer.from(signature, "base64"));
  } catch {
    return false;
  }
}

/** A signature in the message's headers, over its body as it came (DEC, manifests). */
export function checkDetached(body: Buffer, headers: SignatureHeaders, trust: Trust, now = Date.now()): SignatureCheck {
  const { signatureAlgorithm, signature, certificate } = headers;
  if (typeof signature !== "string" || typeof certificate !== "string" || signature === "") {
    return { state: "missing", why: "no signature or certificate in the headers" };
  }
  const method = DETACHED[String(signatureAlgorithm)];
  if (!method) return { state: "invalid", why: `algorithm ${String(signatureAlgorithm)}` };
  const from = certificateFrom(certificate);
  if (!from) return { state: "invalid", why: "the certificate cannot be read" };
  const refusal = trust.refusal(from, now);
  if (refusal !== "") return { state: "invalid", why: refusal };
  const good = verifies(method, body, from, signature);
  return good ? { state: "valid", certificate: from } : { state: "invalid", why: "the signature does not verify" };
}

function elements(parent: XmlElement): XmlElement[] {
  const found: XmlElement[] = [];
  for (let node = parent.firstChild; node; node = node.next) if ("firstChild" in node) found.push(node as XmlElement);
  return found;
}

function below(parent: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
  let element = parent;
  for (const name of path) element = element && elements(element).find((child) => child.name === name);
  return element;
}

function attribute(element: XmlElement | undefined, name: string): string {
  return element?.attr(name)?.value ?? "";
}

function bare(element: XmlElement | undefined): string {
  return element?.content.replace(/\s+/g, "") ?? "";
}

/** An XML signature around `Object` (INV101): digest over Object, signature over SignedInfo, both in canonical form. */
export async function checkEnveloping(xml: Buffer, trust: Trust, now = Date.now()): Promise<SignatureCheck> {
  const { XmlC14NMode } = await libXml();
  const document = await parseXml(xml);
  try {
    const { root } = document;
    const signedInfo = below(root, "SignedInfo");
    const value = bare(below(root, "SignatureValue"));
    if (root.name !== "Signature" || !signedInfo || value === "") {
      return { state: "missing", why: "no SignedInfo or SignatureValue" };
    }
    const canonical = (node: XmlNode, algorithm: string): string =>
      node.canonicalizeToString({ mode: XmlC14NMode.XML_C14N_1_0, withComments: algorithm === C14N_COMMENTS });
    const c14n = attribute(below(signedInfo, "CanonicalizationMethod"), "Algorithm");
    if (c14n !== C14N && c14n !== C14N_COMMENTS) return { state: "invalid", why: `canonicalisation ${c14n}` };
    const references = elements(signedInfo).filter((child) => child.name === "Reference");
    const [reference] = references;
    if (!reference || references.length !== 1) return { state: "invalid", why: `${references.length} references` };
    const uri = attribute(reference, "URI");
    const objects = elements(root).filter((child) => child.name === "Object");
    const [object] = objects;
    if (!object || objects.length !== 1) return { state: "invalid", why: `${objects.length} Object elements` };
    if (uri !== `#${attribute(object, "Id")}` || uri === "#") return { state: "invalid", why: `reference ${uri}` };
    const digest = DIGESTS[attribute(below(reference, "DigestMethod"), "Algorithm")];
    if (!digest) return { state: "invalid", why: "digest method" };
    const transforms = elements(below(reference, "Transforms") ?? reference).filter(({ name }) => name === "Transform");
    const transform = transforms.map((one) => attribute(one, "Algorithm")).find((one) => one.startsWith(C14N)) ?? C14N;
    const found = createHash(digest).update(canonical(object, transform), "utf8").digest("base64");
    if (found !== bare(below(reference, "DigestValue"))) return { state: "invalid", why: "the digest differs" };

    const method = METHODS[attribute(below(signedInfo, "SignatureMethod"), "Algorithm")];
    if (!method) return { state: "invalid", why: "signature method" };
    const embedded = bare(below(root, "KeyInfo", "X509Data", "X509Certificate"));
    const number = bare(below(root, "KeyInfo", "KeyName"));
    const certificate = embedded === "" ? trust.byNumber(number) : certificateFrom(embedded);
    if (!certificate) return { state: "invalid", why: `no certificate, KeyName ${number}` };
    if (embedded !== "" && number !== "" && plainNumber(number) !== plainNumber(certificate.serialNumber)) {
      return { state: "invalid", why: "KeyName is not the certificate's number" };
    }
    const refusal = trust.refusal(certificate, now);
    if (refusal !== "") return { state: "invalid", why: refusal };
    const signed = Buffer.from(canonical(signedInfo, c14n), "utf8");
    const good = verifies(method, signed, certificate, value);
    return good ? { state: "valid", certificate } : { state: "invalid", why: "the signature does not verify" };
  } finally {
    document.dispose();
  }
}

/** What the subject of a card's certificate says: the company's ten-digit code in OU or O, the card's number. */
export function cardOf(certificate: X509Certificate): { companyCode: string; cardNumber: string } {
  const lines = certificate.subject.split("\n").map((line) => {
    const equals = line.indexOf("=");
    return [line.slice(0, equals), line.slice(equals + 1)] as const;
  });
  const companyCode = lines.find(([key, value]) => (key === "OU" || key === "O") && /^[0-9A-Z]{10}$/.test(value));
  const cardNumber = lines.find(([key]) => key === "serialNumber" || key === "SERIALNUMBER");
  return { companyCode: companyCode?.[1] ?? "", cardNumber: cardNumber?.[1] ?? "" };
}
