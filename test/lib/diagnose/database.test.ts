import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { testDatabase } from "../../../lib/diagnose/database.js";
import { diagnose } from "../../../lib/diagnose/index.js";
import { ImportClientError } from "../../../lib/errors.js";
import { openLedger } from "../../../lib/ledger/index.js";
import { NAMED_FAULTS } from "../../../lib/ledger/postgres/named-faults.js";
import { freePort } from "../../../scripts/ports.js";
import { type PrivatePostgres, startPrivatePostgres } from "../../../scripts/private-postgres.js";
import { clientSettings } from "../../support/client.js";
import { newPlace } from "../../support/postgres.js";
import { removeScratch } from "../../support/scratch.js";

describe("connection test: the ledger's database", function () {
  this.timeout(180_000);
  let postgres: PrivatePostgres;

  before(async () => {
    postgres = await startPrivatePostgres();
    await postgres.sql(`CREATE ROLE poor LOGIN PASSWORD 'poor-secret'; CREATE ROLE reader LOGIN PASSWORD 'reader-secret';
      ALTER ROLE reader SET default_transaction_read_only = on; CREATE SCHEMA not_theirs; CREATE SCHEMA theirs AUTHORIZATION poor`);
  });
  after(async () => {
    await postgres?.stop();
    removeScratch();
  });

  const at = (change: (url: URL) => void = () => {}) => {
    const url = new URL(newPlace(postgres));
    change(url);
    return url.href;
  };
  const as = (user: string, schema?: string) =>
    at((url) => {
      url.username = user;
      if (schema) url.searchParams.set("schema", schema);
    });

  /** The steps, and nothing secret in them. */
  async function run(location: string, password = postgres.password) {
    const steps = await testDatabase({ location, password });
    const text = JSON.stringify(steps);
    for (const secret of [password, postgres.password]) assert.ok(!text.includes(secret), text);
    return steps;
  }
  async function fails(location: string, step: string, fault: string, password?: string) {
    const failed = (await run(location, password)).at(-1);
    assert.deepEqual([failed?.ok, failed?.step, failed?.code, failed?.fault], [false, step, "SW-LEDGER", fault]);
    assert.match(failed?.text.zh ?? "", /台账数据库/);
    assert.match(failed?.text.en ?? "", /ledger's/);
    assert.ok(failed?.advice?.zh && failed.advice.en);
    return failed;
  }

  it("says server, database, user and answer time, what is in the schema, and the clock", async () => {
    const place = at();
    const [server, rights, clock, ...more] = await run(place);
    assert.deepEqual(more, []);
    assert.match(
      server?.text.en ?? "",
      /^PostgreSQL 1\d\..*, database postgres, user single_window, not encrypted; answers in [\d.]+ ms$/,
    );
    assert.match(rights?.text.en ?? "", /is not there yet and can be made/);
    assert.match(clock?.text.en ?? "", /agrees with the database's/);
    await (await openLedger(place, { password: postgres.password })).close();
    assert.match((await run(place))[1]?.text.en ?? "", /has a ledger that can be written/);
    assert.match(
      (await run(as("poor", "theirs"), "poor-secret"))[1]?.text.en ?? "",
      /has no ledger yet, one can be made/,
    );
  });

  it("names a refused password, a missing one, a missing database and a user that is not let in", async () => {
    await fails(at(), "database", "db-login", "not-the-password");
    await fails(
      at((url) => {
        url.pathname = "/no_such";
      }),
      "database",
      "db-missing",
    );
    await postgres.sql("ALTER ROLE poor NOLOGIN");
    await fails(as("poor"), "database", "db-host", "poor-secret");
    await postgres.sql("ALTER ROLE poor LOGIN");
  });

  it("names missing rights: no schema may be made, in one that is there nothing, on tables that are there", async () => {
    await postgres.sql("REVOKE CREATE ON DATABASE postgres FROM public");
    await fails(as("poor"), "database-rights", "db-rights", "poor-secret");
    await fails(as("poor", "not_theirs"), "database-rights", "db-rights", "poor-secret");
    const place = at();
    await (await openLedger(place, { password: postgres.password })).close();
    const schema = new URL(place).searchParams.get("schema") ?? "";
    await postgres.sql(
      `GRANT USAGE ON SCHEMA ${schema} TO poor; GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO poor`,
    );
    const failed = await fails(as("poor", schema), "database-rights", "db-rights", "poor-secret");
    assert.match(failed?.text.en ?? "", /documents, events, /);
  });

  it("names what cannot be reached, a standby, and TLS that the server does not have", async () => {
    const port = String(await freePort());
    await fails(
      at((url) => {
        url.port = port;
      }),
      "database",
      "db-refused",
    );
    await fails(
      at((url) => {
        url.hostname = "no-such-host.invalid";
      }),
      "database",
      "db-name",
    );
    await fails(as("reader"), "database-rights", "db-standby", "reader-secret");
    await fails(
      at((url) => url.searchParams.set("sslmode", "require")),
      "database",
      "db-tls",
    );
  });

  it("is described fault by fault in docs/connection-test.md", () => {
    const lines = readFileSync(join(__dirname, "../../../docs/connection-test.md"), "utf8").split("\n");
    for (const { fault, text } of NAMED_FAULTS) {
      const row = lines.find((line) => line.startsWith(`| \`${fault}\` |`)) ?? assert.fail(fault);
      // Two ways not to find a name have one row.
      if (fault !== "db-name") assert.ok(row.includes(text.zh) && row.includes(text.en), fault);
    }
  });

  it("is named the same by the client that cannot open", async () => {
    await assert.rejects(
      openLedger(at(), { password: "not-the-password" }),
      (error) => error instanceof ImportClientError && error.details.fault === "db-login" && error.advice !== undefined,
    );
  });

  it("is tested although its client cannot be opened, and is none of a ledger's that is a file", async () => {
    const refuse = async () => {
      throw new ImportClientError("SW-LEDGER", { zh: "台账不可用", en: "no ledger" });
    };
    const { steps } = await diagnose({ client: refuse, ledger: { location: at(), password: "not-the-password" } });
    assert.equal(steps.find(({ step }) => step === "database")?.fault, "db-login");
    assert.deepEqual(await testDatabase({ location: clientSettings().ledger }), []);
  });
});
