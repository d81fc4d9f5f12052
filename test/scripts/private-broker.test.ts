import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "amqplib";
import { PlainError } from "../../scripts/plain-error.js";
import { type PrivateBroker, startPrivateBroker } from "../../scripts/private-broker.js";
import { commandLine, isAlive, waitGone } from "../../scripts/processes.js";
import { keepQueues } from "../support/queues.js";

async function depth(broker: PrivateBroker, queue: string): Promise<number> {
  const connection = await connect(broker.url);
  try {
    const channel = await connection.createChannel();
    return (await channel.checkQueue(queue)).messageCount;
  } finally {
    await connection.close();
  }
}

/** Every address that these processes listen on, from the kernel's own tables. */
function listenAddresses(pids: readonly number[]): string[] {
  const sockets = new Set(
    pids.flatMap((pid) =>
      readdirSync(`/proc/${pid}/fd`).map((fd) => {
        try {
          return readlinkSync(`/proc/${pid}/fd/${fd}`);
        } catch {
          return "";
        }
      }),
    ),
  );
  return ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === "0A" && sockets.has(`socket:[${fields[9]}]`))
      .map((fields) => fields[1]?.split(":")[0] ?? ""),
  );
}

describe("private broker", function () {
  this.timeout(360_000);
  let dir: string;
  let broker: PrivateBroker | undefined;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "sw broker "));
  });
  afterEach(async () => {
    await broker?.stop();
    broker = undefined;
    rmSync(dir, { recursive: true, force: true });
  });

  it("keeps its queues over stop, SIGKILL and restart, listens on loopback only and leaves no process", async () => {
    broker = await startPrivateBroker({ dir });
    const connection = await connect(broker.url);
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue("kept", { durable: true });
    await new Promise<void>((done, fail) =>
      channel.publish("", "kept", Buffer.from("x"), { persistent: true }, (e) => (e ? fail(e) : done())),
    );
    await connection.close();
    assert.match(await broker.rabbitmqctl("list_queues", "name", "messages"), /kept\s+1/);

    const all = broker.pids();
    const lines = all.map(commandLine);
    for (const name of ["beam.smp", "erl_child_setup", "epmd"]) {
      assert.ok(
        lines.some((line) => line.includes(name)),
        `${name} is not among ${lines.join(" | ")}`,
      );
    }
    const password = broker.password;
    assert.ok(!lines.some((line) => line.includes(password)), "the password is in a command line");
    const addresses = listenAddresses(all);
    assert.ok(addresses.length >= 3, "AMQP, Erlang distribution and port mapper listen");
    for (const address of addresses) {
      assert.ok(["0100007F", "00000000000000000000000001000000"].includes(address), `listens on ${address}`);
    }

    const port = broker.port;
    await keepQueues(broker);
    await broker.kill("SIGKILL");
    assert.equal(broker.pid, 0);
    await assert.rejects(connect(broker.url));
    await broker.restart();
    assert.equal(broker.port, port);
    assert.equal(await depth(broker, "kept"), 1);

    const second = broker.pids();
    await broker.stop();
    assert.deepEqual(
      [...all, ...second].filter((pid) => isAlive(pid)),
      [],
    );

    broker = await startPrivateBroker({ dir });
    assert.equal(await depth(broker, "kept"), 1);
  });

  it("ends when the process that started it is killed, and a next start works", async () => {
    const script = `const { startPrivateBroker } = require(${JSON.stringify(join(__dirname, "../../scripts/private-broker.ts"))});
      startPrivateBroker({ dir: process.argv[1] }).then((b) => { console.log(JSON.stringify(b.pids())); }, (e) => { console.log(e); process.exit(1) });`;
    const starter: ChildProcess = spawn(process.execPath, [...process.execArgv, "-e", script, dir], {
      cwd: join(__dirname, "../.."),
      stdio: ["ignore", "pipe", "inherit"],
    });
    const printed = await new Promise<string>((done, fail) => {
      starter.stdout?.once("data", (data) => done(String(data)));
      starter.once("exit", (code) => fail(new Error(`the starter ended with ${code}`)));
    });
    const pids = JSON.parse(printed) as number[];
    assert.ok(pids.length >= 3);
    await assert.rejects(
      startPrivateBroker({ dir }),
      (error) => error instanceof PlainError && /already runs/.test(error.message),
    );
    assert.ok(pids.every(isAlive));
    starter.kill("SIGKILL");
    assert.deepEqual(await waitGone(pids, 30_000), []);
    broker = await startPrivateBroker({ dir });
  });

  it("says in one line that a fixed port is taken, and why a start failed with the log's path", async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    try {
      await assert.rejects(startPrivateBroker({ dir, port: address.port }), (error) => {
        assert.ok(error instanceof PlainError);
        assert.match(error.message, new RegExp(`^Port ${address.port} .*taken`));
        return true;
      });
    } finally {
      await new Promise((done) => server.close(done));
    }
    mkdirSync(dir, { recursive: true });
    await assert.rejects(startPrivateBroker({ dir, config: ["no.such.setting = 1"] }), (error) => {
      assert.ok(error instanceof PlainError);
      assert.match(error.message, /ended at start.*see .*\.log\)?$/);
      assert.ok(!error.message.includes("\n"));
      return true;
    });
  });
});
