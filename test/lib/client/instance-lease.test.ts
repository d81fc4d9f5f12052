import assert from "node:assert/strict";
import { InstanceLease } from "../../../lib/client/instance-lease.js";
import { SharedRoot } from "../../../lib/client/shared-root.js";
import { codeOf } from "../../../lib/errors.js";
import type { ProcessMark } from "../../../lib/host.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import {
  type Beat,
  INSTANCE,
  type Instances,
  type Reach,
  type Said,
  type SeenInstance,
  type TakenOver,
} from "../../../lib/ledger/instances.js";
import { Machines } from "../../support/machines.js";
import { removeScratch, scratch } from "../../support/scratch.js";

const fenced = (error: unknown) => codeOf(error) === "SW-FENCED";

/** The ledger's side, as a test wants it. */
class Others implements Instances {
  readonly own = "";
  readonly pins = {} as Instances["pins"];
  readonly joined: string[] = [];
  readonly takeovers: { dead: readonly string[]; silent: boolean }[] = [];
  found: Beat["others"] = [];
  held = true;
  leads = true;
  /** Somebody is there for the lead. */
  gives = true;
  away = false;
  left = false;
  /** Whether those that are taken over had stopped in good order. */
  gone = false;
  documents = 0;
  reach: Reach | undefined;

  async join(id: string): Promise<void> {
    if (this.away) throw new Error("away");
    this.joined.push(id);
    this.held = true;
  }
  async renew({ reach, token }: Partial<Said> = {}): Promise<Beat> {
    if (this.away) throw new Error("away");
    this.reach = reach;
    this.token = token ?? "";
    return { held: this.held, leads: this.leads, alone: this.found.length === 0, others: this.found };
  }
  /** Those that `take` may find before it joins. */
  before: Beat["others"] = [];
  token = "";
  async others(): Promise<Beat["others"]> {
    return this.before;
  }
  async giveUp(): Promise<boolean> {
    this.leads = !this.gives;
    return this.gives;
  }
  async takeOver(dead: readonly string[], silent: boolean): Promise<TakenOver> {
    this.takeovers.push({ dead, silent });
    return {
      instances: dead.map((id) => ({ id, host: "there", pid: 1, ...(this.gone && { left: true }) })),
      documents: this.documents,
    };
  }
  async takeHeld(id: string): Promise<DocumentRow> {
    throw new Error(id);
  }
  async seen(): Promise<SeenInstance[]> {
    return [];
  }
  async toSend(): Promise<[]> {
    return [];
  }
  async handOver(): Promise<number> {
    return 0;
  }
  async end(): Promise<void> {}
  async beginAnew(): Promise<number> {
    return 0;
  }
  async leave(): Promise<void> {
    this.left = true;
  }
}

