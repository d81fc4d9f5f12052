import { INSTANCE } from "../../lib/ledger/instances.js";
import { Fault } from "./decisions.js";
import { SimLedger } from "./ledger.js";
import { ledgerFault } from "./ledger-commits.js";
import type { Doer, SimClock } from "./ports.js";

const FULL = new Fault("the ledger cannot be written", 0.01);
const KILLED = new Fault("killed before a commit", 0.003);
const KILLED_AFTER = new Fault("killed after a commit", 0.003);
const FROZEN_AFTER = new Fault("frozen after a commit", 0.01);
const READ_LATE = new Fault("the ledger answers late", 0.05);
const NOT_REACHED = new Fault("a renewal does not reach the database", 0.05);

/** Milliseconds for which a database that is away is waited for. */
const PATIENCE = 60_000;

/** The ledger of the world as one process has it open: a file beside it, or a database that others have open too. */
export async function openLedger(doer: Doer, clock: SimClock): Promise<SimLedger> {
  const { world, life } = doer;
  const { scheduler, decisions } = world;
  await doer.later("open the ledger", () => undefined);
  const dies = (fault: Fault) => {
    if (!decisions.happens(fault, life.number)) return false;
    world.tell(life.name, fault.name);
    world.kill(life);
    return true;
  };
  const away = () => ledgerFault("数据库没有应答", "the database does not answer", "away");
  const ledger: SimLedger = new SimLedger(world.ledgerFile, {
    fences: world.without !== "lease" && world.without !== "fence",
    now: () => clock.now(),
    commit: (run, failed) => {
      if (life.dead) return;
      const asked = scheduler.now;
      const commit = () => {
        if (dies(KILLED)) return;
        if (world.databaseAwayUntil > scheduler.now) {
          if (scheduler.now - asked > PATIENCE) failed(away());
          else scheduler.at(scheduler.now + 1000, commit, life);
          return;
        }
        if (decisions.happens(FULL, life.number)) {
          world.tell(life.name, "cannot write its ledger");
          failed(ledgerFault("磁盘已满", "the disk is full", "unusable"));
          return;
        }
        const tell = world.checks.committed(ledger, life, run);
        if (dies(KILLED_AFTER)) return;
        // What it has committed is there, and it hears of that when it goes on.
        if (decisions.happens(FROZEN_AFTER, life.number)) {
          world.freeze(life, 1000 + decisions.amount * 90_000);
          scheduler.at(scheduler.now, tell, life);
        } else tell();
      };
      scheduler.at(scheduler.now + 1 + doer.latency(), commit, life);
    },
    read: async (job) => {
      if (life.dead) return new Promise(() => {});
      if (world.databaseAwayUntil > scheduler.now) {
        await new Promise<void>((resolve) => scheduler.at(world.databaseAwayUntil, resolve, life));
      }
      if (!decisions.happens(READ_LATE, life.number)) return job();
      // Answered as it was when it was asked, or as it is when the answer comes.
      if (decisions.amount < 0.5) return doer.later("read", job);
      const value = job();
      return doer.later("read", () => value);
    },
    ...(world.shared && {
      shared: {
        now: () => scheduler.now,
        grace: world.without === "grace after a lease" ? 0 : INSTANCE.grace,
        aside: (job) =>
          doer.later("renew", () => {
            if (world.databaseAwayUntil <= scheduler.now && !decisions.happens(NOT_REACHED, life.number)) return job();
            world.tell(life.name, "does not reach the database");
            throw away();
          }),
      },
    }),
  });
  return ledger;
}
