import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { verify, X509Certificate } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decXml, invtZip } from "../../simulator/samples/index.js";
import { cardNode, catchAll, clientNode, node, sink } from "./flow-nodes.js";
import type { RedBench, Seen } from "./red-bench.js";
import { scratch } from "./scratch.js";
import { CARD_HOLDER, COMPANY, PIN } from "./test-card.js";

/** Signing in a root of the test's own: a client, a card, a card-sign node between sinks. */
export class SignFlow {
  root = "";

  constructor(private readonly bench: RedBench) {
    beforeEach(() => {
      this.root = join(scratch(), "ImpPath");
    });
  }

  load(card: Record<string, unknown> = {}, settings: Record<string, unknown> = {}, pin = PIN): Promise<void> {
    return this.bench.load(
      [
        clientNode(this.root),
        cardNode(this.bench.token, card),
        node("sw-card-sign", "sign", { card: "card", profile: "auto", ...settings }, ["out"]),
        sink("out"),
        catchAll("caught"),
        sink("caught"),
      ],
      { card: { pin } },
    );
  }
}

/** A message with a declaration. */
export const dec = (payload: Buffer = decXml()) => ({
  payload,
  filename: "a.xml",
  document: { id: "d", fileName: "a.xml", messageType: "DEC", claimedAt: 1_700_000_000_000 },
});

/** A message with an inventory list. */
export const invt = async () => ({
  payload: await invtZip({
    key: "N00000000000000001",
    name: "n",
    identity: CARD_HOLDER,
  }),
  filename: "n.zip",
  document: { id: "n", fileName: "n.zip", messageType: "INV101", claimedAt: 1_700_000_000_000 },
});

/** Every line of the daily log so far. */
export function dailyLog(root: string): string {
  const folder = join(root, ".log");
  return readdirSync(folder)
    .flatMap((day) => readdirSync(join(folder, day)).map((name) => readFileSync(join(folder, day, name), "utf8")))
    .join("");
}

/** A key file and its certificate, as a test environment may have instead of a card. */
export function softwareKey(code = COMPANY.code, days = 365): { keyFile: string; certificateFile: string } {
  const dir = scratch();
  const keyFile = join(dir, "key.pem");
  const certificateFile = join(dir, "certificate.pem");
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", String(days), "-subj", `/CN=demo/OU=${code}`],
      ...["-keyout", keyFile, "-out", certificateFile],
    ],
    { stdio: "ignore" },
  );
  return { keyFile, certificateFile };
}

/** A key file with a certificate that is valid in one year only; `openssl req` makes none of the past. */
export function keyOf(year: number): { keyFile: string; certificateFile: string } {
  const dir = scratch();
  const files = { keyFile: join(dir, "key.pem"), certificateFile: join(dir, "certificate.pem") };
  writeFileSync(join(dir, "index.txt"), "");
  const config = join(dir, "ca.conf");
  writeFileSync(
    config,
    `[ca]\ndefault_ca = a\n[a]\ndir = ${dir}\ndatabase = $dir/index.txt\nnew_certs_dir = $dir\nrand_serial = yes\n` +
      "policy = p\ndefault_md = sha256\n[p]\ncommonName = supplied\n",
  );
  const request = join(dir, "request.pem");
  const run = (...args: string[]) => execFileSync("openssl", args, { stdio: "ignore" });
  run("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=demo", "-keyout", files.keyFile, "-out", request);
  const years = ["-startdate", `${year}0101000000Z`, "-enddate", `${year + 1}0101000000Z`];
  const signed = ["-keyfile", files.keyFile, "-in", request, "-out", files.certificateFile];
  run("ca", "-batch", "-selfsign", "-notext", "-config", config, ...years, ...signed);
  return files;
}

/** The detached signature holds over these bytes and is by this certificate. */
export function assertDetached(message: Seen, bytes: Buffer, certificateFile: string): void {
  const certificate = new X509Certificate(readFileSync(certificateFile));
  const { signature } = message.document ?? {};
  assert.equal(signature?.algorithm, "rsa-sha256");
  assert.equal(signature?.certificate, certificate.raw.toString("base64"));
  assert.deepEqual(message.payload, bytes);
  const value = Buffer.from(signature?.value as string, "base64");
  assert.ok(verify("sha256", bytes, certificate.publicKey, value));
}
