import { execFileSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MadeKey } from "./keys.js";

/** The private scalar of an SM2 key that openssl made, as hex. */
export function sm2Scalar({ key }: MadeKey): string {
  const der = createPrivateKey(key).export({ type: "pkcs8", format: "der" });
  const at = der.indexOf(Buffer.from("0201010420", "hex")) + 5;
  return der.toString("hex", at, at + 32);
}

/** Raw r || s as the DER SEQUENCE of two INTEGERs that openssl reads. */
export function sm2Der(signature: Buffer): Buffer {
  const integer = (part: Buffer): Buffer => {
    let value = part;
    while (value.length > 1 && value[0] === 0) value = value.subarray(1);
    if ((value[0] ?? 0) > 0x7f) value = Buffer.concat([Buffer.alloc(1), value]);
    return Buffer.concat([Buffer.from([2, value.length]), value]);
  };
  const body = Buffer.concat([integer(signature.subarray(0, 32)), integer(signature.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

/** Verifies a signature with openssl, which shares no code with us; throws with its words. `signature`: raw r || s for SM2. */
export function opensslVerify(
  dir: string,
  algorithm: "sha1" | "sha256" | "sm3",
  data: Buffer,
  signature: Buffer,
  certificateFile: string,
): void {
  const file = (name: string): string => join(dir, `openssl.${name}`);
  const run = (...args: string[]) => execFileSync("openssl", args, { stdio: ["ignore", "pipe", "pipe"] });
  writeFileSync(file("data"), data);
  writeFileSync(file("sig"), algorithm === "sm3" ? sm2Der(signature) : signature);
  run("x509", "-in", certificateFile, "-pubkey", "-noout", "-out", file("pub"));
  if (algorithm === "sm3") {
    run(
      ...["pkeyutl", "-verify", "-pubin", "-inkey", file("pub"), "-in", file("data"), "-rawin", "-digest", "sm3"],
      ...["-sigfile", file("sig"), "-pkeyopt", "distid:1234567812345678"],
    );
  } else run("dgst", `-${algorithm}`, "-verify", file("pub"), "-signature", file("sig"), file("data"));
}
