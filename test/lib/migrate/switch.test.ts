import assert from "node:assert/strict";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { filesLying, handOver } from "../../../lib/migrate/switch.js";
import { SWITCH_OVER_FILE, switchOverFolder, takesNew } from "../../../lib/watch/switch-over.js";
import { DEMO_IDENTITY, decXml, freshKey } from "../../../simulator/samples/index.js";
import { openClient } from "../../support/client.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";
import { Watching } from "../../support/watching.js";

describe("switching over and back", () => {
  let client: ImportClient;
  let watching: Watching;
  let root: string;

  beforeEach(async () => {
    root = join(scratch(), "ImpPath");
    mkdirSync(join(root, "DecCus001", "OutBox"), { recursive: true });
    client = await openClient({ root });
  });
  afterEach(async () => {
    await watching?.watch.stop();
    await client.close();
  });
  after(removeScratch);

  const put = (name: string) =>
    writeFileSync(join(root, "DecCus001", "OutBox", name), decXml({ identity: DEMO_IDENTITY, key: freshKey() }));
  const claimed = () => watching.claims.map(({ row }) => row.fileName);
  const rounds = async (count: number) => {
    const goal = watching.rounds + count;
    await watching.until(() => watching.rounds >= goal);
  };

  it("to ours: new files are taken, what was there is left until its producer writes it again", async () => {
    put("old.xml");
    const { left } = await handOver(client.files, root, "ours", Date.now());
    assert.deepEqual(
      left.map(({ name }) => name),
      ["old.xml"],
    );
    watching = new Watching(client);
    put("new.xml");
    await watching.until(() => watching.claims.length === 1);
    await rounds(4);
    assert.deepEqual(claimed(), ["new.xml"]);
    put("old.xml");
    await watching.until(() => watching.claims.length === 2);
    assert.deepEqual(claimed(), ["new.xml", "old.xml"]);
  });

  it("to the official client: nothing new is taken, and an open document of ours stays with us", async () => {
    watching = new Watching(client);
    put("ours.xml");
    await watching.until(() => watching.claims.length === 1);
    await handOver(client.files, root, "official", Date.now());
    put("theirs.xml");
    await rounds(4);
    assert.deepEqual(claimed(), ["ours.xml"]);
    assert.equal((await client.ledger.get(watching.first.id))?.state, "claimed");
    assert.deepEqual(
      filesLying(client.files, root).outBox.map(({ name }) => name),
      ["theirs.xml"],
    );
    // Stopped and started again, ours still has what it had.
    await watching.watch.stop();
    watching = new Watching(client);
    await watching.until(() => watching.claims.length === 1);
    assert.deepEqual(claimed(), ["ours.xml"]);
  });

  it("holds from its time on", () => {
    const left: never[] = [];
    assert.equal(takesNew({ to: "ours", from: 100, left }, 99), false);
    assert.equal(takesNew({ to: "ours", from: 100, left }, 100), true);
    assert.equal(takesNew({ to: "official", from: 100, left }, 99), true);
    assert.equal(takesNew({ to: "official", from: 100, left }, 100), false);
    assert.equal(takesNew(undefined, 0), true);
  });

  it("that cannot be read takes nothing, and is said", async () => {
    mkdirSync(switchOverFolder(root), { recursive: true });
    writeFileSync(join(switchOverFolder(root), SWITCH_OVER_FILE), "{");
    put("a.xml");
    watching = new Watching(client);
    await watching.until(() => watching.notices.length === 1);
    await rounds(3);
    assert.deepEqual(claimed(), []);
  });

  it("says when somebody else takes files from the same folder", async () => {
    watching = new Watching(client);
    const path = join(root, "DecCus001", "OutBox", "half.xml");
    let taken = 0;
    await until("it is said", async () => {
      // Not finished, so that ours leaves it alone; the other one does not. On busy cores ours may not have seen yet that it lies still.
      writeFileSync(path, "<DecMessage>");
      await rounds(3);
      const seen = Date.now();
      await until("it has lain there for a while", () => Date.now() - seen > 300);
      await rounds(1);
      renameSync(path, join(root, `half${taken++}.xml`));
      await rounds(2);
      return watching.notices.length > 0;
    });
    const [notice] = watching.notices;
    assert.equal(notice?.code, "SW-OWNER");
    assert.match(notice?.text.en ?? "", /half\.xml.*Another program/);
    assert.ok(notice?.advice?.zh);
  });

  it("says nothing of the files that ours takes itself", async () => {
    watching = new Watching(client);
    for (const name of ["a.xml", "b.xml", "c.xml"]) put(name);
    await watching.until(() => watching.claims.length === 3);
    await rounds(3);
    assert.deepEqual(watching.notices, []);
  });
});
