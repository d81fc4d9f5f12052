import assert from "node:assert/strict";
import type { Lead } from "../../../lib/client/instance-lease.js";
import { Link } from "../../../lib/client/link.js";
import { Standing } from "../../../lib/client/standing.js";
import { UNREACHED, UnreachedBroker } from "../../../lib/client/unreached-broker.js";
import type { OtherInstance } from "../../../lib/ledger/instances.js";
import { FakeClock } from "../../support/fake-clock.js";

/** One of several instances, whose connection to the broker a test makes and breaks. */
class Instance {
  readonly clock = new FakeClock();
  readonly told: string[] = [];
  readonly given: boolean[] = [];
  stands = true;
  /** The connection comes to its end when it is left. */
  ends = true;
  readonly lead: Lead & { leader: OtherInstance | undefined; mayGiveUp: boolean } = {
    reach: "",
    leader: undefined,
    mayGiveUp: true,
    holdBack: () => {},
    giveUp: async (away) => {
      this.lease.leads = false;
      try {
        await away();
        this.given.push(true);
        return true;
      } catch (error) {
        this.lease.leads = true;
        throw error;
      }
    },
  };
  readonly lease = { shared: true, leads: true, held: true, lead: this.lead };
  readonly link = new Link(this.lease, "one");
  readonly standing = new Standing(this.clock);
  private readonly unreached = new UnreachedBroker({
    ...{ link: this.link, lease: this.lease, clock: this.clock, standing: this.standing },
    reports: { report: (event: string) => this.told.push(event) },
  } as never);

  constructor() {
    const instance = this;
    this.link.use("broker", {
      get stands() {
        return instance.stands;
      },
      gone: () => (instance.ends ? Promise.resolve() : new Promise(() => {})),
    });
  }

  /** Looks once a second for so long. */
  async passes(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += 1000) {
      await this.clock.pass(1000);
      await this.unreached.look();
    }
  }
  looks(): Promise<void> {
    return this.unreached.look();
  }
  get said(): string[] {
    return this.standing.list().map(({ text }) => text.en);
  }
}

describe("of several instances, one that does not reach the broker", () => {
  it("tells the others, and gives the lead up after half a minute without a connection", async () => {
    const one = new Instance();
    await one.passes(3000);
    assert.equal(one.lead.reach, "reached");
    one.stands = false;
    await one.passes(UNREACHED.told);
    assert.equal(one.lead.reach, "reached");
    await one.passes(1000);
    assert.equal(one.lead.reach, "away");
    // One that comes back has the whole time anew.
    one.stands = true;
    await one.passes(1000);
    assert.equal(one.lead.reach, "reached");
    one.stands = false;
    await one.passes(UNREACHED.givesUp);
    assert.deepEqual(one.given, []);
    await one.passes(1000);
    assert.deepEqual(one.given, [true]);
    assert.deepEqual(one.told, ["link-given-up"]);
    assert.match(one.said.join(), /has given sending and receiving to another one/);
    assert.equal(one.lead.reach, "");
    // It stands until it has reached the broker again, or for a day.
    one.lease.leads = true;
    one.stands = true;
    await one.looks();
    assert.deepEqual(one.said, []);
  });

  it("keeps it while nobody else could have it", async () => {
    const one = new Instance();
    one.stands = false;
    one.lead.mayGiveUp = false;
    await one.passes(10 * UNREACHED.givesUp);
    assert.deepEqual(one.given, []);
    assert.equal(one.lead.reach, "away");
    one.lead.mayGiveUp = true;
    await one.passes(1000);
    assert.deepEqual(one.given, [true]);
  });

  it("keeps it where its connection does not come to its end", async () => {
    const one = new Instance();
    Object.assign(one, { stands: false, ends: false });
    await one.passes(UNREACHED.givesUp);
    await one.clock.pass(1000);
    const looking = one.looks();
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(!one.link.isOpen, "no connection is made meanwhile");
    await Promise.all([assert.rejects(looking, /does not end/), one.clock.pass(UNREACHED.givesUp)]);
    assert.deepEqual(one.given, []);
    assert.ok(one.link.isOpen);
  });

  it("is said at the one that stands by, until that one reaches it", async () => {
    const one = new Instance();
    one.lease.leads = false;
    const leader = {
      ...{ id: "a", host: "there", pid: 7, boot: "", started: "", over: false, left: false },
      ...{ leads: true, awaySince: 0, gaveUp: false, root: "/srv", token: "", before: "" },
    };
    one.lead.leader = leader;
    await one.looks();
    assert.ok(!one.link.waitsForLeader);
    assert.deepEqual(one.said, []);
    one.lead.leader = { ...leader, awaySince: 5000 };
    await one.looks();
    assert.ok(one.link.waitsForLeader);
    assert.match(
      one.said.join(),
      /the instance there \(7\), which sends and receives for all, does not reach the broker/,
    );
    assert.equal(one.standing.list()[0]?.at, 5000);
    one.lead.leader = leader;
    await one.looks();
    assert.deepEqual(one.said, []);
  });
});
