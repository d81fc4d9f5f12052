import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { openCard } from "../../../lib/signing/open.js";
import type { CardSettings } from "../../../lib/signing/settings.js";
import type { SoftToken } from "../../../scripts/soft-token.js";
import { TokenShim } from "../../support/token-shim.js";
import { ownFolder, ownToken, PIN, tokenSettings } from "./token.js";

const WRONG = "wrong-55667788";

describe("PIN guard over kills and restarts", () => {
  const { dir, done } = ownFolder();
  let token: SoftToken;
  let shim: TokenShim;
  const started: ChildProcess[] = [];

  before(async function () {
    this.timeout(180_000);
    token = await ownToken(dir);
    shim = new TokenShim(dir, token);
  });
  after(() => {
    for (const child of started) child.kill("SIGKILL");
    done();
  });

  const settings = (more: Partial<CardSettings> = {}): CardSettings =>
    tokenSettings(token, { module: shim.module, moduleEnvironment: shim.environment, ...more });

  const start = async (given: CardSettings, ...more: string[]): Promise<{ child: ChildProcess; modulePid: number }> => {
    const child = fork(join(__dirname, "../../support/signing-process.ts"), [JSON.stringify(given), ...more]);
    started.push(child);
    const [said] = (await once(child, "message")) as [string];
    return { child, modulePid: Number(said.replace("module ", "")) };
  };

  const gone = async (pid: number): Promise<void> => {
    for (;;) {
      try {
        process.kill(pid, 0);
        // A process that init has not yet taken away still answers.
        if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) return;
      } catch {
        return;
      }
      await setTimeout(20);
    }
  };

  it("a wrong PIN is tried once by three processes, one after the other", async () => {
    const codes: unknown[] = [];
    for (let round = 0; round < 3; round++) {
      const { child } = await start(settings({ pin: WRONG }));
      codes.push((await once(child, "message"))[0]);
      await once(child, "exit");
    }
    assert.deepEqual(codes, ["C134", "SW-PIN-BLOCKED", "SW-PIN-BLOCKED"]);
    assert.deepEqual(shim.log, ["login refused"]);
  });

  it("a wrong PIN is tried once by four processes that sign at the same moment", async () => {
    shim.reset();
    shim.set("limit", "9");
    const pin = `${WRONG}-together`;
    const processes = await Promise.all(Array.from({ length: 4 }, () => start(settings({ pin }), "wait")));
    const said = processes.map(({ child }) => once(child, "message"));
    for (const { child } of processes) child.send("go");
    const codes = (await Promise.all(said)).map(([code]) => code).sort();
    assert.deepEqual(codes, ["C134", "SW-PIN-BLOCKED", "SW-PIN-BLOCKED", "SW-PIN-BLOCKED"]);
    assert.deepEqual(shim.log, ["login refused"]);
  });

  it("kill -9 of our process during the login: the PIN is not tried again, and the hung driver does not stay", async () => {
    shim.reset();
    shim.set("hang-login");
    const { child, modulePid } = await start(settings());
    await shim.logged(1);
    child.kill("SIGKILL");
    await once(child, "exit");
    await gone(modulePid);
    shim.clear("hang-login");

    const card = openCard(settings());
    await assert.rejects(card.sign("rsa-sha256", Buffer.from("data")), { code: "SW-PIN-BLOCKED" });
    assert.deepEqual(shim.log, ["hang-login"]);
    await card.release("the card was looked at");
    assert.equal((await card.sign("rsa-sha256", Buffer.from("data"))).length, 256);
    await card.close();
  });

  it("no PIN is in the guard's record or in the token's files", () => {
    const folders = [dir, process.env.SW_PIN_GUARD as string];
    const files = folders
      .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile());
    assert.ok(files.some(({ name }) => name === "pin-guard.db"));
    for (const entry of files) {
      const content = readFileSync(join(entry.parentPath, entry.name)).toString("latin1");
      for (const pin of [PIN, WRONG]) assert.ok(!content.includes(pin), entry.name);
    }
  });
}).timeout(90_000);
