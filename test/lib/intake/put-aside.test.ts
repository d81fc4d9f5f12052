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
