import assert from "node:assert/strict";
import { seenInstances, withInstances } from "../../lib/client/seen-instances.js";
import { codeOf } from "../../lib/errors.js";
import type { Ledger } from "../../lib/ledger/index.js";
import { GAVE_UP, INSTANCE, type Instances, isTakenName } from "../../lib/ledger/instances.js";
import { documentRow, newReceipt } from "./rows.js";

const fenced = (error: unknown) => codeOf(error) === "SW-FENCED";

interface Instance {
  ledger: Ledger;
  instances: Instances;
  id: string;
}

/** A database that several processes share, as a test sees it. */
export interface SharedDatabase {
  /** An empty one from now on. */
  renew(): void;
  /** Opens its ledger, as another process would. */
  open(): Promise<Ledger>;
  /** Its clock goes on. */
  pass(milliseconds: number): Promise<void> | void;
  /** The documents of this instance are nobody's. */
  disown(id: string): Promise<void> | void;
}

/** What every ledger must do that several processes share (several machines, lines 1 to 6), each in a process of its own as it were. */
export function describeInstances(what: string, database: SharedDatabase): void {
  describe(what, () => {
    let ids = 0;
    let files = 0;
    const opened: Ledger[] = [];

    beforeEach(() => database.renew());
    afterEach(async () => {
      for (const ledger of opened.splice(0)) await ledger.close();
    });

    async function join(host = "here"): Promise<Instance> {
      const ledger = await database.open();
      opened.push(ledger);
      const { instances } = ledger;
      assert.ok(instances);
      const id = `instance ${++ids}`;
      await instances.join(id, { host, pid: ids, boot: "boot", started: "1" });
      return { ledger, instances, id };
    }
    const claimed = async ({ ledger }: Instance, change: Parameters<typeof documentRow>[0] = {}) => {
      const row = documentRow({ fileName: `${++files}.xml`, ...change });
      await ledger.claim(row);
      return row;
    };
    const pass = (milliseconds: number) => database.pass(milliseconds);

    it("each sees its own open documents alone, and changes no other's", async () => {
      const [one, two] = [await join(), await join()];
      const row = await claimed(one);
      assert.deepEqual(
        (await one.ledger.unsettled()).map(({ id, owner, epoch }) => [id, owner, epoch]),
        [[row.id, one.id, 1]],
      );
      assert.deepEqual(await two.ledger.unsettled(), []);
      assert.deepEqual(await two.ledger.waitingClaims(10), []);
      await assert.rejects(two.ledger.update(row.id, { retryAt: 1 }), fenced);
      const send = two.ledger.transition(row.id, { from: ["claimed"], to: "sending" }, {}, { event: "sending" });
      await assert.rejects(send, fenced);
      await two.ledger.withdraw(row.id);
      assert.equal((await two.ledger.get(row.id))?.state, "claimed");
      assert.ok(one.ledger.owns({ owner: one.id }) && !two.ledger.owns({ owner: one.id }));
    });

    it("what others have ended is not worked on: of it is said where its file lies", async () => {
      const [one, two] = [await join(), await join()];
      const row = await claimed(one);
      const ended = { box: "FailBox", boxName: "ended.xml", settled: true } as const;
      await one.ledger.transition(row.id, { from: ["claimed"], to: "failed" }, ended, { event: "failed" });
      for (const change of [{ box: "TempBox" }, { box: "OutBox", boxName: "a.xml" }, { boxName: "a.xml" }] as const)
        await assert.rejects(two.ledger.update(row.id, change), fenced);
      for (const change of [{ wire: "" }, { retryAt: 5 }])
        await assert.rejects(two.ledger.update(row.id, change), fenced);
      assert.equal((await two.ledger.get(row.id))?.boxName, "ended.xml");
      await two.ledger.update(row.id, { box: "FailBox", boxName: "other.xml" });
      await two.ledger.update(row.id, { box: "none" });
      // A person has it sent once more there.
      const again = { from: ["failed"], to: "claimed" } as const;
      await two.ledger.transition(row.id, again, { settled: false }, { event: "resend" });
      assert.equal((await two.ledger.update(row.id, { box: "TempBox" })).owner, two.id);
    });

    it("one that asks for another's document leaves what others ask for in the same commit alone", async () => {
      const [one, two] = [await join(), await join()];
      const row = await claimed(one);
      const own = await claimed(two);
      const results = await Promise.allSettled([
        two.ledger.update(own.id, { retryAt: 5 }),
        two.ledger.update(row.id, { retryAt: 5 }),
        two.ledger.update(own.id, { tries: 2 }),
      ]);
      assert.deepEqual(
        results.map(({ status }) => status),
        ["fulfilled", "rejected", "fulfilled"],
      );
    });

    it("a receipt is stored by whoever gets it, and the document stays with its owner", async () => {
      const [one, two] = [await join(), await join()];
      const row = await claimed(one);
      await one.ledger.transition(row.id, { from: ["claimed"], to: "sending" }, {}, { event: "sending" });
      const { document } = await two.ledger.addReceipt(newReceipt({ documentId: row.id }));
      assert.deepEqual([document?.state, document?.owner], ["accepted", one.id]);
      await one.ledger.update(row.id, { settled: true });
      // What has ended is nobody's: who takes it up again has it.
      assert.equal((await two.ledger.update(row.id, { settled: false })).owner, two.id);
      await assert.rejects(one.ledger.update(row.id, { tries: 1 }), fenced);
    });

    it("a name in an OutBox is one instance's while its document is claimed, without regard to case", async () => {
      const [one, two] = [await join(), await join()];
      const row = await claimed(one, { fileName: "A.xml" });
      await assert.rejects(claimed(two, { fileName: "a.XML" }), isTakenName);
      await claimed(two, { fileName: "a.xml", business: "Sas" });
      // A corrected file of the same instance takes its place.
      const corrected = await claimed(one, { fileName: "a.xml" });
      for (const { id } of [row, corrected]) {
        await one.ledger.transition(id, { from: ["claimed"], to: "sending" }, {}, { event: "sending" });
      }
      const next = await claimed(two, { fileName: "a.xml" });
      await two.ledger.update(next.id, { box: "OutBox", boxName: "b.xml" });
      await assert.rejects(claimed(one, { fileName: "B.xml" }), isTakenName);
      await two.ledger.withdraw(next.id);
      await claimed(one, { fileName: "B.xml" });
    });

    it("of two that claim a file at the same time one has it", async () => {
      const both = [await join(), await join()];
      const results = await Promise.allSettled(
        Array.from({ length: 40 }, (_, index) =>
          claimed(both[index % 2] as Instance, { fileName: `${index >> 1}.xml` }),
        ),
      );
      assert.equal(results.filter(({ status }) => status === "fulfilled").length, 20);
      assert.ok(results.every((result) => result.status === "fulfilled" || isTakenName(result.reason)));
    });

    it("what a silent one owns is taken over after its lease and the grace, a send under way is unknown then", async () => {
      const [one, two] = [await join(), await join()];
      const [waiting, sending] = [await claimed(one), await claimed(one)];
      await one.ledger.transition(sending.id, { from: ["claimed"], to: "sending" }, {}, { event: "sending" });
      const seen = async () => (await two.instances.renew()).others.map(({ id, over }) => [id, over]);
      assert.deepEqual(await seen(), [[one.id, false]]);
      await pass(INSTANCE.lasts + INSTANCE.grace - 10_000);
      assert.deepEqual(await seen(), [[one.id, false]]);
      assert.deepEqual(await two.instances.takeOver([], true), { instances: [], documents: 0 });
      await pass(10_000);
      assert.deepEqual(await seen(), [[one.id, true]]);
      assert.deepEqual(await two.instances.takeOver([], false), { instances: [], documents: 0 });
      const named = { id: one.id, host: "here", pid: Number(one.id.split(" ")[1]) };
      assert.deepEqual(await two.instances.takeOver([], true), { instances: [named], documents: 2 });
      assert.deepEqual(
        (await two.ledger.unsettled()).map(({ id, state, owner, epoch }) => [id, state, owner, epoch]),
        [
          [waiting.id, "claimed", two.id, 2],
          [sending.id, "unknown", two.id, 2],
        ],
      );
      // It wakes: nothing of it is committed any more, whatever it is about.
      await assert.rejects(
        one.ledger.transition(waiting.id, { from: ["claimed"], to: "sending" }, {}, { event: "x" }),
        fenced,
      );
      await assert.rejects(claimed(one), fenced);
      await assert.rejects(one.ledger.setFact("host", "x"), fenced);
      assert.equal((await one.instances.renew()).held, false);
      await one.instances.join("again", { host: "here", pid: 1, boot: "boot", started: "1" });
      assert.equal((await one.instances.renew()).held, true);
      await claimed(one);
      await assert.rejects(one.ledger.update(waiting.id, { tries: 1 }), fenced);
    });

    it("one that renews is left alone, whatever its lease was before", async () => {
      const [one, two] = [await join(), await join()];
      await claimed(one);
      await pass(INSTANCE.lasts + INSTANCE.grace + 1);
      await one.instances.renew();
      assert.deepEqual(await two.instances.takeOver([], true), { instances: [], documents: 0 });
    });

    it("whoever begins it anew ends all others, and hears how long a living one may not know that", async () => {
      const [two, three] = [await join(), await join()];
      const rest = await two.instances.beginAnew();
      assert.ok(rest > INSTANCE.grace && rest <= INSTANCE.lasts + INSTANCE.grace, `${rest}`);
      assert.equal((await three.instances.renew()).held, false);
      assert.equal(await two.instances.beginAnew(), 0);
    });

    it("a dead one, one that has left, and documents of nobody are taken over at once, by one of those who try", async () => {
      const [one, two, three, four] = [await join(), await join(), await join(), await join()];
      for (const each of [one, two]) await claimed(each);
      await database.disown(two.id);
      await one.instances.leave();
      const { others } = await three.instances.renew();
      assert.deepEqual(
        others.filter(({ left }) => left).map(({ id }) => id),
        [one.id],
      );
      assert.equal(others.length, 3);
      const taken = await Promise.all([three, four].map(({ instances }) => instances.takeOver([one.id], false)));
      assert.deepEqual(taken.map(({ documents }) => documents).sort(), [0, 2]);
      assert.deepEqual(
        taken.flatMap(({ instances }) => instances.map(({ id }) => id)),
        [one.id],
      );
    });

    it("a takeover stands in the story of each document, and is told as every event is", async () => {
      const [one, two] = [await join("first"), await join("second")];
      const [waiting, sending] = [await claimed(one), await claimed(one)];
      await one.ledger.transition(sending.id, { from: ["claimed"], to: "sending" }, {}, { event: "sending" });
      const told: string[][] = [];
      two.ledger.onChange(({ id, owner, state }, { event }) => told.push([id, owner, state, event]));
      await two.instances.takeOver([one.id], false);
      const text = `first (${one.id.split(" ")[1]}) → second (${two.id.split(" ")[1]})`;
      const eventsOf = async (id: string) =>
        (await two.ledger.story(id))?.events.map((event) => [event.event, event.text]);
      assert.deepEqual(await eventsOf(waiting.id), [
        ["claimed", ""],
        ["taken-over", text],
      ]);
      assert.deepEqual((await eventsOf(sending.id))?.slice(-2), [
        ["taken-over", text],
        ["unknown", "stopped while sending"],
      ]);
      assert.deepEqual(told, [
        [waiting.id, two.id, "claimed", "taken-over"],
        [sending.id, two.id, "unknown", "taken-over"],
        [sending.id, two.id, "unknown", "unknown"],
      ]);
      // One that goes on after a stop says nothing of it.
      await claimed(two);
      const three = await join();
      assert.equal((await three.instances.takeOver([two.id], false, false)).documents, 3);
      assert.equal((await eventsOf(waiting.id))?.length, 2);
    });

    it("a held document is whose a person decides about it at; what is not held is refused, with the name of who has it", async () => {
      const [one, two] = [await join("first"), await join("second")];
      const name = `first (${one.id.split(" ")[1]})`;
      const [held, busy] = [await claimed(one), await claimed(one)];
      await one.ledger.transition(held.id, { from: ["claimed"], to: "held" }, {}, { event: "held" });
      const taken = await two.instances.takeHeld(held.id);
      assert.deepEqual([taken.owner, taken.epoch, taken.state], [two.id, 2, "held"]);
      const last = await two.ledger.lastEventOf(held.id, ["taken-over"]);
      assert.equal(last?.text, `${name} → second (${two.id.split(" ")[1]})`);
      await assert.rejects(one.ledger.update(held.id, { tries: 1 }), fenced);
      for (const act of [() => two.instances.takeHeld(busy.id), () => two.ledger.update(busy.id, { tries: 1 })]) {
        await assert.rejects(act(), (error: Error) => fenced(error) && error.message.includes(name));
      }
      assert.equal((await two.ledger.get(busy.id))?.owner, one.id);
      // Both decide at the same moment: one of them does.
      const release = { from: ["held"], to: "claimed" } as const;
      const both = [
        two.ledger.transition(held.id, release, {}, { event: "released" }),
        one.instances.takeHeld(held.id).then(({ id }) => one.ledger.transition(id, release, {}, { event: "released" })),
      ];
      const done = (await Promise.allSettled(both)).filter(({ status }) => status === "fulfilled");
      assert.equal(done.length, 1);
    });

    it("each is seen with its lease, what it owns, who leads and who has taken over", async () => {
      const [one, two] = [await join("first"), await join("second")];
      await claimed(one);
      const seen = async () =>
        (await two.instances.seen()).map(({ host, standing, leads, own, takenBy, documents }) => {
          return { host, standing, leads, own, takenBy, documents };
        });
      const second = { host: "second", standing: "alive", leads: false, own: true, takenBy: "", documents: 0 };
      const first = { host: "first", standing: "alive", leads: true, own: false, takenBy: "", documents: 1 };
      assert.deepEqual(await seen(), [second, first]);
      assert.equal((await withInstances(two.ledger, await two.ledger.query({})))[0]?.instance?.host, "first");
      await pass(INSTANCE.lasts);
      await two.instances.renew();
      assert.deepEqual(await seen(), [second, { ...first, standing: "silent" }]);
      await two.instances.takeOver([one.id], false);
      const gone = { ...first, standing: "taken-over", leads: false, takenBy: two.id, documents: 0 };
      assert.deepEqual(await seen(), [{ ...second, leads: true, documents: 1 }, gone]);
      const [own] = await two.instances.seen();
      assert.ok(own && own.leaseUntil > own.since && own.since > Date.now() - 3_600_000);
    });

    it("nothing is said of instances while one has the ledger for itself, also after it was started again", async () => {
      const before = await join();
      await claimed(before);
      await before.instances.leave();
      const one = await join();
      await one.instances.takeOver([before.id], false, false);
      assert.deepEqual(await seenInstances(one.ledger), []);
      const [row] = await withInstances(one.ledger, await one.ledger.query({}));
      assert.ok(row && !("instance" in row));
    });

    it("the one that came first leads, and is not alone while another one is alive", async () => {
      const [one, two] = [await join(), await join()];
      const beats = async () =>
        (await Promise.all([one.instances.renew(), two.instances.renew()])).map(({ leads, alone }) => [leads, alone]);
      assert.deepEqual(await beats(), [
        [true, false],
        [false, false],
      ]);
      // Silent: what it may still write must have come to its end before another one leads.
      await pass(INSTANCE.lasts + INSTANCE.grace - 1_000);
      const silent = await two.instances.renew();
      assert.deepEqual([silent.leads, silent.alone], [false, false]);
      await pass(INSTANCE.grace);
      await two.instances.renew();
      await two.instances.takeOver([], true);
      assert.ok((await two.instances.renew()).leads);
    });

    it("one that does not reach the broker gives the lead to another one that is alive, but not back and forth", async () => {
      const [one, two] = [await join("first"), await join("second")];
      const row = await claimed(one);
      await one.ledger.update(row.id, { wire: "{}" });
      assert.ok(!(await two.instances.giveUp()), "it does not lead");
      await one.instances.renew({ reach: "away" });
      const told = (await two.instances.renew()).others.map(({ id, leads, awaySince }) => [id, leads, awaySince > 0]);
      assert.deepEqual(told, [[one.id, true, true]]);
      const seen = async () =>
        (await two.instances.seen()).map(({ host, leads, awaySince, gaveUpAt }) => [
          ...[host, leads, awaySince > 0, gaveUpAt > 0],
        ]);
      assert.deepEqual(await seen(), [
        ["second", false, false, false],
        ["first", true, true, false],
      ]);
      assert.ok(await one.instances.giveUp());
      assert.ok(!(await one.instances.giveUp()), "it leads no more");
      assert.deepEqual(await seen(), [
        ["first", false, false, true],
        ["second", true, false, false],
      ]);
      const beats = await Promise.all([one.instances.renew(), two.instances.renew({ reach: "away" })]);
      assert.deepEqual(
        beats.map(({ leads }) => leads),
        [false, true],
      );
      // What it had goes the way of all that is ready.
      assert.equal(await one.instances.handOver(10), 1);
      assert.equal((await two.ledger.get(row.id))?.owner, two.id);
      assert.ok(!(await two.instances.giveUp()), "the other one has just given it up itself");
      await pass(GAVE_UP);
      await one.instances.renew();
      await two.instances.renew({ reach: "away" });
      assert.ok(await two.instances.giveUp());
      // It has reached the broker: from now on it may have the lead like any other.
      assert.ok((await one.instances.renew({ reach: "reached" })).leads);
      assert.deepEqual(
        (await two.instances.renew()).others.map(({ gaveUp }) => gaveUp),
        [false],
      );
      await two.instances.leave();
      assert.ok(!(await one.instances.giveUp()), "nobody else is alive");
    });

    it("what is ready to go out is handed over to the one that leads, as long as it has room and is alive", async () => {
      const [leader, other] = [await join(), await join()];
      const make = async (change: Parameters<typeof documentRow>[0]) => {
        const row = await claimed(other);
        await other.ledger.update(row.id, { wire: "{}", ...change });
        return row.id;
      };
      const ready = [await make({}), await make({}), await make({})];
      const unknown = await make({});
      await other.ledger.transition(unknown, { from: ["claimed"], to: "sending" }, {}, { event: "sending" });
      await other.ledger.transition(unknown, { from: ["sending"], to: "unknown" }, {}, { event: "unknown" });
      const waiting = await claimed(other);
      const givenBack = await make({ retryAt: 1 });
      const ids = async ({ instances }: Instance) => (await instances.toSend("", 100)).map(({ id }) => id).sort();
      assert.deepEqual(await ids(other), [...ready, unknown].sort());
      assert.deepEqual(
        (await other.ledger.waitingClaims(10)).map(({ id }) => id),
        [waiting.id],
      );

      await pass(INSTANCE.lasts + 1_000);
      assert.equal(await other.instances.handOver(10), 0, "the leader's lease is over");
      await leader.instances.renew();
      await other.instances.renew();
      assert.equal(await other.instances.handOver(3), 3);
      assert.equal(await other.instances.handOver(3), 0);
      assert.equal(await other.instances.handOver(4), 1);
      assert.deepEqual(await ids(leader), [...ready, unknown].sort());
      assert.equal((await leader.ledger.get(unknown))?.state, "unknown");
      await assert.rejects(other.ledger.update(unknown, { retryAt: 1 }), fenced);
      assert.deepEqual((await other.ledger.unsettled()).map(({ id }) => id).sort(), [waiting.id, givenBack].sort());
      assert.ok((await leader.ledger.lastEventOf(unknown, ["handed-over"])) !== undefined);
      assert.equal(await leader.instances.handOver(10), 0, "nobody hands over to itself");
    });
  });
}
