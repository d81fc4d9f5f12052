import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { openClient } from "../../lib/client/open.js";
import type { ClientSettings } from "../../lib/client/settings.js";
import type { CrashPoint } from "../../lib/crash-point.js";
import { clientSettings } from "../support/client.js";
import { DECISIONS, type Decision } from "../support/decisions.js";
import { removeScratch } from "../support/scratch.js";

const PROGRAM = join(__dirname, "..", "support", "crash-process.ts");

/** What is done beside the flow, stopped at each of its points: the process killed, an error thrown, the disk full. */
describe("a stop in a decision", function () {
  this.timeout(180_000);
  after(removeScratch);

  async function stopped(
    settings: ClientSettings,
    name: string,
    id: string,
    point: CrashPoint,
    how: string,
  ): Promise<{ said: unknown; reached: boolean }> {
    const child = fork(PROGRAM, [JSON.stringify(settings), name, id], {
      env: { ...process.env, CRASH_AT: point, CRASH_HOW: how },
      stdio: ["ignore", "inherit", "pipe", "ipc"],
    });
    let errors = "";
    child.stderr?.on("data", (text: Buffer) => {
      errors += text.toString();
    });
    let said: unknown;
    child.on("message", (message) => {
      said = message;
    });
    await once(child, "close");
    return { said: said ?? errors, reached: errors.includes(`crash point ${point}:`) };
  }

  for (const [name, { points, prepare, goOn, check }] of Object.entries(DECISIONS) as [string, Decision][]) {
    for (const point of points) {
      for (const how of ["kill", "throw", "ENOSPC"]) {
        it(`${name}, ${point}: ${how}`, async () => {
          const settings = clientSettings();
          const before = (await openClient(settings)).client;
          const id = await prepare(before);
          await before.close();
          const { said, reached } = await stopped(settings, name, id, point, how);
          assert.ok(reached, `the point was not reached: ${said}`);
          // A process that lives goes on by itself, without a restart.
          if (how !== "kill") assert.equal(said, "well");
          const { client } = await openClient(settings);
          try {
            if (how === "kill") await goOn(client, id);
            await check(client, id);
          } finally {
            await client.close();
          }
        });
      }
    }
  }
});
