import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { ThreadQueue, ThreadTimeout } from "../../lib/thread.js";
import type { Ask } from "../support/odd-thread.js";

const FILE = join(__dirname, "..", "support", "odd-thread.ts");

describe("a thread and the jobs that wait for it", () => {
  let queue: ThreadQueue<Ask, unknown>;
  const codes = async (...asks: Ask[]): Promise<unknown[]> => {
    const ended = await Promise.allSettled(asks.map((ask) => queue.run(ask)));
    return ended.map((one) => (one.status === "fulfilled" ? one.value : (one.reason as Error).message));
  };

  beforeEach(() => {
    queue = new ThreadQueue(FILE, { given: 1 });
  });
  afterEach(() => queue.close(new Error("over")));

  it("starts with the first job and does all of them, in order, in one thread", async () => {
    const order: number[] = [];
    const [first, second] = await Promise.all([
      queue.run("who").finally(() => order.push(1)),
      queue.run("who").finally(() => order.push(2)),
    ]);
    assert.equal(first, second);
    assert.deepEqual(order, [1, 2]);
    assert.deepEqual(await queue.run("data"), { given: 1 });
  });

  it("a job that fails fails alone, with the thread's own words on one line", async () => {
    const [before, thrown, rejected, after] = await codes("who", "throw", "reject", "who");
    assert.deepEqual([thrown, rejected], ["two lines", "rejected"]);
    assert.equal(after, before);
  });

  for (const [how, words] of [
    ["exit", "the thread ended (3)"],
    ["uncaught", "not caught"],
  ] as const) {
    it(`a thread that is lost by ${how} fails the job that it had; the next has a new one`, async () => {
      const [before, lost, after] = await codes("who", how, "who");
      assert.equal(lost, words);
      assert.notEqual(after, before);
      assert.equal(typeof after, "number");
    });
  }

  it("a job over its time limit ends the thread; who waited behind it is served by another", async () => {
    const late = assert.rejects(queue.run("hang", { timeLimit: 300 }), (error) => {
      assert.ok(error instanceof ThreadTimeout);
      assert.equal(error.limit, 300);
      return true;
    });
    assert.equal(typeof (await queue.run("who", { timeLimit: 10_000 })), "number");
    await late;
  });

  it("ends the thread after a job that says so, and when it is idle and told to", async () => {
    const first = await queue.run("who", { endAfter: true });
    const second = await queue.run("who");
    assert.notEqual(first, second);
    queue.endIdle();
    const third = queue.run("who");
    queue.endIdle(); // At work: left alone.
    assert.notEqual(await third, second);
  });

  it("what cannot be sent to a thread fails alone", async () => {
    const odd = queue.run((() => "a function") as never);
    const next = queue.run("who");
    await assert.rejects(odd, { name: "DataCloneError" });
    assert.equal(typeof (await next), "number");
  });

  it("closed: what runs, what waits and what comes later is rejected with the reason", async () => {
    const asked = codes("hang", "who");
    await queue.close(new Error("closed"), 50);
    assert.deepEqual(await asked, ["closed", "closed"]);
    await assert.rejects(queue.run("who"), { message: "closed" });
  });

  it("closed: lets the thread finish the job that it is at", async () => {
    const done = new Int32Array(new SharedArrayBuffer(4));
    const asked = assert.rejects(queue.run({ slowly: done }), { message: "closed" });
    await queue.close(new Error("closed"));
    assert.equal(Atomics.load(done, 0), 1);
    await asked;
  });

  it("keeps the process alive while it works and no longer", () => {
    const module = JSON.stringify(join(__dirname, "..", "..", "lib", "thread.ts"));
    const program = `const { ThreadQueue } = require(${module});
      new ThreadQueue(${JSON.stringify(FILE)}).run("who").then((id) => console.log(typeof id));`;
    const said = execFileSync(process.execPath, [...process.execArgv, "-e", program], { timeout: 90_000 });
    assert.equal(said.toString().trim(), "number");
  });
});
