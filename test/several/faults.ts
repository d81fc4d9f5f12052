import { setTimeout as pause } from "node:timers/promises";
import type { NodeRed } from "../../scripts/node-red.js";
import type { PrivatePostgres } from "../../scripts/private-postgres.js";
import type { Random } from "../support/random.js";
import type { SharedStage } from "../support/shared-stage.js";

/** Milliseconds between two looks at who has taken over. */
const LOOK = 1_000;
/** Milliseconds after which a takeover that did not come is given up. */
const GIVEN_UP = 180_000;

/** What a fault needs: where it strikes, chance, and who hears of takeovers. */
export interface Struck {
  shared: SharedStage;
  postgres: PrivatePostgres;
  random: Random;
  /**
   * Milliseconds from the kill or the freeze until others had the documents; undefined when they never had. `databaseAway`: so was the database
   * for a part of that.
   */
  tookOver(milliseconds: number | undefined, databaseAway: boolean): void;
  /** Faults of the database: how many there were, and how many are not over. */
  database: { struck: number; running: number };
}

/** A fault; resolves when it is over and whatever it stopped runs again. `slot`: of an instance that nothing else is wrong with. */
export type Fault = (struck: Struck, slot: number) => Promise<void>;

async function takeover({ shared, tookOver, database }: Struck, id: string): Promise<void> {
  const start = performance.now();
  const before = database.struck - database.running;
  const isOver = async () => (await shared.instances()).some((one) => one.id === id && one.takenBy !== "");
  while (!(await isOver().catch(() => false))) {
    if (performance.now() - start > GIVEN_UP) return tookOver(undefined, database.struck > before);
    await pause(LOOK);
  }
  tookOver(performance.now() - start, database.struck > before);
}

const processAt = ({ shared }: Struck, slot: number) => shared.processes[slot] as NodeRed;

async function kill(struck: Struck, slot: number): Promise<void> {
  const id = await struck.shared.instanceOf(processAt(struck, slot));
  await processAt(struck, slot).kill("SIGKILL");
  if (id !== "") await takeover(struck, id);
  await struck.shared.startAgain(slot);
}

/** Frozen until others have taken over, and a moment longer. */
async function freeze(struck: Struck, slot: number): Promise<void> {
  const nodeRed = processAt(struck, slot);
  const id = await struck.shared.instanceOf(nodeRed);
  await nodeRed.kill("SIGSTOP");
  try {
    if (id !== "") await takeover(struck, id);
    await pause(struck.random.between(0, 5_000));
  } finally {
    await nodeRed.kill("SIGCONT");
  }
}

/** Frozen for a time in which others may or may not take over. */
async function freezeShortly(struck: Struck, slot: number): Promise<void> {
  const nodeRed = processAt(struck, slot);
  await nodeRed.kill("SIGSTOP");
  try {
    await pause(1_000 + struck.random.between(0, 40_000));
  } finally {
    await nodeRed.kill("SIGCONT");
  }
}

/** Counted, so that those who wait for a takeover know. */
const ofDatabase =
  (fault: (struck: Struck) => Promise<void>): Fault =>
  async (struck) => {
    struck.database.struck++;
    struck.database.running++;
    try {
      await fault(struck);
    } finally {
      struck.database.running--;
    }
  };

async function databaseSilent({ postgres, random }: Struck): Promise<void> {
  postgres.pause();
  try {
    await pause(1_000 + random.between(0, 8_000));
  } finally {
    postgres.resume();
  }
}

async function databaseAgain({ postgres, random }: Struck): Promise<void> {
  await postgres.kill();
  await pause(random.between(0, 3_000));
  await postgres.restart();
}

/** One killed and one frozen in turn. */
export const IN_TURN: readonly Fault[] = [kill, freeze];

/** All there are, the frequent ones several times. */
export const ANY: readonly Fault[] = [
  kill,
  kill,
  freeze,
  freezeShortly,
  freezeShortly,
  ofDatabase(databaseSilent),
  ofDatabase(databaseAgain),
];
