import assert from "node:assert/strict";
import { linkSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient } from "../../../lib/client/open.js";
import type { ClientSettings } from "../../../lib/client/settings.js";
import { neutral } from "../../../lib/errors.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { clientSettings } from "../../support/client.js";
import { step } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";
import { Watching } from "../../support/watching.js";

const XML = (key: string) => `<DecMessage><DecSign><ClientSeqNo>${key}</ClientSeqNo></DecSign></DecMessage>`;
const AWAY = { code: "SW-PIN-BLOCKED", text: neutral("no card") };

/** What a stop or a power cut leaves of a move by one more name and the removal of the first. */
describe("a file with two names", () => {
  let settings: ClientSettings;
  let client: ImportClient;
  let watching: Watching | undefined;

  const box = (name: "OutBox" | "TempBox" | "SentBox" | "FailBox") => client.folders.of("DecCus001").box(name);
  const there = (name: Parameters<typeof box>[0]) => readdirSync(box(name)).sort();
  const all = () => client.ledger.query({ limit: 10 });

  async function stopped(): Promise<void> {
    await watching?.watch.stop();
    watching = undefined;
  }

  /** As a start does it: rows and files are compared first. */
  async function restart(): Promise<void> {
    await stopped();
    await client.close();
    client = (await openClient(settings)).client;
  }

  async function claimed(): Promise<DocumentRow> {
    watching = new Watching(client);
    await watching.until(() => watching?.claims.length === 1);
    const { first } = watching;
    await stopped();
    return first;
  }

  async function dropped(key = "K1"): Promise<DocumentRow> {
    writeFileSync(join(box("OutBox"), "a.xml"), XML(key));
    return claimed();
  }

  async function returned(row: DocumentRow): Promise<void> {
    const back = new Promise<void>((resolve) => {
      client.on("change", (_row, { event }) => {
        if (event === "returned") resolve();
      });
    });
    await client.claims.giveBack(row.id, 0, AWAY);
    await back;
    await client.reconciler.compare();
  }

  async function sent({ id }: DocumentRow, to: "accepted" | "rejected"): Promise<DocumentRow> {
    await client.ledger.transition(id, step("sending"), { sendingAt: Date.now() }, { event: "sending" });
    await client.ledger.transition(id, step("sent"), { sentAt: Date.now() }, { event: "sent" });
    await client.claims.settle(id);
    return client.ledger.transition(id, { from: ["sent"], to }, {}, { event: to });
  }

  /** The watch has seen all that lies in OutBox, and each file twice. */
  async function watched(): Promise<void> {
    watching = new Watching(client);
    await watching.until(() => (watching?.rounds ?? 0) >= 4);
    await stopped();
  }

  beforeEach(async () => {
    settings = clientSettings({ missingAfter: 0 });
    client = (await openClient(settings)).client;
  });
  afterEach(async () => {
    await stopped();
    await client.close();
  });
  after(removeScratch);

  it("is claimed again as the one document that it is, when its return was stopped between them", async () => {
    const row = await dropped();
    await returned(row);
    assert.deepEqual(there("OutBox"), ["a.xml"]);
    linkSync(join(box("OutBox"), "a.xml"), join(box("TempBox"), row.boxName));
    await restart();
    assert.equal((await claimed()).id, row.id);
    assert.deepEqual([there("OutBox"), there("TempBox")], [[], [row.boxName]]);
    await watched();
    assert.equal((await all()).length, 1);
  });

  for (const how of ["at a start", "as it is seen in OutBox"] as const) {
    it(`loses the one in OutBox ${how}, when a power cut has brought it back`, async () => {
      const row = await dropped();
      linkSync(join(box("TempBox"), row.boxName), join(box("OutBox"), "a.xml"));
      if (how === "at a start") await restart();
      else await watched();
      assert.deepEqual([there("OutBox"), there("TempBox")], [[], [row.boxName]]);
      assert.equal((await all()).length, 1);
    });
  }

  for (const fate of ["accepted", "rejected"] as const) {
    it(`is no new document when it was ${fate} meanwhile`, async () => {
      const row = await sent(await dropped(), fate);
      linkSync(join(box("SentBox"), there("SentBox")[0] as string), join(box("OutBox"), "a.xml"));
      const told: string[] = [];
      client.on("notice", ({ code }) => told.push(code));
      await watched();
      assert.deepEqual([there("OutBox"), there("FailBox"), there("SentBox").length], [[], [], 1]);
      assert.deepEqual(
        (await all()).map(({ id, state }) => [id, state]),
        [[row.id, fate]],
      );
      assert.deepEqual(told, ["SW-OUTBOX"]);
    });
  }

  it("is told from a file with the same bytes, which is a repeat, or handed in anew where the first was refused", async () => {
    for (const fate of ["accepted", "rejected"] as const) {
      await sent(await dropped(fate), fate);
      writeFileSync(join(box("OutBox"), "a.xml"), XML(fate));
      await watched();
    }
    const found = (await all()).map(({ clientKey, state, code }) => `${clientKey} ${state} ${code}`.trim());
    assert.deepEqual(found.sort(), [
      ...["accepted accepted", "accepted failed SW-DUP", "rejected claimed", "rejected rejected"],
    ]);
  });

  for (const newer of [false, true]) {
    it(`under a number is no new document when its way there was stopped before its row could say so${newer ? ", beside a newer file" : ""}`, async () => {
      const row = await dropped();
      await returned(row);
      renameSync(join(box("OutBox"), "a.xml"), join(box("OutBox"), "a(2).xml"));
      // The newer file took the name as it was given back.
      if (newer) writeFileSync(join(box("OutBox"), "a.xml"), XML("K2"));
      await watched();
      await client.reconciler.compare();
      await watched();
      const found = (await all()).map(({ id, clientKey, state }) => [clientKey, state, id === row.id].join(" "));
      assert.deepEqual(found.sort(), ["K1 claimed true", ...(newer ? ["K2 claimed false"] : [])]);
      assert.deepEqual([there("OutBox"), there("FailBox")], [[], []]);
    });
  }

  it("is given back under its own name, and not beside itself", async () => {
    const row = await dropped();
    linkSync(join(box("TempBox"), row.boxName), join(box("OutBox"), "a.xml"));
    await returned(row);
    assert.deepEqual([there("OutBox"), there("TempBox")], [["a.xml"], []]);
    assert.equal((await claimed()).id, row.id);
  });

  for (const again of [false, true]) {
    it(`loses the one in TempBox of a claim that was taken back${again ? ", and has been claimed once more since" : ""}`, async () => {
      const other = "01900000-0000-7000-8000-000000000001__b.xml";
      writeFileSync(join(box("OutBox"), "b.xml"), XML("K1"));
      const path = again ? join(box("TempBox"), (await claimed()).boxName) : join(box("OutBox"), "b.xml");
      linkSync(path, join(box("TempBox"), other));
      await restart();
      assert.ok(!there("TempBox").includes(other));
      assert.equal((await all()).length, again ? 1 : 0, "it became no document on hold");
      await watched();
      const { state, code, clientKey } = (await all())[0] as DocumentRow;
      assert.deepEqual([state, code, clientKey], ["claimed", "", "K1"]);
    });
  }

  it("and one that was given back under a number, and that a power cut put back there, are brought", async () => {
    const row = await dropped();
    renameSync(join(box("TempBox"), row.boxName), join(box("OutBox"), "a(2).xml"));
    await restart();
    assert.deepEqual([there("OutBox"), there("TempBox")], [[], [row.boxName]]);
    renameSync(join(box("TempBox"), row.boxName), join(box("OutBox"), "a(2).xml"));
    assert.equal((await claimed()).id, row.id);
    await sent(row, "accepted");
    renameSync(join(box("SentBox"), there("SentBox")[0] as string), join(box("OutBox"), "a(2).xml"));
    await watched();
    assert.deepEqual([there("OutBox"), there("SentBox").length, (await all()).length], [[], 1, 1]);
  });
});
