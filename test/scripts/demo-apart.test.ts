import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { freePort } from "../../scripts/ports.js";
import { endChild, exited } from "../../scripts/processes.js";
import { DEMO_IDENTITY, decXml, freshKey } from "../../simulator/samples/index.js";
import { drop } from "../support/boxes.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { filesBelow } from "../support/secrets.js";
import { until } from "../support/until.js";

const START = join(__dirname, "..", "..", "dist", "scripts", "start.js");

interface Started {
  child: ChildProcess;
  /** Everything that it printed so far, both streams. */
  said(): string;
}

/** Everything below a folder: names, content, and when each was changed. */
function photograph(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = [folder, ...entries.map((entry) => join(entry.parentPath, entry.name))];
  return Object.fromEntries(
    paths.map((path) => {
      const { mtimeMs, mode } = statSync(path);
      const content = statSync(path).isFile() ? readFileSync(path, "latin1") : "folder";
      return [path, `${mtimeMs} ${mode} ${content}`];
    }),
  );
}

/** The demo and real work never share a root, a client, a card or a broker; real processes, as `npm start` runs them. */
describe("npm start: the demo apart from real work", function () {
  this.timeout(540_000);
  const running: Started[] = [];
  const servers: Server[] = [];
  let data: string;
  let root: string;
  let port: number;

  beforeEach(async () => {
    data = join(scratch(), "data");
    root = join(scratch(), "ImpPath");
    port = await freePort();
    // What an ERP has just handed in.
    const key = freshKey();
    drop(root, "DecCus001", `${key}.xml`, decXml({ identity: DEMO_IDENTITY, key, at: Date.now() }));
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) server.close();
    for (const { child } of running.splice(0)) await endChild(child, 40_000);
  });
  after(removeScratch);

  /** Only what is given here, not what the tests' own environment holds. */
  function start(env: Record<string, string>, args = ["--once"]): Started {
    const { PATH = "", HOME = "" } = process.env;
    const child = spawn(process.execPath, [START, ...args], {
      env: { PATH, HOME, PORT: String(port), SW_DATA: data, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const output of [child.stdout, child.stderr]) output?.on("data", (chunk) => (text += chunk));
    const started = { child, said: () => text };
    running.push(started);
    return started;
  }

  async function ended(started: Started): Promise<number | null> {
    assert.ok(await exited(started.child, 120_000), started.said());
    return started.child.exitCode;
  }

  for (const [what, env] of [
    ["demo", {}],
    ["real work", { SW_AMQP_HOST: "127.0.0.1" }],
  ] as const) {
    it(`${what} in an SW_DATA where no folder can be made ends at once, with one line`, async () => {
      for (const place of ["/proc/nope", join(root, "DecCus001", "OutBox", "no.folder")]) {
        if (!place.startsWith("/proc")) writeFileSync(place, "");
        const started = start({ ...env, SW_ROOT: "", SW_DATA: place });
        assert.equal(await ended(started), 1);
        const [line, ...more] = started
          .said()
          .split("\n")
          .filter((text) => text !== "" && !text.startsWith("真实业务"));
        assert.match(line ?? "", /^SW_DATA：.*没有启动任何程序.*nothing was started/);
        assert.deepEqual(more, []);
      }
    });
  }

  it("refuses a real root and production without SW_AMQP_HOST, and touches neither root nor disk", async () => {
    const before = photograph(root);
    const started = start({ SW_ROOT: root, SW_ENVIRONMENT: "production" });
    assert.equal(await ended(started), 1, started.said());
    const lines = started.said().trim().split("\n");
    assert.equal(lines.length, 1, started.said());
    for (const word of ["SW_ROOT", "SW_ENVIRONMENT=production", "SW_AMQP_HOST", root, "没有设置", "not set"])
      assert.ok(lines[0]?.includes(word), `${word} is not in: ${lines[0]}`);
    assert.deepEqual(photograph(root), before);
    assert.ok(!existsSync(data), "something was made");
  });

  it("runs in a root, with a client, card and queues of its own, whatever else the environment says, and ends with its broker", async () => {
    const before = photograph(root);
    const env = {
      SW_CLIENT_ID: "REAL0001",
      SW_SEND_QUEUE: "Q_SendREAL0001",
      SW_CARD_BACKEND: "software",
      SW_CARD_PIN: "Real-739154-Pin",
      SW_CARD_KEYFILE: join(root, "key.pem"),
      SW_SIM_CERTIFICATES: join(root, "none.pem"),
      SW_NEVER_HEARD_OF: "x",
    };
    const started = start(env, []);
    await until("the demo runs", () => started.said().includes("Ctrl-C") || started.child.exitCode !== null, 150_000);
    const run = join(data, "demo", "rabbitmq", "run.json");
    const { processes } = JSON.parse(readFileSync(run, "utf8")) as { processes: { pid: number; mark: string }[] };
    const broker = processes.find(({ mark }) => mark.startsWith("broker-"));
    process.kill(broker?.pid as number, "SIGKILL");
    assert.equal(await ended(started), 1, started.said());
    assert.match(
      started.said().trim().split("\n").at(-1) ?? "",
      /^演示的消息服务器 RabbitMQ 自行退出.*rabbitmq\.log.*start again\.$/,
    );
    for (const name of ["SW_CLIENT_ID", "SW_SEND_QUEUE", "SW_CARD_BACKEND", "SW_CARD_PIN", "SW_NEVER_HEARD_OF"])
      assert.match(started.said(), new RegExp(`不使用.*${name}.*not used.*${name}`));
    assert.ok(!started.said().includes("Real-739154-Pin"));
    assert.deepEqual(photograph(root), before);
    assert.deepEqual(readdirSync(data), ["demo"]);
    const files = filesBelow(data).map((path) => ({ path, bytes: readFileSync(path) }));
    const holding = (text: string) => files.filter(({ bytes }) => bytes.includes(text)).map(({ path }) => path);
    assert.deepEqual(holding("Real-739154-Pin"), []);
    assert.deepEqual(holding("REAL0001"), []);
    assert.ok(holding("Q_SendDEMO0001").length > 0, "the demo has sent nothing");
  });

  it("stays in its root, its environment and at its broker when its dialogs are set to others", async () => {
    const asked: string[] = [];
    const server = createServer((socket) => {
      asked.push("somebody connected to the real broker");
      socket.destroy();
    });
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const before = photograph(root);
    const started = start({}, []);
    await until(
      () => `the demo is up: ${started.said()}`,
      () => started.said().includes("Ctrl-C"),
      120_000,
    );
    const url = `http://127.0.0.1:${port}/flows`;
    const flow = (await (await fetch(url)).json()) as Record<string, unknown>[];
    const { port: realPort } = server.address() as { port: number };
    for (const [type, change] of [
      ["sw-import-client", { root }],
      ["sw-import-client", { environment: "production" }],
      ["sw-import-client", { ledger: join(root, "ledger.db") }],
      ["sw-mq-broker", { host: "127.0.0.1", port: String(realPort) }],
    ] as const) {
      const [[setting, value] = []] = Object.entries(change);
      const changed = flow.map((node) => (node.type === type ? { ...node, ...change } : node));
      const headers = { "content-type": "application/json", "node-red-deployment-type": "full" };
      assert.equal((await fetch(url, { method: "POST", headers, body: JSON.stringify(changed) })).status, 204);
      await until(
        () => `the demo refuses ${setting} ${value}: ${started.said()}`,
        () =>
          started.said().includes(`this is the demo`) && started.said().includes(`does not take ${setting}: ${value}`),
        60_000,
      );
    }
    started.child.kill("SIGTERM");
    assert.equal(await ended(started), 0, started.said());
    assert.deepEqual(asked, []);
    assert.deepEqual(photograph(root), before);
  });

  it("brings nothing of the demo where SW_AMQP_HOST is set", async () => {
    const started = start({ SW_AMQP_HOST: "127.0.0.1", SW_AMQP_PORT: "1", SW_ROOT: root, SW_CLIENT_ID: "REAL0001" });
    assert.equal(await ended(started), 0, started.said());
    // No card, no broker, no simulator, no demo.
    assert.deepEqual(readdirSync(data).sort(), ["log", "node-red"]);
    assert.deepEqual(readdirSync(join(data, "log")), ["node-red.log"]);
    const businesses = readdirSync(root).filter((name) => !name.startsWith("."));
    assert.deepEqual(businesses, ["DecCus001"]);
    // Its card, codes and numbers do not stand in for what is not set either.
    assert.match(started.said(), /未设置.*SW_CUSTOMS_CODE.*SW_CARD_BACKEND.*[Nn]ot set.*SW_CUSTOMS_CODE/);
    assert.ok(!started.said().includes("DEMO0001"));
  });

  it("refuses a root for real work that is a demo's, lies in one or has one in it, also through a link", async () => {
    const demo = join(data, "demo");
    mkdirSync(join(demo, "ImpPath", "DecCus001", "OutBox"), { recursive: true });
    writeFileSync(join(demo, ".demo"), "");
    const link = join(scratch(), "link");
    symlinkSync(join(demo, "ImpPath"), link);
    for (const shared of [join(demo, "ImpPath"), join(demo, "mine"), data, link]) {
      for (const place of [{ SW_DATA: data }, { SW_DATA: scratch() }]) {
        if (shared === data && place.SW_DATA !== data) continue;
        const before = photograph(data);
        const started = start({ SW_AMQP_HOST: "127.0.0.1", SW_ROOT: shared, SW_CLIENT_ID: "REAL0001", ...place });
        assert.equal(await ended(started), 1, started.said());
        assert.match(started.said(), /演示.*SW_ROOT.*demo/);
        assert.deepEqual(photograph(data), before);
      }
    }
  });
});
