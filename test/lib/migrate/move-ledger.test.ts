import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient } from "../../../lib/client/open.js";
import { PinSecret } from "../../../lib/client/pin-secret.js";
import type { ClientSettings } from "../../../lib/client/settings.js";
import { ImportClientError } from "../../../lib/errors.js";
import { Files } from "../../../lib/files/files.js";
import { SYSTEM_IDS } from "../../../lib/ids.js";
import { openLedger } from "../../../lib/ledger/index.js";
import { moveLedger } from "../../../lib/migrate/ledger/move.js";
import { MachinePinAttempts } from "../../../lib/signing/guard-store.js";
import { type PrivatePostgres, startPrivatePostgres } from "../../../scripts/private-postgres.js";
import { clientSettings } from "../../support/client.js";
import { newPlace } from "../../support/postgres.js";
import { documentRow, newReceipt, step } from "../../support/rows.js";
import { removeScratch, scratch } from "../../support/scratch.js";

const refused = (reason: string) => (error: unknown) => {
  assert.ok(error instanceof ImportClientError, String(error));
  assert.equal(error.code, "SW-OWNER", error.message);
  assert.equal(error.details.reason, reason, error.message);
  assert.ok(error.advice?.zh && error.advice.en);
  return true;
};

describe("a client's ledger that is moved", function () {
  this.timeout(360_000);
  let postgres: PrivatePostgres;
  let settings: ClientSettings;
  let database: string;
  const opened: ImportClient[] = [];

  before(async () => {
    postgres = await startPrivatePostgres();
  });
  beforeEach(() => {
    settings = clientSettings();
    database = newPlace(postgres);
  });
  afterEach(async () => {
    for (const client of opened.splice(0)) await client.close();
  });
  after(async () => {
    await postgres?.stop();
    removeScratch();
  });

  const password = () => postgres.password;
  async function open(ledger = settings.ledger, of = settings): Promise<ImportClient> {
    const { client } = await openClient(
      { ...of, ledger },
      { openLedger: (place, options) => openLedger(place, { ...options, password: password() }) },
    );
    opened.push(client);
    return client;
  }
  async function close(client: ImportClient): Promise<void> {
    opened.splice(opened.indexOf(client), 1);
    await client.close();
  }
  const move = (from: string, to: string, options: Parameters<typeof moveLedger>[1] = {}, root = settings.root) =>
    moveLedger({ from, to, root }, { password: password(), ...options });

  /** Documents in a few states, with their files. */
  async function work({ ledger }: ImportClient, count = 4): Promise<void> {
    for (let index = 0; index < count; index++) {
      const row = documentRow({ boxName: `${index}-${count}.xml`, fileName: `${index}-${count}.xml` });
      await ledger.claim(row, { parts: [{ name: `P${index}`, keys: [`K${index}`] }] });
      const box = index === 0 ? "TempBox" : "SentBox";
      const file = join(settings.root, "DecCus001", box, row.boxName);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, "<a/>");
      if (index === 0) continue;
      await ledger.transition(row.id, step("sending"), {}, { event: "sending" });
      await ledger.transition(row.id, step("sent"), { settled: true, box: "SentBox" }, { event: "sent" });
      await ledger.addReceipt(newReceipt({ documentId: row.id }));
    }
  }
  async function worked(): Promise<void> {
    const client = await open();
    await work(client);
    await close(client);
  }
  const states = async ({ ledger }: ImportClient) =>
    (await ledger.query({})).map(({ id, state, box, settled, possibleDuplicate }) => {
      return { id, state, box, settled, possibleDuplicate };
    });

  it("a file that is not there, for the ledger is in PostgreSQL: where that is, and how it is copied from there", async () => {
    const client = await open(database);
    await work(client);
    await close(client);
    const to = join(scratch(), "ledger.db");
    const file = join(settings.root, ".ledger", "ledger.db");
    await assert.rejects(move(file, to), (error) => {
      assert.ok(error instanceof ImportClientError && refused("shared")(error));
      for (const text of [error.text.zh, error.text.en]) assert.ok(text.includes(database) && text.includes(file));
      for (const text of [error.advice?.zh ?? "", error.advice?.en ?? ""]) {
        assert.ok(text.includes(`ledger copy "${database}" "${to}" --root "${settings.root}"`), text);
        assert.ok(!text.includes(password()));
      }
      return true;
    });
    assert.ok(!existsSync(file) && !existsSync(to), "nothing is made");
    assert.equal((await move(database, to)).rows.documents, 4);
  });

  it("goes on in PostgreSQL, and back in a file: nothing is held, what is open is its own again", async () => {
    const before = await open();
    await work(before);
    const known = await states(before);
    await close(before);

    const there = await move(settings.ledger, database);
    assert.equal(there.rows.documents, 4);
    assert.equal(there.resumed, false);
    const shared = await open(database);
    assert.deepEqual(await states(shared), known);
    const [mine] = await shared.ledger.unsettled();
    assert.equal(mine?.state, "claimed");
    assert.ok(shared.ledger.owns(mine ?? assert.fail()));
    assert.equal(await postgres.sql(`SELECT count(*) FROM ${schema()}.claimed_names`), "1");
    await work(shared, 3);
    const more = await states(shared);
    assert.equal(more.length, 7);
    await close(shared);

    const back = await move(database, settings.ledger);
    assert.match(back.aside, /ledger\.db\.moved-\d+/);
    const again = await open();
    assert.deepEqual(await states(again), more);
    assert.equal((await again.ledger.unsettled()).length, 2);
    await close(again);
    // And there once more: what was left behind is emptied first.
    await move(settings.ledger, database);
    assert.deepEqual(await states(await open(database)), more);
  });

  const schema = () => new URL(database).searchParams.get("schema");

  it("is not opened any more where it was, and says where it went, without a secret", async () => {
    await worked();
    await move(settings.ledger, database);
    await assert.rejects(open(), (error) => {
      refused("root")(error);
      assert.ok(String(error).includes(database));
      assert.ok(!JSON.stringify(error).includes(password()));
      return true;
    });
    await open(database);
  });

  it("is refused at each place where it was with the one that is used now, however often it was moved", async () => {
    await worked();
    const [second, file] = [newPlace(postgres), join(scratch(), "elsewhere", "ledger.db")];
    mkdirSync(dirname(file));
    const names = async (now: string, ...before: string[]) => {
      for (const place of before) {
        const says = (error: unknown) => refused("root")(error) && String(error).includes(now);
        await assert.rejects(open(place), says, place);
      }
      await close(await open(now));
    };
    await move(settings.ledger, database);
    await move(database, second);
    await names(second, settings.ledger, database);
    await move(second, file);
    await names(file, settings.ledger, database, second);
    await assert.rejects(
      move(database, newPlace(postgres)),
      (error) => refused("moved")(error) && String(error).includes(file),
    );
    // Whoever copies has no documents that wait, and takes nothing over.
    await assert.rejects(move(file, newPlace(postgres), { password: "wrong" }), (error) => {
      const { code, advice, details } = error as ImportClientError;
      assert.deepEqual([code, details.fault], ["SW-LEDGER", "db-login"]);
      assert.doesNotMatch(`${advice?.zh} ${advice?.en}`, /单据|自动继续|[Dd]ocuments/);
      return /PGPASSWORD.*原台账照旧可用/.test(advice?.zh ?? "");
    });
    // Back at its first place, that is the one.
    await move(file, settings.ledger);
    await names(settings.ledger, database, second, file);
  });

  it("is taken up after a stop, and begun anew after its client went on with it meanwhile", async () => {
    await worked();
    const stop = new Error("stopped");
    const stopAt = (table: string) => (what: string, name: string) => {
      if (what === "copied" && name === table) throw stop;
    };
    await assert.rejects(
      move(settings.ledger, database, { page: 1, progress: stopAt("receipts") }),
      (error) => error === stop,
    );
    await assert.rejects(open(database), refused("copying"));
    const client = await open();
    await work(client, 2);
    await close(client);
    await assert.rejects(
      move(settings.ledger, database, { page: 1, progress: stopAt("document_keys") }),
      (error) => error === stop,
    );
    const first: string[] = [];
    const moved = await move(settings.ledger, database, {
      progress: (what, name) => void first.push(`${what} ${name}`),
    });
    assert.equal(moved.resumed, true);
    assert.equal(first[0], "copied document_keys");
    assert.equal(moved.rows.documents, 6);
    assert.equal((await states(await open(database))).length, 6);
  });

  for (const direction of ["there", "back"] as const) {
    it(`is opened on neither side between the last two steps, and brought to its end by the same command (${direction})`, async () => {
      await worked();
      let [from, to] = [settings.ledger, database];
      if (direction === "back") {
        await move(from, to);
        [from, to] = [to, from];
      }
      await move(from, to);
      const ledger = await openLedger(to, { password: password() });
      const place = await ledger.place();
      const ids = { ledger: await ledger.fact("ledger"), root: await ledger.fact("root") };
      const last = { table: "facts", after: ["~"] };
      await ledger.setFact("copying", JSON.stringify({ ...ids, place, ...last }));
      await ledger.close();
      await assert.rejects(open(from), refused("root"));
      await assert.rejects(open(to), refused("copying"));
      assert.equal((await move(from, to)).resumed, true);
      const again = await move(from, to);
      assert.deepEqual(again.rows, {}, "there is nothing left to do");
      await open(to);
    });
  }

  it("is refused while a client has the root, on whichever side, and goes on after it", async () => {
    await worked();
    const client = await open();
    await assert.rejects(move(settings.ledger, database), refused("lease"));
    await close(client);
    await move(settings.ledger, database);
    const shared = await open(database);
    await assert.rejects(move(database, settings.ledger), refused("lease"));
    await close(shared);
    await move(database, settings.ledger);
    await open();
  });

  it("keeps a client with a file away from a root whose ledger several share, until it has come back", async () => {
    await worked();
    await move(settings.ledger, database);
    const another = join(scratch(), "another.db");
    await assert.rejects(open(another), (error) => refused("root")(error) && /is in PostgreSQL/.test(String(error)));
    const shared = await open(database);
    await assert.rejects(open(another), refused("root"), "while it is at work as well");
    await close(shared);
    await move(database, another);
    await open(another);
  });

  it("hands on what a card has refused: to this machine, or to the next database", async () => {
    await worked();
    await move(settings.ledger, database);
    const ledger = await openLedger(database, { password: password() });
    await ledger.instances?.join("one", { host: "one", pid: 1, boot: "", started: "" });
    const tokens = ["pkcs11:Maker:HSM:0001", "certificate:00ff"];
    const wrong = { tokens, fingerprint: async (salt: string) => `wrong ${salt}` };
    const right = { tokens, fingerprint: async (salt: string) => `right ${salt}` };
    const secret = new PinSecret(settings.root, new Files(), SYSTEM_IDS);
    ledger.instances?.pins.useSecret(() => secret.read());
    await ledger.instances?.pins.refuse(wrong, "CKR_PIN_INCORRECT");
    await ledger.instances?.leave();
    await ledger.close();
    const next = newPlace(postgres);
    await move(database, next);
    const file = join(scratch(), "pins.db");
    const pins = new MachinePinAttempts(() => file);
    try {
      await move(next, settings.ledger, { pins });
      assert.equal((await pins.refusal(wrong))?.code, "CKR_PIN_INCORRECT");
      assert.equal(await pins.refusal(right), undefined);
    } finally {
      pins.close();
    }
    await open();
  });

  it("is refused into a database that somebody works with", async () => {
    await worked();
    const other = await openLedger(database, { password: password() });
    await other.instances?.join("other", { host: "another", pid: 7, boot: "b", started: "s" });
    await assert.rejects(move(settings.ledger, database), (error) => {
      refused("lease")(error);
      return /process 7 on another/.test(String(error));
    });
    await other.instances?.leave();
    await other.close();
    await move(settings.ledger, database);
  });

  it("is refused into the ledger of another client or another root, and out of one that is not the root's", async () => {
    await worked();
    const another = clientSettings({ clientId: "OTHER001" });
    await close(await open(database, another));
    await assert.rejects(move(settings.ledger, database), refused("owner"));
    await assert.rejects(move(another.ledger, newPlace(postgres)), (error) => /missing/.test(String(error)));
    const sameClient = clientSettings();
    const second = newPlace(postgres);
    await close(await open(second, sameClient));
    await assert.rejects(move(settings.ledger, second), refused("occupied"));
    await assert.rejects(move(second, newPlace(postgres)), refused("root"));
    // Nothing was changed by any of it.
    await close(await open());
    await open(database, another);
  });

  it("is refused out of an older copy, and into a copy of itself", async () => {
    await worked();
    const copy = join(scratch(), "copy.db");
    writeFileSync(copy, readFileSync(settings.ledger));
    await assert.rejects(move(settings.ledger, copy), refused("occupied"));
    const client = await open();
    await work(client, 2);
    await close(client);
    await assert.rejects(move(copy, database), refused("older"));
  });

  it("leaves the file as it was that it cannot use", async () => {
    await worked();
    const file = join(scratch(), "no-ledger.db");
    writeFileSync(file, "something else");
    await assert.rejects(move(settings.ledger, file), (error) => /damaged/.test(String(error)));
    assert.deepEqual(readdirSync(dirname(file)), ["no-ledger.db"]);
    await open();
  });
});
