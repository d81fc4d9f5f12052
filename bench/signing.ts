/**
 * What the pkcs11 backend costs beside the module alone: signs a second with one RSA 2048 key of a SoftHSM2 token, ours
 * over the bare module's own calls in this process.
 *
 *     npx tsx bench/signing.ts [signatures a round] [rounds]
 *
 * Serial: the next signature is asked for when the last one is there. Pipelined: all are asked for at once. The bare module
 * blocks its process for each signature, so it has one number only. Rounds take turns, so that whatever else the machine
 * does falls on all alike; printed are the medians, and the median ratio of
 * each turn's own pair.
 */
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type Pkcs11 from "pkcs11js";
import { inspect } from "../lib/business/inspect.js";
import { assertMaySign, checkBeforeSigning } from "../lib/signing/before-signing.js";
import { openCard } from "../lib/signing/open.js";
import { signDocument } from "../lib/signing/profiles/index.js";
import type { CardBackend } from "../lib/signing/types.js";
import { makeSoftToken, type SoftToken } from "../scripts/soft-token.js";
import { decXml } from "../simulator/samples/index.js";
import { scratch } from "../test/support/scratch.js";

const COUNT = Number(process.argv[2] ?? 300);
const ROUNDS = Number(process.argv[3] ?? 11);
const PIN = "Pin-550123";

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1] as number;
}

/** The module's own calls, as a program without us makes them. */
function openBare(token: SoftToken): { sign(data: Buffer): Buffer; close(): void } {
  process.env.SOFTHSM2_CONF = token.config;
  const library = require("pkcs11js") as typeof Pkcs11;
  const p11 = new library.PKCS11();
  p11.load(token.module);
  p11.C_Initialize();
  const slot = p11.C_GetSlotList(true).find((one) => p11.C_GetTokenInfo(one).label.trim() === token.label) as Buffer;
  const session = p11.C_OpenSession(slot, library.CKF_SERIAL_SESSION);
  p11.C_Login(session, library.CKU_USER, PIN);
  p11.C_FindObjectsInit(session, [{ type: library.CKA_CLASS, value: library.CKO_PRIVATE_KEY }]);
  const key = p11.C_FindObjects(session, 1)[0] as Buffer;
  p11.C_FindObjectsFinal(session);
  return {
    sign: (data) => {
      p11.C_SignInit(session, { mechanism: library.CKM_SHA256_RSA_PKCS }, key);
      return p11.C_Sign(session, data, Buffer.alloc(512));
    },
    close: () => p11.C_Finalize(),
  };
}

async function main(): Promise<void> {
  const dir = scratch();
  const company = { code: "4403960000", name: "Bench" };
  const token = await makeSoftToken({ dir: join(dir, "token"), label: "bench", pin: PIN, company });
  const bare = openBare(token);
  const card: CardBackend = openCard({
    backend: "pkcs11",
    pin: PIN,
    module: token.module,
    token: token.label,
    keyFile: "",
    controlUrl: "",
    moduleEnvironment: { SOFTHSM2_CONF: token.config },
  });
  const data = randomBytes(4096);
  const document = decXml({ goods: 20 });
  const prepared: Buffer[] = [];
  /** What the card-sign node does with one declaration that the nodes before it have read. */
  const whole = async () => {
    const payload = prepared.pop() as Buffer;
    assertMaySign(checkBeforeSigning(await card.identity(), await inspect(payload, "a.xml")));
    await signDocument("detached", { payload, fileName: "a.xml", at: 0, messageType: "DEC" }, card);
  };
  const serially = async (work: () => unknown) => {
    for (let index = 0; index < COUNT; index++) await work();
  };
  const atOnce = (work: () => Promise<unknown>) => Promise.all(Array.from({ length: COUNT }, work));
  const ways: Record<string, () => Promise<unknown>> = {
    "bare module": () => serially(() => bare.sign(data)),
    "backend, serial": () => serially(() => card.sign("rsa-sha256", data)),
    "backend, pipelined": () => atOnce(() => card.sign("rsa-sha256", data)),
    "checks and profile, serial": () => serially(whole),
    "checks and profile, pipelined": () => atOnce(whole),
  };
  const rates = new Map<string, number[]>();
  try {
    for (let round = -1; round < ROUNDS; round++) {
      for (const [name, way] of Object.entries(ways)) {
        while (prepared.length < COUNT) {
          const payload = Buffer.from(document);
          await inspect(payload, "a.xml");
          prepared.push(payload);
        }
        const start = performance.now();
        await way();
        const rate = (COUNT * 1000) / (performance.now() - start);
        // The first round logs in and warms up.
        if (round >= 0) rates.set(name, [...(rates.get(name) ?? []), rate]);
      }
    }
  } finally {
    await card.close();
    bare.close();
    rmSync(dir, { recursive: true, force: true });
  }
  const base = rates.get("bare module") as number[];
  console.log(`${ROUNDS} rounds of ${COUNT} signatures, RSA 2048, SHA-256, signs a second (medians):`);
  for (const [name, list] of rates) {
    const ratio = median(list.map((rate, round) => rate / (base[round] as number)));
    console.log(`  ${name.padEnd(30)} ${median(list).toFixed(0).padStart(6)}  ${ratio.toFixed(2)} x bare module`);
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
