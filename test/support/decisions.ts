import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../lib/client/import-client.js";
import { holdDocument, releaseDocument, resendDocument } from "../../lib/client/person.js";
import { applyRetention } from "../../lib/client/retention.js";
import type { CrashPoint } from "../../lib/crash-point.js";
import { readDelivery } from "../../lib/intake/read.js";
import { storeReceipt } from "../../lib/intake/store.js";
import type { DocumentRow } from "../../lib/ledger/index.js";
import { sha256Of } from "../../lib/sha256.js";
import { box, boxText } from "./boxes.js";
import { documentRow, newReceipt, step } from "./rows.js";
import { until } from "./until.js";

const DAY = 24 * 60 * 60 * 1000;
const BUSINESS = "DecCus001";
const NAME = "K1.xml";
const BYTES = "<DecMessage>as it was handed in</DecMessage>";
const WORD = { reason: "the test decides" };

/** Something that is done to a document beside its way through the flow, and the points at which it may be stopped. */
export interface Decision {
  points: readonly CrashPoint[];
  /** Before it: resolves to the document's id. */
  prepare(client: ImportClient): Promise<string>;
  act(client: ImportClient, id: string): Promise<unknown>;
  /** What then happens by itself, by the broker or by a person who sees that nothing was done. */
  goOn(client: ImportClient, id: string): Promise<unknown>;
  /** How it has to be in the end, wherever it was stopped. */
  check(client: ImportClient, id: string): Promise<void>;
}

/** A document that was claimed, with its file in TempBox. */
async function claimed(client: ImportClient): Promise<DocumentRow> {
  const folder = client.folders.of(BUSINESS);
  const row = documentRow({
    fileName: NAME,
    clientKey: "K1",
    sha256: sha256Of(Buffer.from(BYTES)),
    size: BYTES.length,
  });
  const boxName = `${row.id}__${NAME}`;
  folder.make();
  writeFileSync(join(folder.box("TempBox"), boxName), BYTES);
  await client.ledger.claim({ ...row, boxName });
  return { ...row, boxName };
}

async function sent(client: ImportClient): Promise<string> {
  const { id } = await claimed(client);
  await client.ledger.transition(id, step("sending"), { sendingAt: 1 }, { event: "sending" });
  await client.ledger.transition(id, step("sent"), { sentAt: Date.now() }, { event: "sent" });
  return id;
}

async function accepted(client: ImportClient): Promise<string> {
  const id = await sent(client);
  await client.ledger.addReceipt(newReceipt({ documentId: id, folder: BUSINESS, file: "x.xml" }));
  await client.claims.settle(id);
  return id;
}

async function held(client: ImportClient): Promise<string> {
  const { id } = await claimed(client);
  for (const state of ["sending", "unknown", "held"] as const) {
    await client.ledger.transition(id, step(state), {}, { event: state });
  }
  return id;
}

const rowOf = async (client: ImportClient, id: string) => (await client.ledger.get(id)) as DocumentRow;

/** Who finds the document held still decides again. */
function releasing(as: "sent" | "failed") {
  return async (client: ImportClient, id: string) => {
    await client.reconciler.compare();
    if ((await rowOf(client, id)).state === "held") await releaseDocument(client, id, { ...WORD, as });
  };
}

/** One of its files in this box, and no other in the others. */
function assertOnlyIn(client: ImportClient, where: string): void {
  for (const name of ["OutBox", "TempBox", "SentBox", "FailBox"]) {
    const files = box(client.settings.root, BUSINESS, name);
    assert.equal(files.length, name === where ? 1 : 0, `${name}: ${files.join(", ")}`);
    for (const file of files) assert.equal(boxText(client.settings.root, BUSINESS, name, file), BYTES);
  }
}

async function deliver(client: ImportClient, messageId: string, xml: string): Promise<void> {
  const delivery = { body: Buffer.from(xml), fileName: "", business: "", messageId, receivedAt: Date.now() };
  for (const part of await readDelivery(client, delivery)) await storeReceipt(client, delivery, part);
}

const IMPORTED = `<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>0</ResponseCode><ClientSeqNo>K1</ClientSeqNo><SeqNo>I1</SeqNo></DecImportResponse>`;
const RELEASED = "<DEC_RESULT><CUS_CIQ_NO>I1</CUS_CIQ_NO><ENTRY_ID></ENTRY_ID><CHANNEL>P</CHANNEL></DEC_RESULT>";
const imported = (client: ImportClient) => deliver(client, "m2", IMPORTED);

