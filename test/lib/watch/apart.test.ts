import assert from "node:assert/strict";
import { SYSTEM } from "../../../lib/files/ports.js";
import { openClient } from "../../support/client.js";
import { FakeClock } from "../../support/fake-clock.js";
import { removeScratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";
import { Watching } from "../../support/watching.js";

/** Several machines, line 8: an interval that nothing else of a client has. */
const INTERVAL = 1_117;

describe("scans of several instances on one root", () => {
  after(removeScratch);

  async function pausesOf(shared: boolean, random: number): Promise<number[]> {
    const clock = new FakeClock();
    const client = await openClient({}, { ...SYSTEM, clock, ids: { ...SYSTEM.ids, jitter: () => random } });
    Object.defineProperty(client.lease, "shared", { value: shared });
    client.folders.of("DecCus001").make();
    const before = clock.waits.length;
    const watching = new Watching(client, { interval: INTERVAL });
    try {
      const asked = () => clock.waits.slice(before).filter((time) => time >= INTERVAL && time < 2 * INTERVAL);
      await until("a pause before the next scan", () => watching.rounds > 0 && asked().length > 0);
      return [...new Set(asked())];
    } finally {
      await watching.watch.stop();
      await client.close();
    }
  }

  it("come after the interval where one has it alone, and up to half of it later at random where several share it", async () => {
    assert.deepEqual(await pausesOf(false, 0.5), [INTERVAL]);
    assert.deepEqual(await pausesOf(true, 0), [INTERVAL]);
    assert.deepEqual(await pausesOf(true, 0.5), [Math.ceil(INTERVAL * 1.25)]);
  });
});
