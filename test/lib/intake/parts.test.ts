import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { enterRow } from "../../../lib/boxes/claim.js";
import { contentOfBytes } from "../../../lib/boxes/content.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import type { Receipt } from "../../../lib/document.js";
import { adoptOrphans } from "../../../lib/intake/adopt.js";
import { readDelivery } from "../../../lib/intake/read.js";
import { storeReceipt } from "../../../lib/intake/store.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { openClient } from "../../support/client.js";
import { documentRow } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";

const AT = Date.parse("2026-07-01T09:30:15+08:00");
const NAMESPACE = 'xmlns:ceb="http://www.chinaport.gov.cn/ceb"';
const guid = (number: number) => `000000${number}-FEED-4A01-8001-0000000000${number}`;

/** A message whose guid is its own: none of its orders has it. */
const orders = (...numbers: number[]) =>
  `<ceb:CEB311Message guid="${guid(20)}" version="1.0" ${NAMESPACE}>${numbers
    .map(
      (number) =>
        `<ceb:Order><ceb:OrderHead><ceb:guid>${guid(number)}</ceb:guid><ceb:orderNo>FLDORDER${number}</ceb:orderNo></ceb:OrderHead><ceb:OrderList><ceb:gnum>1</ceb:gnum></ceb:OrderList></ceb:Order>`,
    )
    .join("")}<ceb:BaseTransfer><ceb:copCode>4403960000</ceb:copCode></ceb:BaseTransfer></ceb:CEB311Message>`;
const orderReturn = (number: number, status: string, time = "20260701093200123", more = "") =>
  `<OrderReturn><guid>${guid(number)}</guid><orderNo>FLDORDER${number}</orderNo>${more}<returnStatus>${status}</returnStatus><returnTime>${time}</returnTime><returnInfo>${status === "100" ? "[Code:1313;Desc:退单]" : "新增申报成功"}</returnInfo></OrderReturn>`;
/** Its guid is its own too. */
const returns = (...list: string[]) =>
  `<CEB312Message guid="${guid(90)}" version="1.0" xmlns="http://www.chinaport.gov.cn/ceb">${list.join("")}</CEB312Message>`;

const consignment = (bill: string, more = "") =>
  `<Consignment><TransportContractDocument><ID>${bill}</ID></TransportContractDocument>${more}</Consignment>`;
const manifest = (...bills: string[]) =>
  `<Manifest xmlns="urn:Declaration:datamodel:standard:CN:MT2101:1"><Head><MessageID>M-1</MessageID></Head><Declaration>${bills.map((bill) => consignment(bill)).join("")}</Declaration></Manifest>`;
const billAnswer = (...answers: [bill: string, code: string][]) =>
  `<Manifest xmlns="urn:Declaration:datamodel:standard:CN:MT9999:1"><Head><MessageID>M-1</MessageID><MessageType>MT9999</MessageType></Head><Response>${answers
    .map(([bill, code]) =>
      consignment(
        bill,
        `<ResponseType><Code>${code}</Code><Text>${code === "03" ? "退单：收货人编码错误。" : "传输成功。"}</Text></ResponseType>`,
      ),
    )
    .join("")}</Response></Manifest>`;
const gateway = (code: string) =>
  `<Manifest><Head xmlns="urn:Declaration:datamodel:standard:CN:HTRES4:1"><MessageID>M-1</MessageID></Head><Response xmlns="urn:Declaration:datamodel:standard:CN:HTRES4:1"><AdditionalInformation><StatementCode>${code}</StatementCode></AdditionalInformation></Response></Manifest>`;

