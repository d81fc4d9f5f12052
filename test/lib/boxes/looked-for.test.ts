import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { appears } from "../../../lib/boxes/looked-for.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { type Disk, SYSTEM_DISK } from "../../../lib/files/disk.js";
import { Files } from "../../../lib/files/files.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import { SEEN_LATE } from "../../../lib/files/seen-late.js";
import { openClient } from "../../support/client.js";
import { FakeClock } from "../../support/fake-clock.js";
import { documentRow, step } from "../../support/rows.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { Watching } from "../../support/watching.js";

const XML = "<DecMessage><DecSign><ClientSeqNo>K1</ClientSeqNo></DecSign></DecMessage>";

/** Several machines, line 7. */
describe("what is not where it should be", function () {
  this.timeout(90_000);
  let faults: Partial<Disk> = {};
  const disk = new Proxy(SYSTEM_DISK, { get: (real, name: keyof Disk) => faults[name] ?? real[name] });
  let client: ImportClient | undefined;
  let watching: Watching | undefined;

  afterEach(async () => {
    faults = {};
    await watching?.watch.stop();
    await client?.close();
    watching = undefined;
    client = undefined;
  });
  after(removeScratch);

  /** A disk that does not show a path at the first looks. */
  function hides(wanted: (path: string) => boolean, looks: number): void {
    let left = looks;
    const unseen = (path: string) => wanted(path) && left > 0;
    faults.facts = (path) => (unseen(path) ? undefined : SYSTEM_DISK.facts(path));
    faults.exists = (path) => {
      if (!unseen(path)) return SYSTEM_DISK.exists(path);
      left--;
      return false;
    };
  }

  it("is gone at once on a disk of one's own, and on a share after what it shows late would have been seen", async () => {
    const path = join(scratch(), "missing");
    const clock = new FakeClock();
    const looking = (lease: { shared?: boolean }) => ({
      ...{ files: new Files(disk), clock },
      lease: { ...lease, assertHeld: () => undefined },
    });
    assert.equal(await appears(looking({}), path), false);
    assert.deepEqual(clock.waits, []);
    for (const [lease, kind] of [
      [{ shared: true }, ""],
      [{}, "nfs4"],
    ] as const) {
      faults.network = () => kind;
      let said: boolean | undefined;
      const looked = appears(looking(lease), path).then((found) => {
        said = found;
      });
      await clock.pass(SEEN_LATE - 1, () => clock.pause());
      assert.equal(said, undefined);
      await clock.pass(1, () => clock.pause());
      await looked;
      assert.equal(said, false);
    }
    const looked = appears(looking({ shared: true }), path);
    writeFileSync(path, "");
    await clock.pass(SEEN_LATE, () => clock.pause());
    assert.equal(await looked, true);
  });

  it("is claimed when a rename that succeeded says that it did not, and the share shows its target later", async () => {
    client = await openClient({}, { ...SYSTEM, disk });
    faults.network = () => "nfs4";
    const folder = client.folders.of("DecCus001");
    folder.make();
    const inTempBox = (path: string) => path.startsWith(join(folder.box("TempBox"), "/"));
    faults.rename = (from, to) => {
      renameSync(from, to);
      hides(inTempBox, 3);
      throw Object.assign(new Error("sent twice"), { code: "ENOENT" });
    };
    writeFileSync(join(folder.box("OutBox"), "a.xml"), XML);
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 1);
    assert.equal(watching.claims[0]?.payload.toString(), XML);
    assert.equal(SYSTEM_DISK.exists(join(folder.box("TempBox"), watching.first.boxName)), true);
    assert.equal((await client.ledger.unsettled()).length, 1);
  });

  it("is archived when a share shows it later, and nobody is told that it is missing", async () => {
    client = await openClient({}, { ...SYSTEM, disk });
    const notices: string[] = [];
    client.on("notice", ({ code }) => notices.push(code));
    const folder = client.folders.of("DecCus001");
    folder.make();
    writeFileSync(join(folder.box("OutBox"), "a.xml"), XML);
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 1);
    const { id, boxName } = watching.first;
    await client.ledger.transition(id, step("sending"), {}, { event: "sending" });
    await client.ledger.transition(id, step("sent"), { sentAt: 1 }, { event: "sent" });
    faults.network = () => "cifs";
    hides((path) => path === join(folder.box("TempBox"), boxName), 3);
    const settled = await client.claims.settle(id);
    assert.deepEqual([settled.box, settled.settled], ["SentBox", true]);
    assert.deepEqual(notices, []);
  });

  it("is waited for by no comparison: of 50 that ended, all are looked for at the same time", async () => {
    const clock = new FakeClock();
    const opened = await openClient({}, { ...SYSTEM, disk, clock });
    client = opened;
    const folder = opened.folders.of("DecCus001");
    folder.make();
    const ids: string[] = [];
    for (let number = 0; number < 50; number++) {
      const name = `${number}.xml`;
      const row = documentRow({ id: opened.ids.document(clock.now()), fileName: name, boxName: name });
      await opened.ledger.claim(row);
      ids.push(row.id);
    }
    // As a stop has left them: nobody else here hears of it, and is at work on them.
    const file = new Database(opened.settings.ledger);
    file.exec("UPDATE documents SET state = 'sent'");
    file.close();
    faults.network = () => "nfs4";
    const settled = async () =>
      (await Promise.all(ids.map((id) => opened.ledger.get(id)))).filter((row) => row?.settled);
    // With no time passing: whoever waited would never come back.
    assert.equal((await opened.reconciler.compare()).finished, 0);
    assert.deepEqual(await settled(), []);
    clock.skip(SEEN_LATE - 1);
    writeFileSync(join(folder.box("TempBox"), "7.xml"), XML);
    assert.equal((await opened.reconciler.compare()).finished, 1);
    assert.deepEqual(
      (await settled()).map((row) => [row?.fileName, row?.box]),
      [["7.xml", "SentBox"]],
    );
    clock.skip(1);
    assert.equal((await opened.reconciler.compare()).finished, 49);
    const rows = await settled();
    assert.equal(rows.length, 50);
    assert.equal(rows.filter((row) => row?.box === "none").length, 49);
  });
});
