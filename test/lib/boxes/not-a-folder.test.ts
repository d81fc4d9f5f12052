import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient as open } from "../../../lib/client/open.js";
import type { ImportClientError } from "../../../lib/errors.js";
import { BOX_NAMES, type BoxName } from "../../../lib/files/folders.js";
import { readDelivery } from "../../../lib/intake/read.js";
import { storeReceipt } from "../../../lib/intake/store.js";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { clientSettings, openClient } from "../../support/client.js";
import { removeScratch } from "../../support/scratch.js";
import { Watching } from "../../support/watching.js";

/** What has to be said of a file that stands where a folder belongs. */
function isNoFolder(path: string) {
  return ({ code, message, advice, details }: ImportClientError): boolean => {
    assert.deepEqual([code, details.reason, details.path], ["SW-FOLDER", "not-a-folder", path]);
    assert.equal(message, `${path} is not a folder`);
    assert.match(`${advice?.zh} ${advice?.en}`, /自动继续.*goes on by itself/);
    return true;
  };
}

describe("a root in which no folder can be made", () => {
  (process.platform === "linux" ? it : it.skip)(
    "is a fault of the folder, with what to do, and is over when it can",
    async () => {
      await assert.rejects(open(clientSettings({ root: "/proc/nope" })), ({ code, message, advice }) => {
        assert.deepEqual(
          [code, message],
          ["SW-FOLDER", "the folder /proc/nope/.single-window cannot be made (ENOENT)"],
        );
        return /Check the path/.test(advice.en) && /核对路径/.test(advice.zh);
      });
    },
  );
});

describe("a file that stands where a box belongs", () => {
  let client: ImportClient;
  let watching: Watching | undefined;
  beforeEach(async () => {
    client = await openClient();
    client.folders.of("DecCus001").make();
  });
  afterEach(async () => {
    await watching?.watch.stop();
    watching = undefined;
    await client.close();
  });
  after(removeScratch);

  const box = (name: BoxName) => join(client.settings.root, "DecCus001", name);
  const drop = (name: string) => writeFileSync(join(box("OutBox"), name), decXml({ key: freshKey(), goods: 1 }));
  /** Puts a file in the place of a folder; returns what brings the folder back. */
  function block(path: string): () => void {
    renameSync(path, `${path}.away`);
    writeFileSync(path, "x");
    return () => {
      rmSync(path);
      renameSync(`${path}.away`, path);
    };
  }
  async function claimed(name: string): Promise<string> {
    watching = new Watching(client);
    drop(name);
    await watching.until(() => watching?.claims.length === 1);
    await watching.watch.stop();
    return watching.first.id;
  }

  for (const name of BOX_NAMES) {
    for (const businesses of [["DecCus001"], []]) {
      it(`${name}, ${businesses.length === 0 ? "of all folders" : "of a named one"}: it is said, files wait, and go on by themselves`, async () => {
        drop("a.xml");
        const unblock = block(box(name));
        watching = new Watching(client, { businesses });
        const { watch, notices } = watching;
        await watching.until(() => notices.length > 0 && watching?.round?.away === 1);
        isNoFolder(box(name))(notices[0] as ImportClientError);
        const { rounds } = watching;
        await watching.until(() => (watching?.rounds ?? 0) > rounds + 1);
        assert.deepEqual([watching.claims.length, notices.length], [0, 1], "said once");
        unblock();
        await watching.until(() => watching?.claims.length === 1 && watching.round?.away === 0);
        await watch.stop();
      });
    }
  }

  it("the business folder itself", async () => {
    const folder = dirname(box("OutBox"));
    const unblock = block(folder);
    watching = new Watching(client);
    await watching.until(() => watching?.notices.length === 1);
    isNoFolder(folder)(watching.notices[0] as ImportClientError);
    unblock();
    drop("a.xml");
    await watching.until(() => watching?.claims.length === 1);
  });

  for (const [name, end] of [
    ["SentBox", (id: string) => client.claims.settle(id)],
    ["FailBox", (id: string) => client.claims.fail(id, { code: "SW-TEST", text: { zh: "试", en: "test" } })],
  ] as const) {
    it(`${name}, for a document on its way: it keeps its state and is moved when the folder is back`, async () => {
      const id = await claimed("a.xml");
      if (name === "SentBox") {
        await client.claims.send(id, "{}", false, "");
        await client.ledger.transition(id, { from: ["sending"], to: "sent" }, { sentAt: 1 }, { event: "sent" });
      }
      const unblock = block(box(name));
      await assert.rejects(end(id), isNoFolder(box(name)));
      await client.reconciler.compare();
      const state = name === "SentBox" ? "sent" : "failed";
      assert.deepEqual([(await client.ledger.get(id))?.state, (await client.ledger.get(id))?.settled], [state, false]);
      client.claims.inFlight.release(id);
      unblock();
      await client.reconciler.compare();
      assert.equal((await client.ledger.get(id))?.settled, true);
      assert.equal(readdirSync(box(name)).length, 1);
    });
  }

  it("InBox and .spool: what is to be written there says so", async () => {
    const id = await claimed("a.xml");
    const unblock = block(box("InBox"));
    const key = (await client.ledger.get(id))?.clientKey;
    const body = Buffer.from(
      `<DecImportResponse><ResponseCode>1</ResponseCode><ClientSeqNo>${key}</ClientSeqNo></DecImportResponse>`,
    );
    const delivery = { body, fileName: "", business: "", messageId: "m1", receivedAt: Date.now() };
    const [part] = await readDelivery(client, delivery);
    assert.ok(part);
    await assert.rejects(storeReceipt(client, delivery, part), isNoFolder(box("InBox")));
    unblock();
    assert.equal((await storeReceipt(client, delivery, part)).length, 1);
    const spool = join(client.settings.root, ".spool");
    if (existsSync(spool)) rmSync(spool, { recursive: true });
    writeFileSync(spool, "x");
    await assert.rejects(client.spool.write(id, body), isNoFolder(spool));
  });

  it("SentBox, when the ledger is lost as well: nothing is taken for new", async () => {
    await claimed("a.xml");
    const { settings } = client;
    await client.close();
    rmSync(join(settings.root, ".ledger"), { recursive: true });
    const unblock = block(box("SentBox"));
    await assert.rejects(open(settings), isNoFolder(box("SentBox")));
    unblock();
    client = (await open(settings)).client;
    assert.equal((await client.ledger.query({})).length, 1);
  });

  it("above a box that is to be made", async () => {
    const root = join(client.settings.root, "..", "Plain");
    mkdirSync(root);
    const { client: other } = await open(clientSettings({ root }));
    try {
      writeFileSync(join(root, "Sas"), "x");
      assert.throws(() => other.folders.of("Sas").box("OutBox"), isNoFolder(join(root, "Sas")));
      assert.throws(() => other.files.makeFolder(join(root, "Sas", "x", "y")), isNoFolder(join(root, "Sas")));
    } finally {
      await other.close();
    }
  });
});
