/**
 * A process that works on a disk whose syncs hang, in the folder of argv[2]. It says "ready", and does what it is told by messages: it
 * answers each with its name once that is done, and "ping" at once, if its event loop goes on.
 */
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Files } from "../../lib/files/files.js";
import { SYSTEM } from "../../lib/files/ports.js";
import { openLedger } from "../../lib/ledger/index.js";

/**
 * A statement that is collected as garbage is taken out of its connection, and waits for a commit that another thread makes there, with
 * the whole event loop. Those of the opening are collected now, so that none of them is in the middle of a test.
 */
async function forgetOpening(): Promise<void> {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  await setTimeout(50);
}

async function main(): Promise<void> {
  const folder = process.argv[2] as string;
  const ledger = await openLedger(join(folder, "ledger.db"));
  await forgetOpening();
  const files = new Files(SYSTEM.disk);
  let commits = 0;
  const tasks: Record<string, () => Promise<unknown>> = {
    ping: async () => undefined,
    commit: () => ledger.setFact("fact", `number ${++commits}`),
    look: () => ledger.fact("fact"),
    checkpoint: () => ledger.stamp(7),
    close: () => ledger.close(),
    "file of ours": () => files.write(folder, "receipt.xml", Buffer.from("<Root/>")),
  };
  process.on("message", async (task: string) => {
    const said = await tasks[task]?.();
    process.send?.(said === undefined ? task : `${task}: ${said}`);
  });
  process.send?.("ready");
}

void main();
