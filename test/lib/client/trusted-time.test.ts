import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { startJobs } from "../../../lib/client/jobs.js";
import { openClient } from "../../../lib/client/open.js";
import { TrustedTime } from "../../../lib/client/trusted-time.js";
import { returnsIn } from "../../../lib/ledger/rules/retry.js";
import { clientSettings } from "../../support/client.js";
import { FakeClock } from "../../support/fake-clock.js";
import { Machines } from "../../support/machines.js";
import { removeScratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/** A clock whose time of day can be set, as people and time servers do. */
class SettableClock extends FakeClock {
  offset = 0;
  override now(): number {
    return super.now() + this.offset;
  }
}

describe("a time that may be believed", () => {
  const facts = new Map<string, string>();
  const ledger = {
    fact: async (name: string) => facts.get(name),
    setFact: async (name: string, value: string) => void facts.set(name, value),
  };
  let clock: SettableClock;
  let jumps: number[];
  const start = () => new TrustedTime(ledger, clock, (ahead) => jumps.push(Math.round(ahead / DAY)));
  beforeEach(() => {
    facts.clear();
    jumps = [];
    clock = new SettableClock();
  });
  after(removeScratch);

  const run = async (time: TrustedTime, hours: number) => {
    for (let hour = 0; hour < hours; hour++) {
      await clock.pass(HOUR);
      await time.now();
    }
    return time.now();
  };

  it("follows the clock, through a night's sleep and back when it is set back", async () => {
    const time = start();
    assert.equal(await run(time, 48), clock.now());
    clock.offset += 5 * HOUR;
    assert.equal(await time.now(), clock.now());
    clock.offset -= 30 * DAY;
    assert.equal(await time.now(), clock.now());
    assert.deepEqual(jumps, []);
  });

  it("does not follow a jump of 100 days until it has run for a day with it", async () => {
    const time = start();
    await run(time, 1);
    clock.offset += 100 * DAY;
    assert.equal(await time.now(), clock.now() - 100 * DAY);
    assert.equal(await run(time, 23), clock.now() - 100 * DAY);
    assert.equal(await run(time, 2), clock.now());
    assert.deepEqual(jumps, [100]);
  });

  it("begins the day again with a further jump, and forgets it when the clock is set right", async () => {
    const time = start();
    await time.now();
    clock.offset += 2 * DAY;
    await run(time, 20);
    clock.offset += 100 * DAY;
    assert.equal(await run(time, 10), clock.now() - 102 * DAY);
    clock.offset -= 102 * DAY;
    assert.equal(await run(time, 1), clock.now());
  });

  it("is kept over restarts, which count for nothing", async () => {
    await run(start(), 1);
    clock.offset += 100 * DAY;
    for (let restart = 0; restart < 30; restart++) {
      clock.skip(2 * HOUR); // It was not running.
      assert.ok((await start().now()) < clock.now() - 99 * DAY);
    }
    const time = start();
    assert.equal(await run(time, 25), clock.now());
  });

  it("is believed at once by a person's word", async () => {
    const time = start();
    await time.now();
    clock.offset += 100 * DAY;
    await time.believe();
    assert.equal(await time.now(), clock.now());
  });

  it("keeps the days of the log of a client whose clock jumped", async () => {
    const { ports } = new Machines().start("here");
    const settable = new SettableClock();
    const settings = clientSettings({ retentionDays: 10 });
    const { client } = await openClient(settings, { ports: { ...ports, clock: settable } });
    const end = startJobs(client);
    try {
      const day = join(settings.logDir, "1970-01-01");
      const hour = async () => {
        settable.skip(HOUR);
        // What a job writes is committed in the ledger's own thread, and a read waits for that.
        await settable.pass(1, async () => {
          for (let turn = 0; turn < 20; turn++) {
            await client.ledger.get("nobody");
            await new Promise((resolve) => setImmediate(resolve));
          }
        });
      };
      await hour();
      mkdirSync(day, { recursive: true });
      settable.offset += 100 * DAY;
      await hour();
      await hour();
      assert.ok(readdirSync(settings.logDir).includes("1970-01-01"));
      await client.time.believe();
      await hour();
      await until("it is removed", () => !readdirSync(settings.logDir).includes("1970-01-01"));
    } finally {
      end();
      await client.close();
    }
  });

  it("gives a document back after its own delay at most, whichever way the clock was set since", () => {
    assert.equal(returnsIn({ updatedAt: 1000, retryAt: 61_000 }, 1000), 60_000);
    assert.equal(returnsIn({ updatedAt: 1000, retryAt: 61_000 }, 31_000), 30_000);
    assert.equal(returnsIn({ updatedAt: 1000, retryAt: 61_000 }, 1000 + DAY), 0);
    // Given back while the clock was a hundred days ahead.
    const ahead = 100 * DAY;
    assert.equal(returnsIn({ updatedAt: ahead, retryAt: ahead + 60_000 }, 1000), 60_000);
  });
});
