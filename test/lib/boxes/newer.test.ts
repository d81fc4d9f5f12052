import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { neutral } from "../../../lib/errors.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { openClient } from "../../support/client.js";
import { removeScratch } from "../../support/scratch.js";
import { Watching } from "../../support/watching.js";

describe("a file that its producer writes again after it was claimed", () => {
  let client: ImportClient;
  let watching: Watching;
  let key: string;
  let notices: string[];
  /** What was handed in, to be handed in again. */
  const contents = new Map<string, Buffer>();
  const box = (name: string) => join(client.settings.root, "DecCus001", name);
  const drop = (goods: number, own = key) => {
    const bytes = contents.get(`${own} ${goods}`) ?? decXml({ key: own, goods });
    contents.set(`${own} ${goods}`, bytes);
    writeFileSync(join(box("OutBox"), "a.xml"), bytes);
    return bytes;
  };
  const row = async (id: string) => (await client.ledger.get(id)) as DocumentRow;
  const send = (id: string) => client.claims.send(id, "{}", false, "");

  beforeEach(async () => {
    client = await openClient();
    client.folders.of("DecCus001").make();
    notices = [];
    client.on("notice", ({ text }) => notices.push(`${text.zh} ${text.en}`));
    key = freshKey();
    watching = new Watching(client);
  });
  afterEach(async () => {
    await watching.watch.stop();
    await client.close();
  });
  after(removeScratch);

  /** Claimed, and carried by a flow; nobody looks into OutBox after that. */
  async function claimed(): Promise<string> {
    drop(1);
    await watching.until(() => watching.claims.length === 1);
    const { id } = watching.first;
    await watching.watch.stop();
    client.claims.inFlight.take(id, "flow");
    return id;
  }
  async function isReplaced(id: string): Promise<void> {
    const { state, code, settled } = await row(id);
    assert.deepEqual([state, code, settled], ["failed", "SW-REPLACED", true]);
    assert.equal(readdirSync(box("FailBox")).length, 1);
    assert.deepEqual(readdirSync(box("InBox")), [], "no receipt that would be taken for the newer one's");
  }

  it("is not sent as it was: the newer one lies in OutBox", async () => {
    const id = await claimed();
    const newer = drop(2);
    await assert.rejects(send(id), { code: "SW-REPLACED" });
    await isReplaced(id);
    assert.match(notices.join(), /a\.xml 在发送之前被重新写入/);
    await assert.rejects(send(id), { code: "SW-REPLACED" });
    watching = new Watching(client);
    await watching.until(() => watching.claims.length === 1);
    assert.deepEqual(watching.claims[0]?.payload, newer);
    assert.equal((await send(watching.first.id)).state, "sending");
  });

  it("is not sent as it was: the newer one was claimed while a flow carried the older", async () => {
    drop(1);
    await watching.until(() => watching.claims.length === 1);
    drop(2);
    await watching.until(() => watching.claims.length === 2);
    const [older, newer] = watching.claims.map((claim) => claim.row.id) as [string, string];
    await isReplaced(older);
    await assert.rejects(send(older), { code: "SW-REPLACED" });
    assert.equal((await send(newer)).state, "sending");
  });

  it("leaves no claim behind when its flow gives the older one back, and moves it where a fault came before that", async () => {
    const id = await claimed();
    const replaced = { code: "SW-REPLACED", failedAt: Date.now() };
    await client.ledger.transition(id, { from: ["claimed"], to: "failed" }, replaced, { event: "replaced" });
    await client.claims.giveBack(id, 0, { code: "C18", text: neutral("away") });
    await isReplaced(id);
    assert.equal(client.claims.inFlight.has(id), false);
  });

  it("is refused as its repeat when the older one was sent already", async () => {
    const id = await claimed();
    await send(id);
    drop(2);
    watching = new Watching(client);
    const refused = new Promise<DocumentRow>((resolve) =>
      client.on("change", (changed) => changed.settled && changed.code === "SW-DUP" && resolve(changed)),
    );
    assert.equal((await refused).state, "failed");
    assert.equal((await row(id)).state, "sending");
    const [receipt = ""] = readdirSync(box("InBox"));
    assert.match(readFileSync(join(box("InBox"), receipt), "utf8"), /SW-DUP.*a\.xml/);
  });

  it("is waited for while it is half written, and told of when it is not finished then", async () => {
    const id = await claimed();
    const half = decXml({ key, goods: 2 }).subarray(0, 800);
    writeFileSync(join(box("OutBox"), "a.xml"), half);
    const sending = send(id);
    drop(2);
    await assert.rejects(sending, { code: "SW-REPLACED" });
    await isReplaced(id);

    key = freshKey();
    watching = new Watching(client);
    await watching.until(() => watching.claims.length === 1);
    const { id: next } = watching.first;
    await watching.watch.stop();
    writeFileSync(join(box("OutBox"), "a.xml"), half);
    assert.equal((await send(next)).state, "sending");
    assert.match(notices.join(), /a newer file of its name in OutBox is not finished/);
  });

  it("is sent beside another document of that name, a copy of itself, and one that was claimed before", async () => {
    const id = await claimed();
    drop(1, freshKey());
    assert.equal((await send(id)).state, "sending");

    key = freshKey();
    const copied = await claimedAgain(1);
    drop(1);
    assert.equal((await send(copied)).state, "sending");

    key = freshKey();
    const older = await claimedAgain(1);
    const newer = await claimedAgain(2);
    await isGone(older);
    // A power cut brings the older one back.
    drop(1);
    assert.equal((await send(newer)).state, "sending");
  });

  async function claimedAgain(goods: number): Promise<string> {
    drop(goods);
    watching = new Watching(client);
    await watching.until(() => watching.claims.some((claim) => claim.row.clientKey === key));
    await watching.watch.stop();
    const { id } = watching.claims
      .map((claim) => claim.row)
      .filter(({ clientKey }) => clientKey === key)[0] as DocumentRow;
    client.claims.inFlight.take(id, "flow");
    return id;
  }
  const isGone = async (id: string) => assert.equal((await row(id)).code, "SW-REPLACED");
});
