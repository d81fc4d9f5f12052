import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NodeRed, startNodeRed } from "../../scripts/node-red.js";
import { PlainError } from "../../scripts/plain-error.js";
import { freePort } from "../../scripts/ports.js";
import { isAlive, waitGone } from "../../scripts/processes.js";

/** One node of Node-RED's own, so that nothing of ours has to be built. */
const FLOW = [
  { id: "t", type: "tab", label: "t" },
  { id: "c", type: "comment", z: "t", name: "c", info: "", x: 100, y: 100, wires: [] },
];

describe("real Node-RED", function () {
  this.timeout(270_000);
  let dir: string;
  let flowFile: string;
  let nodeRed: NodeRed | undefined;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "sw node-red "));
    flowFile = join(dir, "example.json");
    writeFileSync(flowFile, JSON.stringify(FLOW));
  });
  afterEach(async () => {
    await nodeRed?.stop();
    nodeRed = undefined;
    rmSync(dir, { recursive: true, force: true });
  });

  it("runs its flows on loopback without a warning, and ends", async () => {
    const port = await freePort();
    nodeRed = await startNodeRed({ userDir: dir, port, flowFile, packageDir: null });
    assert.deepEqual(
      nodeRed.lines.filter((line) => /\[(warn|error)\]/.test(line)),
      [],
    );
    assert.equal((await fetch(`${nodeRed.url}/flows`).then((response) => response.json())).length, 2);
    const listening = readFileSync("/proc/net/tcp", "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === "0A" && Number.parseInt(fields[1]?.split(":")[1] ?? "", 16) === port);
    assert.deepEqual(
      listening.map((fields) => fields[1]?.split(":")[0]),
      ["0100007F"],
    );
    assert.equal(statSync(join(dir, "settings.js")).mode & 0o077, 0, "the key for credentials is readable by others");
    const { pid } = nodeRed;
    await nodeRed.stop();
    assert.equal(isAlive(pid), false);
  });

  it("says in one line that the port is taken, and which node it does not know", async () => {
    const port = await freePort();
    const server = createServer();
    await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
    try {
      await assert.rejects(
        startNodeRed({ userDir: dir, port, flowFile, packageDir: null }),
        (error) => error instanceof PlainError && error.message.includes(`Port ${port}`),
      );
    } finally {
      await new Promise((done) => server.close(done));
    }
    writeFileSync(
      flowFile,
      JSON.stringify([...FLOW, { id: "u", type: "no-such-node", z: "t", x: 1, y: 1, wires: [] }]),
    );
    await assert.rejects(
      startNodeRed({ userDir: dir, port, flowFile, packageDir: null }),
      (error) => error instanceof PlainError && /no-such-node/.test(error.message),
    );
  });

  it("ends when the process that started it is killed", async () => {
    const script = `const { startNodeRed } = require(${JSON.stringify(join(__dirname, "../../scripts/node-red.ts"))});
      startNodeRed({ userDir: process.argv[1], port: Number(process.argv[2]), flowFile: process.argv[3], packageDir: null })
        .then((n) => console.log(n.pid), (e) => { console.error(e); process.exit(1); });`;
    const starter = spawn(
      process.execPath,
      [...process.execArgv, "-e", script, dir, String(await freePort()), flowFile],
      { cwd: join(__dirname, "../.."), stdio: ["ignore", "pipe", "inherit"] },
    );
    const pid = await new Promise<number>((done, fail) => {
      starter.stdout.once("data", (data) => done(Number(data)));
      starter.once("exit", (code) => fail(new Error(`the starter ended with ${code}`)));
    });
    assert.ok(isAlive(pid));
    starter.kill("SIGKILL");
    assert.deepEqual(await waitGone([pid], 30_000), []);
  });
});
