import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SYSTEM } from "../../../lib/files/ports.js";
import { openClient } from "../../support/client.js";
import { FakeClock } from "../../support/fake-clock.js";
import { removeScratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";
import { Watching } from "../../support/watching.js";

describe("an OutBox with many files", () => {
  after(removeScratch);

  it("is gone through once a second while ready ones wait for their turn, each read once, however many are claimed", async () => {
    const clock = new FakeClock();
    const counts = { walks: 0, opens: 0 };
    const disk = {
      ...SYSTEM.disk,
      walk(folder: string) {
        counts.walks++;
        return SYSTEM.disk.walk(folder);
      },
      open(path: string) {
        counts.opens++;
        return SYSTEM.disk.open(path);
      },
    };
    const client = await openClient({}, { ...SYSTEM, clock, disk });
    const folder = client.folders.of("DecCus001");
    folder.make();
    for (let index = 0; index < 5_000; index++)
      writeFileSync(join(folder.box("OutBox"), `${index}.xml`), `<a>${index}</a>`);
    const watching = new Watching(client, { maxInFlight: 20, interval: 2_000 });
    const rounds = (count: number) => until("the round to end", () => watching.rounds >= count);
    try {
      await rounds(1);
      await clock.pass(200);
      await until("twenty to be claimed", () => watching.claims.length === 20);
      const before = { ...counts };
      for (let step = 1; step <= 10; step++) {
        // The flow is done with them, and each next claim changes the folder.
        for (const id of client.claims.inFlight.ids("watch")) client.claims.inFlight.release(id);
        await until("twenty more to be claimed", () => watching.claims.length >= 20 * (step + 1));
        const { rounds: ended } = watching;
        await clock.pass(100);
        if (clock.next() === undefined) await rounds(ended + 1);
      }
      assert.ok(counts.walks - before.walks <= 2, `${counts.walks - before.walks} readings of the names in a second`);
      assert.ok(counts.opens <= 1_500, `${counts.opens} files opened to see whether they are whole`);
    } finally {
      await watching.watch.stop();
      await client.close();
    }
  });
});
