/**
 * How much more several instances get done than one where the card is slow: documents a second of 1, 2 and 4 real Node-REDs on one OutBox
 * and one PostgreSQL, each with a token of its own that takes 100 ms for a signature (10 a second, unless another time is given).
 *
 *     npm run build && npx tsx bench/several.ts [documents an instance] [rounds] [instances, as 1,2,4] [ms a signature] [receipts: all or import]
 *
 * With all its receipts, as they come within a second here and within hours from customs, or with the import receipt alone.
 * Each way gets so many documents for each of its instances, so that all take the same time if they scale. `whole` counts from the first file
 * in OutBox to the last document at the other side; `steady` between a tenth and nine tenths of them, without the start and the end, when
 * one instance may have nothing left. Printed beside it is what a document costs the Node-REDs in CPU: where that times the rate comes near
 * the machine's cores, they are the limit and not the card; a slower card then shows whether instances stand in each other's way. The ways take turns in each round, so that whatever else the machine does falls on all alike.
 */
import { join } from "node:path";
import { type PrivatePostgres, startPrivatePostgres } from "../scripts/private-postgres.js";
import { makeSoftToken, type SoftToken } from "../scripts/soft-token.js";
import { DEMO_IDENTITY } from "../simulator/samples/index.js";
import { removeScratch, scratch } from "../test/support/scratch.js";
import { SharedStage } from "../test/support/shared-stage.js";
import { openTheatre, type Theatre } from "../test/support/stage.js";
import { TokenShim } from "../test/support/token-shim.js";
import { until } from "../test/support/until.js";
import { cpuSeconds } from "./parts/measure.js";
import { median } from "./parts/median.js";

const DOCUMENTS = Number(process.argv[2] ?? 150);
const ROUNDS = Number(process.argv[3] ?? 1);
const WAYS = (process.argv[4] ?? "1,2,4").split(",").map(Number);
/** Milliseconds that a signature takes. */
const SLOW = Number(process.argv[5] ?? 100);
const ONLY_IMPORT = process.argv[6] === "import";

interface Card {
  token: SoftToken;
  env: NodeJS.ProcessEnv;
}

async function slowCard(number: number, pin: string): Promise<Card> {
  const dir = scratch();
  const company = { code: DEMO_IDENTITY.customsCode, name: "Bench" };
  const cardNumber = `89000000000${20 + number}`;
  const token = await makeSoftToken({ dir: join(dir, "token"), label: `slow-${number}`, pin, company, cardNumber });
  const shim = new TokenShim(dir, token);
  shim.set("late-sign", String(SLOW));
  return { token, env: { ...shim.environment, SW_PKCS11_MODULE: shim.module, SW_PKCS11_TOKEN: token.label } };
}

interface Rates {
  whole: number;
  steady: number;
  /** CPU milliseconds of all Node-REDs and their cards for a document. */
  cpu: number;
}

async function measured(
  theatre: Theatre,
  postgres: PrivatePostgres,
  cards: readonly Card[],
  clientId: string,
): Promise<Rates> {
  const certificates = cards.map(({ token }) => token.certificateFile);
  const envs = cards.map(({ env }) => env);
  const shared = new SharedStage(theatre, postgres, clientId, "all", {}, { certificates, onlyImport: ONLY_IMPORT });
  try {
    await shared.open(envs);
    // Every one has its card open before the clock runs.
    const first = shared.drop(4 * cards.length);
    await shared.done(first);
    const count = DOCUMENTS * cards.length;
    const pids = shared.processes.map(({ pid }) => pid);
    const before = cpuSeconds(pids);
    const start = performance.now();
    shared.drop(count);
    /** When so many of them were at the other side, or a few more, and how many those were. */
    const mark = async (share: number) => {
      const wanted = Math.round(share * count);
      await until(`${wanted} are at the other side`, () => shared.delivered() - first.length >= wanted, 600_000);
      return { at: performance.now(), there: shared.delivered() - first.length };
    };
    const [tenth, most, all] = [await mark(0.1), await mark(0.9), await mark(1)];
    const cpu = (1000 * (cpuSeconds(pids) - before)) / count;
    const steady = (1000 * (most.there - tenth.there)) / (most.at - tenth.at);
    return { whole: (1000 * count) / (all.at - start), steady, cpu };
  } finally {
    await shared.close();
  }
}

async function main(): Promise<void> {
  const [theatre, postgres] = await Promise.all([openTheatre(), startPrivatePostgres()]);
  try {
    const cards: Card[] = [];
    for (let number = 1; number <= Math.max(...WAYS); number++) cards.push(await slowCard(number, theatre.pin));
    const found = new Map<number, Rates[]>(WAYS.map((ways) => [ways, []]));
    for (let round = 0; round < ROUNDS; round++)
      for (const ways of WAYS) {
        const rates = await measured(theatre, postgres, cards.slice(0, ways), `SLOW${round}${ways}XX`.slice(0, 8));
        found.get(ways)?.push(rates);
        console.log(
          `round ${round + 1}  ${ways} instance(s): ${rates.steady.toFixed(1)}/s steady, ${rates.whole.toFixed(1)}/s whole, ${rates.cpu.toFixed(0)} CPU ms a document`,
        );
      }
    const of = (ways: number, what: keyof Rates) => median((found.get(ways) ?? []).map((rates) => rates[what]));
    const [base = 1] = WAYS;
    for (const ways of WAYS.slice(1)) {
      const ratio = (what: keyof Rates) => (of(ways, what) / of(base, what)).toFixed(2);
      console.log(`${ways} against ${base}: ${ratio("steady")}x steady, ${ratio("whole")}x whole`);
    }
  } finally {
    await theatre.close();
    await postgres.stop();
    removeScratch();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
