import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { readLedgerSetting } from "../../../lib/client/ledger-setting.js";
import { codeOf } from "../../../lib/errors.js";
import { readPlace } from "../../../lib/ledger/postgres/place.js";

const ROOT = resolve("/data/ImpPath");

describe("where the ledger is set to lie", () => {
  it("is a file, below the root where nothing is set", () => {
    assert.equal(readLedgerSetting({}, ROOT), join(ROOT, ".ledger", "ledger.db"));
    assert.equal(readLedgerSetting({ ledgerKind: "sqlite", ledger: "/var/l.db", ledgerHost: "db" }, ROOT), "/var/l.db");
  });

  it("is a database, by its fields or as one address from the environment", () => {
    const address = readLedgerSetting({ ledgerKind: "postgres", ledgerTls: "prefer" }, ROOT);
    const { host, database, schema } = readPlace(address, {});
    assert.deepEqual({ host, database, schema }, { host: undefined, database: undefined, schema: "single_window" });
    const fields = {
      ledgerKind: "postgres",
      ledgerHost: "db.example",
      ledgerPort: "6432",
      ledgerDatabase: "台账",
      ledgerUser: "erp",
      ledgerSchema: "sw_demo",
      ledgerTls: "verify-full",
      ledgerCa: "/etc/ca.pem",
    };
    const set = readLedgerSetting(fields, ROOT);
    assert.deepEqual(readPlace(set, {}), {
      host: "db.example",
      port: 6432,
      database: "台账",
      user: "erp",
      schema: "sw_demo",
      ssl: { mode: "verify-full", rootCert: "/etc/ca.pem", cert: undefined, key: undefined },
    });
    assert.equal(readLedgerSetting({ ledger: set }, ROOT), set);
  });

  it("takes the address of `ledger` where a database is chosen and none of its fields is filled in", () => {
    const ledger = "postgres://sw@db.example.com/sw?schema=a";
    const empty = { ledgerKind: "postgres", ledgerTls: "prefer", ledgerHost: "", ledger };
    assert.equal(readLedgerSetting(empty, ROOT), ledger);
    assert.match(readLedgerSetting({ ...empty, ledgerHost: "other" }, ROOT), /other/);
    assert.match(readLedgerSetting({ ...empty, ledger: "/var/l.db" }, ROOT), /^postgres:/);
  });

  it("is refused where it cannot be meant, and what is secret is not said again", () => {
    for (const config of [
      { ledger: "mysql://user:secret@db/sw" },
      { ledger: "postgres://user:secret@db/sw" },
      { ledgerKind: "oracle" },
      { ledgerKind: "postgres", ledgerPort: "x" },
      { ledgerKind: "postgres", ledgerPort: "99999" },
      { ledgerKind: "postgres", ledgerSchema: "A B" },
      { ledgerKind: "postgres", ledgerTls: "sure" },
    ]) {
      assert.throws(
        () => readLedgerSetting(config, ROOT),
        (error) => codeOf(error) === "SW-CONFIG" && !String(error).includes("secret"),
        JSON.stringify(config),
      );
    }
  });
});