describe("the lease of one of several instances", () => {
  const machines = new Machines();
  const leases: InstanceLease[] = [];
  const root = scratch();
  after(removeScratch);
  afterEach(async () => {
    for (const lease of leases.splice(0)) await lease.release();
  });

  async function start(others = new Others()) {
    const machine = machines.start("here");
    const lease = new InstanceLease(others, machine.ports, new SharedRoot(root, root, machine.ports));
    leases.push(lease);
    await lease.take();
    return { lease, others, clock: machine.ports.clock };
  }
  const other = (mark: ProcessMark, change: Partial<Beat["others"][number]> = {}) => ({
    ...mark,
    ...{ id: "other", over: false, left: false, leads: false, awaySince: 0, gaveUp: false },
    ...{ root: "/srv", token: "", before: "" },
    ...change,
  });

  it("takes what belongs to nobody when it joins, and gives itself up when it ends", async () => {
    const { lease, others } = await start();
    assert.deepEqual(others.takeovers, [{ dead: [], silent: false }]);
    assert.equal(lease.holding, others.joined[0]);
    lease.assertHeld();
    await lease.release();
    assert.ok(others.left);
    assert.throws(() => lease.assertHeld(), fenced);
  });

  it("is trusted for less than it lasts while it cannot be renewed, and goes on when it can", async () => {
    const { lease, others, clock } = await start();
    others.away = true;
    await clock.pass(INSTANCE.trusted - 1, () => clock.pause());
    lease.assertHeld();
    await clock.pass(1, () => clock.pause());
    assert.throws(() => lease.assertHeld(), fenced);
    await assert.rejects(lease.take(), /away/);
    others.away = false;
    await lease.take();
    lease.assertHeld();
    assert.equal(others.joined.length, 1);
  });

  it("is renewed by itself", async () => {
    const { lease, clock } = await start();
    for (let second = 0; second < 60; second++) {
      await clock.pass(1_000, () => clock.pause());
      lease.assertHeld();
    }
  });

  it("knows how many are at work: not one that has stopped, or whose lease is over", async () => {
    const { lease, others, clock } = await start();
    assert.equal(lease.count, 1);
    const mark = machines.start("there").ports.host.mark();
    others.found = [other(mark), other(mark, { id: "two" }), other(mark, { id: "three", left: true })];
    await clock.pass(INSTANCE.renew, () => clock.pause());
    assert.equal(lease.count, 3);
    others.found = [other(mark), other(mark, { id: "two", over: true })];
    await clock.pass(INSTANCE.renew, () => clock.pause());
    assert.equal(lease.count, 2);
  });

  it("joins under another name after others have taken over", async () => {
    const { lease, others, clock } = await start();
    const before = lease.holding;
    others.held = false;
    await clock.pass(INSTANCE.renew, () => clock.pause());
    assert.throws(() => lease.assertHeld(), fenced);
    await lease.take();
    lease.assertHeld();
    assert.notEqual(lease.holding, before);
  });

  it("takes over from a dead process of its machine at once, and tells of documents", async () => {
    const { lease, others, clock } = await start();
    const dead = machines.start("here");
    const told: number[] = [];
    lease.followTakeovers(({ documents }) => told.push(documents));
    others.found = [other(dead.ports.host.mark())];
    others.takeovers.length = 0;
    await clock.pass(INSTANCE.renew, () => clock.pause());
    assert.deepEqual(others.takeovers, []);
    dead.end();
    others.documents = 3;
    await clock.pass(INSTANCE.renew, () => clock.pause());
    assert.deepEqual(others.takeovers, [{ dead: ["other"], silent: false }]);
    assert.deepEqual(told, [3]);
    // One that had nothing is told of when it did not stop in good order.
    others.documents = 0;
    for (const left of [true, false]) {
      others.gone = left;
      await clock.pass(INSTANCE.renew, () => clock.pause());
    }
    assert.deepEqual(told, [3, 0]);
  });

  it("takes over from one that has left, and from one that its own process has closed without a word", async () => {
    const { lease, others, clock } = await start();
    const elsewhere = machines.start("there").ports.host.mark();
    others.takeovers.length = 0;
    others.found = [other(elsewhere, { left: true })];
    await clock.pass(INSTANCE.renew, () => clock.pause());
    assert.deepEqual(others.takeovers.splice(0), [{ dead: ["other"], silent: false }]);
    others.found = [other(machines.start("here").ports.host.mark()), other(elsewhere, { id: lease.holding })];
    await clock.pass(INSTANCE.renew, () => clock.pause());
    assert.deepEqual(others.takeovers, []);
  });

  it("gives the lead up once its connection is gone, to one that has not done so itself", async () => {
    const { lease, others, clock } = await start();
    const mark = machines.start("there").ports.host.mark();
    const may = async (change: Partial<Beat["others"][number]>) => {
      others.found = [other(mark, change)];
      await clock.pass(INSTANCE.renew, () => clock.pause());
      return lease.mayGiveUp;
    };
    assert.ok(!lease.mayGiveUp);
    for (const no of [{ gaveUp: true }, { over: true }, { left: true }]) assert.ok(!(await may(no)));
    assert.ok(await may({}));
    lease.reach = "away";
    await clock.pass(INSTANCE.renew, () => clock.pause());
    assert.equal(others.reach, "away");
    let away: () => void = () => {};
    const asked: boolean[] = [];
    const { giveUp } = others;
    others.giveUp = () => {
      asked.push(lease.leads);
      return giveUp.call(others);
    };
    const given = lease.giveUp(
      () =>
        new Promise((resolve) => {
          away = resolve;
        }),
    );
    assert.ok(!lease.leads, "from that moment on");
    // A renewal in between changes nothing.
    await clock.pass(INSTANCE.renew, () => clock.pause());
    assert.ok(!lease.leads);
    assert.deepEqual(asked, []);
    away();
    assert.ok(await given);
    assert.deepEqual(asked, [false]);
    assert.ok(!lease.leads);
    // Nobody was there any more.
    Object.assign(others, { leads: true, gives: false });
    await clock.pass(INSTANCE.renew, () => clock.pause());
    assert.ok(lease.leads);
    assert.ok(!(await lease.giveUp(async () => {})));
    assert.ok(lease.leads);
  });

  it("a renewal that was answered before the lead was given up brings it back to nobody", async () => {
    const { lease, others, clock } = await start();
    const { renew } = others;
    let answer: () => void = () => {};
    others.renew = async () => {
      const beat = await renew.call(others);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return beat;
    };
    await clock.pass(INSTANCE.renew, () => clock.pause());
    const given = lease.giveUp(async () => {});
    others.renew = renew;
    await new Promise((resolve) => setImmediate(resolve));
    answer();
    assert.ok(await given);
    assert.ok(!lease.leads);
  });

  it("takes over from a silent one only after it has renewed for a whole lease itself: the database may have been away", async () => {
    const { others, clock } = await start();
    others.found = [other(machines.start("there").ports.host.mark(), { over: true })];
    others.takeovers.length = 0;
    await clock.pass(INSTANCE.lasts - INSTANCE.renew, () => clock.pause());
    assert.deepEqual(others.takeovers, []);
    await clock.pass(2 * INSTANCE.renew, () => clock.pause());
    assert.deepEqual(others.takeovers[0], { dead: [], silent: true });
    // Nobody could renew for a while.
    others.away = true;
    await clock.pass(2 * INSTANCE.lasts, () => clock.pause());
    others.away = false;
    others.takeovers.length = 0;
    await clock.pass(INSTANCE.lasts - INSTANCE.renew, () => clock.pause());
    assert.ok(others.takeovers.every(({ silent }) => !silent));
  });
});
