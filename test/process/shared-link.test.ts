import assert from "node:assert/strict";
import type { NodeRed } from "../../scripts/node-red.js";
import { freePort } from "../../scripts/ports.js";
import { BrokerLinks } from "../support/broker-links.js";
import { relayTo } from "../support/relay.js";
import { type SharedStage, sharedTheatre, statusOf } from "../support/shared-stage.js";
import { until } from "../support/stage.js";

const DOCUMENTS = 60;

/** `link: one` (issue "several machines", 3; lines 11 and 12; faq client 6): real Node-REDs, of which one alone is connected to the broker. */
describe("several Node-REDs of which one has the link to the broker", function () {
  this.timeout(1_200_000);
  let links: BrokerLinks | undefined;
  afterEach(() => links?.stop());
  const theatre = sharedTheatre();

  /** Two of them, the one that leads first. */
  async function open(
    clientId: string,
  ): Promise<{ two: SharedStage; leader: NodeRed; other: NodeRed; links: BrokerLinks }> {
    const two = theatre.stage(clientId, "one");
    const seen = new BrokerLinks(theatre.broker.port, () => two.processes.map(({ pid }) => pid));
    links = seen;
    await two.open(2);
    await until("one of them is connected", () => seen.now().length > 0);
    const [pid] = seen.now();
    const leader = two.processes.find((one) => one.pid === pid) as NodeRed;
    const other = two.processes.find((one) => one.pid !== pid) as NodeRed;
    return { two, leader, other, links: seen };
  }
  const isLinked = (links: BrokerLinks, { pid }: NodeRed) => links.now().includes(pid);

  it("both sign, one sends and receives", async () => {
    const { two, leader, other, links } = await open("LINK0001");
    const keys = two.drop(DOCUMENTS);
    await two.done(keys);
    await two.assertOnce(keys, "none");
    const handedOver = await two.having("handed-over");
    assert.ok(handedOver > 0 && handedOver < DOCUMENTS, `${handedOver} of ${DOCUMENTS} were signed by the other one`);
    const owner = await two.instanceOf(leader);
    assert.deepEqual(new Set((await two.rowsOf(keys)).map((row) => row.owner)), new Set([owner]));
    assert.ok(!isLinked(links, other));
    assert.equal(links.most, 1);
    // What stands by is as it should be, and says so.
    const health = await fetch(`${other.url}/single-window/health`);
    assert.equal(health.status, 200);
    const status = await statusOf(other);
    assert.deepEqual(
      status?.brokers.map(({ state }) => state),
      ["standby"],
    );
  });

  it("the one with the link is killed in the middle: the other one becomes it", async () => {
    const { two, leader, other, links } = await open("LINK0002");
    const keys = two.drop(DOCUMENTS);
    await two.arrived(DOCUMENTS / 5);
    const id = await two.instanceOf(leader);
    await leader.kill("SIGKILL");
    await two.takenOver(id);
    await until("the other one is connected", () => isLinked(links, other));
    await two.done(keys);
    await two.assertOnce(keys, "marked");
    assert.equal(links.most, 1);
  });

  it("one that signs is killed in the middle: the one with the link goes on with what it had", async () => {
    const { two, leader, other, links } = await open("LINK0003");
    const keys = two.drop(DOCUMENTS);
    await two.arrived(DOCUMENTS / 5);
    const id = await two.instanceOf(other);
    await other.kill("SIGKILL");
    await two.takenOver(id);
    await two.done(keys);
    await two.assertOnce(keys, "marked");
    assert.ok(isLinked(links, leader));
    assert.equal(links.most, 1);
  });

  it("the one with the link cannot reach the broker: it says so, and gives the link to the one that can", async () => {
    const two = theatre.stage("LINK0005", "one");
    const seen = new BrokerLinks(theatre.broker.port, () => two.processes.map(({ pid }) => pid));
    links = seen;
    const nowhere = await freePort();
    await two.open([{ SW_AMQP_PORT: String(nowhere) }]);
    const [leader] = two.processes as [NodeRed];
    const other = await two.add({});
    const keys = two.drop(DOCUMENTS);
    const health = async ({ url }: NodeRed) => {
      const answer = await fetch(`${url}/single-window/health`);
      return ((await answer.json()) as { reasons?: string[] }).reasons ?? [];
    };
    await until("the one that stands by says that nobody sends", async () =>
      (await health(other)).includes("leader-disconnected"),
    );
    const said = (status: Awaited<ReturnType<typeof statusOf>>) => status?.standing.map(({ text }) => text.en) ?? [];
    await until("and so does its status", async () =>
      said(await statusOf(other)).some((text) => text.includes(`(${leader.pid}), which sends and receives for all`)),
    );
    await until("the other one has the link", () => isLinked(seen, other), 120_000);
    await two.done(keys);
    await two.assertOnce(keys, "none");
    assert.deepEqual(await health(other), []);
    await until("its status says so no more", async () => said(await statusOf(other)).length === 0);
    const status = await statusOf(leader);
    assert.match(said(status).join(), /does not reach the broker, and has given sending and receiving to another one/);
    assert.deepEqual(
      status?.instances.map(({ pid, leads, gaveUpAt }) => [pid === leader.pid, leads, gaveUpAt > 0]),
      [
        [true, false, true],
        [false, true, false],
      ],
    );
    assert.ok(!isLinked(seen, leader));
    assert.equal(seen.most, 1);
  });

  it("the one with the link loses the broker in the middle: nothing is lost, and what may have gone out is marked", async () => {
    const two = theatre.stage("LINK0006", "one");
    const seen = new BrokerLinks(theatre.broker.port, () => two.processes.map(({ pid }) => pid));
    links = seen;
    const relay = await relayTo(theatre.broker);
    try {
      await two.open([{ SW_AMQP_PORT: String(relay.port) }]);
      const other = await two.add({});
      const keys = two.drop(DOCUMENTS);
      await two.arrived(DOCUMENTS / 5);
      relay.reset();
      const more = two.drop(DOCUMENTS / 2);
      await until("the other one has the link", () => isLinked(seen, other), 120_000);
      await two.done([...keys, ...more]);
      await two.assertOnce([...keys, ...more], "marked");
    } finally {
      await relay.close();
    }
  });

  it("the one with the link is frozen: the other one follows once the broker has let go of it, and it stands by when it wakes", async () => {
    const { two, leader, other, links } = await open("LINK0004");
    const keys = two.drop(DOCUMENTS);
    await two.arrived(DOCUMENTS / 5);
    const id = await two.instanceOf(leader);
    await leader.kill("SIGSTOP");
    try {
      const time = await two.takenOver(id);
      console.log(`      taken over after ${Math.round(time / 100) / 10} s`);
      await until("the other one is connected", () => isLinked(links, other));
      await two.done(keys);
    } finally {
      await leader.kill("SIGCONT");
    }
    await until("it joins anew", async () => (await two.instanceOf(leader)) !== "");
    const more = two.drop(DOCUMENTS / 2);
    await two.done(more);
    await two.assertOnce([...keys, ...more], "marked");
    assert.ok(isLinked(links, other) && !isLinked(links, leader));
    assert.equal(links.most, 1);
  });
});
