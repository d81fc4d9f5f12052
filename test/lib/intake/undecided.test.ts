import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { adoptOrphans } from "../../../lib/intake/adopt.js";
import { readDelivery } from "../../../lib/intake/read.js";
import { storeReceipt } from "../../../lib/intake/store.js";
import type { DocumentRow, DocumentState, ReceiptRow } from "../../../lib/ledger/index.js";
import { openClient } from "../../support/client.js";
import { documentRow } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";

const AT = Date.parse("2024-05-06T07:08:09.123+08:00");

const imported = (key: string, code = "0", text = "") =>
  `<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>${code}</ResponseCode><ErrorMessage>${text}</ErrorMessage><ClientSeqNo>${key}</ClientSeqNo></DecImportResponse>`;
const result = (seqNo: string) =>
  `<DEC_RESULT><CUS_CIQ_NO>${seqNo}</CUS_CIQ_NO><ENTRY_ID>E1</ENTRY_ID><CHANNEL>P</CHANNEL></DEC_RESULT>`;

describe("an answer that may be for either of two documents", () => {
  let client: ImportClient;
  let deliveries = 0;
  let keys = 0;
  /** The own number of this case. */
  let key = "";

  before(async () => {
    client = await openClient();
    client.folders.of("DecCus001").make();
  });
  beforeEach(() => {
    key = `K${++keys}`;
  });
  after(async () => {
    await client.close();
    removeScratch();
  });

  /** A document with this case's own number, each sent a second after the one before. */
  let sentAt = AT - 600_000;
  async function document(state: DocumentState, change: Partial<DocumentRow> = {}): Promise<string> {
    sentAt += 1000;
    const inDoubt = ["sending", "unknown", "held"].includes(state);
    const times = { claimedAt: sentAt, sendingAt: sentAt, sentAt: inDoubt ? 0 : sentAt };
    const row = documentRow({ clientKey: key, state, settled: true, ...times, ...change });
    await client.ledger.claim(row);
    return row.id;
  }
  async function deliver(xml: string): Promise<ReceiptRow> {
    const delivery = {
      ...{ body: Buffer.from(xml), fileName: "", business: "", messageId: `m${deliveries++}` },
      receivedAt: AT + deliveries,
    };
    const rows: ReceiptRow[] = [];
    for (const part of await readDelivery(client, delivery)) rows.push(...(await storeReceipt(client, delivery, part)));
    assert.equal(rows.length, 1);
    return rows[0] as ReceiptRow;
  }
  /** The broker's confirm; the client looks for what waited for it by itself, which is awaited here. */
  async function confirmed(id: string): Promise<void> {
    const from = ["sending", "unknown", "held"] as const;
    await client.ledger.transition(id, { from, to: "sent" }, { sentAt: AT }, { event: "sent" });
    await adoptOrphans(client, id);
  }
  const state = async (id: string) => (await client.ledger.get(id))?.state;
  const answersOf = async (id: string) => ((await client.ledger.story(id))?.receipts ?? []).length;

  for (const doubt of ["sending", "unknown", "held"] as const) {
    it(`of customs is for the one that has arrived, not for the newer one that is ${doubt}`, async () => {
      const arrived = await document("accepted", { seqNo: `S${key}`, importReceiptAt: AT - 700_000 });
      // It was handed in with the number that the first one was given.
      const newer = await document(doubt, { seqNo: `S${key}` });
      const { documentId, matchedBy } = await deliver(result(`S${key}`));
      assert.deepEqual([documentId, matchedBy], [arrived, "oldest"]);
      assert.equal(await state(newer), doubt);
      // With that of nobody it is the newer one's, as before.
      const alone = await document(doubt, { clientKey: `${key} alone`, seqNo: `T${key}` });
      assert.equal((await deliver(result(`T${key}`))).documentId, alone);
      assert.equal(await state(alone), "sent");
    });
  }

  it("of which nobody knows whether they arrived waits for the first that has, and is stored beside its other answers", async () => {
    const [one, two] = [await document("unknown"), await document("sending")];
    const told: string[] = [];
    const listen = ({ code, text }: { code: string; text: { en: string } }) => told.push(`${code} ${text.en}`);
    client.on("notice", listen);
    const { documentId, folder, filed } = await deliver(imported(key));
    client.off("notice", listen);
    assert.deepEqual([documentId, folder, filed], [null, "DecCus001", true]);
    assert.match(
      told.join("\n"),
      /^SW-RECEIPT the receipt DecCus001\/InBox\/.* answers .* goes to the first that has$/,
    );
    assert.deepEqual([await state(one), await state(two)], ["unknown", "sending"]);
    await confirmed(two);
    assert.deepEqual([await state(one), await state(two)], ["unknown", "accepted"]);
    // The other one's comes when it has been sent again, in the same bytes.
    await confirmed(one);
    await deliver(imported(key));
    assert.deepEqual([await state(one), await answersOf(one), await answersOf(two)], ["accepted", 1, 1]);
    const files = readdirSync(client.folders.of("DecCus001").box("InBox"));
    assert.equal(new Set(files).size, files.length);
  });

  it("and to one alone when the other was given up", async () => {
    await document("failed", { sentAt: 0 });
    const other = await document("unknown");
    await deliver(imported(key));
    await confirmed(other);
    assert.equal(await state(other), "accepted");
  });

  it("is not for one in doubt where the other arrived in an earlier attempt, whatever became of it since", async () => {
    const replaced = await document("failed", { attempt: 2 });
    const other = await document("unknown");
    assert.equal((await deliver(imported(key))).documentId, replaced);
    assert.equal(await state(other), "unknown");
  });

  it("in the very bytes that answered the first: the second gets them once it has arrived", async () => {
    for (const [code, text, ended] of [
      ["0", "", "accepted"],
      ["-1", "栏目有误", "rejected"],
    ] as const) {
      key = `${key} ${code}`;
      const first = await document("sent");
      await deliver(imported(key, code, text));
      assert.equal(await state(first), ended);
      const second = await document("sending", { sendingAt: AT + 1_000_000, claimedAt: AT + 1_000_000 });
      await client.ledger.update(second, { claimedAt: AT });
      const again = await deliver(imported(key, code, text));
      assert.deepEqual([again.documentId, again.filed, await state(second)], [null, true, "sending"]);
      await confirmed(second);
      assert.deepEqual([await state(second), await answersOf(first), await answersOf(second)], [ended, 1, 1]);
    }
  });

  it("is the corrected one's at once where the first has its answer and was sent once", async () => {
    await document("rejected", { importReceiptAt: sentAt + 1500 });
    const corrected = await document("unknown");
    assert.equal((await deliver(imported(key))).documentId, corrected);
    assert.equal(await state(corrected), "accepted");
  });

  it("is nobody's yet where the first was sent twice, and may be answered twice", async () => {
    for (const twice of [{ possibleDuplicate: true }, { attempt: 2 }]) {
      key = `${key}+`;
      await document("rejected", { importReceiptAt: sentAt + 1500, ...twice });
      const corrected = await document("unknown");
      assert.equal((await deliver(imported(key))).documentId, null);
      assert.equal(await state(corrected), "unknown");
      await confirmed(corrected);
      assert.equal(await state(corrected), "accepted");
    }
  });
});
