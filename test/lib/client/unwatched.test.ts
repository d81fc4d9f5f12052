import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import { openClient } from "../../support/client.js";
import { FakeClock } from "../../support/fake-clock.js";
import { removeScratch } from "../../support/scratch.js";
import { Watching } from "../../support/watching.js";

describe("an OutBox that nobody watches", () => {
  const clock = new FakeClock();
  let client: ImportClient;
  beforeEach(async () => {
    client = await openClient({}, { ...SYSTEM, clock });
    for (const code of ["DecCus001", "Sas"]) mkdirSync(join(client.settings.root, code, "OutBox"), { recursive: true });
  });
  afterEach(async () => client.close());
  after(removeScratch);

  const file = (code: string, name: string) => join(client.settings.root, code, "OutBox", name);
  /** How it stands after so many minutes, with a look in each. */
  async function minutesLater(minutes: number): Promise<string[]> {
    for (let minute = 0; minute < minutes; minute++) {
      clock.skip(60_000);
      await client.unwatched.look();
    }
    const listed = client.standing.list().filter(({ code }) => code === "SW-OUTBOX");
    return listed.map(({ text }) => text.en.split(",")[0] as string);
  }
  const waits = (code: string) => `files wait in ${code}/OutBox`;

  it("stands, and hinders, while a file has lain in it for some minutes; not one that is not finished", async () => {
    writeFileSync(file("DecCus001", "a.xml"), "<a/>");
    writeFileSync(file("Sas", "b.xml.tmp"), "<a/>");
    await client.unwatched.look();
    assert.deepEqual(await minutesLater(4), [], "a deploy takes a while");
    assert.deepEqual(await minutesLater(2), [waits("DecCus001")]);
    assert.deepEqual(client.standing.hindrances(), ["SW-OUTBOX"]);
    assert.ok(
      client.standing
        .list()
        .find(({ code }) => code === "SW-OUTBOX")
        ?.advice?.zh.includes("folder-watch"),
    );
    rmSync(file("DecCus001", "a.xml"));
    assert.deepEqual([await minutesLater(1), client.standing.hindrances()], [[], []]);
  });

  it("is well as soon as somebody watches it, all folders or this one, and counts anew after that", async () => {
    writeFileSync(file("DecCus001", "a.xml"), "<a/>");
    writeFileSync(file("Sas", "b.xml"), "<a/>");
    await client.unwatched.look();
    client.unwatched.watch("one", ["deccus001"]);
    assert.deepEqual(await minutesLater(6), [waits("Sas")]);
    client.unwatched.watch("all", []);
    assert.deepEqual(await minutesLater(0), []);
    assert.deepEqual(await minutesLater(6), []);
    client.unwatched.leave("one");
    client.unwatched.leave("all");
    assert.deepEqual(await minutesLater(5), []);
    assert.deepEqual((await minutesLater(2)).sort(), [waits("DecCus001"), waits("Sas")]);
  });

  it("is none while a folder-watch is at work on it, and is one after that was stopped", async () => {
    // Never finished, so that it is not taken.
    writeFileSync(file("DecCus001", "a.xml"), "<a>");
    writeFileSync(file("Sas", "b.xml"), "<a/>");
    const { watch } = new Watching(client, { businesses: ["DecCus001"] });
    await client.unwatched.look();
    assert.deepEqual(await minutesLater(6), [waits("Sas")]);
    await watch.stop();
    assert.deepEqual((await minutesLater(7)).sort(), [waits("DecCus001"), waits("Sas")]);
  });
});
