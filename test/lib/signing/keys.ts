import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { COMPANY } from "./token.js";

export interface MadeKey {
  keyFile: string;
  certificateFile: string;
  key: string;
  certificate: string;
}

/** A key and its self-signed certificate, made by openssl. `alternative`: subjectAltName, for a server. */
export function makeKey(
  dir: string,
  name: string,
  kind: "rsa1024" | "rsa2048" | "sm2",
  serial = "03000000000cde6f",
  alternative = "",
): MadeKey {
  const keyFile = join(dir, `${name}.key.pem`);
  const certificateFile = join(dir, `${name}.cert.pem`);
  const quiet = { stdio: ["ignore", "ignore", "pipe"] as ("ignore" | "pipe")[] };
  const key =
    kind === "sm2"
      ? ["genpkey", "-algorithm", "SM2", "-out", keyFile]
      : ["genpkey", "-algorithm", "RSA", "-pkeyopt", `rsa_keygen_bits:${kind.slice(3)}`, "-out", keyFile];
  execFileSync("openssl", key, quiet);
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-new", "-key", keyFile, "-utf8", "-days", "400", "-set_serial", `0x${serial}`],
      ...(kind === "sm2" ? ["-sm3"] : ["-sha256"]),
      ...(alternative ? ["-addext", `subjectAltName=${alternative}`] : []),
      ...["-subj", `/CN=${COMPANY.name}/OU=${COMPANY.code}/serialNumber=8930000000002`, "-out", certificateFile],
    ],
    quiet,
  );
  return {
    keyFile,
    certificateFile,
    key: readFileSync(keyFile, "utf8"),
    certificate: readFileSync(certificateFile, "utf8"),
  };
}
