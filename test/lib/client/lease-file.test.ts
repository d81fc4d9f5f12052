import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LEASE, LeaseFile } from "../../../lib/client/lease-file.js";
import { codeOf } from "../../../lib/errors.js";
import { Machines } from "../../support/machines.js";
import { removeScratch, scratch } from "../../support/scratch.js";

const fenced = (error: unknown) => codeOf(error) === "SW-FENCED";

describe("the lease of a root", () => {
  let path: string;
  let machines: Machines;
  beforeEach(() => {
    path = join(scratch(), "lease.json");
    machines = new Machines();
  });
  after(removeScratch);

  const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
  const process = (host: string, pid?: number) => {
    const { ports, end } = machines.start(host, pid);
    return { lease: new LeaseFile(path, ports), clock: ports.clock, end };
  };

  it("is one process's, who has it can be read, and it is free at once when that one gives it up", () => {
    const one = process("here");
    const two = process("here");
    assert.equal(one.lease.take(), undefined);
    one.lease.assertHeld();
    assert.deepEqual([two.lease.take()?.holder?.host, two.lease.take()?.holder?.pid], ["here", 101]);
    assert.throws(() => two.lease.assertHeld(), fenced);
    one.lease.release();
    assert.equal(two.lease.take(), undefined);
    assert.throws(() => one.lease.assertHeld(), fenced);
    two.lease.release();
  });

  it("of a process that was killed is taken over at once on its machine, also when its number is used again", () => {
    const one = process("here", 7);
    assert.equal(one.lease.take(), undefined);
    one.end();
    const again = process("here", 7);
    const two = process("here");
    assert.equal(two.lease.take(), undefined);
    assert.notEqual(again.lease.take(), undefined);
    two.lease.release();
  });

  it("of a process that runs is never taken over, however long, while it renews it", async () => {
    const one = process("here");
    const two = process("elsewhere");
    assert.equal(one.lease.take(), undefined);
    for (let seconds = 0; seconds < 120; seconds++) {
      await one.clock.pass(1000, settle);
      await two.clock.pass(1000);
      assert.notEqual(two.lease.take(), undefined);
      one.lease.assertHeld();
    }
    one.lease.release();
  });

  it("of another machine is taken over when it has not been renewed for a lease, by the own monotonic clock", async () => {
    const one = process("there");
    const two = process("here");
    assert.equal(one.lease.take(), undefined);
    one.end();
    for (let waited = 0; waited <= LEASE.lasts; waited += 1000) {
      assert.notEqual(two.lease.take(), undefined, `after ${waited} ms`);
      await two.clock.pass(1000);
    }
    await two.clock.pass(1000);
    assert.equal(two.lease.take(), undefined);
    two.lease.release();
  });

  it("that was lost while its holder was frozen is noticed before anything is done, and is left to the new one", async () => {
    const one = process("here");
    const two = process("here");
    assert.equal(one.lease.take(), undefined);
    two.lease.take();
    await two.clock.pass(LEASE.lasts + 1);
    assert.equal(two.lease.take(), undefined, "the frozen one runs, but renews nothing");
    const content = readFileSync(path, "utf8");
    // It wakes up: its monotonic clock has gone on, its timers fire in some order.
    one.clock.skip(LEASE.lasts + 1);
    assert.throws(() => one.lease.assertHeld(), fenced);
    await one.clock.pass(10_000, settle);
    assert.throws(() => one.lease.assertHeld(), fenced);
    assert.equal(readFileSync(path, "utf8"), content, "its renewals reach nothing");
    two.lease.assertHeld();
    assert.notEqual(one.lease.take(), undefined);
    two.lease.release();
    assert.equal(one.lease.take(), undefined);
    one.lease.release();
  });

  it("that nobody took meanwhile goes on after a freeze, without a pause", () => {
    const one = process("here");
    assert.equal(one.lease.take(), undefined);
    one.clock.skip(10 * LEASE.lasts);
    one.lease.assertHeld();
    one.lease.release();
  });

  it("is given up by two that take over at the same time but for one", async () => {
    const dead = process("there");
    assert.equal(dead.lease.take(), undefined);
    const others = ["a", "b", "c", "d"].map((host) => process(host));
    for (const { lease } of others) lease.take();
    for (const { clock } of others) await clock.pass(LEASE.lasts + 1);
    const took = others.filter(({ lease }) => lease.take() === undefined);
    assert.equal(took.length, 1);
    assert.deepEqual(readdirSync(join(path, "..")), ["lease.json"]);
    took[0]?.lease.release();
  });

  it("of somebody who was quicker is put back when it was moved away by mistake", async () => {
    const dead = process("there");
    assert.equal(dead.lease.take(), undefined);
    const three = process("third");
    three.lease.take();
    await three.clock.pass(LEASE.lasts + 1);
    const { ports } = machines.start("here");
    let meanwhile = () => {};
    const disk = {
      ...ports.disk,
      rename: (from: string, to: string) => {
        meanwhile();
        ports.disk.rename(from, to);
      },
    };
    const two = new LeaseFile(path, { ...ports, disk });
    two.take();
    await ports.clock.pass(LEASE.lasts + 1);
    // Between its look and its move another one takes it over.
    meanwhile = () => {
      meanwhile = () => {};
      assert.equal(three.lease.take(), undefined);
    };
    assert.notEqual(two.take(), undefined);
    three.clock.skip(LEASE.trusted + 1);
    three.lease.assertHeld();
    assert.deepEqual(readdirSync(join(path, "..")), ["lease.json"]);
    three.lease.release();
  });

  it("that is cut or full of rubbish is somebody's until it has not changed for a lease", async () => {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, "{ half");
    const one = process("here");
    const taken = one.lease.take();
    assert.ok(taken && taken.holder === undefined);
    await one.clock.pass(LEASE.lasts + 1);
    assert.equal(one.lease.take(), undefined);
    one.lease.release();
  });

  it("is not held where its root has gone, and is again when the same root is back", async () => {
    const one = process("here");
    assert.equal(one.lease.take(), undefined);
    const folder = join(path, "..");
    renameSync(folder, `${folder}-away`);
    one.clock.skip(LEASE.trusted + 1);
    assert.throws(() => one.lease.assertHeld(), fenced);
    renameSync(`${folder}-away`, folder);
    assert.equal(one.lease.take(), undefined);
    one.lease.assertHeld();
    // Somebody removes the file: it is made again.
    rmSync(path);
    await one.clock.pass(LEASE.renew, settle);
    assert.throws(() => one.lease.assertHeld(), fenced);
    assert.equal(one.lease.take(), undefined);
    one.lease.release();
  });
});
