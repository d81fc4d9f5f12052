import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { placeSettings } from "../../scripts/node-red.js";
import { PlainError } from "../../scripts/plain-error.js";
import { demoSettings, startSettings } from "../../scripts/start/environment.js";
import { placeFlow } from "../../scripts/start/flow.js";
import { follow, isAsExpected } from "../../scripts/start/follow.js";
import { assertCanRunDemo } from "../../scripts/start/needs.js";
import { layTable, textWidth } from "../../scripts/start/table.js";
import type { Sample } from "../../simulator/samples/index.js";
import { documentRow } from "../support/rows.js";

describe("npm start: settings", () => {
  it("fills every variable that the example flow names", () => {
    const repo = join(__dirname, "../..");
    const { env } = startSettings(repo, {}, []);
    const example = readFileSync(join(repo, "examples/01-import-client.json"), "utf8");
    const named = new Set([...example.matchAll(/"\$\{(\w+)\}"/g)].map((match) => match[1] ?? ""));
    assert.ok(named.size > 10, "the example takes its settings from the environment");
    for (const name of named) assert.ok(name in env, `${name} stays unset`);
  });

  it("runs the client alone with SW_AMQP_HOST, and takes what is given and nothing else", () => {
    const given = { SW_AMQP_HOST: "mq", SW_CLIENT_ID: "X1", SW_CARD_BACKEND: "software", SW_ROOT: "boxes" };
    const settings = startSettings("/repo", given, ["--once"]);
    const { PORT, SW_SCHEMAS, SW_AMQP_VHOST, ...env } = settings.env;
    assert.deepEqual([settings.clientOnly, settings.once, settings.data], [true, true, "/repo/data"]);
    assert.deepEqual([PORT, SW_SCHEMAS, SW_AMQP_VHOST], ["1880", "", "/"]);
    const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
    assert.deepEqual(set, { ...given, SW_ROOT: "/repo/boxes" });
    const said = (card: string) =>
      startSettings("/repo", { ...given, SW_CARD_BACKEND: card }, [])
        .notes.join("\n")
        .split("not set: ")[1] ?? "";
    const usual = "SW_ORG_CODE, SW_CUSTOMS_CODE, SW_REGION, SW_AMQP_USER, SW_AMQP_PASSWORD";
    assert.ok(said("software").startsWith(`${usual}, SW_CARD_KEYFILE;`), said("software"));
    assert.ok(said("control").startsWith(`${usual}, SW_CARD_PIN;`), said("control"));
    assert.ok(said("pkcs11").startsWith(`${usual}, SW_PKCS11_MODULE, SW_CARD_PIN;`), said("pkcs11"));
  });

  it("runs the demo in a root and with a client of its own, and says what it does not use", () => {
    const settings = startSettings(
      "/repo",
      { SW_CLIENT_ID: "X1", SW_CARD_PIN: "1", SW_AMQP_HOST: " ", SW_SIM_DELAY_MS: "1" },
      [],
    );
    const { SW_ROOT, SW_CLIENT_ID, SW_ENVIRONMENT, SW_CARD_PIN } = settings.env;
    assert.deepEqual(
      [SW_ROOT, SW_CLIENT_ID, SW_ENVIRONMENT, SW_CARD_PIN],
      ["/repo/data/demo/ImpPath", "DEMO0001", "test", ""],
    );
    assert.deepEqual(settings.unused, ["SW_CLIENT_ID", "SW_CARD_PIN"]);
    assert.match(settings.notes.join("\n"), /不使用 SW_CARD_PIN、SW_CLIENT_ID .*not used: SW_CARD_PIN, SW_CLIENT_ID/);
    const own = startSettings("/repo", { SW_ROOT: "data/demo/ImpPath", SW_ENVIRONMENT: "test" }, []);
    assert.deepEqual(own.notes, []);
  });

  it("refuses what belongs to real work when SW_AMQP_HOST is not set, without its secrets", () => {
    for (const given of [
      { SW_ROOT: "/srv/ImpPath" },
      { SW_LEDGER: "/srv/ledger.db" },
      { SW_ENVIRONMENT: "production" },
      { SW_ENVIRONMENT: "Production " },
      { SW_AMQP_PORT: "5671" },
      { SW_AMQP_USER: "U_SW1", SW_AMQP_PASSWORD: "secret-83" },
      { SW_AMQP_URL: "amqps://U_SW1:secret-83@mq" },
      { SW_AMQP_HOST: "  ", SW_ROOT: "/srv/ImpPath" },
    ]) {
      assert.throws(
        () => startSettings("/repo", given, []),
        (error: Error) => {
          assert.ok(error instanceof PlainError);
          for (const name of Object.keys(given)) assert.ok(error.message.includes(name), error.message);
          assert.match(error.message, /SW_AMQP_HOST：没有启动.*SW_AMQP_HOST is not set: nothing was started/);
          assert.ok(!error.message.includes("secret-83"));
          return true;
        },
      );
    }
  });

  it("refuses a PORT that is none and an argument it does not know", () => {
    for (const PORT of ["x", "0", "65536", "1.5"])
      assert.throws(
        () => startSettings("/repo", { PORT }, []),
        (error) => {
          assert.ok(error instanceof PlainError);
          assert.ok(error.message.startsWith(`PORT 不是端口号（1 到 65535 的整数）：${PORT}。`), error.message);
          assert.match(error.message, /PORT is not a port number \(a whole number from 1 to 65535\)/);
          return true;
        },
      );
    assert.throws(() => startSettings("/repo", {}, ["--onec"]), PlainError);
  });
});

