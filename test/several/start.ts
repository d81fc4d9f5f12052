/**
 * Several real Node-REDs on one OutBox and one PostgreSQL under a load, while something is always wrong; not a part of `npm test`.
 *
 *     npm run several                                                          4 instances, 10,000 files, one killed and one frozen in turn
 *     npm run several -- --instances 8 --files 100000 --every 10 --faults any  a fault every 10 s: killed, frozen, the database away
 *     npm run several -- --files 600 --seed 7 --link all --receipts all        a small one, with these faults again; all send and receive, all receipts
 *
 * Prints attempted, delivered, lost, duplicates with and without their mark, and how long takeovers took. Ends with 1 when anything is lost,
 * repeated without its mark, left undone, or taken over later than after 60 s (100 s where the database was away meanwhile).
 */
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type PrivatePostgres, startPrivatePostgres } from "../../scripts/private-postgres.js";
import { broken } from "../support/checker.js";
import { Random } from "../support/random.js";
import { removeScratch } from "../support/scratch.js";
import { SharedStage } from "../support/shared-stage.js";
import { openOwnTheatre } from "../support/stage.js";
import { Costs } from "./costs.js";
import { ANY, type Fault, IN_TURN } from "./faults.js";

/** Files that are handed in ahead of what is done: a producer that never stops, and an OutBox that can be looked through. */
const AHEAD = 1_000;
/** Milliseconds between two looks at the ledger, and without any progress until it is given up. */
const LOOK = 1_000;
const GIVEN_UP = 10 * 60_000;
/** Milliseconds between two lines that tell how far it is. */
const TELL = 60_000;
/** Milliseconds within which a takeover has to be done, and where the database was away meanwhile: nobody could renew then, and all get their time again. */
const TAKEOVER = 60_000;
const TAKEOVER_AWAY = 100_000;

interface Wanted {
  instances: number;
  files: number;
  /** Seconds between two faults; 0 = one after the other has passed. */
  every: number;
  faults: readonly Fault[];
  /** Whether one of them sends and receives, or all. */
  link: "one" | "all";
  /** The import receipt alone, which says that a document has arrived, or the three after it as well, which take most of the work. */
  receipts: "import" | "all";
  seed: number;
}

function wanted(): Wanted {
  const { values } = parseArgs({
    options: {
      ...{ instances: { type: "string", default: "4" }, files: { type: "string", default: "10000" } },
      ...{ every: { type: "string", default: "0" }, faults: { type: "string", default: "turn" } },
      link: { type: "string", default: "one" },
      receipts: { type: "string", default: "import" },
      seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
    },
  });
  const { instances, files, every, faults, link, receipts, seed } = values;
  if (faults !== "turn" && faults !== "any") throw new Error("--faults is turn or any");
  if (link !== "one" && link !== "all") throw new Error("--link is one or all");
  if (receipts !== "import" && receipts !== "all") throw new Error("--receipts is import or all");
  const numbers = { instances: Number(instances), files: Number(files), every: Number(every), seed: Number(seed) };
  if (Object.values(numbers).some((number) => !Number.isSafeInteger(number) || number < 0))
    throw new Error("--instances, --files, --every and --seed are whole numbers");
  if (numbers.instances < 2) throw new Error("--instances is 2 or more");
  return { ...numbers, link, receipts, faults: faults === "turn" ? IN_TURN : ANY };
}

/** Faults as long as there is work, and what has come of them. */
class Trouble {
  readonly takeovers: number[] = [];
  /** Those in which the database was away for a part of the time. */
  readonly withoutDatabase: number[] = [];
  private readonly database = { struck: 0, running: 0 };
  never = 0;
  struck = 0;
  private ended = false;
  private readonly busy = new Set<number>();
  private readonly running = new Set<Promise<void>>();
  private readonly random: Random;
  private fault: unknown;

  constructor(
    private readonly plan: Wanted,
    private readonly shared: SharedStage,
    private readonly postgres: PrivatePostgres,
  ) {
    this.random = new Random(plan.seed);
  }

  /** Until `end`; rejects with what goes wrong with a fault itself. */
  async run(): Promise<void> {
    const { every, faults, instances } = this.plan;
    while (!this.ended) {
      await pause(every > 0 ? every * 1_000 : 2_000);
      if (this.ended) break;
      const inTurn = every === 0;
      const fault = inTurn ? (faults[this.struck % faults.length] as Fault) : this.random.pick(faults);
      const free = Array.from({ length: instances }, (_, slot) => slot).filter((slot) => !this.busy.has(slot));
      // By chance: one after the other they would all be the leader, for who was struck is the last to lead again. Half of them work at any time.
      const slot = this.random.pick(free);
      if (slot === undefined || free.length <= Math.floor(instances / 2)) continue;
      this.struck++;
      const strike = this.strike(fault, slot);
      if (inTurn) await strike;
      if (this.fault !== undefined) throw this.fault;
    }
    await Promise.all(this.running);
    if (this.fault !== undefined) throw this.fault;
  }

  end(): void {
    this.ended = true;
  }

