import { execFileSync } from "node:child_process";
import { createPrivateKey, createSign, type KeyObject, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identityOf } from "../../lib/signing/certificate.js";
import { signDocument } from "../../lib/signing/profiles/index.js";
import type { SignAlgorithm, Signer } from "../../lib/signing/types.js";
import type { SignatureHeaders } from "../../simulator/signature.js";

/** A key and a certificate made by openssl, and what can be done with them. */
export interface CompanyCard {
  dir: string;
  certificateFile: string;
  certificate: X509Certificate;
  /** A detached signature as it stands in a message's headers, made without the client's code. */
  headersFor(body: Buffer): SignatureHeaders;
  /** RSA-SHA256, Base64. */
  sign(data: Buffer): string;
  /** A 核注清单 signed by the client's own profile. */
  signInvt(payload: Buffer): Promise<Buffer>;
  remove(): void;
}

export interface CardOptions {
  companyCode?: string;
  cardNumber?: string;
  days?: number;
}

export function companyCard(options: CardOptions = {}): CompanyCard {
  const dir = mkdtempSync(join(tmpdir(), "simulator-card-"));
  const keyFile = join(dir, "key.pem");
  const certificateFile = join(dir, "certificate.pem");
  const subject = `/C=CN/O=Sample Company/OU=${options.companyCode ?? "4403960000"}/serialNumber=${options.cardNumber ?? "8900000000017"}/CN=Sample Operator`;
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      keyFile,
      "-out",
      certificateFile,
      "-subj",
      subject,
      "-days",
      String(options.days ?? 30),
    ],
    { stdio: "ignore" },
  );
  const key: KeyObject = createPrivateKey(readFileSync(keyFile));
  const certificate = new X509Certificate(readFileSync(certificateFile));
  const raw = (algorithm: SignAlgorithm, data: Buffer): Buffer =>
    createSign(algorithm === "rsa-sha1" ? "RSA-SHA1" : "RSA-SHA256")
      .update(data)
      .sign(key);
  const signer: Signer = {
    identity: () => Promise.resolve(identityOf(certificate.raw, { algorithms: ["rsa-sha256", "rsa-sha1"] })),
    sign: (algorithm, data) => Promise.resolve(raw(algorithm, data)),
  };
  return {
    dir,
    certificateFile,
    certificate,
    headersFor: (body) => ({
      signatureAlgorithm: "rsa-sha256",
      signature: raw("rsa-sha256", body).toString("base64"),
      certificate: certificate.raw.toString("base64"),
    }),
    sign: (data) => raw("rsa-sha256", data).toString("base64"),
    signInvt: async (payload) =>
      (await signDocument("xmldsig-object", { payload, fileName: "a.zip", at: 0, messageType: "INV101" }, signer))
        .payload,
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
