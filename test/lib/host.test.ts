import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { SYSTEM_HOST } from "../../lib/host.js";

describe("the processes of this machine", () => {
  const own = SYSTEM_HOST.mark();

  it("knows itself, and one that has ended", () => {
    assert.equal(own.pid, process.pid);
    assert.notEqual(SYSTEM_HOST.runs(own), false);
    const { pid } = spawnSync(process.execPath, ["-e", "0"]);
    assert.equal(SYSTEM_HOST.runs({ ...own, pid }), false);
  });

  it("is not deceived by a number that is in use again", function () {
    if (own.started === "") this.skip(); // Only where the system says when a process was started.
    assert.equal(SYSTEM_HOST.runs(own), true);
    assert.equal(SYSTEM_HOST.runs({ ...own, started: `${Number(own.started) - 1}` }), false);
  });

  it("says nothing of another machine, another start of it, another container", () => {
    assert.equal(SYSTEM_HOST.runs({ ...own, host: `not-${own.host}` }), undefined);
    assert.equal(SYSTEM_HOST.runs({ ...own, boot: "another" }), undefined);
  });
});
