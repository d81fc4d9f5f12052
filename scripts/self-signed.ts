import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Whose card it is, as its certificate says. */
export interface CardHolder {
  company: {
    /** The company's ten-digit customs code. */
    code: string;
    name: string;
  };
  cardNumber?: string;
}

/** Runs a program and resolves to what it printed. Rejects with one plain line, when it is not installed with its package. */
export async function tool(
  file: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<string> {
  try {
    return (await run(file, args, { env: { ...process.env, ...environment } })).stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === "ENOENT") {
      const debian = file === "softhsm2-util" ? "softhsm2" : file;
      throw new Error(`${file} is not installed (Debian: apt-get install ${debian})`);
    }
    throw new Error(`${file} failed: ${(stderr || String(error)).trim().split("\n").at(-1)}`);
  }
}

/** A value of an OpenSSL subject in the form `/CN=x/OU=y`. */
function escaped(value: string): string {
  return value.replace(/[\\/+=]/g, "\\$&");
}

/**
 * Makes an RSA 2048 key (PEM, not encrypted) and its self-signed certificate (PEM) for demo and tests. Subject: CN = company
 * name, O = company name, OU = ten-digit company code, serialNumber = card number. Rejects with one plain line when openssl
 * is missing.
 */
export async function makeSelfSigned(
  { company, cardNumber }: Required<CardHolder>,
  { keyFile, certificateFile }: { keyFile: string; certificateFile: string },
): Promise<void> {
  const subject = [
    `/CN=${escaped(company.name)}`,
    `/O=${escaped(company.name)}`,
    `/OU=${escaped(company.code)}`,
    `/serialNumber=${escaped(cardNumber)}`,
  ].join("");
  await tool("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-utf8", "-sha256", "-days", "3650"],
    // As short as a card's: KeyName holds 32 characters (formats, INV101).
    ...["-set_serial", `0x03${randomBytes(7).toString("hex")}`],
    ...["-subj", subject, "-keyout", keyFile, "-out", certificateFile],
  ]);
}
