import { randomInt, X509Certificate } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makePath } from "../lib/make-path.js";
import { pinFingerprint } from "../lib/signing/pin-guard.js";
import { type CardHolder, makeSelfSigned, tool } from "./self-signed.js";

export interface SoftTokenOptions extends CardHolder {
  /** Everything lies below it: configuration, tokens, key and certificate files. */
  dir: string;
  label: string;
  pin: string;
  soPin?: string;
}

export interface SoftToken {
  /** Path of SoftHSM2's PKCS#11 library. */
  module: string;
  /** To be set as SOFTHSM2_CONF for whoever loads the module. */
  config: string;
  label: string;
  /** PEM. */
  certificateFile: string;
}

const MODULES = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
  "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
  "/usr/lib64/pkcs11/libsofthsm2.so",
  "/usr/lib64/softhsm/libsofthsm2.so",
  "/usr/local/lib/softhsm/libsofthsm2.so",
  "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

/** CKA_ID of key and certificate. */
const KEY_ID = "a1";

/** Path of SoftHSM2's library, or undefined when it is not installed. */
export function softHsmModule(): string | undefined {
  return MODULES.find((path) => existsSync(path));
}

/**
 * Makes a SoftHSM2 token with an RSA 2048 key pair and its self-signed certificate, or takes the one that is there if it
 * is for the same company and still valid. The user's own SoftHSM2 configuration is not touched. Rejects with one plain
 * line when softhsm2-util or openssl is missing. For demo and tests: softhsm2-util takes the PIN as an argument.
 */
export async function makeSoftToken(options: SoftTokenOptions): Promise<SoftToken> {
  const {
    label,
    pin,
    company,
    cardNumber = "8900000000017",
    soPin = String(randomInt(10_000_000, 99_999_999)),
  } = options;
  const dir = resolve(options.dir);
  const config = join(dir, "softhsm2.conf");
  const tokens = join(dir, "tokens");
  const keyFile = join(dir, "key.pem");
  const certificateFile = join(dir, "certificate.pem");
  const environment = { SOFTHSM2_CONF: config };
  const module = softHsmModule();
  if (!module) throw new Error("SoftHSM2 is not installed (Debian: apt-get install softhsm2)");
  const made: SoftToken = { module, config, label, certificateFile };
  // Written last: without it, or with other settings in it, the token is made anew.
  const noteFile = join(dir, "token.json");
  const note = JSON.stringify({ label, company, cardNumber, pin: await pinFingerprint(label, pin) });
  if (await isGood(made, noteFile, note)) return made;
  rmSync(noteFile, { force: true });

  rmSync(tokens, { recursive: true, force: true });
  makePath(tokens, 0o700);
  writeFileSync(config, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  await tool(
    "softhsm2-util",
    ["--init-token", "--free", "--label", label, "--so-pin", soPin, "--pin", pin],
    environment,
  );
  await makeSelfSigned({ company, cardNumber }, { keyFile, certificateFile });
  try {
    await tool(
      "softhsm2-util",
      ["--import", keyFile, "--token", label, "--label", "sign", "--id", KEY_ID, "--pin", pin],
      environment,
    );
    await tool(process.execPath, ["-e", PUT_CERTIFICATE], {
      ...environment,
      ST_JS: require.resolve("pkcs11js"),
      ST_MODULE: module,
      ST_LABEL: label,
      ST_PIN: pin,
      ST_ID: KEY_ID,
      ST_DER: new X509Certificate(readFileSync(certificateFile)).raw.toString("base64"),
    });
  } finally {
    // The key belongs on the token only.
    rmSync(keyFile, { force: true });
  }
  writeFileSync(noteFile, note);
  return made;
}

async function isGood(made: SoftToken, noteFile: string, note: string): Promise<boolean> {
  if (!existsSync(made.config) || !existsSync(made.certificateFile) || !existsSync(noteFile)) return false;
  if (readFileSync(noteFile, "utf8") !== note) return false;
  const certificate = new X509Certificate(readFileSync(made.certificateFile));
  const tomorrow = Date.now() + 86_400_000;
  if (Date.parse(certificate.validTo) < tomorrow) return false;
  const slots = await tool("softhsm2-util", ["--show-slots"], { SOFTHSM2_CONF: made.config });
  return slots.includes(made.label);
}

/**
 * softhsm2-util cannot import certificates, so a process of its own does it: SOFTHSM2_CONF is read once a process, and
 * this one may use the module for another token.
 */
const PUT_CERTIFICATE = `
const e = process.env, p = require(e.ST_JS), m = new p.PKCS11();
m.load(e.ST_MODULE); m.C_Initialize();
const slot = m.C_GetSlotList(true).find((s) => m.C_GetTokenInfo(s).label.trim() === e.ST_LABEL);
const session = m.C_OpenSession(slot, p.CKF_SERIAL_SESSION | p.CKF_RW_SESSION);
m.C_Login(session, p.CKU_USER, e.ST_PIN);
const der = Buffer.from(e.ST_DER, "base64");
m.C_CreateObject(session, [
  { type: p.CKA_CLASS, value: p.CKO_CERTIFICATE }, { type: p.CKA_CERTIFICATE_TYPE, value: p.CKC_X_509 },
  { type: p.CKA_TOKEN, value: true }, { type: p.CKA_PRIVATE, value: false },
  { type: p.CKA_LABEL, value: Buffer.from("sign") }, { type: p.CKA_ID, value: Buffer.from(e.ST_ID, "hex") },
  { type: p.CKA_SUBJECT, value: der.subarray(0, 0) }, { type: p.CKA_VALUE, value: der },
]);
m.C_Finalize();
`;
