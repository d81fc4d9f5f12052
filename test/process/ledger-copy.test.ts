import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type PrivatePostgres, startPrivatePostgres } from "../../scripts/private-postgres.js";
import { decXml, freshKey } from "../../simulator/samples/index.js";
import { judge } from "../support/checker.js";
import { removeScratch } from "../support/scratch.js";
import { SharedStage } from "../support/shared-stage.js";
import { type OwnTheatre, openOwnTheatre, type Stage, until } from "../support/stage.js";

const DOCUMENTS = 50;
const SCHEMA = "copied";

type Rows = ReturnType<Stage["rows"]>;

/** The ledger is where it is without a setting. */
const IN_ITS_FILE = { SW_LEDGER: "" };

/** A real client with open documents, whose ledger moves to PostgreSQL and back by the command (issue "several machines", 4). */
describe("a ledger that is copied under a client with open documents", function () {
  this.timeout(1_200_000);
  let theatre: OwnTheatre;
  let postgres: PrivatePostgres;
  let stage: Stage;
  let shared: SharedStage;
  let address: string;
  const commands: ChildProcess[] = [];

  before(async () => {
    [theatre, postgres] = await Promise.all([openOwnTheatre(), startPrivatePostgres()]);
    address = `${postgres.url}?schema=${SCHEMA}&sslmode=disable`;
    shared = new SharedStage(theatre, postgres, SCHEMA.toUpperCase(), "one");
    stage = shared.stage;
    await stage.startSimulator();
  });
  after(async () => {
    for (const one of commands) one.kill("SIGKILL");
    await stage?.close();
    await theatre?.close();
    await postgres?.stop();
    removeScratch();
  });

  const keys: string[] = [];
  function drop(): void {
    const more = Array.from({ length: DOCUMENTS }, () => freshKey());
    stage.noteLoad(more);
    keys.push(...more);
    for (const key of more) stage.drop("DecCus001", `${key}.xml`, decXml({ key, goods: 2 }));
  }
  /** Ends the client while documents are on their way: the broker says nothing to them until it has ended. */
  async function endInTheMiddle(rows: () => Promise<Rows> | Rows, end: () => Promise<unknown>): Promise<void> {
    theatre.broker.pause();
    try {
      drop();
      await until("documents are on their way", async () => (await rows()).some(({ state }) => state === "sending"));
      await end();
    } finally {
      theatre.broker.resume();
    }
    assert.ok((await rows()).some(({ settled }) => !settled));
  }

  function start(from: string, to: string): { child: ChildProcess; said: () => string; ended: Promise<number | null> } {
    const main = join(__dirname, "../../dist/cli/main.js");
    const child = spawn(process.execPath, [main, "ledger", "copy", from, to, "--lang", "en"], {
      env: { ...process.env, PGPASSWORD: postgres.password },
    });
    commands.push(child);
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (text += String(data)));
    return { child, said: () => text, ended: once(child, "exit").then(([code]) => code as number | null) };
  }
  async function copy(from: string, to: string): Promise<string> {
    const { said, ended } = start(from, to);
    assert.equal(await ended, 0, said());
    assert.ok(!said().includes(postgres.password));
    return said();
  }
  async function done(rows: () => Promise<Rows> | Rows): Promise<void> {
    let open: unknown[] = [];
    await until(
      () => `all are accepted; open: ${open.length}, the first of them ${JSON.stringify(open.slice(0, 3))}`,
      async () => {
        const all = await rows();
        open = all.filter(({ state, settled }) => state !== "accepted" || !settled);
        return all.length === keys.length && open.length === 0;
      },
      180_000,
    );
  }

  it("goes on in PostgreSQL, although client and command were killed in the middle", async () => {
    const ledger = join(stage.root, ".ledger", "ledger.db");
    const nodeRed = await stage.startNodeRed(IN_ITS_FILE);
    drop();
    await done(() => stage.rows());
    const refused = start(stage.root, address);
    assert.equal(await refused.ended, 1, refused.said());
    assert.match(refused.said(), new RegExp(`SW-OWNER .*in use by process ${nodeRed.pid} on `));
    await endInTheMiddle(
      () => stage.rows(),
      () => nodeRed.kill("SIGKILL"),
    );

    const first = start(ledger, address);
    await until("the ledger is made", async () => {
      const there = await postgres.sql(`SELECT to_regclass('${SCHEMA}.events') IS NOT NULL`);
      return there === "t" || first.child.exitCode !== null;
    });
    // All its tables are there from then on; a slow one gives the time to kill the copy in its middle.
    first.child.kill("SIGKILL");
    await first.ended;
    await postgres.sql(`CREATE FUNCTION ${SCHEMA}.slowly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END';
      CREATE TRIGGER slowly BEFORE INSERT ON ${SCHEMA}.events FOR EACH ROW EXECUTE FUNCTION ${SCHEMA}.slowly()`);
    const second = start(ledger, address);
    const events = async () => Number(await postgres.sql(`SELECT count(*) FROM ${SCHEMA}.events`));
    await until("some of the events are there", async () => (await events()) > 0 || second.child.exitCode !== null);
    second.child.kill("SIGKILL");
    assert.equal(await second.ended, null, second.said());
    await postgres.sql(`DROP TRIGGER slowly ON ${SCHEMA}.events`);
    const some = await events();
    const said = await copy(ledger, address);
    assert.match(said, /taken up where it had stopped/);
    assert.match(said, /compared row by row, all are the same:/);
    assert.ok((await events()) > some);

    await stage.startNodeRed({ SW_LEDGER: address });
    await done(() => shared.rows());
    const held = await postgres.sql(`SELECT count(*) FROM ${SCHEMA}.events WHERE event IN ('held', 'recovered')`);
    assert.equal(held, "0");
    const { steps } = await stage.ask<{ steps: { step: string; ok: boolean; text: unknown }[] }>("diagnose", {});
    const database = steps.filter(({ step }) => step.startsWith("database"));
    assert.deepEqual(
      database.map(({ ok }) => ok),
      [true, true, true],
      JSON.stringify(database),
    );
  });

  it("comes back into a file, and the client with it", async () => {
    const { nodeRed } = stage;
    const refused = start(address, stage.root);
    assert.equal(await refused.ended, 1, refused.said());
    assert.match(refused.said(), new RegExp(`SW-OWNER .*in use by process ${nodeRed.pid} on `));
    await endInTheMiddle(
      () => shared.rows(),
      () => nodeRed.stop(),
    );
    const said = await copy(address, stage.root);
    assert.match(said, /the file that stood there is kept as .*moved/);
    assert.ok(existsSync(join(stage.root, ".ledger", "ledger.db")));
    const { lines } = await stage.startNodeRed(IN_ITS_FILE);
    await done(() => stage.rows());
    const verdict = judge(stage, keys);
    assert.deepEqual(verdict.lost, []);
    assert.deepEqual(verdict.unexpected, []);
    assert.deepEqual(verdict.falselyAcknowledged, []);
    assert.deepEqual(verdict.silentlyDuplicated, []);
    assert.ok(!lines.some((line) => /are held and not sent again/.test(line)));
  });

  it("is not opened where it was left, and says where it went", async () => {
    await stage.nodeRed.stop();
    const nodeRed = await stage.startNodeRed({ SW_LEDGER: address });
    await until("it says where", () => nodeRed.lines.some((line) => /SW-OWNER.*was copied to .*ledger\.db/.test(line)));
  });
});