describe("the command demo: settings", () => {
  it("runs in a folder of its own, with what npm start has", () => {
    const { data, root, clientOnly, once } = demoSettings("/home", {}, true);
    assert.deepEqual(
      [data, root, clientOnly, once],
      ["/home/single-window-demo", "/home/single-window-demo/ImpPath", false, true],
    );
    assert.equal(demoSettings("/home", { SW_DATA: "/d" }, false).data, "/d/demo");
    assert.throws(() => demoSettings("/home", { SW_LEDGER: "/srv/ledger.db" }, false), /SW_LEDGER/);
  });

  it("says in one line what to install", () => {
    const machine = { platform: "linux", hasRabbit: false, hasOpenssl: true } as const;
    const said = (more: Partial<Parameters<typeof assertCanRunDemo>[0]>) => {
      try {
        assertCanRunDemo({ ...machine, ...more });
        return "";
      } catch (error) {
        assert.ok(error instanceof PlainError);
        return error.message;
      }
    };
    assert.match(
      said({}),
      /缺少 rabbitmq-server.*needs rabbitmq-server.*: install it, e\.g\. sudo apt-get install rabbitmq-server$/,
    );
    assert.match(said({ hasOpenssl: false }), /apt-get install rabbitmq-server openssl$/);
    assert.match(said({ platform: "darwin" }), /brew install rabbitmq$/);
    assert.match(said({ platform: "win32", hasRabbit: true }), /WSL/);
    assert.equal(said({ hasRabbit: true }), "");
  });
});

describe("npm start: the example as Node-RED's flow", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "sw-flow-"));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it("is renewed while nobody changed it, and never written over a flow of the user's", () => {
    const example = join(dir, "example.json");
    const flow = join(dir, "flows.json");
    writeFileSync(example, "[1]");
    assert.equal(placeFlow(example, dir), true);
    writeFileSync(example, "[2]");
    assert.equal(placeFlow(example, dir), true);
    assert.equal(readFileSync(flow, "utf8"), "[2]");
    writeFileSync(flow, "[3]");
    writeFileSync(example, "[4]");
    assert.equal(placeFlow(example, dir), false);
    assert.equal(readFileSync(flow, "utf8"), "[3]");
  });

  it("leaves a flow alone that was there before us", () => {
    const example = join(dir, "example.json");
    writeFileSync(example, "[1]");
    writeFileSync(join(dir, "flows.json"), "[0]");
    assert.equal(placeFlow(example, dir), false);
    assert.equal(readFileSync(join(dir, "flows.json"), "utf8"), "[0]");
  });
});

