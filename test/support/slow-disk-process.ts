/**
 * A process that works on a disk whose syncs hang, in the folder of argv[2]. It says "ready", and does what it is told by messages: it
 * answers each with its name once that is done, and "ping" at once, if its event loop goes on.
 */
import { join } from "node:path";
import { Files } from "../../lib/files/files.js";
import { SYSTEM } from "../../lib/files/ports.js";
import { openLedger } from "../../lib/ledger/index.js";

async function main(): Promise<void> {
  const folder = process.argv[2] as string;
  const ledger = await openLedger(join(folder, "ledger.db"));
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
