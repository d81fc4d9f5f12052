import assert from "node:assert/strict";
import { codeOf } from "../../../lib/errors.js";
import { isPostgres, readPlace, tlsOptions, writePlace } from "../../../lib/ledger/postgres/place.js";

const SYSTEM = { mode: "prefer", rootCert: undefined, cert: undefined, key: undefined } as const;

describe("where a ledger lies in PostgreSQL", () => {
  it("is an address, of which each part may be missing", () => {
    const nothing = { host: undefined, port: undefined, database: undefined, user: undefined };
    assert.deepEqual(readPlace("postgres:", {}), { ...nothing, schema: "single_window", ssl: SYSTEM });
    assert.deepEqual(readPlace("postgres://", {}), readPlace("postgresql://", {}));
    assert.deepEqual(readPlace("postgres://erp%40a@[::1]:6432/%E5%8F%B0%E8%B4%A6?schema=a_1&sslmode=verify-full", {}), {
      host: "::1",
      port: 6432,
      database: "台账",
      user: "erp@a",
      schema: "a_1",
      ssl: { ...SYSTEM, mode: "verify-full" },
    });
    assert.equal(readPlace("postgres:///sw?host=/run/postgresql", {}).host, "/run/postgresql");
    for (const location of ["/data/postgres/ledger.db", "C:\\postgres.db", "postgres/ledger.db"]) {
      assert.equal(isPostgres(location), false, location);
    }
  });

  it("is written as it is read", () => {
    for (const place of [
      { host: "db.example", port: 5432, database: "sw", user: "erp@a", schema: "sw_1" },
      { host: "::1", port: undefined, database: "台账", user: undefined, schema: "a" },
      { host: "/run/postgresql", port: undefined, database: "sw", user: undefined, schema: "a" },
      { host: undefined, port: undefined, database: undefined, user: undefined, schema: "single_window" },
      { host: "localhost", port: 6432, database: "sw", user: "erp", schema: "single_window" },
    ]) {
      assert.deepEqual(readPlace(writePlace(place), {}), { ...place, ssl: SYSTEM });
    }
  });

  it("has TLS in it where that is set", () => {
    const ssl = { mode: "verify-full", rootCert: "/etc/ca & co.pem" } as const;
    assert.deepEqual(readPlace(writePlace({ host: "db", ssl }), {}).ssl, { ...SYSTEM, ...ssl });
  });

  it("is refused with a password in it, and with what nobody could mean", () => {
    for (const location of [
      "postgres://user:secret@host/db",
      "postgres://host:99999/db",
      "postgres://host/db?schema=A-1",
      "postgres://host/db?schema=a;drop",
      "postgres://host/db?sslmode=sure",
    ]) {
      assert.throws(
        () => readPlace(location, {}),
        (error) => codeOf(error) === "SW-CONFIG" && !String(error).includes("secret"),
        location,
      );
    }
  });

  it("has its TLS as libpq has it", () => {
    const env = { PGSSLMODE: "verify-ca", PGSSLROOTCERT: __filename };
    const { ssl } = readPlace("postgres://host/db", env);
    assert.deepEqual([ssl.mode, ssl.rootCert], ["verify-ca", __filename]);
    assert.equal(readPlace("postgres://host/db?sslmode=disable", env).ssl.mode, "disable");
    const of = (mode: typeof ssl.mode, rootCert?: string) => {
      const options = tlsOptions({ ...SYSTEM, mode, rootCert });
      return options && { chain: options.rejectUnauthorized, name: !("checkServerIdentity" in options) };
    };
    assert.equal(of("disable"), false);
    assert.deepEqual(of("prefer"), { chain: false, name: false });
    assert.deepEqual(of("require"), { chain: false, name: false });
    assert.deepEqual(of("require", __filename), { chain: true, name: false });
    assert.deepEqual(of("verify-ca"), { chain: true, name: false });
    assert.deepEqual(of("verify-full"), { chain: true, name: true });
    assert.throws(
      () => of("verify-full", "/none"),
      (error) => codeOf(error) === "SW-CONFIG",
    );
  });
});
