import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openClient } from "../../lib/client/open.js";
import { openLedger } from "../../lib/ledger/index.js";
import type { NodeRed } from "../../scripts/node-red.js";
import { type PrivatePostgres, startPrivatePostgres } from "../../scripts/private-postgres.js";
import { decXml, freshKey } from "../../simulator/samples/index.js";
import { clientSettings } from "../support/client.js";
import type { ExampleNode } from "../support/examples.js";
import { documentRow } from "../support/rows.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

const repo = join(__dirname, "..", "..");
const CALL = "npx @single-window/node-red-import-client ";
const PAGES = ["several-machines.md", "several-machines.zh-CN.md"] as const;
const SCHEMA = "sw_demo0001";

const page = (name: string) => readFileSync(join(repo, "docs", name), "utf8");
const blocksOf = (name: string) =>
  [...page(name).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]) => ({
    language,
    text: text.trim(),
  }));

describe("docs/several-machines", function () {
  this.timeout(900_000);
  let postgres: PrivatePostgres;

  before(async () => {
    postgres = await startPrivatePostgres();
  });
  after(async () => {
    await postgres?.stop();
    removeScratch();
  });

  it("has the same commands, and as many rows and points, in both languages", () => {
    const [english, chinese] = PAGES;
    assert.deepEqual(blocksOf(chinese), blocksOf(english));
    const rows = (name: string) => (page(name).match(/^(?:\||- )/gm) ?? []).length;
    assert.equal(rows(chinese), rows(english));
  });

  it("every command in it does what it says, in its order", async () => {
    const root = join(scratch(), "ImpPath");
    const settings = clientSettings({ root });
    const { client } = await openClient(settings);
    await client.ledger.claim(documentRow({ box: "OutBox" }));
    await client.close();
    const file = join(scratch(), "ledger.db");
    const database = `postgres://sw_ledger@${postgres.host}:${postgres.port}/sw_ledger?schema=${SCHEMA}&sslmode=disable`;
    // The test's server has no TLS.
    const here = (text: string) =>
      text
        .replaceAll("/srv/ImpPath", root)
        .replaceAll("/var/lib/single-window/ledger.db", file)
        .replace(/postgres:\/\/[^\s"]+/g, database);
    const password = "choose-one";
    const done: string[] = [];
    for (const { language, text } of blocksOf(PAGES[0])) {
      if (language === "fstab") {
        assert.match(text, /^\S+ \/srv\/ImpPath (?:nfs4|cifs) \S*hard\S* 0 0$/);
        continue;
      }
      if (language === "env") {
        for (const line of text.split("\n")) assert.match(line, /^(?:SW_ROOT|SW_LEDGER|PGPASSWORD)=\S+$/);
        continue;
      }
      done.push(text);
      if (text.startsWith("CREATE ROLE")) {
        for (const line of text.split("\n")) await postgres.sql(line);
      } else if (language === "sql") {
        // A machine is at work.
        const ledger = await openLedger(database, { password });
        await ledger.instances?.join("one", { host: "machine-a", pid: 7, boot: "b", started: "s" });
        const asked = spawnSync("psql", [`${database.split("?")[0]}`, "-AtX", "-c", text], {
          env: { ...process.env, PGPASSWORD: password },
          encoding: "utf8",
        });
        assert.match(asked.stdout, /^machine-a\|7\|t\|$/m, asked.stderr);
        await ledger.instances?.leave();
        await ledger.close();
      } else if (text.startsWith(CALL)) {
        const args = (here(text.slice(CALL.length)).match(/"[^"]*"|\S+/g) ?? []).map((part) =>
          part.replaceAll('"', ""),
        );
        const main = join(repo, "dist", "cli", "main.js");
        const env = { ...process.env, PGPASSWORD: password };
        const run = spawnSync(process.execPath, [main, ...args, "--lang", "en"], { env, encoding: "utf8" });
        assert.equal(run.status, 0, `${text}\n${run.stdout}${run.stderr}`);
        assert.match(run.stdout, /documents: 1/);
      } else {
        const run = spawnSync("bash", ["-e", "-c", here(text)], { encoding: "utf8" });
        assert.equal(run.status, 0, `${text}\n${run.stderr}`);
        assert.ok(!readdirSync(root).some((name) => name.startsWith(".probe")));
      }
    }
    assert.equal(done.length, 5, done.join("\n\n"));
    const { client: again } = await openClient({ ...settings, ledger: file });
    assert.equal((await again.ledger.query({})).length, 1);
    await again.close();
  });
});

describe("examples/optional/several-machines", function () {
  this.timeout(900_000);
  let postgres: PrivatePostgres;
  let theatre: Theatre;
  let stage: Stage;
  const processes: NodeRed[] = [];

  before(async () => {
    [theatre, postgres] = await Promise.all([openTheatre(), startPrivatePostgres()]);
  });
  after(async () => {
    for (const one of processes) await one.stop();
    await stage?.close();
    await theatre?.close();
    await postgres?.stop();
    removeScratch();
  });

  /** The variables of the page, for the server of the test, which has no TLS; what programs of PostgreSQL take by themselves leads nowhere. */
  function documented(): NodeJS.ProcessEnv {
    const { host, port, user, database, password } = postgres;
    const text = blocksOf(PAGES[0]).find(({ language }) => language === "env")?.text ?? "";
    const address = /^SW_LEDGER=(\S+)$/m.exec(text)?.[1] ?? "";
    const SW_LEDGER = address
      .replace("sw_ledger@db.example.com/sw_ledger", `${user}@${host}:${port}/${database}`)
      .replace(/sslmode=.*/, "sslmode=disable");
    assert.match(SW_LEDGER, /@127\.0\.0\.1:\d+\/.*schema=sw_demo0001/);
    return { SW_LEDGER, PGPASSWORD: password, PGHOST: "127.0.0.1", PGPORT: "1" };
  }

  it("works on two machines, and the one says when the other is gone", async () => {
    const example = JSON.parse(
      readFileSync(join(repo, "examples", "optional", "several-machines.json"), "utf8"),
    ) as ExampleNode[];
    // A minute is long for a test.
    for (const node of example) if (node.type === "inject") node.repeat = "1";
    stage = new Stage(theatre, {
      clientId: "PAIR0001",
      flow: (nodes) => nodes.splice(0, nodes.length, ...example),
      env: documented,
    });
    mkdirSync(dirname(stage.root), { recursive: true });
    await stage.startSimulator();
    const guard = (name: string) => ({ SW_PIN_GUARD: join(stage.dir, name, "guard") });
    const one = await stage.startAnotherNodeRed("one", guard("one"));
    processes.push(one);
    const two = await stage.startAnotherNodeRed("two", { ...guard("two"), SW_OTHER_URL: `${one.url}/` });
    processes.push(two);
    const ask = (sql: string) => postgres.sql(sql.replaceAll("FROM ", `FROM ${SCHEMA}.`));
    await until("both share the ledger", async () => (await ask("SELECT count(*) FROM instances")) === "2", 120_000);
    const keys = Array.from({ length: 20 }, () => freshKey());
    for (const key of keys) stage.drop("DecCus001", `${key}.xml`, decXml({ key, goods: 2 }));
    await until(
      "all are accepted",
      async () => (await ask("SELECT count(*) FROM documents WHERE state = 'accepted'")) === String(keys.length),
      120_000,
    );
    const says = (text: string) => until(text, () => two.lines.some((line) => line.includes(text)), 60_000);
    await one.kill("SIGKILL");
    await says("the other machine is not ready");
  });
});
