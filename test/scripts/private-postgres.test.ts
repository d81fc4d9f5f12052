import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { type PrivatePostgres, startPrivatePostgres } from "../../scripts/private-postgres.js";
import { isAlive } from "../../scripts/processes.js";
import { until } from "../support/until.js";

describe("the private PostgreSQL", () => {
  let postgres: PrivatePostgres | undefined;

  afterEach(async () => {
    await postgres?.stop();
    postgres = undefined;
  });

  it("keeps what is committed over SIGKILL and restart, listens on loopback only, and leaves nothing behind", async function () {
    this.timeout(360_000);
    postgres = await startPrivatePostgres();
    assert.equal(await postgres.sql("SHOW listen_addresses"), "127.0.0.1");
    await postgres.sql("CREATE TABLE kept (a integer); INSERT INTO kept VALUES (1)");
    const before = postgres.pids();
    await postgres.kill();
    assert.deepEqual(before.filter(isAlive), []);
    await postgres.restart();
    assert.equal(await postgres.sql("SELECT a FROM kept"), "1");
    const pids = postgres.pids();
    const { logFile } = postgres;
    await postgres.stop();
    assert.deepEqual([pids.filter(isAlive), existsSync(dirname(logFile))], [[], false]);
  });

  it("ends with a process that is killed and could not end it", async function () {
    this.timeout(360_000);
    const module = JSON.stringify(join(__dirname, "../../scripts/private-postgres.ts"));
    const script = `require(${module}).startPrivatePostgres().then((p) => {
      console.log(JSON.stringify([p.logFile, ...p.pids()])); process.kill(process.pid, "SIGKILL"); }, (e) => { console.log(e); process.exit(1); });`;
    const { stdout } = spawnSync(process.execPath, [...process.execArgv, "-e", script], { encoding: "utf8" });
    const [logFile, ...pids] = JSON.parse(stdout) as [string, ...number[]];
    await until("its processes are gone", () => pids.every((pid) => !isAlive(pid)), 60_000);
    rmSync(dirname(logFile), { recursive: true });
  });
});
