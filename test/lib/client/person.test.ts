import assert from "node:assert/strict";
import { appendFileSync, existsSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient as open } from "../../../lib/client/open.js";
import { overrideDuplicate, releaseDocument, resendDocument } from "../../../lib/client/person.js";
import { codeOf } from "../../../lib/errors.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import { readDelivery } from "../../../lib/intake/read.js";
import { storeReceipt } from "../../../lib/intake/store.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { clientSettings } from "../../support/client.js";
import { removeScratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";
import { Watching } from "../../support/watching.js";

const state = (error: unknown) => codeOf(error) === "SW-STATE";

describe("a person's decisions", () => {
  const settings = clientSettings();
  let client: ImportClient;
  let watching: Watching;
  /** The next copy or rename fails with it. */
  let fault: string | undefined;
  const disk = {
    ...SYSTEM.disk,
    rename: (from: string, to: string) => {
      if (fault) throw Object.assign(new Error(fault), { code: fault });
      SYSTEM.disk.rename(from, to);
    },
    copyLarge: async (from: string, to: string) => {
      if (fault) throw Object.assign(new Error(fault), { code: fault });
      await SYSTEM.disk.copyLarge(from, to);
    },
  };
  const start = async () => {
    client = (await open(settings, { ports: { ...SYSTEM, disk } })).client;
    watching = new Watching(client);
  };
  const stop = async () => {
    await watching.watch.stop();
    await client.close();
  };
  beforeEach(async () => {
    fault = undefined;
    await start();
  });
  afterEach(stop);
  after(removeScratch);

  const box = (name: "OutBox" | "TempBox" | "SentBox" | "FailBox") => client.folders.of("DecCus001").box(name);
  const drop = (name: string, bytes: Buffer) => writeFileSync(join(box("OutBox"), name), bytes);
  const claimed = async (name: string) => {
    await watching.until(() => watching.claims.some(({ row }) => row.fileName === name));
    return watching.claims.findLast(({ row }) => row.fileName === name)?.row as DocumentRow;
  };
  const failed = async (name: string) =>
    await until(`${name} is refused`, async () =>
      (await client.ledger.byFileName(name)).find((row) => row.settled && row.state === "failed"),
    );
  const sent = async (row: DocumentRow) => {
    await client.claims.send(row.id, "{}", false, "");
    await client.ledger.transition(
      row.id,
      { from: ["sending"], to: "sent" },
      { sentAt: Date.now() },
      { event: "sent" },
    );
    return client.claims.settle(row.id);
  };
  const deliver = async (xml: string) => {
    const delivery = { body: Buffer.from(xml), fileName: "", business: "", messageId: "m", receivedAt: Date.now() };
    for (const part of await readDelivery(client, delivery)) await storeReceipt(client, delivery, part);
  };

  it("sends a document that was refused as a repeat all the same, with the reason, and only such a one", async () => {
    const key = freshKey();
    drop("a.xml", decXml({ key, goods: 1 }));
    await sent(await claimed("a.xml"));
    const bytes = decXml({ key, goods: 2 });
    drop("b.xml", bytes);
    const refused = await failed("b.xml");
    assert.equal(refused.code, "SW-DUP");
    assert.equal(refused.text, `企业内部编号 ${key} 与已提交的单据 a.xml 相同（该单据已申报）`);
    assert.equal(refused.textEn, `its own number ${key} is that of a.xml, which was handed in before (sent)`);
    await assert.rejects(
      overrideDuplicate(client, refused.id, { reason: "" }),
      (error) => codeOf(error) === "SW-REQUEST",
    );
    await assert.rejects(resendDocument(client, refused.id, { reason: "once more" }), state);
    await overrideDuplicate(client, refused.id, { reason: "customs asked for it" });
    const again = await claimed("b.xml");
    assert.equal(again.id, refused.id);
    assert.deepEqual(watching.claims.at(-1)?.payload, bytes);
    const story = await client.ledger.story(refused.id);
    assert.ok(story?.events.some(({ event, text }) => event === "override" && text === "customs asked for it"));
    await sent(again);
    await assert.rejects(overrideDuplicate(client, refused.id, { reason: "x" }), state);
  });

  it("lets a declaration be corrected under its own number after customs refused it", async () => {
    const key = freshKey();
    drop("c.xml", decXml({ key, goods: 1 }));
    await sent(await claimed("c.xml"));
    const seqNo = "S00000000000000009";
    await deliver(
      `<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>0</ResponseCode><ClientSeqNo>${key}</ClientSeqNo><SeqNo>${seqNo}</SeqNo></DecImportResponse>`,
    );
    drop("d.xml", decXml({ key, goods: 2 }));
    assert.equal((await failed("d.xml")).code, "SW-DUP");
    await deliver(`<DEC_RESULT><CUS_CIQ_NO>${seqNo}</CUS_CIQ_NO><CHANNEL>E</CHANNEL></DEC_RESULT>`);
    drop("e.xml", decXml({ key, goods: 2 }));
    await claimed("e.xml");
  });

  it("takes a file that was corrected in OutBox while it waited, and ends the one before", async () => {
    const key = freshKey();
    drop("w.xml", decXml({ key, goods: 1 }));
    const first = await claimed("w.xml");
    // The card is away for long: the claim is given back, its file waits in OutBox with a delay.
    await watching.watch.stop();
    await client.claims.giveBack(first.id, 0, {
      code: "SW-CARD-ABSENT",
      text: { zh: "无卡", en: "no card" },
      kind: "waits",
    });
    await until("it is in OutBox", () => existsSync(join(box("OutBox"), "w.xml")));
    drop("w.xml", decXml({ key, goods: 2 }));
    watching = new Watching(client);
    const second = await claimed("w.xml");
    assert.notEqual(second.id, first.id);
    assert.equal((await client.ledger.get(first.id))?.code, "SW-REPLACED");
    assert.equal((await client.ledger.get(second.id))?.state, "claimed");
  });

  it("does one of two resends at once", async () => {
    drop("r.xml", decXml({ key: freshKey(), goods: 1 }));
    const { id } = await sent(await claimed("r.xml"));
    const word = { reason: "again" };
    const results = await Promise.allSettled([resendDocument(client, id, word), resendDocument(client, id, word)]);
    assert.deepEqual(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    assert.equal((await client.ledger.get(id))?.attempt, 2);
  });

  it("sends nothing under a document's id that is not what was claimed", async () => {
    drop("changed.xml", decXml({ key: freshKey(), goods: 1 }));
    const { id, boxName } = await sent(await claimed("changed.xml"));
    appendFileSync(join(client.folders.of("DecCus001").box("SentBox"), boxName), "<!-- a hand in the archive -->");
    await assert.rejects(resendDocument(client, id, { reason: "again" }), { code: "SW-STATE", message: /not the one/ });
    assert.equal((await client.ledger.get(id))?.state, "sent");
  });

  it("finds the bytes of a send that a power cut put back to OutBox, and says when somebody holds them there", async () => {
    drop("held.xml", decXml({ key: freshKey(), goods: 1 }));
    const { id, sha256, boxName } = await claimed("held.xml");
    await watching.watch.stop();
    const sending = await client.claims.send(id, JSON.stringify({ body: sha256, properties: {} }), false, "");
    await client.claims.hold(sending, { code: "SW-UNKNOWN", text: { zh: "不明", en: "not known" } });
    renameSync(join(box("TempBox"), boxName), join(box("OutBox"), "held.xml"));
    fault = "EBUSY";
    await assert.rejects(releaseDocument(client, id, { reason: "again" }), (error) => codeOf(error) === "EBUSY");
    assert.equal((await client.ledger.get(id))?.state, "held");
    fault = undefined;
    assert.equal((await releaseDocument(client, id, { reason: "again" })).state, "unknown");
    assert.ok(existsSync(join(box("TempBox"), boxName)));
    watching = new Watching(client);
  });

  it("lets a file that the ledger did not know go its way, and not beside the same document that was handed in since", async () => {
    const key = freshKey();
    const bytes = decXml({ key, goods: 1 });
    const own = "01900000-0000-7000-8000-000000000001";
    const enter = async (content: Buffer) => {
      writeFileSync(join(box("TempBox"), `${own}__orphan.xml`), content);
      await stop();
      await start();
      assert.equal((await client.ledger.get(own))?.code, "SW-ORPHAN");
    };
    drop("first.xml", bytes);
    await claimed("first.xml");
    await enter(decXml({ key, goods: 2 }));
    await releaseDocument(client, own, { reason: "it has not arrived" });
    const refused = await failed("orphan.xml");
    assert.equal(refused.code, "SW-DUP");
    assert.match(refused.text, new RegExp(`${key} .*first\\.xml`));
  });

  it("makes no file without a row: a resend that a fault interrupts is brought to its end by the next start", async () => {
    drop("f.xml", decXml({ key: freshKey(), goods: 1 }));
    const { id } = await sent(await claimed("f.xml"));
    fault = "ENOSPC";
    const before = readdirSync(box("TempBox")).length;
    await assert.rejects(resendDocument(client, id, { reason: "again" }), (error) => codeOf(error) === "ENOSPC");
    assert.equal(readdirSync(box("TempBox")).length, before);
    assert.equal((await client.ledger.get(id))?.state, "claimed");
    fault = undefined;
    await stop();
    await start();
    const again = await claimed("f.xml");
    assert.deepEqual([again.id, again.attempt], [id, 2]);
    assert.equal((await client.ledger.bySha256(again.sha256)).length, 1);
  });
});
