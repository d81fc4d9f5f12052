import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { resendDocument } from "../../../lib/client/person.js";
import { readDelivery } from "../../../lib/intake/read.js";
import { storeReceipt } from "../../../lib/intake/store.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { sha256Of } from "../../../lib/sha256.js";
import { decXml } from "../../../simulator/samples/index.js";
import { openClient } from "../../support/client.js";
import { documentRow, step } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

const KEY = "KEY000000000000001";
const BYTES = Buffer.from(decXml({ key: KEY, goods: 1 }));
const WORD = { reason: "海关要求" };

const answer = (code: string, seqNo = "") =>
  `<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>${code}</ResponseCode><ErrorMessage>${code === "0" ? "" : "商品编号不能为空"}</ErrorMessage><ClientSeqNo>${KEY}</ClientSeqNo>${seqNo && `<SeqNo>${seqNo}</SeqNo>`}</DecImportResponse>`;
const status = (channel: string, at: string) =>
  `<DEC_RESULT><CLIENTSEQ_NO>${KEY}</CLIENTSEQ_NO><CHANNEL>${channel}</CHANNEL><NOTICE_DATE>${at}</NOTICE_DATE></DEC_RESULT>`;

describe("a document that is sent once more, and its answers", () => {
  let client: ImportClient;
  let deliveries = 0;

  beforeEach(async () => {
    client = await openClient();
    client.folders.of("DecCus001").make();
  });
  afterEach(async () => client.close());
  after(removeScratch);

  const box = (name: string) => readdirSync(join(client.settings.root, "DecCus001", name)).sort();
  const row = async (id: string) => (await client.ledger.get(id)) as DocumentRow;

  async function deliver(xml: string, messageId = `m${deliveries++}`): Promise<void> {
    const delivery = { body: Buffer.from(xml), fileName: "", business: "", messageId, receivedAt: Date.now() };
    for (const part of await readDelivery(client, delivery)) await storeReceipt(client, delivery, part);
  }

  /** A declaration that was sent and answered; its file lies in SentBox. */
  async function rejected(): Promise<string> {
    const at = Date.now() - 60_000;
    const { id } = documentRow();
    const sent = documentRow({ id, clientKey: KEY, sha256: sha256Of(BYTES), fileName: "a.xml" });
    await client.ledger.claim({ ...sent, claimedAt: at });
    writeFileSync(join(client.settings.root, "DecCus001", "TempBox", "a.xml"), BYTES);
    await client.claims.send(id, "{}", false, "");
    await client.ledger.transition(id, step("sent"), { sendingAt: at, sentAt: at }, { event: "sent" });
    await client.claims.settle(id);
    await deliver(answer("1"));
    assert.deepEqual([(await row(id)).state, box("SentBox").length], ["rejected", 1]);
    return id;
  }

  /** Goes out again, as far as the publish. */
  const sendAgain = (id: string) => client.claims.send(id, "{}", false, "");
  async function confirmAndSettle(id: string): Promise<void> {
    const confirmed = { sentAt: Date.now() };
    if ((await row(id)).state === "sending") {
      await client.ledger.transition(id, { from: ["sending"], to: "sent" }, confirmed, { event: "sent" });
    }
    await client.claims.settle(id);
  }

  /** Whatever lies in the boxes is known after the next start, and nothing of it is a new document. */
  async function nothingNewAfterRestart(id: string): Promise<void> {
    const { settings } = client;
    await client.close();
    client = await openClient(settings);
    assert.deepEqual(
      (await client.ledger.query({})).map((each) => each.id),
      [id],
    );
  }

  it("has the very same refusal for its own answer when it was sent again before", async () => {
    const id = await rejected();
    await resendDocument(client, id, WORD);
    await sendAgain(id);
    await confirmAndSettle(id);
    await deliver(answer("1"));
    assert.equal((await row(id)).state, "rejected");
    assert.equal((await client.ledger.story(id))?.receipts.length, 2);
    assert.equal(box("InBox").length, 2, "each answer has its file");
    // The second answer again, under its own message id and over another route: no third.
    const last = (await client.ledger.story(id))?.receipts.at(-1)?.messageId;
    await deliver(answer("1"), last);
    await deliver(answer("1"));
    assert.equal((await client.ledger.story(id))?.receipts.length, 2);
  });

  const NUMBER = "I20230000012345678";
  /** Was taken in at once, without a refusal before. */
  async function accepted(): Promise<string> {
    const id = await rejected();
    await deliver(answer("0", NUMBER));
    assert.equal((await row(id)).state, "accepted");
    return id;
  }
  const repeated = answer("1").replace("商品编号不能为空", `客户端编号${KEY}重复`);

  it("goes again only by a word of its own when it was taken in, and stays taken in when its number is a repeat", async () => {
    const id = await accepted();
    await assert.rejects(resendDocument(client, id, WORD), ({ code, message }) => {
      assert.match(message, new RegExp(`${NUMBER}.*as: "accepted"`));
      return code === "SW-STATE";
    });
    await resendDocument(client, id, { ...WORD, as: "accepted" });
    await sendAgain(id);
    await confirmAndSettle(id);
    await deliver(repeated);
    const after = await row(id);
    assert.deepEqual([after.state, after.code, after.text, after.seqNo], ["accepted", "", "", NUMBER]);
    assert.ok(after.importReceiptAt > 0);
    const noted = (await client.ledger.story(id))?.events.find(({ event }) => event === "stands");
    assert.match(noted?.text ?? "", /重复/);
  });

  it("hears what customs says under the number that it had before it was sent again", async () => {
    const id = await accepted();
    await resendDocument(client, id, { ...WORD, as: "accepted" });
    await sendAgain(id);
    await confirmAndSettle(id);
    await deliver(answer("0", "I20230000099999999"));
    assert.equal((await row(id)).seqNo, "I20230000099999999");
    const says = (seqNo: string, channel: string, day: number) =>
      deliver(
        `<DEC_RESULT><CUS_CIQ_NO>${seqNo}</CUS_CIQ_NO><CHANNEL>${channel}</CHANNEL><NOTICE_DATE>2099-01-0${day} 00:00:00</NOTICE_DATE></DEC_RESULT>`,
      );
    await says(NUMBER, "L", 1);
    assert.equal((await row(id)).statusCode, "L");
    await says("I20230000099999999", "R", 2);
    await says(NUMBER, "P", 3);
    assert.deepEqual([(await row(id)).statusCode, (await row(id)).seqNo], ["P", "I20230000099999999"]);
  });

  it("is rejected when it is refused for another reason, or was not taken in, or customs refused it since", async () => {
    const id = await accepted();
    await resendDocument(client, id, { ...WORD, as: "accepted" });
    await sendAgain(id);
    await confirmAndSettle(id);
    await deliver(answer("1"));
    assert.equal((await row(id)).state, "rejected", "another reason");
    await resendDocument(client, id, WORD);
    await deliver(status("E", "2099-01-01 00:00:00"));
    await sendAgain(id);
    await confirmAndSettle(id);
    await deliver(repeated);
    assert.equal((await row(id)).state, "rejected", "refused by customs since");
  });

  it("is rejected for a repeated number when it never was taken in", async () => {
    const id = await rejected();
    await resendDocument(client, id, WORD);
    await sendAgain(id);
    await confirmAndSettle(id);
    await deliver(repeated);
    assert.equal((await row(id)).state, "rejected");
  });

  it("is not answered by what came before it was sent again", async () => {
    const id = await rejected();
    await resendDocument(client, id, WORD);
    await deliver(answer("1"));
    assert.deepEqual([(await row(id)).state, (await row(id)).importReceiptAt], ["claimed", 0]);
    assert.equal((await client.ledger.story(id))?.receipts.length, 1, "another copy of the first answer");
    await deliver(answer("2"));
    assert.deepEqual([(await row(id)).state, (await row(id)).importReceiptAt], ["claimed", 0]);
  });

  const WAITS: Record<string, (id: string) => Promise<unknown>> = {
    "in TempBox": async () => undefined,
    "in a flow": async (id) => client.claims.inFlight.take(id, "watch"),
    "given back for later": (id) =>
      client.claims.giveBack(id, 3_600_000, { code: "C18", text: { zh: "断", en: "away" } }),
    "back in OutBox": async (id) => {
      await client.claims.giveBack(id, 0, { code: "C18", text: { zh: "断", en: "away" } });
      await until("it is there", () => box("OutBox").length === 1);
    },
  };
  for (const [where, wait] of Object.entries(WAITS)) {
    it(`goes no more when a good answer comes while it waits ${where}`, async () => {
      const id = await rejected();
      await resendDocument(client, id, WORD);
      await wait(id);
      await deliver(answer("0", "I20230000012345678"));
      assert.deepEqual([(await row(id)).state, (await row(id)).seqNo], ["accepted", "I20230000012345678"]);
      // The flow that has it finds that it arrived.
      if (where === "in a flow") await client.claims.settle(id);
      await until("its claim has ended", async () => (await row(id)).settled);
      await assert.rejects(sendAgain(id), { code: "SW-STATE" });
      assert.deepEqual([box("OutBox"), box("TempBox"), (await row(id)).box], [[], [], "SentBox"]);
      assert.ok(box("SentBox").includes((await row(id)).boxName));
      await deliver(answer("1").replace("商品编号", "重复申报，商品编号"));
      assert.equal((await row(id)).state, "accepted");
      await nothingNewAfterRestart(id);
    });
  }

  it("goes no more when customs takes up what was sent before, newer than all it said", async () => {
    const id = await rejected();
    await deliver(status("E", "2026-07-01 10:00:00"));
    await resendDocument(client, id, WORD);
    await deliver(status("L", "2026-07-01 09:00:00"));
    assert.equal((await row(id)).state, "claimed", "older than the refusal");
    await deliver(status("L", "2026-07-01 11:00:00"));
    assert.equal((await row(id)).state, "sent");
    await until("its claim has ended", async () => (await row(id)).settled);
    await nothingNewAfterRestart(id);
  });

  it("goes all the same when only a node of the way tells of the first send", async () => {
    const id = await rejected();
    await resendDocument(client, id, WORD);
    const told = `<DxpRep><Response><OriHead><CopMsgId>${id}</CopMsgId></OriHead><ResponseCode>0</ResponseCode></Response></DxpRep>`;
    await deliver(told);
    assert.equal((await row(id)).state, "claimed");
    await sendAgain(id);
  });

  it("that was never sent is not accepted by an answer with its number", async () => {
    const fresh = documentRow({ clientKey: KEY });
    await client.ledger.claim(fresh);
    await deliver(answer("0"));
    assert.equal((await row(fresh.id)).state, "claimed");
  });

  it("leaves no file behind when its answer comes before its confirm", async () => {
    const id = await rejected();
    await resendDocument(client, id, WORD);
    await sendAgain(id);
    await deliver(answer("0", "I20230000012345678"));
    await confirmAndSettle(id);
    assert.deepEqual([(await row(id)).state, box("TempBox"), box("SentBox").length], ["accepted", [], 2]);
    for (const name of box("SentBox")) {
      assert.deepEqual(readFileSync(join(client.settings.root, "DecCus001", "SentBox", name)), BYTES);
    }
    await nothingNewAfterRestart(id);
  });
});
