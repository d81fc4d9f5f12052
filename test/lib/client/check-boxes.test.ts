import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CheckBoxes } from "../../../lib/client/check-boxes.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { bothLanguages } from "../../../lib/errors.js";
import { decXml } from "../../../simulator/samples/index.js";
import { openClient } from "../../support/client.js";
import { removeScratch } from "../../support/scratch.js";

describe("a CheckBox beside an OutBox", () => {
  let client: ImportClient;
  let boxes: CheckBoxes;
  let box: string;
  beforeEach(async () => {
    client = await openClient();
    boxes = new CheckBoxes(client);
    client.folders.of("DecCus001").make();
    box = join(client.settings.root, "DecCus001", "CheckBox");
    mkdirSync(box);
  });
  afterEach(async () => client.close());
  after(removeScratch);

  const names = (...path: string[]) => readdirSync(join(box, ...path)).sort();
  const report = (name: string) => JSON.parse(readFileSync(join(box, "Result", `${name}.json`), "utf8"));
  const root = (name: string) => readFileSync(join(box, "Result", `${name}.xml`), "utf8");
  async function checked(): Promise<void> {
    await boxes.look();
    await boxes.look();
  }

  it("gets a report for each file, which goes to Checked; nothing is sent and no row is made", async () => {
    writeFileSync(join(box, "好.xml"), decXml({ goods: 1 }));
    writeFileSync(
      join(box, "错.xml"),
      decXml({ goods: 1 }).toString().replace("<PackNo>2</PackNo>", "<PackNo></PackNo>"),
    );
    writeFileSync(join(box, "no.xml"), "<DecMessage><a></DecMessage>");
    await checked();
    assert.deepEqual(names(), ["Checked", "Result"]);
    assert.deepEqual(names("Checked"), ["no.xml", "好.xml", "错.xml"].sort());
    assert.deepEqual(
      ["好.xml", "错.xml", "no.xml"].map((name) => report(name).ok),
      [true, false, false],
    );
    assert.equal(report("好.xml").messageType, "DEC");
    assert.match(root("好.xml"), /<resultFlag>1<\/resultFlag>/);
    assert.match(root("错.xml"), /<resultFlag>0<\/resultFlag><failCode>SW-[^<]+<\/failCode><failInfo>.*PackNo/);
    assert.match(root("no.xml"), /<failCode>SW-XSD<\/failCode>/);
    assert.deepEqual(await client.ledger.query({}), []);
    for (const other of ["OutBox", "TempBox", "InBox", "FailBox"] as const) {
      assert.deepEqual(readdirSync(client.folders.of("DecCus001").box(other)), [], other);
    }
  });

  it("waits for a file that is written still, and leaves others alone", async () => {
    const whole = decXml({ goods: 1 });
    writeFileSync(join(box, "half.xml"), whole.subarray(0, 900));
    writeFileSync(join(box, "a.xml.tmp"), whole);
    mkdirSync(join(box, "folder"));
    await checked();
    assert.deepEqual(names(), ["a.xml.tmp", "folder", "half.xml"]);
    writeFileSync(join(box, "half.xml"), whole);
    await boxes.look();
    assert.ok(names().includes("half.xml"), "it has just changed");
    await boxes.look();
    assert.deepEqual(names("Checked"), ["half.xml"]);
  });

  for (const name of ["Result", "Checked"]) {
    it(`says once that ${name} is no folder, with what to do, and goes on when it is gone`, async () => {
      const said: string[] = [];
      client.on("notice", ({ code, text }) => said.push(`${code} ${bothLanguages(text)}`));
      writeFileSync(join(box, name), "a file");
      for (const file of ["a.xml", "b.xml", "c.xml"]) writeFileSync(join(box, file), decXml({ goods: 1 }));
      for (let look = 0; look < 4; look++) await checked();
      assert.equal(said.length, 1, said.join("\n"));
      assert.match(
        said[0] ?? "",
        /^SW-FOLDER .*不是文件夹.*请移走或改名该文件.*is not a folder.*move it away or rename it/,
      );
      rmSync(join(box, name));
      await checked();
      assert.deepEqual(names("Checked"), ["a.xml", "b.xml", "c.xml"]);
    });
  }

  it("keeps both of one name, and says so of a file that is too large", async () => {
    for (const goods of [1, 2]) {
      writeFileSync(join(box, "a.xml"), decXml({ goods }));
      await checked();
    }
    assert.deepEqual(names("Checked"), ["a(2).xml", "a.xml"]);
    assert.deepEqual(
      names("Result").filter((name) => name.endsWith(".json")),
      ["a.xml(2).json", "a.xml.json"],
    );
    writeFileSync(join(box, "big.zip"), "x");
    truncateSync(join(box, "big.zip"), 65 * 1024 * 1024);
    await checked();
    assert.equal(report("big.zip").fault.code, "SW-SIZE");
  });
});