describe("a document with several orders, lists or bills", () => {
  let client: ImportClient;
  let deliveries = 0;

  beforeEach(async () => {
    client = await openClient();
  });
  afterEach(async () => client.close());
  after(removeScratch);

  /** Claimed out of its bytes, and sent. */
  async function sent(business: string, xml: string | Buffer, state: "sent" | "sending" = "sent"): Promise<string> {
    const folder = client.folders.of(business);
    folder.make();
    const id = client.ids.document(AT);
    await enterRow(client, folder, {
      id,
      at: AT,
      name: `${id}.xml`,
      content: await contentOfBytes(Buffer.from(xml), client.clock),
    });
    await client.ledger.transition(id, { from: ["claimed"], to: "sending" }, { sendingAt: AT }, { event: "sending" });
    if (state === "sent") {
      await client.ledger.transition(id, { from: ["sending"], to: "sent" }, { sentAt: AT }, { event: "sent" });
    }
    return id;
  }
  async function deliver(xml: string | Buffer): Promise<Receipt[]> {
    const delivery = {
      body: Buffer.from(xml),
      fileName: "",
      business: "",
      messageId: `m${deliveries++}`,
      receivedAt: AT + 60_000 + deliveries,
    };
    const parts = await readDelivery(client, delivery);
    for (const part of parts) await storeReceipt(client, delivery, part);
    return parts.flatMap(({ receipts }) => [...receipts]);
  }
  const row = async (id: string) => (await client.ledger.get(id)) as DocumentRow;
  const counts = ({ parts, partsGood, partsRefused }: DocumentRow) => [parts, partsGood, partsRefused];
  const inBox = (business: string) => readdirSync(join(client.settings.root, business, "InBox")).sort();

  it("is found by the guid and the number of each order, and says which is refused and why", async () => {
    const id = await sent("ImpCeb", orders(21, 22));
    assert.deepEqual(counts(await row(id)), [2, 0, 0]);
    const [good] = await deliver(returns(orderReturn(21, "2")));
    assert.deepEqual([good?.documentId, good?.matchedBy, good?.part], [id, "clientKey", "FLDORDER21"]);
    assert.deepEqual([(await row(id)).state, ...counts(await row(id))], ["accepted", 2, 1, 0]);
    assert.equal((await row(id)).importReceiptAt, 0, "the other order still waits for its answer");
    const [bad] = await deliver(returns(orderReturn(22, "100")));
    assert.deepEqual([bad?.documentId, bad?.part], [id, "FLDORDER22"]);
    const after = await row(id);
    assert.deepEqual([after.state, after.statusOutcome, ...counts(after)], ["accepted", "good", 2, 1, 1]);
    assert.equal(after.text, "共 2 份，1 份通过，1 份被退：FLDORDER22 [Code:1313;Desc:退单]");
    assert.equal(after.textEn, "1 of 2 accepted, 1 refused: FLDORDER22 [Code:1313;Desc:退单]");
    assert.match(after.statusText, /^FLDORDER22 /);
    const story = await client.ledger.story(id);
    assert.deepEqual(
      story?.parts.map(({ name, taken, status, code }) => [name, taken, status, code]),
      [
        ["FLDORDER21", "good", "", "2"],
        ["FLDORDER22", "", "refused", "100"],
      ],
    );
    assert.ok(story?.events.some(({ text }) => text.includes("FLDORDER22")));
  });

  it("is found as a producer writes it, by receipts as they come: their guid is their own, one is in GB2312", async () => {
    const read = (name: string) =>
      readFileSync(join(__dirname, "..", "..", "fixtures", "field-answers", "14-ceb311-root-guid-differs", name));
    const id = await sent("ImpCeb", read("sent.xml"));
    for (const name of ["ret-2.xml", "ret-120.xml"]) {
      const [receipt] = await deliver(read(name));
      assert.deepEqual([receipt?.documentId, receipt?.matchedBy], [id, "clientKey"], name);
    }
    const after = await row(id);
    assert.deepEqual([after.state, ...counts(after)], ["accepted", 2, 1, 1]);
    assert.match(after.text, /FLDORDER22 \[Code:1313;Desc:退单\]$/);
  });

  it("is called rejected only when nothing of it is good", async () => {
    const id = await sent("ImpCeb", orders(21, 22, 23));
    await deliver(returns(orderReturn(21, "-1")));
    assert.deepEqual([(await row(id)).state, (await row(id)).importReceiptAt], ["sent", 0]);
    assert.match((await row(id)).textEn, /^0 of 3 accepted, 1 refused: FLDORDER21/);
    await deliver(returns(orderReturn(22, "-1"), orderReturn(23, "-1")));
    assert.equal((await row(id)).state, "rejected");
    // Customs had one of them after all.
    await deliver(returns(orderReturn(23, "2", "20260701100000000")));
    assert.deepEqual([(await row(id)).state, ...counts(await row(id))], ["accepted", 3, 1, 2]);
  });

  it("of which one is good has no file that calls it failed", async () => {
    await sent("ImpCeb", orders(21, 22));
    await deliver(returns(orderReturn(21, "-1"), orderReturn(22, "2")));
    assert.match(inBox("ImpCeb").join(), /^Successed_[^,]*\.xml$/);
  });

  it("gives each order its own numbers, and is found by them", async () => {
    const id = await sent("ImpCeb", orders(21, 22));
    const numbers = "<preNo>I20260000000000021</preNo><invtNo>C21</invtNo>";
    await deliver(returns(orderReturn(21, "2", undefined, numbers)));
    assert.deepEqual([(await row(id)).seqNo, (await row(id)).customsNo], ["", ""], "they are not the document's");
    const tax = `<CEB312Message guid="${guid(91)}"><OrderReturn><preNo>I20260000000000021</preNo><returnStatus>800</returnStatus><returnTime>20260701110000000</returnTime></OrderReturn></CEB312Message>`;
    const [late] = await deliver(tax);
    assert.deepEqual([late?.documentId, late?.matchedBy, late?.part], [id, "seqNo", "FLDORDER21"]);
    for (const key of ["FLDORDER22", guid(21), "I20260000000000021", "C21"]) {
      assert.deepEqual(
        (await client.ledger.query({ key })).map((found) => found.id),
        [id],
        key,
      );
    }
  });

  it("takes what came before it was known, whichever of its numbers that has", async () => {
    await deliver(returns(orderReturn(21, "2")));
    await deliver(returns(orderReturn(22, "100").replace(/<guid>.*<\/guid>/, "")));
    assert.equal(inBox("Others").length, 2);
    const id = await sent("ImpCeb", orders(21, 22), "sending");
    await client.ledger.transition(id, { from: ["sending"], to: "sent" }, { sentAt: AT }, { event: "sent" });
    // What the `sent` of a document sets going.
    await adoptOrphans(client, id);
    assert.deepEqual([(await row(id)).state, ...counts(await row(id))], ["accepted", 2, 1, 1]);
    assert.deepEqual([inBox("Others"), inBox("ImpCeb").length], [[], 2]);
  });

  it("names the bill that is refused; the manifest is not", async () => {
    const id = await sent("Mft", manifest("FLD0000001", "FLD0000002"));
    await deliver(billAnswer(["FLD0000001", "01"], ["FLD0000002", "03"]));
    const after = await row(id);
    assert.deepEqual([after.state, after.statusOutcome, ...counts(after)], ["sent", "good", 2, 1, 1]);
    assert.equal(after.text, "共 2 份，1 份通过，1 份被退：FLD0000002 退单：收货人编码错误。");
    await deliver(billAnswer(["FLD0000001", "03"]));
    assert.deepEqual([(await row(id)).statusOutcome, ...counts(await row(id))], ["refused", 2, 0, 2]);
  });

  it("is refused as a whole by an answer that names no part of it", async () => {
    const id = await sent("Mft", manifest("FLD0000001", "FLD0000002"));
    await deliver(gateway("-900517"));
    const after = await row(id);
    assert.deepEqual([after.state, after.code, ...counts(after)], ["rejected", "-900517", 2, 0, 0]);
  });

  it("whose parts nobody knew has those that receipts name", async () => {
    const old = documentRow({ messageType: "MT2101", business: "Mft", clientKey: "M-1", state: "sent", sentAt: AT });
    await client.ledger.claim(old);
    await deliver(billAnswer(["FLD0000002", "03"]));
    await deliver(billAnswer(["FLD0000001", "01"]));
    const after = await row(old.id);
    assert.deepEqual([after.statusOutcome, ...counts(after)], ["good", 2, 1, 1]);
    assert.match(after.textEn, /^1 of 2 accepted, 1 refused: FLD0000002/);
  });

  it("tells a master bill from its house bills", async () => {
    const house = (name: string) =>
      consignment("MASTER", `<AssociatedTransportDocument><ID>${name}</ID></AssociatedTransportDocument>`);
    const xml = manifest().replace(
      "<Declaration>",
      `<Declaration>${consignment("MASTER")}${house("H1")}${house("H2")}`,
    );
    const id = await sent("Mft", xml);
    const answer = (name: string, code: string) =>
      billAnswer(["MASTER", code]).replace(
        "<ResponseType>",
        `<AssociatedTransportDocument><ID>${name}</ID></AssociatedTransportDocument><ResponseType>`,
      );
    await deliver(answer("H2", "03"));
    await deliver(answer("N/A", "01"));
    assert.deepEqual(
      (await client.ledger.story(id))?.parts.map(({ name, status }) => [name, status]),
      [
        ["MASTER", "good"],
        ["MASTER/H1", ""],
        ["MASTER/H2", "refused"],
      ],
    );
  });

  it("that is sent again waits for each answer anew", async () => {
    const id = await sent("ImpCeb", orders(21, 22));
    await deliver(returns(orderReturn(21, "-1"), orderReturn(22, "-1")));
    assert.equal((await row(id)).state, "rejected");
    await client.ledger.transition(
      id,
      { from: ["rejected"], to: "claimed" },
      { attempt: 2, importReceiptAt: 0 },
      { event: "resend" },
    );
    await client.ledger.transition(
      id,
      { from: ["claimed"], to: "sending" },
      { sendingAt: AT + 90_000 },
      { event: "x" },
    );
    await deliver(returns(orderReturn(21, "2", "20260701100000000")));
    assert.deepEqual([(await row(id)).state, ...counts(await row(id))], ["accepted", 2, 1, 0]);
  });

  it("keeps an order apart from a code that nobody knows", async () => {
    const id = await sent("ImpCeb", orders(21, 22));
    const [unknown] = await deliver(returns(orderReturn(21, "77")));
    assert.deepEqual([unknown?.outcome, unknown?.part], ["unknown", "FLDORDER21"]);
    assert.deepEqual([(await row(id)).state, ...counts(await row(id))], ["sent", 2, 0, 0]);
    assert.match(inBox("ImpCeb").join(), /^Receipt_/);
  });

  it("may have as many bills as a manifest can", async () => {
    const bills = Array.from({ length: 9999 }, (_, index) => `B${index}`);
    const id = await sent("Mft", manifest(...bills));
    await deliver(billAnswer(["B9998", "03"], ["B0", "01"]));
    assert.deepEqual(counts(await row(id)), [9999, 1, 1]);
    assert.match((await row(id)).textEn, /^1 of 9999 accepted, 1 refused: B9998/);
  });
});
