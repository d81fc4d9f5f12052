import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { readDelivery } from "../../../lib/intake/read.js";
import { storeReceipt } from "../../../lib/intake/store.js";
import type { ReceiptRow } from "../../../lib/ledger/index.js";
import { openClient } from "../../support/client.js";
import { removeScratch } from "../../support/scratch.js";

const AT = Date.parse("2024-05-06T07:08:09.123+08:00");
const receipt = (key: string) =>
  Buffer.from(`<CommonResponeMessage><EtpsPreentNo>${key}</EtpsPreentNo><DealFlag>0</DealFlag></CommonResponeMessage>`);

/** Every file below a folder, by its path from there. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

describe("the folder and the file name that a delivery names", () => {
  let client: ImportClient;
  let deliveries = 0;

  beforeEach(async () => {
    client = await openClient();
    client.folders.of("DecCus001").make();
  });
  afterEach(async () => client.close());
  after(removeScratch);

  async function deliver(body: Buffer, named: { business?: string; fileName?: string }): Promise<ReceiptRow[]> {
    const delivery = { body, fileName: "", business: "", messageId: `m${deliveries++}`, receivedAt: AT, ...named };
    const rows: ReceiptRow[] = [];
    for (const part of await readDelivery(client, delivery)) rows.push(...(await storeReceipt(client, delivery, part)));
    return rows;
  }

  /** Files below the folder that holds the root, without those of the client itself. */
  const stored = () =>
    filesBelow(dirname(client.settings.root)).filter((path) => !/(^|\/)\./.test(path) || path.endsWith(".xml"));

  it("is one business folder that exists, without case; anything else is Others", async () => {
    const { root } = client.settings;
    mkdirSync(join(root, "NoBoxes"));
    mkdirSync(join(dirname(root), "Outside", "InBox"), { recursive: true });
    for (const business of [
      "..",
      ".",
      "",
      "../Outside",
      "DecCus001/OutBox",
      "DecCus001\\OutBox",
      "DecCus001/",
      "DecCus001/../../Outside",
      ".ledger",
      ".log",
      "NoBoxes",
      "Nobody",
      "DecCus001\0",
      "DecCus001.",
      "DecCus001 ",
      join(dirname(root), "Outside"),
      "x".repeat(5000),
    ]) {
      const [row] = await deliver(receipt(`K${deliveries}`), { business });
      assert.deepEqual([row?.folder, row?.filed], ["Others", true], JSON.stringify(business));
    }
    assert.ok(stored().every((path) => /^ImpPath\/Others\/InBox\/Successed_K\d+_\d{17}\.xml$/.test(path)));
    assert.equal(stored().length, 17);
    const [row] = await deliver(receipt("K"), { business: "DECCUS001" });
    assert.equal(row?.folder, "DecCus001");
    assert.ok(existsSync(join(root, "DecCus001", "InBox", row?.file ?? "")));
  });

  it("does not lead through a link out of the root", async () => {
    const outside = join(dirname(client.settings.root), "Elsewhere");
    mkdirSync(join(outside, "InBox"), { recursive: true });
    symlinkSync(outside, join(client.settings.root, "Linked"));
    const [row] = await deliver(receipt("K"), { business: "Linked" });
    assert.equal(row?.folder, "Others");
    assert.deepEqual(readdirSync(join(outside, "InBox")), []);
  });

  it("never reaches a receipt that was acknowledged", async () => {
    const [first] = await deliver(receipt("K"), { business: "DecCus001" });
    const inBox = join(client.settings.root, "DecCus001", "InBox");
    mkdirSync(join(inBox, "InBox"));
    writeFileSync(join(inBox, "InBox", first?.file ?? ""), "kept");
    for (const business of ["DecCus001/OutBox", "DecCus001/InBox", "DecCus001/InBox/InBox"]) {
      await deliver(receipt(`K${deliveries}`), { business });
    }
    assert.equal(readFileSync(join(inBox, "InBox", first?.file ?? ""), "utf8"), "kept");
    assert.deepEqual(readdirSync(inBox).sort(), ["InBox", first?.file].sort());
  });

  it("are told to a flow only as a folder that exists and as a name", () => {
    const add = (business: string, fileName: string) => {
      const ends = { ack: () => {}, refuse: () => {} };
      const facts = { id: `d${deliveries++}`, queue: "q", messageId: "", redelivered: false, receivedAt: AT, type: "" };
      const delivery = client.deliveries.add({ ...facts, ...ends, business, fileName, body: receipt("K") });
      assert.equal(client.deliveries.get(delivery.id), delivery);
      return [delivery.business, delivery.fileName];
    };
    assert.deepEqual(add("deccus001", "单.xml"), ["DecCus001", "单.xml"]);
    assert.deepEqual(add("..", "../../x.xml"), ["", "x.xml"]);
    assert.deepEqual(add("DecCus001/OutBox", "C:\\InBox\\x.xml"), ["", "x.xml"]);
    for (const name of ["..", "x/", "a\nb.xml", "\0", "x".repeat(300)]) assert.deepEqual(add("", name), ["", ""], name);
  });

  it("in a DxpMsg are names too, or nothing", async () => {
    const data = receipt("K").toString("base64");
    const wrapped = (name: string) =>
      `<DxpMsg xmlns="http://www.chinaport.gov.cn/dxp"><Data>${data}</Data><AddInfo><FileName>${name}</FileName></AddInfo></DxpMsg>`;
    for (const [name, told] of [
      ["../../x.xml", "x.xml"],
      ["C:\\x.zip", "x.zip"],
      ["..", undefined],
      ["单.xml", "单.xml"],
    ] as const) {
      const [part] = await client.intake.read(Buffer.from(wrapped(name)), {});
      assert.deepEqual([part?.name, part?.receipts.length], [told, 1], name);
    }
  });

  it("names a file in InBox by what a receipt says only after all that is no name has gone", async () => {
    for (const key of [
      "../../../x",
      "a/b\\c",
      "..",
      "CON",
      "x\u0000y",
      "\u202egnp.exe",
      ".".repeat(100_000),
      "名".repeat(300),
    ]) {
      const text = key.replace(/\0/g, "");
      const [row] = await deliver(receipt(text), {});
      const file = row?.file ?? "";
      assert.ok(Buffer.byteLength(file) <= 200 && !/[\\/]/.test(file), file);
      assert.ok(existsSync(join(client.settings.root, "Others", "InBox", file)), file);
    }
  });
});
