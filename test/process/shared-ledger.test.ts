import assert from "node:assert/strict";
import type { NodeRed } from "../../scripts/node-red.js";
import { type SharedStage, sharedTheatre } from "../support/shared-stage.js";
import { until } from "../support/stage.js";

const DOCUMENTS = 60;

/** Real Node-REDs on one OutBox, with one ledger in a real PostgreSQL (issue "several machines", 2; lines 1 to 11). */
describe("several Node-REDs on one OutBox and one PostgreSQL", function () {
  this.timeout(1_200_000);
  const theatre = sharedTheatre();

  async function open(clientId: string, count: number): Promise<SharedStage> {
    const shared = theatre.stage(clientId, "all");
    await shared.open(count);
    return shared;
  }

  /** Has it signed? One that is struck as it logs in leaves the PIN guard closed, for a person to open. */
  const hasSigned = (stage: SharedStage, id: string) =>
    until("it has signed", async () =>
      (await stage.rows()).some(({ owner, state }) => owner === id && state !== "claimed"),
    );

  it("each document goes out once, and both work", async () => {
    const two = await open("SHARE001", 2);
    const keys = two.drop(DOCUMENTS);
    await two.done(keys);
    await two.assertOnce(keys, "none");
    const owners = new Set((await two.rowsOf(keys)).map(({ owner }) => owner));
    assert.equal(owners.size, 2);
  });

  it("one is killed in the middle: the other takes over what it owned", async () => {
    const two = await open("SHARE002", 2);
    const keys = two.drop(DOCUMENTS);
    await two.arrived(DOCUMENTS / 5);
    const [one] = two.processes as [NodeRed];
    const id = await two.instanceOf(one);
    await hasSigned(two, id);
    await one.kill("SIGKILL");
    const time = await two.takenOver(id);
    console.log(`      taken over after ${Math.round(time / 100) / 10} s`);
    await two.done(keys);
    await two.assertOnce(keys, "marked");
  });

  it("one is frozen in the middle: the other takes over, and nothing of the frozen one goes out when it wakes", async () => {
    const two = await open("SHARE003", 2);
    const keys = two.drop(DOCUMENTS);
    await two.arrived(DOCUMENTS / 5);
    const [one] = two.processes as [NodeRed];
    const id = await two.instanceOf(one);
    await hasSigned(two, id);
    await one.kill("SIGSTOP");
    try {
      const time = await two.takenOver(id);
      console.log(`      taken over after ${Math.round(time / 100) / 10} s`);
      await two.done(keys);
    } finally {
      await one.kill("SIGCONT");
    }
    await until("it joins anew", async () => (await two.instanceOf(one)) !== "");
    const more = two.drop(DOCUMENTS / 2);
    await two.done(more);
    await two.assertOnce([...keys, ...more], "marked");
  });

  it("of four one is killed and one is frozen in turn under a load: each document once, no repeat without its mark", async () => {
    const four = await open("SHARE004", 4);
    const keys = four.drop(2 * DOCUMENTS);
    await four.arrived(DOCUMENTS / 5);
    const [killed, frozen] = four.processes as [NodeRed, NodeRed];
    const ids = [await four.instanceOf(killed), await four.instanceOf(frozen)] as const;
    await hasSigned(four, ids[0]);
    await killed.kill("SIGKILL");
    await four.takenOver(ids[0]);
    const more = four.drop(DOCUMENTS);
    await four.arrived(DOCUMENTS / 5);
    await hasSigned(four, ids[1]);
    await frozen.kill("SIGSTOP");
    try {
      await four.takenOver(ids[1]);
      await four.done([...keys, ...more]);
    } finally {
      await frozen.kill("SIGCONT");
    }
    await until("it joins anew", async () => (await four.instanceOf(frozen)) !== "");
    const last = four.drop(DOCUMENTS / 2);
    await four.done(last);
    await four.assertOnce([...keys, ...more, ...last], "marked");
  });
});
