import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decXml, freshKey } from "../simulator/samples/index.js";
import { removeScratch } from "../test/support/scratch.js";
import { openTheatre, Stage, until } from "../test/support/stage.js";

/**
 * `npx tsx bench/many-files.ts [count]`: that many declarations lie in the OutBox when Node-RED starts. Prints the time
 * until all are accepted, the peak memory of the Node-RED process, and the event loop's longest block.
 */
const COUNT = Number(process.argv[2] ?? 40_000);

function peakMemory(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
}

async function main(): Promise<void> {
  const theatre = await openTheatre();
  const stage = new Stage(theatre, {
    clientId: "MANY0001",
    flow: (nodes) => {
      for (const node of nodes) if (node.type === "sw-folder-watch") node.maxInFlight = "100";
    },
  });
  try {
    await stage.startSimulator();
    // OperType G is answered by an import receipt alone, so that documents are counted and not receipts.
    for (let index = 0; index < COUNT; index++) {
      const key = freshKey();
      writeFileSync(join(stage.root, "DecCus001", "OutBox", `${key}.xml`), decXml({ key, goods: 1, operType: "G" }));
    }
    const start = Date.now();
    const monitor = join(__dirname, "loop-monitor.cjs");
    const nodeRed = await stage.startNodeRed({ NODE_OPTIONS: `--require ${monitor}` });
    let accepted = 0;
    await until(
      () => `${COUNT} accepted, ${accepted} are`,
      async () => {
        const [status] = await stage.ask<{ counts: Record<string, number> }[]>("status");
        accepted = status?.counts.accepted ?? 0;
        return accepted === COUNT;
      },
      3_600_000,
    );
    const seconds = (Date.now() - start) / 1000;
    const blocks = nodeRed.lines.filter((line) => line.startsWith("loop ")).map((line) => Number(line.split(" ")[1]));
    const sorted = blocks.slice(4).sort((one, other) => one - other);
    console.log(`${COUNT} declarations accepted in ${seconds.toFixed(0)} s, ${(COUNT / seconds).toFixed(0)} a second`);
    console.log(`peak memory of Node-RED: ${peakMemory(nodeRed.pid).toFixed(0)} MB`);
    console.log(
      `event loop: longest block ${sorted.at(-1)} ms, median of the seconds' longest ${sorted[sorted.length >> 1]} ms`,
    );
    const left = stage.files("DecCus001", "OutBox").length + stage.files("DecCus001", "TempBox").length;
    console.log(`left in OutBox and TempBox: ${left}, in SentBox: ${stage.files("DecCus001", "SentBox").length}`);
  } finally {
    await stage.close();
    await theatre.close();
    removeScratch();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
