import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makePath } from "../../lib/make-path.js";
import { removeScratch, scratch } from "../support/scratch.js";

describe("making a folder with those above it", () => {
  after(removeScratch);

  it("makes what is missing, with its rights, and leaves what is there", () => {
    const root = scratch();
    makePath(join(root, "a", "b", "c"), 0o700);
    makePath(join(root, "a", "b", "c"));
    for (const path of ["a", "a/b", "a/b/c"]) assert.equal(statSync(join(root, path)).mode & 0o777, 0o700);
    writeFileSync(join(root, "file"), "");
    assert.throws(() => makePath(join(root, "file")), { code: "EEXIST" });
    assert.throws(() => makePath(join(root, "file", "x", "y")), { code: "ENOTDIR" });
  });

  // In a process of its own: what never ends would end with the test's.
  for (const path of ["/proc/nope", "/proc/nope/a/b", "/proc/self/x"]) {
    (process.platform === "linux" ? it : it.skip)(`ends where the system has no folders to make: ${path}`, () => {
      const code = `require(${JSON.stringify(join(__dirname, "..", "..", "lib", "make-path.ts"))}).makePath(${JSON.stringify(path)})`;
      const { status, stderr } = spawnSync(process.execPath, [...process.execArgv, "-e", code], {
        timeout: 60_000,
        encoding: "utf8",
      });
      assert.equal(status, 1, "it ended by itself");
      assert.match(stderr, /ENOENT.*mkdir '\/proc/);
    });
  }
});
