import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ImportClientError } from "../../../lib/errors.js";
import type { CardSettings } from "../../../lib/signing/settings.js";
import { makeSoftToken, type SoftToken } from "../../../scripts/soft-token.js";

export const PIN = "Pin-739154";
export const COMPANY = { code: "4403960000", name: "示例（深圳）有限公司" };

/** A folder of the test's own, removed by `done`. */
export function ownFolder(): { dir: string; done: () => void } {
  const dir = mkdtempSync(join(tmpdir(), "sw-signing-"));
  return { dir, done: () => rmSync(dir, { recursive: true, force: true }) };
}

export function ownToken(dir: string): Promise<SoftToken> {
  return makeSoftToken({
    dir: join(dir, "token"),
    label: "unit",
    pin: PIN,
    company: COMPANY,
    cardNumber: "8930000000001",
  });
}

export function tokenSettings(token: SoftToken, more: Partial<CardSettings> = {}): CardSettings {
  return {
    backend: "pkcs11",
    pin: PIN,
    module: token.module,
    token: token.label,
    keyFile: "",
    controlUrl: "",
    moduleEnvironment: { SOFTHSM2_CONF: token.config },
    ...more,
  };
}

/** Verifies an XML signature with xmlsec1, which shares no code with us. Throws with xmlsec1's words. */
export function xmlsecVerify(dir: string, xml: Buffer, certificateFile: string): void {
  const file = join(dir, "signed.xml");
  writeFileSync(file, xml);
  execFileSync(
    "xmlsec1",
    [
      ...["--verify", "--pubkey-cert-pem", certificateFile, "--enabled-key-data", "key-name,rsa,x509"],
      ...["--id-attr:Id", "http://www.w3.org/2000/09/xmldsig#:Object", file],
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
}

/** Says of an error whether it has this code and inner code, and that no word of it is the PIN. */
export function failing(code: string, inner?: string) {
  return (error: ImportClientError): boolean => {
    assert.equal(error.code, code, error.message);
    if (inner) assert.equal(error.details.inner, inner);
    assert.ok(!JSON.stringify([error.message, error.details, error.text, error.advice]).includes(PIN));
    return true;
  };
}
