import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeZip } from "../../../lib/archive/index.js";
import { OutBox } from "../../../lib/boxes/out-box.js";
import { type Clock, SYSTEM_CLOCK } from "../../../lib/clock.js";
import { LARGE } from "../../../lib/files/bytes.js";
import { Files } from "../../../lib/files/files.js";
import { BusinessFolder } from "../../../lib/files/folders.js";
import { removeScratch, scratch } from "../../support/scratch.js";

const XML = "<a><b>1</b></a>";

describe("looking at an OutBox", () => {
  let folder: BusinessFolder;
  let outBox: OutBox;
  let now = 0;
  const path = (name: string) => join(folder.box("OutBox"), name);

  beforeEach(() => {
    now = 0;
    folder = new BusinessFolder("Sas", join(scratch(), "Sas"));
    const clock: Clock = { ...SYSTEM_CLOCK, monotonic: () => now };
    outBox = new OutBox(folder, { files: new Files(), clock }, { incompleteAfter: 1000, lookAhead: 100, still: 0 });
  });
  after(removeScratch);

  /** Looks at the files a first time, and again after so many milliseconds; claims what is ready then. */
  async function claimAfter(milliseconds: number): Promise<string[]> {
    await outBox.list();
    await outBox.ready();
    now += milliseconds;
    const { names } = await outBox.ready();
    for (const name of names) outBox.take(name);
    for (const name of names) renameSync(path(name), join(folder.path, name));
    for (const name of names) outBox.forget(name);
    return names;
  }

  /** Files that their producers have left alone since they were whole. */
  async function leftAlone(count: number): Promise<void> {
    for (let number = 1; number <= count; number++) {
      writeFileSync(path("left.xml"), XML);
      assert.deepEqual(await claimAfter(150), ["left.xml"]);
      // A new one under the same name so soon would be a second writing.
      now += 2000;
    }
  }

  it("takes a file only when it was the same at two looks, whatever its content says", async () => {
    writeFileSync(path("a.xml"), XML);
    await outBox.list();
    assert.deepEqual((await outBox.ready()).names, []);
    writeFileSync(path("a.xml"), "<a><b>2</b></a> ");
    assert.deepEqual((await outBox.ready()).names, [], "changed since the first look");
    assert.deepEqual((await outBox.ready()).names, ["a.xml"]);
  });

  it("takes what its whole content proves after 10 ms, and what only its ends speak for after 150", async () => {
    const clock: Clock = { ...SYSTEM_CLOCK, monotonic: () => now };
    outBox = new OutBox(folder, { files: new Files(), clock }, { incompleteAfter: 600_000 });
    await leftAlone(20);
    const start = now;
    const zip = await writeZip([{ name: "a.xml", bytes: Buffer.from(XML) }], { at: 1_700_000_000_000 });
    const damaged = Buffer.from(zip);
    damaged.fill(0xff, zip.indexOf("a.xml") + 8, zip.indexOf("a.xml") + 10);
    const files: Record<string, string | Buffer> = {
      "whole.xml": XML,
      "whole.zip": zip,
      "crc.zip": damaged,
      "large.xml": `<a>${"x".repeat(300_000)}</a>`,
      "wide.xml": Buffer.from(`\ufeff${XML}`, "utf16le"),
      "loose.pdf": "%PDF-1.4 %%EOF",
      "half.xml": "<a><b>",
      "zeros.xml": `<a><b>${"\0".repeat(50)}</b></a>`,
    };
    for (const [name, bytes] of Object.entries(files)) writeFileSync(path(name), bytes);
    await outBox.list();
    const at = async (time: number) => {
      now = start + time;
      return (await outBox.ready()).names.sort();
    };
    assert.deepEqual(await at(0), []);
    assert.equal(outBox.readyIn, 10);
    assert.deepEqual(await at(9), []);
    assert.deepEqual(await at(10), ["whole.xml", "whole.zip"]);
    assert.deepEqual(await at(149), ["whole.xml", "whole.zip"]);
    assert.equal(outBox.readyIn, undefined, "nothing is to be expected sooner than by stillness");
    assert.deepEqual(await at(150), ["crc.zip", "large.xml", "loose.pdf", "whole.xml", "whole.zip", "wide.xml"]);
    assert.ok((await at(2000)).includes("whole.xml"));
    writeFileSync(path("whole.xml"), "<a><b>changed</b></a>");
    assert.ok(!(await at(2010)).includes("whole.xml"));
    assert.ok((await at(2020)).includes("whole.xml"), "proved anew");
  });

  it("waits for stillness until enough files were left alone, and again once a producer wrote a whole one again soon", async () => {
    const clock: Clock = { ...SYSTEM_CLOCK, monotonic: () => now };
    outBox = new OutBox(folder, { files: new Files(), clock }, { incompleteAfter: 600_000 });
    const isTaken = async (name: string) => {
      writeFileSync(path(name), XML);
      return (await claimAfter(10)).length === 1;
    };
    await leftAlone(19);
    assert.equal(await isTaken("a.xml"), false, "too few are known");
    assert.deepEqual(await claimAfter(150), ["a.xml"]);
    assert.equal(await isTaken("b.xml"), true);
    // Given back as it was.
    renameSync(join(folder.path, "b.xml"), path("b.xml"));
    assert.deepEqual(await claimAfter(10), ["b.xml"]);
    writeFileSync(path("b.xml"), "<a><b>corrected after it was claimed</b></a>");
    assert.deepEqual(await claimAfter(10), []);
    await claimAfter(150);
    await leftAlone(20);
    assert.equal(await isTaken("c.xml"), false, "it takes many more to be trusted again");
  });

  it("does not trust a producer that puts a whole file right before it is claimed", async () => {
    const clock: Clock = { ...SYSTEM_CLOCK, monotonic: () => now };
    outBox = new OutBox(folder, { files: new Files(), clock }, { incompleteAfter: 600_000 });
    writeFileSync(path("a.xml"), XML);
    await outBox.list();
    await outBox.ready();
    writeFileSync(path("a.xml"), "<a><b>put right</b></a>");
    assert.deepEqual(await claimAfter(150), ["a.xml"]);
    await leftAlone(20);
    writeFileSync(path("b.xml"), XML);
    assert.deepEqual(await claimAfter(10), []);
  });

  it("goes through the whole content of a few files at a time", async () => {
    const clock: Clock = { ...SYSTEM_CLOCK, monotonic: () => now };
    outBox = new OutBox(folder, { files: new Files(), clock }, { incompleteAfter: 600_000 });
    await leftAlone(20);
    const start = now;
    for (let index = 0; index < 100; index++) writeFileSync(path(`${index}.xml`), XML);
    await outBox.list();
    const found: number[] = [];
    for (; now <= start + 20; now += 10) found.push((await outBox.ready()).names.length);
    assert.deepEqual(found, [0, 32, 64]);
    now = start + 150;
    assert.equal((await outBox.ready()).names.length, 100, "the others have been still");
  });

  it("does not trust the file's own time: an old one has to prove itself too", async () => {
    writeFileSync(path("old.xml"), XML);
    utimesSync(path("old.xml"), 0, 0);
    await outBox.list();
    assert.deepEqual((await outBox.ready()).names, []);
    assert.deepEqual((await outBox.ready()).names, ["old.xml"]);
  });

  it("keeps the order in which files were first seen", async () => {
    for (const name of ["c.xml", "a.xml"]) {
      writeFileSync(path(name), XML);
      await outBox.list();
    }
    writeFileSync(path("b.xml"), XML);
    await outBox.list();
    await outBox.ready();
    assert.deepEqual((await outBox.ready()).names, ["c.xml", "a.xml", "b.xml"]);
  });

  it("looks at no more than it may at once, and gets to the others as the first go", async () => {
    for (let index = 0; index < 250; index++) writeFileSync(path(`${String(index).padStart(3, "0")}.xml`), XML);
    await outBox.list();
    await outBox.ready();
    const { names } = await outBox.ready();
    assert.equal(names.length, 100);
    for (const name of names) outBox.forget(name);
    await outBox.ready();
    assert.equal((await outBox.ready()).names.length, 100);
  });

  it("looks no further once enough are ready; large ones, which small ones may pass, are not counted", async () => {
    const clock: Clock = { ...SYSTEM_CLOCK, monotonic: () => now };
    outBox = new OutBox(folder, { files: new Files(), clock }, { incompleteAfter: 1000, still: 0, enough: 3 });
    const names = ["0-large.xml", ...Array.from({ length: 9 }, (_, index) => `${index + 1}.xml`)];
    for (const name of names) {
      writeFileSync(path(name), name === "0-large.xml" ? `<a>${"x".repeat(LARGE)}</a>` : XML);
      // They come in the order in which they were seen, which is the folder's own for those that are new together.
      await outBox.list();
    }
    await outBox.ready();
    assert.deepEqual((await outBox.ready()).names, ["0-large.xml", "1.xml", "2.xml", "3.xml"]);
    for (const name of ["1.xml", "2.xml"]) outBox.forget(name);
    assert.deepEqual((await outBox.ready()).names, ["0-large.xml", "3.xml", "4.xml", "5.xml"]);
  });

  it("reports a file that stays unfinished once, and only when nothing has changed for that long", async () => {
    writeFileSync(path("torn.xml"), "<a><b>");
    await outBox.list();
    for (now = 0; now <= 5000; now += 400) {
      writeFileSync(path("torn.xml"), `<a><b>${"x".repeat(now)}`);
      assert.deepEqual((await outBox.ready()).oddities, []);
    }
    now += 1000;
    assert.deepEqual(
      (await outBox.ready()).oddities.map(({ reason }) => reason),
      ["incomplete"],
    );
    now += 10_000;
    assert.deepEqual((await outBox.ready()).oddities, []);
  });

  it("names unfinished files after some seconds, and says once what stands behind a whole content", async () => {
    outBox = new OutBox(folder, outBox.world, { incompleteAfter: 600_000 });
    writeFileSync(path("torn.xml"), "<a><b>");
    writeFileSync(path("zeros.xml"), `${XML}\0\0`);
    writeFileSync(path("junk.xml"), `${XML}junk`);
    writeFileSync(path("empty.xml"), "");
    writeFileSync(path("text.xml"), "报关单");
    await outBox.list();
    const told: string[] = [];
    for (now = 0; now <= 20_000; now += 400) {
      told.push(...(await outBox.ready()).oddities.map(({ name, reason }) => `${name} ${reason}`));
      if (now < 5000) assert.deepEqual([outBox.unfinished, told], [[], []]);
    }
    const left = 600_000 - (now - 400);
    assert.deepEqual(
      outBox.unfinished.sort((one, other) => (one.name < other.name ? -1 : 1)),
      [
        { name: "empty.xml", why: "empty", left },
        { name: "junk.xml", why: "behind", left },
        { name: "text.xml", why: "no-xml", left },
        { name: "torn.xml", why: "unfinished", left },
        { name: "zeros.xml", why: "zeros", left },
      ],
    );
    assert.deepEqual(told.sort(), ["junk.xml behind", "zeros.xml zeros"]);
    for (const name of ["torn.xml", "zeros.xml", "junk.xml", "empty.xml", "text.xml"]) writeFileSync(path(name), XML);
    let names: string[] = [];
    for (const end = now + 4000; now < end; now += 400) ({ names } = await outBox.ready());
    assert.equal(names.length, 5);
    assert.deepEqual(outBox.unfinished, []);
  });

  it("tries a file that is held by somebody again after pauses that double", async () => {
    writeFileSync(path("held.xml"), XML);
    await outBox.list();
    const tried: number[] = [];
    for (now = 0; now < 20_000; now += 100) {
      const { names } = await outBox.ready();
      if (names.length === 0) continue;
      tried.push(now);
      outBox.postpone("held.xml");
    }
    const pauses = tried.slice(1).map((time, index) => time - (tried[index] as number));
    assert.deepEqual(pauses, [600, 1100, 2100, 4100, 8100]);
  });

  it("takes or names everything that lies there, each once", async () => {
    const box = folder.box("OutBox");
    mkdirSync(join(box, "folder"));
    symlinkSync(join(box, "folder"), join(box, "link.xml"));
    symlinkSync(join(box, "nothing"), join(box, "dangling.xml"));
    // The first leads to itself, the second nowhere that has a name.
    symlinkSync("circle.xml", join(box, "circle.xml"));
    symlinkSync("n".repeat(300), join(box, "nameless.xml"));
    execFileSync("mkfifo", [join(box, "pipe.xml")]);
    writeFileSync(Buffer.concat([Buffer.from(`${box}/`), Buffer.from("b1a8b9d8b5a52e786d6c", "hex")]), XML);
    for (const name of ["...xml", "left.tmp", "Thumbs.db", ".DS_Store", "good.xml"]) writeFileSync(path(name), XML);
    const oddities = await outBox.list();
    const reasons = Object.fromEntries(oddities.map(({ name, reason }) => [name, reason]));
    assert.deepEqual(
      Object.values(reasons).sort(),
      ["dangling", "dangling", "dangling", "folder", "link", "name", "special"],
      "a writer gets its time before its unfinished file is named",
    );
    await outBox.ready();
    assert.deepEqual((await outBox.ready()).names, ["good.xml"]);
    now += 5000;
    await outBox.ready();
    const late = await outBox.list();
    assert.deepEqual(late.map(({ name, reason }) => `${name} ${reason}`).sort(), [
      "...xml unfinished",
      "left.tmp unfinished",
    ]);
    assert.deepEqual(await outBox.list(), []);
  });

  it("does not count the time in which it was not looking", async () => {
    writeFileSync(path("torn.xml"), "<a><b>");
    await outBox.list();
    await outBox.ready();
    // Frozen for an hour: only a pause of a few seconds counts.
    outBox = new OutBox(folder, outBox.world, { incompleteAfter: 60_000 });
    await outBox.list();
    await outBox.ready();
    now += 3_600_000;
    assert.deepEqual((await outBox.ready()).oddities, []);
    let reported = 0;
    for (let look = 0; look < 20; look++, now += 5000) reported += (await outBox.ready()).oddities.length;
    assert.equal(reported, 1);
  });

  it("leaves files alone that their producer has not handed over", async () => {
    for (const name of ["a.tmp", "b.zip.temp", "c.part", ".hidden.xml", "d.TMP"]) writeFileSync(path(name), XML);
    await outBox.list();
    await outBox.ready();
    assert.deepEqual((await outBox.ready()).names, []);
    assert.equal(outBox.size, 0);
  });

  it("takes names as they are: Chinese, emoji, blanks, dots, reserved ones, 255 bytes", async () => {
    const names = ["报关单 (1).xml", "🚢.xml", " a .xml", "CON.xml", "a..xml", `${"长".repeat(83)}.xml`.slice(0, 85)];
    for (const name of names) writeFileSync(path(name), XML);
    await outBox.list();
    await outBox.ready();
    assert.deepEqual((await outBox.ready()).names.sort(), [...names].sort());
    assert.deepEqual(readdirSync(folder.box("OutBox")).sort(), [...names].sort());
  });

  it("says what somebody else took, and not what its own producer renames", async () => {
    const lies = async (milliseconds: number) => {
      writeFileSync(path("a.xml"), "<a>");
      await outBox.list();
      await outBox.ready();
      now += milliseconds;
      renameSync(path("a.xml"), path("a.xml.tmp"));
      await outBox.list();
      return outBox.takeVanished();
    };
    assert.deepEqual(await lies(100), []);
    assert.deepEqual(await lies(200), ["a.xml"]);
  });

  it("forgets what has gone, says when the share is away, and goes on when it is back", async () => {
    writeFileSync(path("a.xml"), XML);
    await outBox.list();
    await outBox.ready();
    const root = dirname(folder.path);
    renameSync(root, `${root}.away`);
    await assert.rejects(outBox.list(), { code: "SW-FOLDER" });
    await assert.rejects(outBox.ready(), { code: "SW-FOLDER" });
    renameSync(`${root}.away`, root);
    rmSync(path("a.xml"));
    writeFileSync(path("b.xml"), XML);
    await outBox.list();
    await outBox.ready();
    assert.deepEqual((await outBox.ready()).names, ["b.xml"]);
  });
});
