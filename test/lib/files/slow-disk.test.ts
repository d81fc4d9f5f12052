import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { on, once } from "node:events";
import { join } from "node:path";
import { removeScratch, scratch } from "../../support/scratch.js";
import { SlowDisk } from "../../support/slow-disk.js";

describe("a disk whose syncs hang", () => {
  let disk: SlowDisk;
  let child: ChildProcess;
  let said: AsyncIterator<[string]>;

  const next = async () => (await said.next()).value[0] as string;

  beforeEach(async () => {
    disk = new SlowDisk(scratch());
    child = fork(join(__dirname, "..", "..", "support", "slow-disk-process.ts"), [scratch()], {
      env: { ...process.env, ...disk.environment },
      // Room enough that nothing is collected while a sync hangs (`slow-disk-process.ts`).
      execArgv: [...process.execArgv, "--min-semi-space-size=64"],
    });
    said = on(child, "message") as AsyncIterator<[string]>;
    assert.equal(await next(), "ready");
  });
  afterEach(async () => {
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  });
  after(removeScratch);

  for (const task of ["commit", "checkpoint", "close", "file of ours"]) {
    it(`${task}: the event loop goes on, and nothing is done before it is durable`, async () => {
      // There must be something to bring from the log into the file.
      child.send("commit");
      assert.equal(await next(), "commit");
      disk.set("hang");
      child.send(task);
      await disk.logged(1);
      child.send("ping");
      assert.equal(await next(), "ping");
      disk.clear("hang");
      assert.equal(await next(), task);
    });
  }

  it("what is being committed is seen by nobody before it is durable", async () => {
    disk.set("hang");
    child.send("commit");
    await disk.logged(1);
    child.send("look");
    child.send("ping");
    assert.equal(await next(), "ping");
    disk.clear("hang");
    assert.deepEqual([await next(), await next()].sort(), ["commit", "look: number 1"]);
  });
});
