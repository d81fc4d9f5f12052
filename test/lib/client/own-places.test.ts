import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { ledgerFilesIn } from "../../../lib/client/own-places.js";
import { readClientSettings } from "../../../lib/client/settings.js";
import { codeOf, ImportClientError } from "../../../lib/errors.js";
import { problemsOf } from "../../../lib/settings.js";
import { removeScratch, scratch } from "../../support/scratch.js";

describe("where a client keeps what is its own", () => {
  let root = "";
  beforeEach(() => {
    root = join(scratch(), "ImpPath");
    mkdirSync(join(root, "Sas", "OutBox"), { recursive: true });
  });
  after(removeScratch);

  const read = (config: Record<string, unknown>) => readClientSettings({ root, clientId: "DEMO0001", ...config });
  const refused = (setting: string, config: Record<string, unknown>) =>
    assert.throws(
      () => read(config),
      (error) =>
        error instanceof ImportClientError &&
        codeOf(error) === "SW-CONFIG" &&
        problemsOf(error).some((one) => one.setting === setting) &&
        error.text.zh !== error.text.en &&
        error.advice !== undefined,
      JSON.stringify(config),
    );

  it("is no box of the root, however its letters are written, and no folder that holds something else of ours", () => {
    for (const place of [
      ...["Sas/OutBox", "SAS/outbox/below", "Npts/TempBox", "Sas/SentBox/2024-05-06", "Sas/FailBox", "Sas/InBox"],
      ...["Sas/CheckBox", ".audit", ".sent", ".spool", ".single-window"],
    ]) {
      refused("ledger", { ledger: join(root, place, "ledger.db") });
      refused("logDir", { logDir: join(root, place) });
    }
    refused("logDir", { logDir: join(root, ".ledger") });
    refused("logDir", { logDir: root });
  });

  it("is no box that lies elsewhere", () => {
    const boxPaths = JSON.stringify([{ folder: "Sas", box: "OutBox", path: "/erp/out" }]);
    refused("ledger", { boxPaths, ledger: "/erp/OUT/ledger.db" });
    refused("logDir", { boxPaths, logDir: "/erp/out" });
    read({ boxPaths, ledger: "/erp/ledger.db", logDir: "/erp/outside" });
  });

  it("is no box that a link leads into", () => {
    const link = join(scratch(), "link");
    symlinkSync(join(root, "Sas", "OutBox"), link);
    refused("ledger", { ledger: join(link, "ledger.db") });
    refused("logDir", { logDir: join(link, "log") });
  });

  it("is where nothing is set, and anywhere else", () => {
    for (const config of [
      {},
      { ledger: join(root, "ledger.db"), logDir: join(root, "log") },
      { ledger: join(root, "Sas", "ledger.db"), logDir: "/var/log/sw" },
      { ledger: "postgres://db/sw" },
    ])
      read(config);
  });

  it("keeps the boxes of a table apart from those of the root", () => {
    const box = (path: string) => ({ folder: "Npts", box: "InBox", path });
    const sas = { folder: "Sas", box: "SentBox", path: "/erp/sent" };
    for (const path of ["Sas/OutBox", "Sas/CheckBox", ".audit", ".sent/x", ".ledger"])
      refused("boxPaths", { boxPaths: JSON.stringify([box(join(root, path))]) });
    refused("boxPaths", { boxPaths: JSON.stringify([box(join(root, "SAS")), sas]) });
  });

  it("is never claimed, also where a box became a link to its folder later", () => {
    const data = scratch();
    mkdirSync(join(root, "Npts"));
    symlinkSync(data, join(root, "Npts", "OutBox"));
    const isOurs = ledgerFilesIn(join(root, "Npts", "OutBox"), join(data, "ledger.db"));
    assert.deepEqual(["ledger.db", "ledger.db-wal", "ledger.db-shm", "a.xml"].map(isOurs), [true, true, true, false]);
    assert.equal(ledgerFilesIn(join(root, "Sas", "OutBox"), join(data, "ledger.db"))("ledger.db"), false);
  });
});
