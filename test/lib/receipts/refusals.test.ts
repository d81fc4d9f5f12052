import assert from "node:assert/strict";
import { BUSINESSES } from "../../../lib/business/index.js";
import { readReceipts } from "../../../lib/receipts/index.js";
import { localCodeOf, type Refusal, refusalFile } from "../../../lib/receipts/refusals/index.js";
import { scanXml } from "../../../lib/xml/scan.js";

const AT = Date.parse("2026-05-06T07:08:09.123+08:00");

/** A refusal with all that XML does not like in it. */
function refusal(messageType: string, business: string, change: Partial<Refusal> = {}): Refusal {
  const text = 'SW-XSD 第 3 行 <GQty> 为空 & "缺"。处理：请填写';
  return {
    code: "SW-XSD",
    info: text,
    text,
    at: AT,
    document: { messageType, business, clientKey: "K<1>&" },
    ...change,
  };
}

/** What our own reader, and so every careful one, finds in it. */
async function read(bytes: Buffer) {
  const { parts } = await readReceipts(bytes);
  assert.equal(parts.length, 1);
  return parts[0]?.receipts ?? [];
}

const DOCUMENTS: Record<string, [messageType: string, folder: string, code: string]> = {
  DecImportResponse: ["DEC", "DecCus001", "1"],
  CommonResponseMessage: ["INV101", "Sas", "-1"],
  HTRES4: ["MT1401", "Rmft", "E2"],
};

describe("a document that we refuse ourselves", () => {
  for (const [format, [type, folder, code]] of Object.entries(DOCUMENTS)) {
    it(`is answered as ${format}, as a failed import`, async () => {
      const file = refusalFile("business", refusal(type, folder));
      assert.equal(file.format, format);
      const [receipt] = await read(file.bytes);
      assert.deepEqual(
        [receipt?.kind, receipt?.format, receipt?.code, receipt?.ok, receipt?.clientKey],
        ["import", format, code, false, "K<1>&"],
      );
      assert.equal(receipt?.text, refusal(type, folder).text, "our code and advice");
      assert.equal(localCodeOf(file.bytes), "SW-XSD", "and known as ours when it is read back");
    });
  }

  it("is answered as a return for each order or list of a cross-border message, by the guid of its head", async () => {
    const list = (guid: string, number: string) =>
      `<Inventory><InventoryHead><guid>${guid}</guid><copNo>${number}</copNo></InventoryHead></Inventory>`;
    const xml = `<CEB621Message guid="K&lt;1>&amp;" xmlns="http://www.chinaport.gov.cn/ceb">${list("G1", "N1")}${list("G2", "N2")}</CEB621Message>`;
    const root = scanXml(Buffer.from(xml));
    const kind = BUSINESSES.flatMap(({ kinds }) => kinds).find(({ type }) => type === "CEB621");
    assert.ok(kind);
    const file = refusalFile("business", refusal("CEB621", "ImpCeb", { content: { kind, root } }));
    const receipts = await read(file.bytes);
    assert.deepEqual(
      receipts.map(({ format, kind, code, ok, clientKey, part }) => [format, kind, code, ok, clientKey, part]),
      [
        ["CEB622Message", "import", "-1", false, "G1", "N1"],
        ["CEB622Message", "import", "-1", false, "G2", "N2"],
      ],
    );
    assert.equal(scanXml(file.bytes).attributes.get("guid"), "K<1>&");
    const long = refusalFile(
      "business",
      refusal("CEB621", "ImpCeb", { text: "错".repeat(1001), content: { kind, root } }),
    );
    assert.equal((await read(long.bytes))[0]?.text, "错".repeat(1000), "as long as returnInfo may be");
    // One that cannot be read has no heads to answer.
    assert.equal(refusalFile("business", refusal("CEB621", "ImpCeb")).format, "Root");
  });

  it("is answered by the form of its type wherever it lies, and by that of its folder when it has none", () => {
    const formatOf = (type: string, folder: string) => refusalFile("business", refusal(type, folder)).format;
    assert.equal(formatOf("INV101", "DecCus001"), "CommonResponseMessage");
    assert.equal(formatOf("", "deccus001"), "DecImportResponse");
    assert.equal(formatOf("", "Ail"), "Root");
    assert.equal(formatOf("COO", "Cooimp"), "Root");
  });

  it("is answered as Root by the other settings, with FailInfo beside failInfo where that is wanted", async () => {
    const plain = refusalFile("root", refusal("DEC", "DecCus001"));
    assert.equal(plain.format, "Root");
    assert.equal(scanXml(plain.bytes).child("FailInfo"), undefined);
    const both = refusalFile("root-both", refusal("DEC", "DecCus001"));
    const root = scanXml(both.bytes);
    assert.equal(root.textAt("FailInfo"), root.textAt("failInfo"));
    assert.equal((await read(both.bytes))[0]?.text, refusal("", "").text);
  });

  it("is told from what a platform sends", () => {
    assert.equal(localCodeOf(Buffer.from("<DecImportResponse/>")), undefined);
    assert.equal(localCodeOf(Buffer.from("")), undefined);
    assert.equal(localCodeOf(Buffer.from("<!--single-window-local -->")), undefined);
  });

  it("has a form that is stated for each business", () => {
    assert.deepEqual(
      BUSINESSES.map(({ id, refusal: form }) => `${id} ${form}`),
      [
        "dec DecImportResponse",
        "sas CommonResponeMessage",
        "npts CommonResponeMessage",
        "nems CommonResponeMessage",
        "nbhl CommonResponeMessage",
        "acmp CommonResponeMessage",
        "edoc DecImportResponse",
        "manifest HTRES4",
        "ceb CEB",
        "coo Root",
        "acd Root",
      ],
    );
  });
});
