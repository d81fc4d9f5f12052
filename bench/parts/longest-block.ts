import { closeSync, openSync, readSync } from "node:fs";

/** What a piece of work did to the event loop: milliseconds. */
export interface Block {
  /** The longest time that the main thread was at work between two turns of the event loop. */
  cpu: number;
  /** The longest time between two turns, with what else the machine did. */
  wall: number;
}

const room = Buffer.alloc(64);

/** Milliseconds that the main thread has been at work; where the system does not say it, the time that has passed. */
function mainThreadTime(file: number | undefined): number {
  if (file === undefined) return performance.now();
  return Number(room.toString("latin1", 0, readSync(file, room, 0, room.length, 0)).split(" ", 1)[0]) / 1e6;
}

/** Does a piece of work and watches the event loop meanwhile. */
export async function longestBlock(work: () => Promise<unknown>): Promise<Block> {
  let file: number | undefined;
  try {
    file = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
  } catch {
    // Linux alone counts the time of a thread.
  }
  const block: Block = { cpu: 0, wall: 0 };
  let [cpu, wall] = [mainThreadTime(file), performance.now()];
  const look = () => {
    const [cpuNow, wallNow] = [mainThreadTime(file), performance.now()];
    block.cpu = Math.max(block.cpu, cpuNow - cpu);
    block.wall = Math.max(block.wall, wallNow - wall);
    [cpu, wall] = [cpuNow, wallNow];
  };
  let over = false;
  const turn = () => {
    if (over) return;
    look();
    setImmediate(turn);
  };
  setImmediate(turn);
  try {
    await work();
  } finally {
    look();
    over = true;
    if (file !== undefined) closeSync(file);
  }
  return block;
}
