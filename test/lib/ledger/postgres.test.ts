import assert from "node:assert/strict";
import { askedByPerson } from "../../../lib/asked.js";
import { codeOf, ImportClientError } from "../../../lib/errors.js";
import { type Ledger, openLedger } from "../../../lib/ledger/index.js";
import { type PrivatePostgres, startPrivatePostgres } from "../../../scripts/private-postgres.js";
import { Authority } from "../../support/authority.js";
import { describeLedger } from "../../support/ledger-contract.js";
import { describeQueries } from "../../support/ledger-queries.js";
import { newLedger, newPlace } from "../../support/postgres.js";
import { documentRow, step } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";
import { type WatchedLine, watchedLine } from "../../support/watched-line.js";

const because = (reason: string) => (error: unknown) =>
  error instanceof ImportClientError && error.code === "SW-LEDGER" && error.details.reason === reason;

describe("PostgreSQL", () => {
  let postgres: PrivatePostgres;

  let authority: Authority;

  before(async function () {
    this.timeout(360_000);
    authority = new Authority("ledger");
    const { certificate, key } = authority.issue("127.0.0.1", { names: ["IP:127.0.0.1"] });
    postgres = await startPrivatePostgres({ tls: { certificate, key } });
  });
  after(async () => {
    await postgres?.stop();
    removeScratch();
  });

  describeLedger("the ledger in it: the contract", () => newLedger(postgres));
  describeQueries("documents query in it: the contract", () => newLedger(postgres));

  describe("the ledger in it", () => {
    const opened: Ledger[] = [];
    const open = async (place: string, options: Parameters<typeof openLedger>[1] = {}) => {
      const ledger = await openLedger(place, { password: postgres.password, ...options });
      opened.push(ledger);
      return ledger;
    };
    const schemaOf = (place: string) => new URL(place).searchParams.get("schema");

    afterEach(async () => {
      for (const ledger of opened.splice(0)) await ledger.close();
    });

    it("is made by one of several that begin together, and kept over a reopen", async () => {
      const place = newPlace(postgres);
      const ledgers = await Promise.all([1, 2, 3, 4].map(() => open(place)));
      const row = documentRow({ fileName: "浙A00000.xml" });
      await ledgers[0]?.claim(row);
      await ledgers[0]?.close();
      assert.equal((await (await open(place, { create: false })).get(row.id))?.fileName, row.fileName);
      assert.equal(await postgres.sql(`SELECT count(*) FROM ${schemaOf(place)}.ledger_version`), "1");
    });

    it("is missing where it is not to be made, and refused where a newer version has written it", async () => {
      const place = newPlace(postgres);
      await assert.rejects(open(place, { create: false }), because("missing"));
      await open(place);
      await postgres.sql(`UPDATE ${schemaOf(place)}.ledger_version SET version = 99`);
      await assert.rejects(open(place), because("unusable"));
    });

    it("says what is refused without the password", async () => {
      const secret = "not-the-password";
      await assert.rejects(open(newPlace(postgres), { password: secret }), (error) => {
        assert.ok(because("unusable")(error));
        const { message, text, advice, cause } = error as ImportClientError;
        assert.ok(!JSON.stringify([message, text, advice, String(cause)]).includes(secret));
        return true;
      });
      const inAddress = newPlace(postgres).replace("@", `:${secret}@`);
      await assert.rejects(
        open(inAddress),
        (error) => codeOf(error) === "SW-CONFIG" && !String(error).includes(secret),
      );
    });

    it("is reached with TLS as sslmode says", async () => {
      const place = newPlace(postgres).replace("sslmode=disable", "");
      const used = async (mode: string, rootCert = "") => {
        const name = `sslrootcert=${encodeURIComponent(rootCert)}`;
        const ledger = await openLedger(`${place}&sslmode=${mode}&${rootCert && name}`, {
          password: postgres.password,
        });
        const sql =
          "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND application_name LIKE 'node-red%'";
        const encrypted = await postgres.sql(sql);
        await ledger.close();
        return encrypted !== "0";
      };
      assert.equal(await used("disable"), false);
      assert.equal(await used("prefer"), true);
      assert.equal(await used("require"), true);
      assert.equal(await used("verify-full", authority.certificate), true);
      await assert.rejects(used("verify-ca", new Authority("another").certificate), because("away"));
      await assert.rejects(used("verify-full", ""), because("away"));
      const byName = place.replace("127.0.0.1", "localhost");
      const options = `&sslmode=verify-full&sslrootcert=${encodeURIComponent(authority.certificate)}`;
      await assert.rejects(open(byName + options), because("away"));
    });

    it("commits what comes together in few transactions", async () => {
      const place = newPlace(postgres);
      const ledger = await open(place);
      await Promise.all(Array.from({ length: 150 }, () => ledger.claim(documentRow())));
      const transactions = Number(
        await postgres.sql(`SELECT count(DISTINCT xmin::text) FROM ${schemaOf(place)}.documents`),
      );
      assert.ok(transactions <= 3, `${transactions} transactions`);
    });

    it("lets only the failing one of several fail that the database itself refuses", async () => {
      const ledger = await open(newPlace(postgres));
      const row = documentRow();
      await ledger.claim(row);
      const results = await Promise.allSettled([
        ledger.claim(documentRow()),
        ledger.claim(row),
        ledger.claim(documentRow()),
      ]);
      assert.deepEqual(
        results.map(({ status }) => status),
        ["fulfilled", "rejected", "fulfilled"],
      );
      assert.equal((await ledger.unsettled()).length, 3);
    });

    it("loses nothing that was said to be committed when the server is killed, and goes on by itself", async () => {
      const ledger = await open(newPlace(postgres));
      const committed: string[] = [];
      const claim = async () => {
        const row = documentRow();
        await ledger.claim(row);
        committed.push(row.id);
      };
      const writing = Array.from({ length: 20 }, async () => {
        for (let count = 0; count < 20; count++) await claim();
      });
      await until("some claims are committed", () => committed.length > 50);
      await postgres.kill();
      await postgres.restart();
      await Promise.all(writing);
      const known = new Set((await ledger.unsettled()).map(({ id }) => id));
      assert.equal(committed.length, 400);
      assert.deepEqual(
        committed.filter((id) => !known.has(id)),
        [],
      );
      assert.equal(known.size, 400);
      assert.equal(ledger.look(), "sound");
    });

    describe("over a line on which something happens", () => {
      let line: WatchedLine;
      let place: string;
      let ledger: Ledger;

      beforeEach(async () => {
        line = await watchedLine(postgres);
        place = newPlace(postgres);
        const through = new URL(place);
        through.port = String(line.port);
        ledger = await open(through.href);
        await ledger.claim(documentRow());
      });
      afterEach(() => line.close());

      it("asks what became of a commit whose answer was lost, and does nothing twice", async () => {
        const row = documentRow();
        line.cutAfter("COMMIT");
        assert.equal(await ledger.claim(row), undefined);
        assert.ok(line.happened());
        assert.equal((await ledger.story(row.id))?.events.length, 1);
        // By doing it again it would be in the wrong state.
        line.cutAfter("COMMIT");
        const sending = { from: ["claimed"], to: "sending" } as const;
        assert.equal((await ledger.transition(row.id, sending, {}, { event: "sending" })).state, "sending");
        assert.ok(line.happened());
      });

      it("does again what was lost before its commit", async () => {
        const row = documentRow();
        line.cutAfter("FOR UPDATE");
        assert.equal(await ledger.claim(row), undefined);
        assert.ok(line.happened());
        assert.equal((await ledger.story(row.id))?.events.length, 1);
      });

      it("gives way to others when a writer stops in the middle of a transaction, and goes on after them", async () => {
        const other = await open(place);
        const [ours, theirs] = [documentRow(), documentRow()];
        line.freezeAfter("FOR UPDATE");
        const claimed = ledger.claim(ours);
        await until("the writer is frozen", () => line.happened());
        await other.claim(theirs);
        await claimed;
        assert.deepEqual(
          (await other.unsettled())
            .slice(1)
            .map(({ id }) => id)
            .sort(),
          [ours.id, theirs.id].sort(),
        );
      });

      it("takes a database for damaged that has come back with less than was committed, until it is taken as it is", async () => {
        const { searchParams } = new URL(place);
        const schema = searchParams.get("schema");
        await ledger.setFact("ledger", "this one");
        await postgres.sql(`DELETE FROM ${schema}.events`);
        line.cutAfter("FOR UPDATE");
        await assert.rejects(ledger.claim(documentRow()), because("missing"));
        assert.equal(ledger.look(), "damaged");
        await ledger.replace(false);
        assert.equal(ledger.look(), "sound");
        await ledger.claim(documentRow());
      });
    });

    it("that comes back with less than others who share it know, though not less than we do, counts as damaged", async () => {
      const place = newPlace(postgres);
      const [ours, theirs] = [await open(place), await open(place)];
      await ours.setFact("ledger", "this one");
      await ours.claim(documentRow());
      const known = await ours.place();
      ours.expects(() => ({ ledger: "this one", place: known + 2 }));
      await theirs.claim(documentRow());
      await theirs.claim(documentRow());
      await ours.setFact("x", "y");
      // As a standby is that lacks the last commits.
      await postgres.sql(`DELETE FROM ${schemaOf(place)}.events WHERE id > ${known + 1}`);
      await postgres.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'node-red%'",
      );
      await assert.rejects(ours.claim(documentRow()), because("missing"));
      assert.equal(ours.look(), "damaged");
    });

    for (const [what, does] of [
      ["full", "RAISE disk_full USING MESSAGE = 'no space left on device'"],
      ["slow", "PERFORM pg_sleep(60)"],
    ] as const) {
      it(`waits for a database that is ${what}, says so, and goes on by itself`, async () => {
        const place = newPlace(postgres);
        const ledger = await open(place);
        const schema = schemaOf(place);
        await postgres.sql(`CREATE FUNCTION ${schema}.fault() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN ${does.replaceAll("'", "''")}; RETURN NEW; END';
          CREATE TRIGGER fault BEFORE INSERT ON ${schema}.documents FOR EACH ROW EXECUTE FUNCTION ${schema}.fault()`);
        const row = documentRow();
        const claimed = ledger.claim(row);
        await until("the ledger says that it is away", () => ledger.look() === "away");
        await postgres.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`);
        await until(
          "the fault is over",
          async () => {
            await postgres.sql(`SET lock_timeout = '1s'; DROP TRIGGER fault ON ${schema}.documents`);
            return true;
          },
          60_000,
        );
        assert.equal(await claimed, undefined);
        assert.equal((await ledger.story(row.id))?.events.length, 1);
        assert.equal(ledger.look(), "sound");
      });
    }

    it("lets no person wait while it is away, and waits for a question that takes long while it answers others", async () => {
      const place = newPlace(postgres);
      const ledger = await open(place);
      const row = documentRow();
      await ledger.claim(row);
      postgres.pause();
      const own = ledger.get(row.id);
      try {
        await askedByPerson(async () => {
          await assert.rejects(ledger.get(row.id), because("away"));
          // Known to be silent by now: the rest of the question is not tried.
          await assert.rejects(ledger.counts(), because("away"));
          await assert.rejects(ledger.update(row.id, { text: "a decision" }), because("away"));
        });
      } finally {
        postgres.resume();
      }
      assert.equal((await own)?.id, row.id, "the documents' own work waits");
      const table = `${schemaOf(place)}.documents`;
      const held = postgres.sql(`BEGIN; LOCK TABLE ${table}; SELECT pg_sleep(4); COMMIT`);
      const locks = `SELECT count(*) FROM pg_locks WHERE relation = '${table}'::regclass AND mode = 'AccessExclusiveLock' AND granted`;
      await until("the table is locked", async () => (await postgres.sql(locks)) === "1");
      assert.equal((await askedByPerson(() => ledger.get(row.id)))?.text, "");
      await held;
    });

    it("says that it is away, and is back by itself", async () => {
      const ledger = await open(newPlace(postgres));
      const row = documentRow();
      await ledger.claim(row);
      let reading: ReturnType<Ledger["get"]> | undefined;
      postgres.pause();
      const sending = ledger.transition(row.id, step("sending"), {}, { event: "sending" });
      try {
        await until("the ledger says that it is away", () => ledger.look() === "away", 60_000);
        reading = ledger.get(row.id);
      } finally {
        postgres.resume();
      }
      assert.equal((await sending).state, "sending");
      assert.equal((await reading)?.id, row.id);
      assert.equal(ledger.look(), "sound");
    });
  });
});
