import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { MissingFiles } from "../../../lib/client/missing-files.js";
import { openClient } from "../../support/client.js";
import { documentRow } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";

describe("archived files that somebody takes away", () => {
  let client: ImportClient;
  let reported: string[];
  let missing: MissingFiles;
  let sentBox: string;
  beforeEach(async () => {
    client = await openClient();
    reported = [];
    client.on("notice", ({ text }) => reported.push(text.en));
    missing = new MissingFiles(client);
    client.folders.of("DecCus001").make();
    sentBox = client.folders.of("DecCus001").box("SentBox");
    for (let number = 0; number < 12; number++) {
      const boxName = `${number}.xml`;
      writeFileSync(join(sentBox, boxName), "x");
      const state = number % 2 === 0 ? "sent" : "accepted";
      await client.ledger.enter(documentRow({ state, settled: true, box: "SentBox", boxName }), { event: "sent" });
    }
  });
  afterEach(async () => client.close());
  after(removeScratch);

  const none = async () => (await client.ledger.query({ limit: 100 })).filter(({ box }) => box === "none").length;

  it("are noticed, and said once", async () => {
    for (let number = 0; number < 5; number++) rmSync(join(sentBox, `${number}.xml`));
    await missing.check();
    assert.deepEqual([await none(), reported.length], [0, 0], "one look may be a moment");
    await missing.check();
    assert.equal(await none(), 5);
    assert.deepEqual(reported, [
      "the files of 5 documents were taken out of DecCus001/SentBox; their records stay, they cannot be resent or put into a support bundle",
    ]);
    await missing.check();
    assert.equal(reported.length, 1);
  });

  it("are not gone while their box is away, and are when it comes back empty", async () => {
    renameSync(sentBox, `${sentBox}-away`);
    await missing.check();
    await missing.check();
    assert.equal(await none(), 0);
    renameSync(`${sentBox}-away`, sentBox);
    await missing.check();
    await missing.check();
    assert.equal(await none(), 0);
    rmSync(sentBox, { recursive: true });
    mkdirSync(sentBox);
    await missing.check();
    await missing.check();
    assert.equal(await none(), 12);
    assert.equal(reported.length, 1);
  });
});
