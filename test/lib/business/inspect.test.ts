import assert from "node:assert/strict";
import { writeZip } from "../../../lib/archive/index.js";
import { inspect } from "../../../lib/business/inspect.js";
import { ImportClientError } from "../../../lib/errors.js";

const AT = Date.UTC(2026, 10, 24);
const DEC = Buffer.from(
  '<?xml version="1.0"?>\n<DecMessage xmlns="http://www.chinaport.gov.cn/dec"><DecHead><SeqNo>I20260000000000001</SeqNo></DecHead><DecSign><ClientSeqNo>00012E5</ClientSeqNo></DecSign></DecMessage>',
);
const INVT = Buffer.from(
  "<Package><EnvelopInfo><message_type>INV101</message_type></EnvelopInfo><DataInfo><BussinessData><InvtMessage><InvtHeadType><SeqNo/><EtpsInnerInvtNo>N1</EtpsInnerInvtNo></InvtHeadType></InvtMessage></BussinessData></DataInfo></Package>",
);
const PDF = Buffer.from("%PDF-1.4");

const zip = (entries: Record<string, Buffer>) =>
  writeZip(
    Object.entries(entries).map(([name, bytes]) => ({ name, bytes })),
    { at: AT },
  );

function isRefusal(code: string, words: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof ImportClientError, String(error));
    assert.equal(error.code, code);
    assert.match(error.text.en, words);
    assert.ok(error.text.zh);
    return true;
  };
}

describe("inspect", () => {
  it("sees a bare XML", async () => {
    const seen = await inspect(DEC, "报关单.xml");
    assert.deepEqual(
      [seen.zipped, seen.xmlName, seen.business?.id, seen.kind?.type, seen.clientKey, seen.seqNo, seen.attachments],
      [false, "报关单.xml", "dec", "DEC", "00012E5", "I20260000000000001", []],
    );
    assert.equal(seen.xml, DEC);
    assert.equal(seen.body, seen.root);
  });

  it("sees a ZIP with its PDFs", async () => {
    const seen = await inspect(await zip({ "单据.pdf": PDF, "报关单.xml": DEC }), "x.zip");
    assert.deepEqual([seen.zipped, seen.xmlName, seen.kind?.type], [true, "报关单.xml", "DEC"]);
    assert.deepEqual(seen.attachments, [{ name: "单据.pdf", size: PDF.length, bytes: PDF }]);
    assert.deepEqual(seen.xml, DEC);
  });

  it("gives the envelope's business data as body", async () => {
    const seen = await inspect(INVT, "a.xml");
    assert.deepEqual(
      [seen.kind?.type, seen.body.name, seen.clientKey, seen.seqNo],
      ["INV101", "InvtMessage", "N1", ""],
    );
  });

  it("leaves what it does not know without a kind", async () => {
    const seen = await inspect(Buffer.from("<Unknown><SeqNo>7</SeqNo></Unknown>"), "a.xml");
    assert.deepEqual([seen.kind, seen.business, seen.clientKey, seen.body], [undefined, undefined, "", seen.root]);
  });

  it("takes the tree of an XML that was read before, and reads another one", async () => {
    const bare = await inspect(DEC, "a.xml");
    const packed = await inspect(await zip({ "a.xml": DEC, "a.pdf": PDF }), "a.zip", bare);
    assert.equal(packed.root, bare.root);
    assert.deepEqual([packed.zipped, packed.clientKey, packed.attachments.length], [true, "00012E5", 1]);
    const other = Buffer.from(DEC.toString().replace("00012E5", "00012E6"));
    assert.equal((await inspect(other, "a.xml", bare)).clientKey, "00012E6");
  });

  it("refuses a ZIP without XML, saying so", async () => {
    await assert.rejects(
      zip({ "a.pdf": PDF }).then((bytes) => inspect(bytes, "a.zip")),
      isRefusal("SW-ZIP", /no \.xml/),
    );
  });

  it("between several XMLs takes the one it knows", async () => {
    const seen = await inspect(await zip({ "a.xml": Buffer.from("<Other/>"), "b.XML": DEC }), "a.zip");
    assert.equal(seen.xmlName, "b.XML");
    assert.deepEqual(
      seen.attachments.map(({ name }) => name),
      ["a.xml"],
    );
  });

  it("between several that it knows takes the one named like the ZIP", async () => {
    assert.equal((await inspect(await zip({ "a.xml": DEC, "b.xml": DEC }), "B.zip")).xmlName, "b.xml");
  });

  it("refuses several when nothing decides, and names them", async () => {
    await assert.rejects(
      zip({ "a.xml": DEC, "b.xml": INVT }).then((bytes) => inspect(bytes, "c.zip")),
      isRefusal("SW-ZIP", /a\.xml, b\.xml/),
    );
  });

  it("refuses what is not well-formed, and a broken ZIP", async () => {
    await assert.rejects(inspect(Buffer.from("<DecMessage>"), "a.xml"), isRefusal("SW-XSD", /too early/));
    await assert.rejects(
      zip({ "a.xml": Buffer.from("<DecMessage>") }).then((bytes) => inspect(bytes, "a.zip")),
      isRefusal("SW-XSD", /too early/),
    );
    const bytes = await zip({ "a.xml": DEC });
    await assert.rejects(inspect(bytes.subarray(0, bytes.length - 1), "a.zip"), isRefusal("SW-ZIP", /damaged/));
    await assert.rejects(inspect(Buffer.alloc(0), "a.xml"), isRefusal("SW-XSD", /./));
  });

  it("builds the same tree of a large document as of a small one", async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `<DecList><GNo>${index + 1}</GNo></DecList>`);
    const seen = await inspect(
      Buffer.from(`<DecMessage>\n<DecLists>${lines.join("\n")}</DecLists></DecMessage>`),
      "a.xml",
    );
    const lists = seen.root.child("DecLists")?.children ?? [];
    assert.equal(lists.length, 20_000);
    assert.deepEqual(
      [lists[19_999]?.textAt("GNo"), lists[19_999]?.line, lists[19_999]?.path],
      ["20000", 20_001, "DecMessage/DecLists/DecList[20000]"],
    );
  });
});