export const DECISIONS: Record<string, Decision> = {
  "a person resends a document": {
    points: ["resend.after-row", "resend.after-copy"],
    prepare: accepted,
    act: (client, id) => resendDocument(client, id, { ...WORD, as: "accepted" }),
    goOn: (client) => client.reconciler.compare(),
    async check(client, id) {
      const row = await rowOf(client, id);
      assert.deepEqual([row.state, row.settled, row.box], ["claimed", false, "TempBox"]);
      assert.deepEqual(box(client.settings.root, BUSINESS, "TempBox"), [row.boxName]);
      assert.equal(boxText(client.settings.root, BUSINESS, "TempBox", row.boxName), BYTES);
      assert.equal(
        box(client.settings.root, BUSINESS, "SentBox").length,
        1,
        "what was sent first stays in the archive",
      );
      assert.equal((await client.ledger.query({ limit: 10 })).length, 1, "no second document was made of the copy");
    },
  },
  "a person puts a document on hold whose file waits in OutBox": {
    points: ["hold.after-row", "hold.after-move"],
    async prepare(client) {
      const row = await claimed(client);
      await client.claims.giveBack(row.id, 0, { code: "SW-CARD-ABSENT", text: { zh: "无卡", en: "no card" } });
      await until("its file is in OutBox", async () => (await rowOf(client, row.id)).box === "OutBox");
      await until("it lies there", async () => box(client.settings.root, BUSINESS, "OutBox").length === 1);
      return row.id;
    },
    act: (client, id) => holdDocument(client, id, WORD),
    goOn: (client) => client.reconciler.compare(),
    async check(client, id) {
      const row = await rowOf(client, id);
      assert.deepEqual([row.state, row.settled, row.box], ["held", false, "TempBox"]);
      assertOnlyIn(client, "TempBox");
    },
  },
  "a person says that a document was sent": {
    points: ["release.after-note", "release.after-state"],
    prepare: held,
    act: (client, id) => releaseDocument(client, id, { ...WORD, as: "sent" }),
    goOn: releasing("sent"),
    async check(client, id) {
      const row = await rowOf(client, id);
      assert.deepEqual([row.state, row.settled, row.box], ["sent", true, "SentBox"]);
      assertOnlyIn(client, "SentBox");
    },
  },
  "a person says that a document failed": {
    points: ["release.after-state"],
    prepare: held,
    act: (client, id) => releaseDocument(client, id, { ...WORD, as: "failed" }),
    goOn: releasing("failed"),
    async check(client, id) {
      const row = await rowOf(client, id);
      assert.deepEqual([row.state, row.settled, row.box], ["failed", true, "FailBox"]);
      assertOnlyIn(client, "FailBox");
      const reported = box(client.settings.root, BUSINESS, "InBox");
      assert.equal(reported.length, 1, `one local receipt: ${reported.join(", ")}`);
    },
  },
  "a receipt is adopted": {
    points: ["adopt.after-file", "adopt.after-row"],
    async prepare(client) {
      const id = await sent(client);
      await deliver(client, "m1", RELEASED);
      assert.equal(box(client.settings.root, "Others", "InBox").length, 1);
      return id;
    },
    act: imported,
    // It was not acknowledged, so the broker brings it again.
    goOn: imported,
    async check(client, id) {
      const receipts = (await client.ledger.story(id))?.receipts ?? [];
      assert.deepEqual(receipts.map(({ code }) => code).sort(), ["0", "P"]);
      const files = box(client.settings.root, BUSINESS, "InBox");
      assert.deepEqual(files, receipts.map(({ file }) => file).sort(), "each receipt once");
      assert.deepEqual(box(client.settings.root, "Others", "InBox"), []);
    },
  },
  "retention removes a file": {
    points: ["retention.after-remove"],
    prepare: accepted,
    // A fault of the disk is told, and the file looked at again: no error comes out.
    act: async (client) => assert.notEqual(await applyRetention(client, Date.now() + 1000 * DAY), 0),
    goOn: (client) => applyRetention(client, Date.now() + 1000 * DAY),
    async check(client, id) {
      assert.equal((await rowOf(client, id)).box, "none");
      assert.deepEqual(box(client.settings.root, BUSINESS, "SentBox"), []);
    },
  },
};
