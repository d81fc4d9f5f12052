import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { adviceOnEnded } from "../../../lib/boxes/ended.js";
import { ON_HOLD, wasLetGo } from "../../../lib/boxes/put-off.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient as open } from "../../../lib/client/open.js";
import { holdDocument, releaseDocument, resendDocument } from "../../../lib/client/person.js";
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

const WORD = { reason: "等客户确认" };
const state = (error: unknown) => codeOf(error) === "SW-STATE";

describe("a document on hold", () => {
  const settings = clientSettings();
  let client: ImportClient;
  let watching: Watching;
  /** What the client's clock is ahead of ours. */
  let ahead = 0;
  const clock = { ...SYSTEM.clock, now: () => SYSTEM.clock.now() + ahead };
  const start = async (watch: { maxInFlight?: number } = {}) => {
    client = (await open(settings, { ports: { ...SYSTEM, clock } })).client;
    watching = new Watching(client, watch);
  };
  const stop = async () => {
    await watching.watch.stop();
    await client.close();
  };
  beforeEach(async () => {
    ahead = 0;
    await start();
  });
  afterEach(stop);
  after(removeScratch);

  const box = (name: "OutBox" | "TempBox") => client.folders.of("DecCus001").box(name);
  const drop = (name: string, bytes: Buffer = decXml({ key: freshKey(), goods: 1 })) =>
    writeFileSync(join(box("OutBox"), name), bytes);
  const claimed = async (name: string, times = 1) => {
    const seen = () => watching.claims.filter(({ row }) => row.fileName === name);
    await watching.until(() => seen().length >= times);
    return seen().at(-1)?.row as DocumentRow;
  };
  const rowOf = async (id: string) => (await client.ledger.get(id)) as DocumentRow;

  it("waits outside the window, is not sent, and goes on when a person releases it", async () => {
    await stop();
    await start({ maxInFlight: 1 });
    drop("a.xml");
    const { id } = await claimed("a.xml");
    await assert.rejects(holdDocument(client, id, { reason: " " }), (error) => codeOf(error) === "SW-REQUEST");
    const held = await holdDocument(client, id, WORD);
    assert.deepEqual([held.state, held.code, held.text, held.box], ["held", "SW-HELD", WORD.reason, "TempBox"]);
    // It is the only place that there is.
    drop("b.xml");
    const other = await claimed("b.xml");
    await assert.rejects(client.claims.send(id, "{}", false, ""), state);
    await client.claims.end(other.id, "failed", ON_HOLD, 0);
    // Whatever its flow makes of it meanwhile, it stays on hold.
    await client.claims.end(id, "failed", { code: "SW-X", text: { zh: "错", en: "wrong" } }, 0);
    await client.claims.end(id, "retry", { code: "SW-X", text: { zh: "错", en: "wrong" } }, 0);
    assert.equal((await rowOf(id)).state, "held");
    const asked = (zh: string) => wasLetGo(client, id, { code: ON_HOLD.code, text: { zh, en: zh } }, false);
    assert.equal(await asked(WORD.reason), false);
    await assert.rejects(releaseDocument(client, id, { ...WORD, as: "sent" }), state, "it never was sent");
    await releaseDocument(client, id, WORD);
    const again = await claimed("a.xml", 2);
    assert.deepEqual([again.id, again.code, again.possibleDuplicate], [id, "", false]);
    assert.equal(await asked(WORD.reason), true);
    assert.equal(await asked(`${WORD.reason} 2`), true, "a number makes no other reason");
    assert.equal(await asked("另一个原因"), false);
    await assert.rejects(holdDocument(client, other.id, WORD), state, "it has ended");
  });

  it("waits for a setting, told once and not with every try, until a person ends it", async () => {
    const why = { code: "SW-TYPE", text: { zh: "不知如何签名", en: "no known way to sign" } };
    drop("w.xml");
    const { id } = await claimed("w.xml");
    const asFailed = { ...WORD, as: "failed" };
    await assert.rejects(releaseDocument(client, id, asFailed), state, "nothing is known against it");
    for (const times of [2, 3]) {
      await client.claims.end(id, "retry", why, 0);
      await claimed("w.xml", times);
    }
    const other = { ...why, code: "SW-CONFIG" };
    await client.claims.end(id, "retry", other, 0);
    await claimed("w.xml", 4);
    await client.claims.end(id, "retry", other, 3_600_000);
    const events = async () => (await client.ledger.story(id))?.events.map(({ event, code }) => `${event} ${code}`);
    const once = (code: string) => [`retry ${code}`, "returned ", "claimed "];
    assert.deepEqual(await events(), ["claimed ", ...once("SW-TYPE"), ...once("SW-CONFIG")]);
    await assert.rejects(releaseDocument(client, id, WORD), state, "it is not held");
    await assert.rejects(
      releaseDocument(client, id, { reason: " ", as: "failed" }),
      ({ code }) => code === "SW-REQUEST",
    );
    const ended = await releaseDocument(client, id, asFailed);
    assert.deepEqual(
      [ended.state, ended.settled, ended.box, ended.code, ended.text],
      ["failed", true, "FailBox", "SW-CONFIG", WORD.reason],
    );
    const folder = client.folders.of("DecCus001");
    assert.equal(readdirSync(folder.box("InBox")).filter((name) => name.startsWith("Failed_w_")).length, 1);
    const left = (["OutBox", "TempBox"] as const).flatMap((name) => readdirSync(box(name)));
    assert.deepEqual(
      left.filter((name) => name.endsWith("w.xml")),
      [],
    );
    assert.equal(client.claims.inFlight.has(id), false);
    // Whatever its flow makes of it meanwhile, it has ended.
    await assert.rejects(client.claims.send(id, "{}", false, ""), state);
    await client.claims.end(id, "retry", other, 0);
    assert.equal((await rowOf(id)).state, "failed");
  });

  it("is on hold over a restart, and goes on by itself when its time has come", async () => {
    drop("t.xml");
    const { id } = await claimed("t.xml");
    await assert.rejects(
      holdDocument(client, id, { ...WORD, until: Date.now() - 1 }),
      (error) => codeOf(error) === "SW-REQUEST",
    );
    await holdDocument(client, id, { ...WORD, until: Date.now() + 60_000 });
    await stop();
    await start();
    await client.reconciler.compare();
    assert.equal((await rowOf(id)).state, "held");
    ahead = 61_000;
    await client.reconciler.compare();
    await claimed("t.xml");
    const { events = [] } = (await client.ledger.story(id)) ?? {};
    const released = events.find(({ event }) => event === "released");
    assert.deepEqual([released?.text, released?.textEn], ["暂缓时间已到", "the time of the hold is over"]);
  });

  it("takes the file of one that was given back out of OutBox, and fails when a person says so", async () => {
    drop("o.xml");
    const { id } = await claimed("o.xml");
    await watching.watch.stop();
    await client.claims.giveBack(id, 0, { code: "SW-CARD-ABSENT", text: { zh: "无卡", en: "no card" } });
    await until("it is back in OutBox", async () => readdirSync(box("OutBox")).includes("o.xml"));
    await holdDocument(client, id, WORD);
    assert.deepEqual(readdirSync(box("OutBox")), []);
    assert.ok(readdirSync(box("TempBox")).includes((await rowOf(id)).boxName));
    const failed = await releaseDocument(client, id, { reason: "客户撤单", as: "failed" });
    assert.deepEqual([failed.state, failed.code, failed.box], ["failed", "SW-HELD", "FailBox"]);
    const { events = [], receipts = [] } = (await client.ledger.story(id)) ?? {};
    const advice = adviceOnEnded(failed, events);
    assert.match(advice?.zh ?? "", /已由人结束，不再发送。如仍要申报，请用“重发”/);
    assert.deepEqual(
      receipts.at(-1)?.advice,
      advice,
      "in its local receipt too, and nothing of a release that is over",
    );
    await resendDocument(client, id, WORD);
    const again = await client.ledger.story(id);
    assert.equal(again && adviceOnEnded(again.document, again.events), undefined);
  });

  it("makes room for a corrected file of the same name and number", async () => {
    const key = freshKey();
    drop("c.xml", decXml({ key, goods: 1 }));
    const first = await claimed("c.xml");
    await holdDocument(client, first.id, WORD);
    drop("c.xml", decXml({ key, goods: 2 }));
    const second = await claimed("c.xml", 2);
    assert.notEqual(second.id, first.id);
    assert.deepEqual([(await rowOf(first.id)).state, (await rowOf(first.id)).code], ["failed", "SW-REPLACED"]);
  });

  it("is not called sent by a receipt when it never was, and ended by one when it waited to go again", async () => {
    const key = freshKey();
    drop("r.xml", decXml({ key, goods: 1 }));
    const { id } = await claimed("r.xml");
    await holdDocument(client, id, WORD);
    const xml = `<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>0</ResponseCode><ClientSeqNo>${key}</ClientSeqNo><SeqNo>I20260000000000001</SeqNo></DecImportResponse>`;
    const deliver = async (messageId: string, said = xml) => {
      const delivery = { body: Buffer.from(said), fileName: "", business: "", messageId, receivedAt: Date.now() };
      for (const part of await readDelivery(client, delivery)) await storeReceipt(client, delivery, part);
    };
    await deliver("m1");
    assert.equal((await rowOf(id)).state, "held");
    const status = `<DEC_RESULT><CUS_CIQ_NO>I20260000000000009</CUS_CIQ_NO><CLIENTSEQ_NO>${key}</CLIENTSEQ_NO><CHANNEL>C</CHANNEL></DEC_RESULT>`;
    await deliver("m0", status);
    assert.equal((await client.ledger.story(id))?.receipts.length, 2, "both are about it");
    assert.equal((await rowOf(id)).state, "held");
    await releaseDocument(client, id, WORD);
    await claimed("r.xml", 2);
    await client.claims.send(id, "{}", false, "");
    const change = { sentAt: Date.now() };
    await client.ledger.transition(id, { from: ["sending"], to: "sent" }, change, { event: "sent" });
    await client.claims.settle(id);
    await resendDocument(client, id, WORD);
    await holdDocument(client, id, WORD);
    await deliver("m2");
    await until("the answer ends it", async () => (await rowOf(id)).state === "accepted");
  });
});
