import assert from "node:assert/strict";
import type { NodeRed } from "../../scripts/node-red.js";
import { type PrivatePostgres, startPrivatePostgres } from "../../scripts/private-postgres.js";
import { decXml, freshKey } from "../../simulator/samples/index.js";
import { judge } from "../support/checker.js";
import { removeScratch } from "../support/scratch.js";
import { SharedStage } from "../support/shared-stage.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

const DOCUMENTS = 150;
/** Of one that is frozen: its lease and the grace after it (`INSTANCE`), the next renewal of another, and time for a busy machine. */
const TAKEOVER = 60_000;

/** Real Node-REDs on one OutBox, with one ledger in a real PostgreSQL (issue "several machines", 2; lines 1 to 11). */
describe("several Node-REDs on one OutBox and one PostgreSQL", function () {
  this.timeout(600_000);
  let theatre: Theatre;
  let postgres: PrivatePostgres;
  let shared: SharedStage | undefined;
  const processes: NodeRed[] = [];

  before(async () => {
    [theatre, postgres] = await Promise.all([openTheatre(), startPrivatePostgres()]);
  });
  afterEach(async () => {
    for (const one of processes.splice(0)) await one.stop();
    await shared?.stage.close();
    shared = undefined;
  });
  after(async () => {
    await theatre?.close();
    await postgres?.stop();
    removeScratch();
  });

  async function open(clientId: string, count: number): Promise<SharedStage> {
    const schema = clientId.toLowerCase();
    const stage = new Stage(theatre, {
      clientId,
      env: () => ({ SW_LEDGER: `${postgres.url}?schema=${schema}&sslmode=disable`, PGPASSWORD: postgres.password }),
    });
    shared = new SharedStage(stage, postgres, schema);
    await stage.startSimulator();
    const names = Array.from({ length: count }, (_, index) => `node-red-${index + 1}`);
    processes.push(...(await Promise.all(names.map((name) => stage.startAnotherNodeRed(name)))));
    const joined = shared;
    await until("all of them share the ledger", async () => (await joined.instances()).length === count, 120_000);
    return shared;
  }
  function drop(stage: Stage, count = DOCUMENTS): string[] {
    const keys = Array.from({ length: count }, () => freshKey());
    stage.noteLoad(keys);
    for (const key of keys) stage.drop("DecCus001", `${key}.xml`, decXml({ key, goods: 2 }));
    return keys;
  }
  const delivered = (stage: Stage) => stage.simulated().filter(({ event }) => event === "delivered").length;
  const rowsOf = async (shared: SharedStage, keys: readonly string[]) => {
    const mine = new Set(keys);
    return (await shared.rows()).filter(({ clientKey }) => mine.has(clientKey));
  };
  const done = async (shared: SharedStage, keys: readonly string[]) => {
    let open: unknown[] = [];
    await until(
      () => `all are accepted; open: ${open.length}, the first of them ${JSON.stringify(open.slice(0, 3))}`,
      async () => {
        const rows = await rowsOf(shared, keys);
        open = rows.filter(({ state, settled }) => state !== "accepted" || !settled);
        return rows.length === keys.length && open.length === 0;
      },
      180_000,
    );
  };
  async function assertOnce(shared: SharedStage, keys: readonly string[], duplicates: "none" | "marked") {
    const verdict = judge(await shared.evidence(), keys);
    assert.deepEqual(verdict.lost, []);
    assert.deepEqual(verdict.unexpected, []);
    assert.deepEqual(verdict.falselyAcknowledged, []);
    assert.deepEqual(duplicates === "none" ? verdict.duplicated : verdict.silentlyDuplicated, []);
    assert.equal((await rowsOf(shared, keys)).length, keys.length);
  }
  /** Id of the instance that a process is. */
  const instanceOf = async (shared: SharedStage, { pid }: NodeRed) =>
    (await shared.instances()).find((one) => one.pid === pid && one.takenBy === "")?.id ?? "";
  /** Waits until nothing that is open is this instance's; resolves to the milliseconds. */
  async function takenOver(shared: SharedStage, id: string): Promise<number> {
    const start = performance.now();
    await until(
      "its documents are another one's",
      async () => (await shared.instances()).some((one) => one.id === id && one.takenBy !== ""),
      TAKEOVER,
    );
    assert.deepEqual(
      (await shared.rows()).filter(({ owner, settled }) => owner === id && !settled),
      [],
    );
    return performance.now() - start;
  }

  it("each document goes out once, and both work", async () => {
    const two = await open("SHARE001", 2);
    const keys = drop(two.stage);
    await done(two, keys);
    await assertOnce(two, keys, "none");
    const owners = new Set((await rowsOf(two, keys)).map(({ owner }) => owner));
    assert.equal(owners.size, 2);
  });

  it("one is killed in the middle: the other takes over what it owned", async () => {
    const two = await open("SHARE002", 2);
    const keys = drop(two.stage);
    await until("it is in the middle", () => delivered(two.stage) > DOCUMENTS / 5);
    const [one] = processes as [NodeRed];
    const id = await instanceOf(two, one);
    await one.kill("SIGKILL");
    const time = await takenOver(two, id);
    console.log(`      taken over after ${Math.round(time / 100) / 10} s`);
    await done(two, keys);
    await assertOnce(two, keys, "marked");
  });

  it("one is frozen in the middle: the other takes over, and nothing of the frozen one goes out when it wakes", async () => {
    const two = await open("SHARE003", 2);
    const keys = drop(two.stage);
    await until("it is in the middle", () => delivered(two.stage) > DOCUMENTS / 5);
    const [one] = processes as [NodeRed];
    const id = await instanceOf(two, one);
    await one.kill("SIGSTOP");
    try {
      const time = await takenOver(two, id);
      console.log(`      taken over after ${Math.round(time / 100) / 10} s`);
      await done(two, keys);
    } finally {
      await one.kill("SIGCONT");
    }
    await until("it joins anew", async () => (await instanceOf(two, one)) !== "");
    const more = drop(two.stage, 60);
    await done(two, more);
    await assertOnce(two, [...keys, ...more], "marked");
  });

  it("of four one is killed and one is frozen in turn under a load: each document once, no repeat without its mark", async () => {
    const four = await open("SHARE004", 4);
    const keys = drop(four.stage, 2 * DOCUMENTS);
    await until("it is in the middle", () => delivered(four.stage) > DOCUMENTS / 5);
    const [killed, frozen] = processes as [NodeRed, NodeRed];
    const ids = [await instanceOf(four, killed), await instanceOf(four, frozen)] as const;
    await killed.kill("SIGKILL");
    await takenOver(four, ids[0]);
    const more = drop(four.stage, DOCUMENTS);
    const before = delivered(four.stage);
    await until("it is in the middle", () => delivered(four.stage) > before + DOCUMENTS / 5);
    await frozen.kill("SIGSTOP");
    try {
      await takenOver(four, ids[1]);
      await done(four, [...keys, ...more]);
    } finally {
      await frozen.kill("SIGCONT");
    }
    await until("it joins anew", async () => (await instanceOf(four, frozen)) !== "");
    const last = drop(four.stage, 60);
    await done(four, last);
    await assertOnce(four, [...keys, ...more, ...last], "marked");
  });
});