  private strike(fault: Fault, slot: number): Promise<void> {
    this.busy.add(slot);
    const { shared, postgres, random, database } = this;
    const tookOver = (time: number | undefined, databaseAway: boolean) => {
      if ((time ?? Number.POSITIVE_INFINITY) > TAKEOVER)
        console.log(`late: ${time === undefined ? "never" : seconds(time)} until instance ${slot} was taken over`);
      if (time === undefined) this.never++;
      else (databaseAway ? this.withoutDatabase : this.takeovers).push(time);
    };
    const struck = fault({ shared, postgres, random, tookOver, database }, slot)
      .catch((error) => {
        this.fault = error;
      })
      .finally(() => {
        this.busy.delete(slot);
        this.running.delete(struck);
      });
    this.running.add(struck);
    return struck;
  }
}

/** Hands the files in and waits until nothing more comes of them; resolves to their keys. `tell` hears how far it is, again and again. */
async function load(
  shared: SharedStage,
  files: number,
  tell: (ended: number, handedIn: number) => void,
): Promise<string[]> {
  const keys: string[] = [];
  let before = -1;
  let since = performance.now();
  let told = since;
  for (;;) {
    // A database that is away for the moment.
    const ended = await shared.ended().catch(() => before);
    if (ended !== before) since = performance.now();
    before = ended;
    if (keys.length < files)
      keys.push(...shared.drop(Math.max(0, Math.min(files - keys.length, ended + AHEAD - keys.length))));
    if (performance.now() - told > TELL) {
      tell(ended, keys.length);
      told = performance.now();
    }
    if (ended >= files || performance.now() - since > GIVEN_UP) return keys;
    await pause(LOOK);
  }
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;

async function main(): Promise<void> {
  const plan = wanted();
  console.log(`${plan.instances} instances, ${plan.files} files, link ${plan.link}, seed ${plan.seed}`);
  const [theatre, postgres] = await Promise.all([openOwnTheatre(), startPrivatePostgres()]);
  let shared: SharedStage | undefined;
  try {
    shared = new SharedStage(theatre, postgres, "SEVERAL1", plan.link, {}, { onlyImport: plan.receipts === "import" });
    await shared.open(plan.instances);
    const trouble = new Trouble(plan, shared, postgres);
    const start = performance.now();
    const { processes } = shared;
    const costs = new Costs({
      "Node-REDs": () => processes.map(({ pid }) => pid),
      PostgreSQL: () => postgres.pids().slice(0, 1),
      RabbitMQ: () => [theatre.broker.pid],
    });
    const tell = (ended: number, handedIn: number) => {
      costs.look();
      const { struck, takeovers, withoutDatabase } = trouble;
      const done = `${seconds(performance.now() - start)}: ${handedIn} handed in, ${ended} done`;
      console.log(
        `${done}, ${struck} faults, ${takeovers.length + withoutDatabase.length} takeovers; CPU ms a document: ${costs.each(ended)}`,
      );
    };
    const loading = load(shared, plan.files, tell).finally(() => trouble.end());
    const [keys] = await Promise.all([loading, trouble.run()]);
    const time = performance.now() - start;
    tell(await shared.ended(), keys.length);
    const verdict = await shared.verdict(keys);
    const { attempted, delivered, lost, duplicated, silentlyDuplicated } = verdict;
    const { takeovers, withoutDatabase, never, struck } = trouble;
    const sorted = takeovers.toSorted((one, other) => one - other);
    const rows: [string, string | number][] = [
      ["attempted", attempted],
      ["delivered", delivered],
      ["lost", lost.length],
      ["duplicates without mark", silentlyDuplicated.length],
      ["duplicates with mark", duplicated.length - silentlyDuplicated.length],
      ["faults", struck],
      ["takeovers", sorted.length],
      ["takeover, median", sorted.length > 0 ? seconds(sorted[sorted.length >> 1] ?? 0) : "-"],
      ["takeover, longest", sorted.length > 0 ? seconds(sorted.at(-1) ?? 0) : "-"],
      ["with the database away too", withoutDatabase.length],
      ["longest of those", withoutDatabase.length > 0 ? seconds(Math.max(...withoutDatabase)) : "-"],
      ["takeovers that never came", never],
      ["time", `${seconds(time)}, ${((1000 * attempted) / time).toFixed(1)} a second`],
      ["CPU ms a document", costs.each(attempted)],
    ];
    for (const [name, value] of rows) console.log(`${name.padEnd(26)} ${value}`);
    const wrong = broken(verdict);
    for (const [name, found] of Object.entries(wrong)) console.log(`${name}: ${found.slice(0, 10).join(", ")}`);
    const isLate = never > 0 || (sorted.at(-1) ?? 0) > TAKEOVER || Math.max(0, ...withoutDatabase) > TAKEOVER_AWAY;
    if (isLate) console.log("a takeover came too late");
    if (Object.keys(wrong).length > 0 || isLate) process.exitCode = 1;
  } finally {
    await shared?.close();
    await theatre.close();
    await postgres.stop();
    removeScratch();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
