import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import type { Notice } from "../../../lib/client/reports.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import { clientSettings, openClient } from "../../support/client.js";
import { FakeClock } from "../../support/fake-clock.js";
import { documentRow } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

const answer = (key: string) =>
  Buffer.from(
    `<CommonResponeMessage><SeqNo/><EtpsPreentNo>${key}</EtpsPreentNo><DealFlag>0</DealFlag></CommonResponeMessage>`,
  );
const HOUR = 60 * 60_000;

describe("receipts that cannot be read, or answer no document", () => {
  let client: ImportClient;
  let clock: FakeClock;
  let told: Notice[];
  let deliveries = 0;

  async function open(root: string): Promise<void> {
    // A root that is made stands in the status too.
    mkdirSync(root, { recursive: true });
    client = await openClient({ root }, { ...SYSTEM, clock });
    told = [];
    client.on("notice", (notice) => told.push(notice));
    client.folders.of("Sas").make();
  }
  beforeEach(async () => {
    clock = new FakeClock();
    await open(clientSettings().root);
  });
  afterEach(async () => client.close());
  after(removeScratch);

  async function bring(body: Buffer, messageId = `m${deliveries}`): Promise<void> {
    const id = `d${deliveries++}`;
    client.deliveries.add({
      ...{ id, body, fileName: "", business: "", queue: "Q", messageId, redelivered: false, type: "" },
      ...{ receivedAt: clock.now(), ack: () => {}, refuse: () => {} },
    });
    await client.intake.settle(id);
  }
  const standing = () => client.standing.list().map(({ code, text }) => `${code} ${text.en}`);

  it("are told: the first at once with its place, of a burst the number once a minute", async () => {
    await bring(Buffer.from("<html>gateway</html>"));
    assert.equal(told.length, 1);
    const { code, text } = told[0] as Notice;
    assert.equal(code, "SW-RECEIPT");
    const place = /put aside as (Others\/InBox\/\S+\.xml): /.exec(text.en)?.[1] ?? "";
    assert.ok(existsSync(join(client.settings.root, place)), text.en);
    assert.match(text.zh, /^回执无法识别，已另存为 Others\/InBox\/.*请查看该文件/);
    for (let count = 0; count < 30; count++) await bring(Buffer.from(`<html>${count}</html>`));
    await bring(answer("FOREIGN1"));
    assert.equal(told.length, 1, "a burst is no line for each");
    assert.match(standing()[0] ?? "", /^SW-RECEIPT 31 receipts could not be read and 1 answer no known document/);
    await clock.pass(2 * 60_000, () => new Promise((resolve) => setTimeout(resolve, 50)));
    assert.equal(told.length, 2);
    assert.match(told[1]?.text.en ?? "", /^30 more receipts could not be read and 1 answer no known document/);
    assert.equal(standing().length, 1);
  });

  it("one that answers no document says whose it is", async () => {
    await bring(answer("FOREIGN1"));
    assert.match(
      told[0]?.text.en ?? "",
      /^a receipt answers no known document and was put aside as Others\/InBox\/.*FOREIGN1/,
    );
    assert.match(standing()[0] ?? "", /^SW-RECEIPT 0 receipts could not be read and 1 answer/);
  });

  const LIFE = { key: "EARLY1", seqNo: "000000000000000051" };
  const early = Buffer.from(
    `<DEC_RESULT><CUS_CIQ_NO>${LIFE.seqNo}</CUS_CIQ_NO><ENTRY_ID>${"1".repeat(18)}</ENTRY_ID><CHANNEL>L</CHANNEL></DEC_RESULT>`,
  );
  const imported = Buffer.from(
    `<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>0</ResponseCode><ClientSeqNo>${LIFE.key}</ClientSeqNo><SeqNo>${LIFE.seqNo}</SeqNo></DecImportResponse>`,
  );
  async function sent(): Promise<void> {
    const row = documentRow({ business: "DecCus001", messageType: "DEC", clientKey: LIFE.key, state: "sent" });
    await client.ledger.claim({ ...row, sendingAt: 1, sentAt: 1, settled: true, box: "none" });
  }
  const over = (left: readonly RegExp[]) =>
    until(`standing is ${left.join(", ") || "nothing"}; it is ${standing().join(" | ")}`, () => {
      const list = standing();
      return list.length === left.length && left.every((words, index) => words.test(list[index] ?? ""));
    });

  it("one whose document is found later is none any more, also of several and after a restart", async () => {
    await sent();
    await bring(early);
    assert.match(standing()[0] ?? "", /^SW-RECEIPT 0 receipts could not be read and 1 answer/);
    const { advice } = client.standing.list()[0] ?? {};
    assert.ok(!advice?.en.includes(".reason.json"), "there is none beside it");
    assert.match(advice?.zh ?? "", /先于导入回执到达的/);
    await bring(imported);
    await over([]);

    await bring(answer("FOREIGN1"));
    await bring(
      Buffer.from(early.toString().replaceAll(LIFE.seqNo, "000000000000000052").replaceAll("1".repeat(18), "")),
    );
    const { root } = client.settings;
    await client.close();
    clock.skip(1000);
    await open(root);
    assert.match(standing()[0] ?? "", /2 answer no known document/);
    const row = documentRow({ business: "DecCus001", messageType: "DEC", clientKey: "EARLY2", state: "sent" });
    await client.ledger.claim({ ...row, sendingAt: 1, sentAt: 1, settled: true, box: "none" });
    await bring(Buffer.from(imported.toString().replace("51<", "52<").replace("EARLY1", "EARLY2")));
    await over([/1 answer no known document; they were put aside$/]);
  });

  it("one whose document comes while it is being stored was never one", async () => {
    await sent();
    await Promise.all([bring(early), bring(imported)]);
    await over([]);
  });

  it("is named whole, however long its name is", async () => {
    await bring(answer("LONG".repeat(20)));
    const place = /the last one as (\S+)$/.exec(client.standing.list()[0]?.text.en ?? "")?.[1] ?? "";
    assert.ok(existsSync(join(client.settings.root, place)), place);
    assert.ok(place.length > 90, place);
  });

  it("stand for a day after the last one, also over a restart", async () => {
    await bring(Buffer.from("no receipt"));
    const { root } = client.settings;
    await client.close();
    clock.skip(23 * HOUR);
    await open(root);
    assert.match(standing()[0] ?? "", /^SW-RECEIPT 1 receipts could not be read/);
    clock.skip(2 * HOUR);
    assert.deepEqual(standing(), []);
    await bring(Buffer.from("none either"));
    assert.match(standing()[0] ?? "", /^SW-RECEIPT 1 receipts could not be read/, "counted anew");
  });

  it("what is told of is neither a receipt of a document, nor one that was brought again", async () => {
    const row = documentRow({ business: "Sas", messageType: "SAS101", clientKey: "OWN1", state: "sent" });
    await client.ledger.claim({ ...row, sendingAt: 1, sentAt: 1, settled: true, box: "none" });
    await bring(answer("OWN1"));
    assert.deepEqual([told, standing()], [[], []]);
    await bring(Buffer.from("no receipt"), "m");
    clock.skip(1000);
    await bring(Buffer.from("no receipt"), "m");
    assert.match(standing()[0] ?? "", /^SW-RECEIPT 1 receipts could not be read/);
  });
});
