import assert from "node:assert/strict";
import { mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { clientSettings, openClient } from "../../support/client.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { Watching } from "../../support/watching.js";

describe("another machine (faq 1, 2)", () => {
  after(removeScratch);

  it("warns once of another machine, naming 解除设备绑定, and goes on", async () => {
    const settings = clientSettings();
    const reported: string[] = [];
    const open = async () => {
      const client = await openClient(settings);
      client.on("notice", ({ code, text }) => {
        if (code === "SW-HOST") reported.push(text.zh);
      });
      await client.checkHost();
      return client;
    };
    const first = await open();
    assert.deepEqual(reported, []);
    // What another machine would have left there.
    await first.ledger.setFact("host", "0".repeat(64));
    await first.close();
    await (await open()).close();
    assert.equal(reported.length, 1);
    assert.match(reported[0] ?? "", /解除设备绑定.*客服/);
    await (await open()).close();
    assert.equal(reported.length, 1);
  });

  it("goes on in a root that was moved: open claims come again, with the same id and bytes", async () => {
    const here = join(scratch(), "ImpPath");
    const there = join(scratch(), "Moved");
    const key = freshKey();
    const outBox = join(here, "DecCus001", "OutBox");
    mkdirSync(outBox, { recursive: true });
    writeFileSync(join(outBox, `${key}.xml`), decXml({ key, goods: 1 }));
    const before = await openClient({ ...clientSettings({ root: here }) });
    const claiming = new Watching(before);
    await claiming.until(() => claiming.claims.length === 1);
    await claiming.watch.stop();
    await before.close();
    renameSync(here, there);
    const after = await openClient({ ...clientSettings({ root: there }) });
    const again = new Watching(after);
    await again.until(() => again.claims.length === 1);
    assert.equal(again.first.id, claiming.first.id);
    assert.deepEqual(again.claims[0]?.payload, claiming.claims[0]?.payload);
    await again.watch.stop();
    await after.close();
    assert.deepEqual(readdirSync(join(there, "DecCus001", "TempBox")), [`${again.first.id}__${key}.xml`]);
  });
});
