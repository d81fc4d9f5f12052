import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SCRIPT = join(__dirname, "../../scripts/bootstrap.mjs");
const POLICY = "/usr/sbin/policy-rc.d";

/** A machine on which openssl and softhsm2-util are missing, and apt-get fails. */
describe("bootstrap", function () {
  this.timeout(90_000);
  let bin: string;
  let calls: string;

  beforeEach(() => {
    bin = mkdtempSync(join(tmpdir(), "sw-bin-"));
    calls = join(bin, "calls");
    for (const tool of ["/usr/bin/env", "/bin/sh"]) symlinkSync(tool, join(bin, tool.split("/").at(-1) ?? ""));
  });
  afterEach(() => rmSync(bin, { recursive: true }));

  function fake(name: string, script: string): void {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }

  function run(args: readonly string[], before = ""): { status: number | null; out: string; err: string } {
    const code = `${before}; process.argv.splice(1, 0, ${JSON.stringify(SCRIPT)}); import(${JSON.stringify(SCRIPT)});`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", code, ...args], {
      env: { PATH: bin, HOME: bin },
      encoding: "utf8",
    });
    assert.ok(!/^\s+at /m.test(stderr), `a stack: ${stderr}`);
    return { status, out: stdout, err: stderr };
  }

  it("names the wanted Node version in one line", () => {
    const old = 'Object.defineProperty(process.versions, "node", { value: "18.20.4" })';
    const { status, err } = run(["start"], old);
    assert.equal(status, 1);
    assert.match(err, /^Node\.js 20\.19 or newer is needed, this is 18\.20\.4.*\n$/);
  });

  it("says in one line what to install where it may not install", () => {
    fake("apt-get", `echo "$@" >> ${calls}`);
    const { status, err } = run(["start"], "process.getuid = () => 1000");
    assert.equal(status, 1);
    assert.match(err, /^Missing packages.*sudo apt-get install .*softhsm2.*\n$/);
    assert.equal(existsSync(calls), false, "apt-get was called");
  });

  it("shows what apt-get printed only when it fails, and leaves no policy behind", () => {
    const before = existsSync(POLICY) ? readFileSync(POLICY, "utf8") : undefined;
    fake(
      "apt-get",
      `echo "$@" >> ${calls}; [ -x ${POLICY} ] && echo policy >> ${calls}; echo "E: no such luck"; exit 100`,
    );
    // Where the tests run without root, sudo stands in for it; it must not reach the machine.
    fake("sudo", `shift; [ "$1" = true ] && exit 0; [ "$1" = sh ] && exit 0; [ "$1" = rm ] && exit 0; exec "$@"`);
    const { status, out, err } = run(["start"]);
    assert.equal(status, 1);
    assert.match(out, /^Installing Debian packages: .*softhsm2/);
    assert.match(err, /E: no such luck/);
    assert.match(err.trim().split("\n").at(-1) ?? "", /^apt-get could not install .*apt-get install/);
    const called = readFileSync(calls, "utf8");
    assert.match(called, /install --no-install-recommends .*softhsm2/);
    assert.match(called, /update/);
    if (process.getuid?.() === 0) assert.match(called, /policy/, "services were free to start");
    assert.equal(existsSync(POLICY) ? readFileSync(POLICY, "utf8") : undefined, before);
  });

  it("refuses a command that it does not know", () => {
    const { status, err } = run(["stop"]);
    assert.equal(status, 1);
    assert.match(err, /^Usage: /);
  });
});
