/**
 * What each card backend costs beside its bare library: signatures a second, ours over the library's own calls.
 *
 *     npx tsx bench/backends.ts [signatures a round] [rounds] [part of a name]
 *
 * Ours is asked for one signature after the other, and for all at once; the bare library blocks its process and has one number. The
 * libraries are SoftHSM2, and our doubles in C for spsecure and sdf: both ways pay for the double's own work, so the ratio is what
 * counts and not the rate of a card. control is a double over a real socket; a key file has Node's own crypto beside it.
 *
 * The ways take turns in each round, so that whatever else the machine does falls on all alike; printed are medians, and the median ratio of
 * each round's own pair.
 */
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { openCard } from "../lib/signing/open.js";
import type { CardSettings } from "../lib/signing/settings.js";
import { sm2Digest } from "../lib/signing/sm2.js";
import type { SignAlgorithm } from "../lib/signing/types.js";
import { makeSoftToken } from "../scripts/soft-token.js";
import { makeKey } from "../test/lib/signing/keys.js";
import { COMPANY, PIN } from "../test/lib/signing/token.js";
import { type CardDouble, sdfDouble, spSecureDouble } from "../test/support/card-doubles.js";
import { ControlDouble, rsaSigner } from "../test/support/control-double.js";
import { removeScratch, scratch } from "../test/support/scratch.js";
import { type Bare, bareControl, bareKeyFile, barePkcs11, bareSdf, bareSpSecure } from "./parts/bare-cards.js";
import { median } from "./parts/median.js";

const COUNT = Number(process.argv[2] ?? 100);
const ROUNDS = Number(process.argv[3] ?? 7);
const WANTED = process.argv[4] ?? "";

interface Pair {
  name: string;
  algorithm: SignAlgorithm;
  settings: CardSettings;
  bare(): Bare | Promise<Bare>;
}

const NONE = { module: "", token: "", keyFile: "", controlUrl: "" };

async function pairs(dir: string, control: ControlDouble): Promise<Pair[]> {
  const token = await makeSoftToken({ dir: join(dir, "token"), label: "bench", pin: PIN, company: COMPANY });
  const file = makeKey(dir, "file", "rsa2048");
  const old = makeKey(dir, "control", "rsa1024");
  const who = { cardId: "8930000000002", certNo: "01", entId: COMPANY.code, entName: COMPANY.name };
  control.card = { ...who, certificate: old.certificate, pin: PIN, tries: 3, sign: rsaSigner(old.key) };
  const controlUrl = await control.start();
  const spsecure = (name: string, algorithm: SignAlgorithm, double: CardDouble): Pair => {
    return { name, algorithm, settings: double.settings(), bare: () => bareSpSecure(double.settings()) };
  };
  const sdf = (name: string, algorithm: SignAlgorithm, double: CardDouble, modulus: number): Pair => {
    const { raw } = new X509Certificate(double.key.certificate);
    const bare = () => bareSdf(double.settings(), modulus, (data) => sm2Digest(raw, data));
    return { name, algorithm, settings: double.settings(), bare };
  };
  return [
    {
      name: "pkcs11, RSA 2048 (SoftHSM2)",
      algorithm: "rsa-sha256",
      settings: {
        ...{ ...NONE, backend: "pkcs11", pin: PIN, module: token.module, token: token.label },
        moduleEnvironment: { SOFTHSM2_CONF: token.config },
      },
      bare: () => barePkcs11(token, PIN),
    },
    spsecure("spsecure, RSA 1024 (double)", "rsa-sha1", spSecureDouble(dir, "rsa1024")),
    spsecure("spsecure, SM2 (double)", "sm2-sm3", spSecureDouble(dir, "sm2")),
    sdf("sdf, RSA 2048 (double)", "rsa-sha256", sdfDouble(dir, "rsa2048"), 256),
    sdf("sdf, SM2 (double)", "sm2-sm3", sdfDouble(dir, "sm2"), 0),
    {
      name: "control, RSA 1024 (double)",
      algorithm: "rsa-sha1",
      settings: { ...NONE, backend: "control", pin: PIN, controlUrl },
      bare: () => bareControl(controlUrl, PIN),
    },
    {
      name: "software, RSA 2048",
      algorithm: "rsa-sha256",
      settings: { ...NONE, backend: "software", pin: "", keyFile: file.keyFile, certificateFile: file.certificateFile },
      bare: () => bareKeyFile(file.keyFile),
    },
  ];
}

/** Signatures a second. */
async function rate(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (COUNT * 1000) / (performance.now() - start);
}

async function measured({ name, algorithm, settings, bare }: Pair): Promise<string> {
  const data = Buffer.from("d".repeat(4096));
  const library = await bare();
  const card = openCard(settings);
  const each = async (sign: () => unknown) => {
    for (let index = 0; index < COUNT; index++) await sign();
  };
  const ways = {
    bare: () => rate(() => each(() => library.sign(data))),
    serial: () => rate(() => each(() => card.sign(algorithm, data))),
    together: () => rate(() => Promise.all(Array.from({ length: COUNT }, () => card.sign(algorithm, data)))),
  };
  const rates = { bare: [] as number[], serial: [] as number[], together: [] as number[] };
  for (let round = -1; round < ROUNDS; round++) {
    for (const way of ["bare", "serial", "together"] as const) {
      const found = await ways[way]();
      // The first round logs in and warms up.
      if (round >= 0) rates[way].push(found);
    }
  }
  await card.close();
  await library.close();
  const ratio = (way: "serial" | "together") =>
    median(rates[way].map((one, round) => one / (rates.bare[round] as number))).toFixed(2);
  const [alone, serial, together] = [rates.bare, rates.serial, rates.together].map((list) => median(list).toFixed(0));
  return `| ${name} | ${alone} | ${serial} (${ratio("serial")}) | ${together} (${ratio("together")}) |`;
}

async function main(): Promise<void> {
  const dir = scratch();
  process.env.SW_PIN_GUARD = join(dir, "pin-guard");
  const control = new ControlDouble();
  console.log(
    `${ROUNDS} rounds of ${COUNT} signatures of 4 KB, signatures a second (medians), in brackets beside the bare library:\n`,
  );
  console.log("| backend | bare library | ours, one by one | ours, all at once |\n|---|---|---|---|");
  try {
    for (const pair of await pairs(dir, control)) if (pair.name.includes(WANTED)) console.log(await measured(pair));
  } finally {
    await control.stop();
    removeScratch();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