describe("npm start: Node-RED's settings.js", () => {
  let dir: string;
  let kept: string[];
  const place = (port: number) => placeSettings(dir, port, { settings: {}, onOwnSettings: (file) => kept.push(file) });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "sw-settings-"));
    kept = [];
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it("is written anew while nobody changed it; users that were added stay, and that is told", () => {
    const file = place(1880);
    assert.match(readFileSync(place(1881), "utf8"), /"uiPort": 1881/);
    assert.deepEqual(kept, []);
    const mine = readFileSync(file, "utf8").replace('"uiPort"', 'adminAuth: { type: "credentials" }, "uiPort"');
    writeFileSync(file, mine);
    place(1882);
    assert.equal(readFileSync(file, "utf8"), mine);
    assert.deepEqual(kept, [file]);
  });

  it("of an earlier version without a note is ours as it was made, and its user's as soon as there is more in it", () => {
    const plain = 'module.exports = {\n  "uiPort": 1\n};\n';
    const changed = plain.replace("\n}", ',\n  "adminAuth": {}\n}');
    for (const [there, isKept] of [
      [plain, false],
      [changed, true],
      [`// mine\n${plain}`, true],
    ] as const) {
      rmSync(join(dir, "settings.sha256"), { force: true });
      writeFileSync(join(dir, "settings.js"), there);
      assert.equal(readFileSync(place(1880), "utf8") === there, isKept, there);
    }
  });
});

describe("npm start: table", () => {
  it("counts Chinese as two columns and combining marks as none", () => {
    assert.deepEqual(["abc", "结关", "（a）", "e\u0301", "\u{20000}", ""].map(textWidth), [3, 4, 5, 1, 2, 0]);
  });

  it("starts every column at the same place", () => {
    const lines = layTable([
      ["样例", "x"],
      ["a", "y"],
      ["报关单", "z"],
    ]).split("\n");
    const places = lines.map((line) => textWidth(line.slice(0, line.search(/[xyz]/))));
    assert.deepEqual([places[0], places[2], places[3]], [8, 8, 8]);
  });
});

describe("npm start: the samples", () => {
  const SAMPLES: Sample[] = ["a.xml", "b.xml"].map((fileName) => ({
    ...{ folder: "DecCus001", fileName, bytes: Buffer.alloc(0) },
    ...{ clientKey: "", title: { zh: fileName, en: fileName }, expect: "accepted" },
  }));

  it("are followed by their own names, however many newer documents there are", async () => {
    const row = (id: number, fileName: string) =>
      documentRow({
        ...{ id: String(id).padStart(6, "0"), fileName, messageType: "DEC001" },
        state: "accepted",
        settled: true,
      });
    const rows = [
      row(1, "a.xml"),
      row(2, "b.xml"),
      ...Array.from({ length: 600 }, (_, n) => row(n + 3, `load-${n}.xml`)),
    ];
    const receipts = [{ kind: "business", statusCode: "R", filed: true }];
    const server = createServer(({ url = "" }, response) => {
      const { pathname, searchParams: asked } = new URL(url, "http://localhost");
      const id = /^\/single-window\/documents\/(.+)$/.exec(pathname)?.[1];
      const found = rows.filter(({ fileName }) => [null, fileName].includes(asked.get("fileName"))).reverse();
      const documents = found.slice(0, Math.min(Number(asked.get("limit")), 500));
      const document = rows.find((one) => one.id === id);
      response.end(JSON.stringify(id ? { document, events: [], receipts } : { documents }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const end = new AbortController();
      const seen: string[] = [];
      const followed = await follow(url, SAMPLES, 10_000, end.signal, ({ sample }) => seen.push(sample.fileName));
      assert.deepEqual(
        [seen, followed.map(isAsExpected)],
        [
          ["a.xml", "b.xml"],
          [true, true],
        ],
      );
    } finally {
      server.close();
    }
  });
});
