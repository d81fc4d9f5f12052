import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { occupied } from "../../../lib/client/lease-file.js";
import { openClient as open } from "../../../lib/client/open.js";
import { Standing } from "../../../lib/client/standing.js";
import { ImportClientError, neutral } from "../../../lib/errors.js";
import { Notices } from "../../../lib/watch/notices.js";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { clientSettings } from "../../support/client.js";
import { removeScratch } from "../../support/scratch.js";
import { Watching } from "../../support/watching.js";

const inUseBy = (pid: number) =>
  occupied("/root", { pid, host: "there", since: 0, id: "other", boot: "", started: "" });

describe("what is said of places that nothing can be done in", () => {
  let said: ImportClientError[];
  let standing: Standing;
  let notices: Notices;

  beforeEach(() => {
    said = [];
    standing = new Standing({ now: () => 0 });
    notices = new Notices((error) => said.push(error), standing, "watch ");
  });
  const texts = () => said.map(({ text }) => text.en);
  const stands = () => standing.list().map(({ text }) => text.en);

  it("is one fault where many places meet it in the same words, until none of them does", () => {
    const fault = inUseBy(1);
    for (let look = 0; look < 3; look++) {
      for (const place of ["Sas/a.xml", "Sas/b.xml", "round"]) notices.fault(place, inUseBy(1));
    }
    assert.deepEqual([texts(), stands(), notices.size], [[fault.text.en], [fault.text.en], 1]);
    notices.well("Sas/a.xml");
    notices.well("Sas/c.xml");
    notices.fault("Sas/a.xml", inUseBy(1));
    assert.equal(said.length, 1);
    for (const place of ["Sas/a.xml", "Sas/b.xml", "round"]) notices.well(place);
    assert.deepEqual([stands(), notices.size], [[], 0]);
    notices.fault("Sas/a.xml", inUseBy(1));
    assert.equal(said.length, 2, "it was over, and is said anew");
  });

  it("is said again when its words are others, and stands as it is now", () => {
    for (const pid of [1, 2]) for (const place of ["Sas/a.xml", "Sas/b.xml"]) notices.fault(place, inUseBy(pid));
    const expected = [1, 2].map((pid) => inUseBy(pid).text.en);
    assert.deepEqual(texts(), expected);
    assert.deepEqual(stands(), expected.slice(1));
  });

  it("is another fault for each place that its words name", () => {
    for (let look = 0; look < 2; look++) {
      for (const place of ["Sas/a.xml", "Sas/b.xml"]) notices.fault(place, new Error("no idea"));
    }
    assert.deepEqual(texts(), ["Sas/a.xml: no idea", "Sas/b.xml: no idea"]);
  });

  it("is said once of more places than are remembered", () => {
    for (let place = 0; place < 3000; place++) notices.fault(`Sas/${place}.xml`, inUseBy(1));
    assert.equal(said.length, 1);
    for (let place = 0; place < 3000; place++) notices.well(`Sas/${place}.xml`);
    assert.deepEqual(stands(), []);
  });
});

describe("claims that are refused since another process has the root", () => {
  const FILES = 12;
  let client: ImportClient;
  let watching: Watching | undefined;

  beforeEach(async () => {
    const settings = clientSettings();
    // A root that is made stands in the status too.
    mkdirSync(settings.root);
    ({ client } = await open(settings));
    client.folders.of("DecCus001").make();
    for (let file = 0; file < FILES; file++) {
      const path = join(client.folders.of("DecCus001").box("OutBox"), `${file}.xml`);
      writeFileSync(path, decXml({ key: freshKey(), goods: 1 }));
    }
  });
  afterEach(async () => {
    await watching?.watch.stop();
    await client.close();
  });
  after(removeScratch);

  it("are told by one line, side by side and one after the other, until they are claimed", async () => {
    const { begin } = client.claims;
    const refused = new Set<string>();
    let tries = 0;
    let fault = inUseBy(1);
    client.claims.begin = async (_owner, _outBox, name) => {
      refused.add(name);
      tries++;
      await Promise.resolve();
      throw new ImportClientError(fault.code, fault.text);
    };
    watching = new Watching(client);
    const { notices } = watching;
    const roundsMore = async (count: number) => {
      const before = watching?.rounds ?? 0;
      await watching?.until(() => (watching?.rounds ?? 0) >= before + count);
    };
    await watching.until(() => notices.length > 0 && refused.size === FILES);
    while (tries < FILES + 3) await roundsMore(1);
    const told = () => notices.map(({ code, text }) => `${code} ${text.en}`);
    assert.deepEqual(told(), [`SW-OWNER ${inUseBy(1).text.en}`]);
    assert.equal(client.standing.list().length, 1);
    fault = inUseBy(2);
    await watching.until(() => notices.length > 1);
    for (const until = tries + 3; tries < until; ) await roundsMore(1);
    assert.deepEqual(
      told(),
      [1, 2].map((pid) => `SW-OWNER ${inUseBy(pid).text.en}`),
    );
    client.claims.begin = begin;
    await watching.until(() => watching?.claims.length === FILES && watching.round?.troubles === 0);
    assert.deepEqual([client.standing.list(), notices.length], [[], 2]);
  });

  it("are not even tried while the root is not held", async () => {
    const { begin } = client.claims;
    let tries = 0;
    client.claims.begin = (...given) => {
      tries++;
      return begin.apply(client.claims, given);
    };
    let asked = 0;
    client.lease.assertHeld = () => {
      asked++;
      throw new ImportClientError("SW-FENCED", neutral("frozen since"));
    };
    watching = new Watching(client, { interval: 20 });
    await new Promise<void>((resolve) => {
      const look = () => (asked >= 5 ? resolve() : setTimeout(look, 5));
      look();
    });
    assert.deepEqual([tries, watching.notices, watching.rounds], [0, [], 0]);
    Reflect.deleteProperty(client.lease, "assertHeld");
    await watching.until(() => watching?.claims.length === FILES);
  });
});
