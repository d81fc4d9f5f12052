import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openClient } from "../../../lib/client/open.js";
import { codeOf } from "../../../lib/errors.js";
import { SYSTEM_DISK as disk } from "../../../lib/files/disk.js";
import { openDatabase } from "../../../lib/ledger/sqlite/open-database.js";
import { MachinePinAttempts } from "../../../lib/signing/guard-store.js";
import { clientSettings } from "../../support/client.js";
import { removeScratch, scratch } from "../../support/scratch.js";

const fifo = (path: string) => void execFileSync("mkfifo", [path]);

/** Without the refusal each of these would wait in `open` for ever, and the whole test with it. */
describe("what has a file's name and is no plain file", () => {
  after(removeScratch);

  it("is opened by nobody, for whatever it is wanted", async () => {
    const folder = scratch();
    const path = join(folder, "pipe");
    const file = join(folder, "file");
    fifo(path);
    writeFileSync(file, "x");
    const ways: Record<string, () => unknown> = {
      read: () => disk.read(path),
      readLarge: () => disk.readLarge(path),
      open: () => disk.open(path),
      holdAgain: () => disk.holdAgain(path),
      append: () => disk.append(path, Buffer.from("x")),
      lines: async () => {
        for await (const _ of disk.lines(path));
      },
      "copy from": () => disk.copy(path, file),
      "copy to": () => disk.copy(file, path),
      "copyLarge from": () => disk.copyLarge(path, file),
      "copyLarge to": () => disk.copyLarge(file, path),
      write: () => disk.write(path, Buffer.from("x")),
      syncNow: () => disk.syncNow(path),
    };
    for (const [name, way] of Object.entries(ways))
      await assert.rejects(
        async () => way(),
        (error) => codeOf(error) === "SW-FOLDER" && /is no plain file/.test(String(error)),
        name,
      );
    const link = join(folder, "link");
    symlinkSync("/dev/zero", link);
    assert.throws(() => disk.read(link), /no plain file/);
    symlinkSync(file, join(folder, "good"));
    assert.equal(disk.read(join(folder, "good")).toString(), "x");
  });

  it("keeps a root from being opened, and says which it is", async () => {
    for (const name of ["root.json", "lease.json", "ledger-place.json"]) {
      const settings = clientSettings();
      mkdirSync(join(settings.root, ".single-window"), { recursive: true });
      fifo(join(settings.root, ".single-window", name));
      await assert.rejects(openClient(settings), (error) => new RegExp(`${name} is no plain file`).test(String(error)));
    }
  });

  it("is no ledger, and no record of PINs", async () => {
    const folder = scratch();
    for (const name of ["ledger.db", "ledger.db-wal"]) {
      fifo(join(folder, name));
      assert.throws(
        () => openDatabase(join(folder, "ledger.db"), true),
        (error) => codeOf(error) === "SW-LEDGER" && /no plain file/.test(String(error)),
      );
    }
    const guard = new MachinePinAttempts(() => join(folder, "ledger.db"));
    await assert.rejects(guard.check(), /no plain file/);
  });
});
