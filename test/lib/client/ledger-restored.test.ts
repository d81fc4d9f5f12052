import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient } from "../../../lib/client/open.js";
import type { ImportClientError } from "../../../lib/errors.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import { type DocumentRow, openLedger } from "../../../lib/ledger/index.js";
import { type PrivatePostgres, startPrivatePostgres } from "../../../scripts/private-postgres.js";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { clientSettings } from "../../support/client.js";
import { Machines } from "../../support/machines.js";
import { newPlace } from "../../support/postgres.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";
import { Watching } from "../../support/watching.js";

const FOLDER = "DecCus001";

/** An older backup of the schema comes back while clients are at work on it: with `pg_dump` and `psql`, as an operator does it. */
describe("a ledger in PostgreSQL that is put back from an older backup while it is in use", () => {
  let postgres: PrivatePostgres;
  let place: string;
  let schema: string;
  let root: string;
  let reported: string[];
  const machines = new Machines();
  const open: { client: ImportClient; watching?: Watching }[] = [];

  before(async () => {
    postgres = await startPrivatePostgres();
  });
  after(async () => {
    await postgres?.stop();
    removeScratch();
  });
  beforeEach(() => {
    place = newPlace(postgres);
    schema = new URL(place).searchParams.get("schema") ?? "";
    root = join(scratch(), "ImpPath");
    reported = [];
  });
  afterEach(async () => {
    for (const { client, watching } of open.splice(0)) {
      await watching?.watch.stop();
      await client.close();
    }
  });

  async function start(host: string): Promise<ImportClient> {
    const ports = { ...machines.start(host).ports, clock: SYSTEM.clock };
    const settings = { ...clientSettings({ root }), ledger: place };
    const { client } = await openClient(settings, {
      ports,
      onNotice: ({ code, text }) => reported.push(`${code} ${text.en}`),
      openLedger: (location, options) => openLedger(location, { ...options, password: postgres.password }),
    });
    open.push({ client });
    client.folders.of(FOLDER).make();
    return client;
  }

  const box = (name: string) => readdirSync(join(root, FOLDER, name));
  const drop = (name: string, key: string) =>
    writeFileSync(join(root, FOLDER, "OutBox", name), decXml({ key, goods: 1 }));
  const dump = () => postgres.run("pg_dump", ["-n", schema]);
  const rootPlace = () =>
    JSON.parse(readFileSync(join(root, ".single-window", "ledger-place.json"), "utf8")) as {
      ledger: string;
      place: number;
    };

  /** Claims what is in OutBox and sends it, as a flow does; resolves to its rows. */
  async function send(client: ImportClient, keys: readonly string[]): Promise<DocumentRow[]> {
    for (const key of keys) drop(`${key}.xml`, key);
    const watching = new Watching(client);
    await watching.until(() => watching.claims.length === keys.length);
    await watching.watch.stop();
    for (const { row } of watching.claims) await sendNow(client, row.id);
    return watching.claims.map(({ row }) => row);
  }

  async function sendNow(client: ImportClient, id: string): Promise<void> {
    await client.claims.send(id, "{}", false, "");
    await client.ledger.transition(id, { from: ["sending"], to: "sent" }, { sentAt: Date.now() }, { event: "sent" });
    await client.claims.settle(id);
  }

  const keys = (count: number) => Array.from({ length: count }, () => freshKey());

  /** Waits until both may work again, and the treatment was said. */
  async function goesOn(clients: readonly ImportClient[]): Promise<void> {
    await until(
      "they go on",
      () => clients.every(({ lease, ledger }) => ledger.look() === "sound" && lease.held && lease.fault === undefined),
      60_000,
    );
  }

  async function assertTreated(clients: readonly ImportClient[], sent: readonly string[]): Promise<void> {
    await until("it is said that the ledger is an older copy", () => reported.some((text) => /older copy/.test(text)));
    await goesOn(clients);
    const [client] = clients as [ImportClient];
    for (const key of sent) {
      const rows = await client.ledger.byClientKey(FOLDER, "DEC", key);
      assert.deepEqual(
        rows.map(({ state, box }) => [state, box]),
        [["sent", "SentBox"]],
      );
    }
    // The same again is known as the same, whoever claims it.
    for (const [index, one] of clients.entries()) {
      const name = `again-${index}.xml`;
      drop(name, sent[index] as string);
      const watching = new Watching(one);
      await until("the repeat is refused", async () => (await one.ledger.byFileName(name))[0]?.code === "SW-DUP");
      await watching.watch.stop();
    }
    assert.equal(
      await postgres.sql(`SELECT sum(count) FROM ${schema}.document_counts`),
      await postgres.sql(`SELECT count(*) FROM ${schema}.documents`),
    );
  }

  for (const [how, restore] of [
    [
      "dropped, then made again",
      async (text: string) => {
        await postgres.sql(`DROP SCHEMA ${schema} CASCADE`);
        await postgres.run("psql", ["-q", "-v", "ON_ERROR_STOP=1"], text);
      },
    ],
    [
      "in one transaction",
      async (text: string) => {
        await postgres.run("psql", ["-q", "-1", "-v", "ON_ERROR_STOP=1"], `DROP SCHEMA ${schema} CASCADE;\n${text}`);
      },
    ],
  ] as const) {
    it(`${how}: whoever commits next notices, nothing goes out again, and what boxes know is rebuilt`, async () => {
      const clients = [await start("one"), await start("two")];
      const [first, second] = clients as [ImportClient, ImportClient];
      await send(first, keys(2));
      await send(second, keys(1));
      const backup = await dump();
      const since = keys(3);
      await send(first, since);
      const before = rootPlace();
      const places: number[] = [];
      const watched = setInterval(() => {
        const now = rootPlace();
        if (now.ledger === before.ledger) places.push(now.place);
      }, 5);
      // Files wait, and both are at work while it comes back.
      const waiting = keys(6);
      const watchings = clients.map((client) => new Watching(client));
      for (const key of waiting) drop(`${key}.xml`, key);
      try {
        await restore(backup);
        await until("all that waited is claimed", () => box("OutBox").length === 0);
      } finally {
        clearInterval(watched);
      }
      for (const { watch } of watchings) await watch.stop();
      assert.ok(
        places.every((one) => one >= before.place),
        `lowered from ${before.place}: ${places}`,
      );
      await assertTreated(clients, since);
      assert.notEqual(rootPlace().ledger, before.ledger);
    });
  }

  /** Looks as the client does all the time; resolves to the fault that it has then. */
  async function faultOf({ lease }: ImportClient): Promise<ImportClientError | undefined> {
    await lease.check();
    return lease.fault;
  }

  it("is not ready from when the schema is gone, though nothing is to be done, makes no other, and goes on when it is back", async () => {
    const client = await start("one");
    await send(client, keys(1));
    const backup = await dump();
    const since = keys(2);
    await send(client, since);
    await postgres.sql(`DROP SCHEMA ${schema} CASCADE`);
    await until("its own renewals find it out", () => client.ledger.look() === "damaged", 30_000);
    await until("it is a fault", async () => /there is no ledger/.test((await faultOf(client))?.text.en ?? ""));
    assert.throws(() => client.lease.assertHeld(), /there is no ledger/);
    await faultOf(client);
    assert.equal(await postgres.sql(`SELECT to_regnamespace('${schema}') IS NULL`), "t");
    // A dump makes keys and triggers last.
    const [tables = "", rest = ""] = backup.split(/(?=\n-- Name: [a-z_]+ [a-z_]+_pkey; Type: CONSTRAINT)/);
    await postgres.run("psql", ["-q", "-v", "ON_ERROR_STOP=1"], tables);
    assert.match((await faultOf(client))?.text.en ?? "", /is not whole/);
    await postgres.run("psql", ["-q"], `SET search_path = ${schema};\n${backup.slice(tables.length)}`);
    assert.ok(rest.length > 0);
    await assertTreated([client], since);
  });

  it("is named when it is read-only, and goes on when it is not", async () => {
    const client = await start("one");
    const set = async (how: string) => {
      await postgres.sql(`ALTER ROLE ${postgres.user} ${how}`);
      await postgres.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'node-red%'",
      );
    };
    await set("SET default_transaction_read_only = on");
    const writing = client.ledger.setFact("x", "y");
    try {
      await until("it is said", async () => (await faultOf(client))?.details.fault === "db-standby", 30_000);
      assert.match(client.lease.fault?.advice?.en ?? "", /default_transaction_read_only/);
    } finally {
      await postgres.sql(
        `SET default_transaction_read_only = off; ALTER ROLE ${postgres.user} RESET default_transaction_read_only`,
      );
    }
    await writing;
    await until("it goes on", async () => (await faultOf(client)) === undefined, 30_000);
  });
});
