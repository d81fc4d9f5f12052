import assert from "node:assert/strict";
import { FORMATS, readReceipts } from "../../../lib/receipts/index.js";
import { scanXml } from "../../../lib/xml/scan.js";
import { SAMPLES } from "./samples/index.js";
import { envelope } from "./samples/sample.js";

describe("receipt formats", () => {
  for (const { name, xml, expected } of SAMPLES) {
    it(name, async () => {
      const { parts } = await readReceipts(Buffer.from(xml));
      assert.equal(parts.length, 1);
      const [part] = parts;
      assert.ok(part?.recognised, part?.reason?.text.en);
      assert.equal(part.receipts.length, expected.length);
      for (const [index, wanted] of expected.entries()) {
        const receipt = part.receipts[index] as unknown as Record<string, unknown>;
        const got = Object.fromEntries(Object.keys(wanted).map((key) => [key, receipt[key]]));
        assert.deepEqual(got, wanted);
      }
    });
  }

  it("gives every field of every receipt as a string", async () => {
    for (const { xml } of SAMPLES) {
      const { parts } = await readReceipts(Buffer.from(xml));
      for (const receipt of parts[0]?.receipts ?? []) {
        const { format, code, text, clientKey, seqNo, customsNo, part, statusCode, statusText, outcome, ok } = receipt;
        for (const value of [format, code, text, clientKey, seqNo, customsNo, part, statusCode, statusText]) {
          assert.equal(typeof value, "string", xml);
        }
        assert.match(outcome, /^(?:good|notice|refused|unknown)$/);
        assert.equal(ok, outcome === "good" || outcome === "notice", xml);
      }
    }
  });

  it("has a sample for every format, and each sample fits exactly one, or one of a family's", () => {
    const used = new Set<string>();
    for (const { name, xml } of SAMPLES) {
      const root = scanXml(Buffer.from(xml));
      const all = FORMATS.filter((format) => format.matches(root));
      const own = all.filter(({ last }) => !last);
      const fitting = (own.length > 0 ? own : all).map(({ format }) => format);
      assert.equal(fitting.length, 1, `${name}: ${fitting.join(", ")}`);
      used.add(fitting[0] as string);
    }
    assert.deepEqual(
      FORMATS.map(({ format }) => format).filter((format) => !used.has(format)),
      [],
    );
  });

  it("takes no document of ours for a receipt", async () => {
    const documents = [
      '<DecMessage xmlns="http://www.chinaport.gov.cn/dec"><DecSign><ClientSeqNo>1</ClientSeqNo></DecSign></DecMessage>',
      '<Manifest xmlns="urn:Declaration:datamodel:standard:CN:MT1401:1"><Head><MessageID>1</MessageID></Head><Declaration/></Manifest>',
      "<Manifest><Head/><Response/><Declaration/></Manifest>",
      "<Package><EnvelopInfo><message_type>INV101</message_type></EnvelopInfo><DataInfo><BussinessData><InvtMessage/></BussinessData></DataInfo></Package>",
      '<CEB621Message xmlns="http://www.chinaport.gov.cn/ceb" guid="x"/>',
      '<Certificate xmlns="http://www.w3.org/2000/09/xmldsig#"/>',
      ...["BWS101", "SAS131", "BHL103", "EXP301", "EXP307"].map((type) => envelope(type, `<${type}><Head/></${type}>`)),
      "<EMS111><EmsPutrecBsc/></EMS111>",
      "<Package/>",
      "<Package><EnvelopInfo/><DataInfo><BussinessData/></DataInfo></Package>",
    ];
    for (const xml of documents) {
      const { parts } = await readReceipts(Buffer.from(xml));
      assert.equal(parts[0]?.recognised, false, xml);
      assert.equal(parts[0]?.reason?.code, "SW-RECEIPT");
    }
  });
});
