import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratch } from "./scratch.js";

/** Paths of a key and its certificate, PEM. */
export interface Issued {
  key: string;
  certificate: string;
}

export interface IssueOptions {
  /** Host names that the certificate is for; `IP:127.0.0.1` for an address. */
  names?: readonly string[];
  /** `YYYYMMDDHHMMSSZ`; from a day ago for 90 days otherwise. */
  from?: string;
  until?: string;
  for?: "server" | "client";
}

/** A certificate authority of a test's own, made by openssl. */
export class Authority {
  private readonly dir = scratch();
  private issued = 0;
  /** Its own certificate: what a client has to trust. */
  readonly certificate = join(this.dir, "ca.pem");
  private readonly key = join(this.dir, "ca.key");

  constructor(name: string) {
    const [C, D] = [this.certificate, this.key];
    openssl("req", "-x509", ...NEW_KEY, "-keyout", D, "-out", C, "-subj", `/CN=${name}`, "-days", "90");
    writeFileSync(join(this.dir, "index.txt"), "");
  }

  get pem(): string {
    return readFileSync(this.certificate, "utf8");
  }

  issue(commonName: string, { names = [commonName], from, until, for: use = "server" }: IssueOptions = {}): Issued {
    const base = join(this.dir, `issued-${++this.issued}`);
    const files = { key: `${base}.key`, certificate: `${base}.pem` };
    const request = `${base}.csr`;
    const config = `${base}.conf`;
    const alternatives = names.map((one) => (one.includes(":") ? one : `DNS:${one}`)).join(",");
    writeFileSync(
      config,
      `[ca]\ndefault_ca = a\n[a]\ndir = ${this.dir}\ndatabase = $dir/index.txt\nnew_certs_dir = $dir\nrand_serial = yes\n` +
        "unique_subject = no\npolicy = p\ndefault_md = sha256\nx509_extensions = e\n[p]\ncommonName = supplied\n" +
        `[e]\nextendedKeyUsage = ${use}Auth\n${alternatives ? `subjectAltName = ${alternatives}\n` : ""}`,
    );
    openssl("req", "-new", ...NEW_KEY, "-keyout", files.key, "-out", request, "-subj", `/CN=${commonName}`);
    const day = 86_400_000;
    const dates = [
      ...["-startdate", from ?? asn1(Date.now() - day)],
      ...["-enddate", until ?? asn1(Date.now() + 90 * day)],
    ];
    const signer = ["-keyfile", this.key, "-cert", this.certificate, "-config", config];
    openssl("ca", "-batch", "-notext", ...signer, ...dates, "-in", request, "-out", files.certificate);
    return files;
  }
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

function asn1(at: number): string {
  return `${new Date(at).toISOString().replace(/\D/g, "").slice(0, 14)}Z`;
}

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}
