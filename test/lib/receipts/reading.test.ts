import assert from "node:assert/strict";
import fc from "fast-check";
import { readAdvice } from "../../../lib/advice/index.js";
import { writeZip } from "../../../lib/archive/index.js";
import { readReceipts } from "../../../lib/receipts/index.js";
import { SAMPLES } from "./samples/index.js";

const OK =
  '<?xml version="1.0" encoding="UTF-8"?><CommonResponeMessage><SeqNo>000000000000000012</SeqNo><EtpsPreentNo>A-1</EtpsPreentNo><CheckInfo>导入成功</CheckInfo><DealFlag>0</DealFlag></CommonResponeMessage>';
const RESULT =
  "<DEC_RESULT><CUS_CIQ_NO>I20240000000000001</CUS_CIQ_NO><CHANNEL>P</CHANNEL><NOTE>放行</NOTE></DEC_RESULT>";

/** `导入成功` in GB2312; Node's encoders know UTF-8 only. */
const GB_IMPORTED = Buffer.from([0xb5, 0xbc, 0xc8, 0xeb, 0xb3, 0xc9, 0xb9, 0xa6]);
function gb2312(xml: string): Buffer {
  const [before = "", after = ""] = xml.replace("UTF-8", "gb2312").split("导入成功");
  return Buffer.concat([Buffer.from(before, "latin1"), GB_IMPORTED, Buffer.from(after, "latin1")]);
}

async function single(bytes: Buffer) {
  const { parts } = await readReceipts(bytes);
  assert.equal(parts.length, 1);
  return parts[0] as (typeof parts)[number];
}

function dxp(data: string, prefix = "", fileName = "orig.xml"): string {
  const p = prefix && `${prefix}:`;
  const ns = `xmlns${prefix && `:${prefix}`}="http://www.chinaport.gov.cn/dxp"`;
  return `<${p}DxpMsg ${ns} ver="1.0"><${p}TransInfo><${p}CopMsgId>m</${p}CopMsgId></${p}TransInfo><${p}Data>${data}</${p}Data><${p}AddInfo><${p}FileName>${fileName}</${p}FileName></${p}AddInfo></${p}DxpMsg>`;
}
const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");

describe("reading a delivery of receipts", () => {
  it("reads UTF-8 with a byte order mark, UTF-16 both ways, and GB2312", async () => {
    const utf16 = Buffer.from(`\ufeff${OK.replace("UTF-8", "UTF-16")}`, "utf16le");
    const forms = [
      Buffer.from(`\ufeff${OK}`),
      utf16,
      Buffer.from(utf16).swap16(),
      gb2312(OK),
      Buffer.from(gb2312(OK).toString("latin1").replace("gb2312", "GBK"), "latin1"),
    ];
    for (const bytes of forms) {
      const part = await single(bytes);
      assert.ok(part.recognised, part.reason?.text.en);
      assert.equal(part.receipts[0]?.text, "导入成功");
      assert.equal(part.receipts[0]?.seqNo, "000000000000000012");
    }
  });

  it("names a declared encoding that the bytes contradict", async () => {
    const part = await single(Buffer.from(gb2312(OK).toString("latin1").replace("gb2312", "UTF-8"), "latin1"));
    assert.equal(part.recognised, false);
    assert.equal(part.reason?.code, "SW-XSD");
    assert.match(part.reason?.text.en ?? "", /utf-8/i);
  });

  it("never reads a receipt truncated at any byte", async () => {
    for (const { name, xml } of SAMPLES) {
      const bytes = Buffer.from(xml.trimEnd());
      for (let length = 0; length < bytes.length; length++) {
        const part = await single(bytes.subarray(0, length));
        assert.equal(part.recognised, false, `${name} cut at ${length}`);
        assert.deepEqual(part.receipts, []);
        assert.equal(part.bytes.length, length);
        assert.ok(part.reason?.code && part.reason.text.zh && part.reason.text.en);
      }
    }
  }).timeout(360_000);

  it("never reads a GB2312 receipt, a ZIP or a DxpMsg truncated at any byte", async () => {
    const zip = await writeZip([{ name: "a.xml", bytes: Buffer.from(OK) }], { at: 0 });
    for (const bytes of [gb2312(OK), zip, Buffer.from(dxp(base64(OK)))]) {
      for (let length = 0; length < bytes.length; length++) {
        const { parts } = await readReceipts(bytes.subarray(0, length));
        assert.ok(
          parts.every(({ recognised }) => !recognised),
          `cut at ${length} of ${bytes.length}`,
        );
        assert.equal(parts[0]?.bytes.length, length);
      }
    }
  }).timeout(180_000);

  it("refuses a receipt whose data was cut inside a whole DxpMsg", async () => {
    // That the padding is missing is no loss.
    const whole = base64(OK).replace(/=+$/, "");
    for (let length = 0; length < whole.length; length += 1) {
      const part = await single(Buffer.from(dxp(whole.slice(0, length))));
      assert.equal(part.recognised, false, `cut at ${length}`);
    }
  }).timeout(180_000);

  it("leaves it to libxml2 what is well-formed", async () => {
    const result = (inside: string, attributes = "") =>
      `<DEC_RESULT${attributes}><CHANNEL>R</CHANNEL>${inside}</DEC_RESULT>`;
    const malformed = [
      result("&nobody;"),
      result("a & b"),
      result("\u0001"),
      result("", ' a="1" a="2"'),
      result("", " a=1"),
      `${result("")}rest`,
      result("]]>"),
    ];
    for (const xml of malformed) {
      const part = await single(Buffer.from(xml));
      assert.equal(part.recognised, false, xml);
      assert.equal(part.reason?.code, "SW-XSD", xml);
    }
  });

  it("refuses a DOCTYPE, and entities with it", async () => {
    const bomb = `<!DOCTYPE DEC_RESULT [<!ENTITY a "P">]><DEC_RESULT><CHANNEL>&a;</CHANNEL></DEC_RESULT>`;
    const part = await single(Buffer.from(bomb));
    assert.equal(part.recognised, false);
    assert.match(part.reason?.text.en ?? "", /DOCTYPE/);
  });

  it("keeps what it does not know, with the name of its root", async () => {
    for (const xml of ["<CommonMessage/>", "<html><body>502</body></html>", "not xml at all", "{}", "\0\0\0"]) {
      const part = await single(Buffer.from(xml));
      assert.equal(part.recognised, false);
      assert.deepEqual(part.bytes, Buffer.from(xml));
      assert.ok(part.reason?.text.en);
    }
    const part = await single(Buffer.from('<Root xmlns="urn:other"/>'));
    assert.match(part.reason?.text.en ?? "", /Root \(urn:other\)/);
  });

  it("is case-sensitive about roots and codes", async () => {
    assert.equal((await single(Buffer.from("<dec_result><CHANNEL>R</CHANNEL></dec_result>"))).recognised, false);
    const upper = await single(Buffer.from("<DEC_RESULT><CHANNEL>A</CHANNEL></DEC_RESULT>"));
    const lower = await single(Buffer.from("<DEC_RESULT><CHANNEL>a</CHANNEL></DEC_RESULT>"));
    assert.deepEqual(
      [upper, lower].map((part) => part.receipts[0]?.ok),
      [false, true],
    );
  });

  it("reads a ZIP of receipts and keeps the entries that are none", async () => {
    const zip = await writeZip(
      [
        { name: "中文.xml", bytes: Buffer.from(OK) },
        { name: "b.xml", bytes: Buffer.from(RESULT) },
        { name: "c.pdf", bytes: Buffer.from("%PDF-1.4") },
        { name: "d.xml", bytes: Buffer.from("<DEC_RESULT>") },
      ],
      { at: 0 },
    );
    const { parts } = await readReceipts(zip);
    assert.deepEqual(
      parts.map(({ name, recognised, receipts }) => [name, recognised, receipts[0]?.format]),
      [
        ["中文.xml", true, "CommonResponseMessage"],
        ["b.xml", true, "DEC_RESULT"],
        ["c.pdf", false, undefined],
        ["d.xml", false, undefined],
      ],
    );
    assert.deepEqual(parts[2]?.bytes, Buffer.from("%PDF-1.4"));
  });

  it("keeps a broken ZIP as one part", async () => {
    const zip = Buffer.from(await writeZip([{ name: "a.xml", bytes: Buffer.from(OK) }], { at: 0 }));
    zip.writeUInt8(zip.readUInt8(40) ^ 0xff, 40);
    const part = await single(zip);
    assert.equal(part.reason?.code, "SW-ZIP");
    assert.deepEqual(part.bytes, zip);
  });

  it("unwraps a DxpMsg, prefixed or not, inside DxpMsgSv, around a ZIP, with lines broken", async () => {
    const zip = await writeZip([{ name: "in.xml", bytes: Buffer.from(OK) }], { at: 0 });
    const server = `<DxpMsgSv xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><SvNo/>${dxp(base64(OK))}</DxpMsgSv>`;
    const lines = base64(OK).replace(/(.{40})/g, "$1\n");
    for (const xml of [dxp(base64(OK)), dxp(base64(OK), "dxp"), server, dxp(lines), dxp(base64(zip))]) {
      const part = await single(Buffer.from(xml));
      assert.ok(part.recognised, part.reason?.text.en);
      assert.deepEqual(part.bytes, Buffer.from(OK));
      assert.equal(part.receipts[0]?.clientKey, "A-1");
      assert.equal(part.receipts[0]?.fileName, "orig.xml");
    }
  });

  it("keeps the whole DxpMsg when what is inside is not a receipt", async () => {
    for (const inner of [base64("<x/>"), base64("<DEC_RESULT>"), "", "@@@@"]) {
      const xml = dxp(inner);
      const part = await single(Buffer.from(xml));
      assert.equal(part.recognised, false);
      assert.equal(part.bytes.toString(), xml);
      assert.ok(part.reason);
    }
  });

  it("stops at the third wrapper", async () => {
    let xml = OK;
    for (let level = 0; level < 5; level++) xml = dxp(base64(xml));
    const part = await single(Buffer.from(xml));
    assert.equal(part.recognised, false);
    assert.match(part.reason?.text.en ?? "", /too many wrappers/);
  });

  it("judges by the tables that a user has changed", async () => {
    const code = { format: "DEC_RESULT", code: "P", outcome: "refused", meaning: { zh: "测试", en: "test" } };
    const agreement = { format: "ImportAgrResponse", code: "1", outcome: "good", meaning: { zh: "成功", en: "ok" } };
    const book = readAdvice(JSON.stringify({ version: 1, codes: [code, agreement] }));
    const { parts } = await readReceipts(Buffer.from(RESULT), { book });
    assert.equal(parts[0]?.receipts[0]?.ok, false);
    assert.equal(parts[0]?.receipts[0]?.statusText, "测试");
    const xml = "<ImportAgrResponse><ResponseInfo><ResponseCode>1</ResponseCode></ResponseInfo></ImportAgrResponse>";
    assert.equal((await readReceipts(Buffer.from(xml), { book })).parts[0]?.receipts[0]?.ok, true);
    assert.equal((await readReceipts(Buffer.from(xml))).parts[0]?.receipts[0]?.ok, false);
  });

  it("reads a receipt about very many bills, wherever in it they are named", async () => {
    const results = "<ResponseType><Code>01</Code></ResponseType>".repeat(60_000);
    const named = "<TransportContractDocument><ID>B1</ID></TransportContractDocument>";
    const bills = Array.from({ length: 3_000 }, (_, index) => {
      const bill = `<TransportContractDocument><ID>C${index}</ID></TransportContractDocument>`;
      return `<Consignment>${bill}<ResponseType><Code>03</Code></ResponseType></Consignment>`;
    });
    const responses = "<Response/>".repeat(3_000);
    const xml = `<Manifest><Response><Consignment>${results}${named}</Consignment>${bills.join("")}</Response>${responses}</Manifest>`;
    const part = await single(Buffer.from(xml));
    assert.equal(part.receipts.length, 1 + 3_000 + 3_000);
    assert.deepEqual([part.receipts[0]?.part, part.receipts[1]?.part], ["B1", "C0"]);
  }).timeout(60_000);

  it("loses no byte and never rejects, whatever is mutated", async () => {
    const samples = SAMPLES.map(({ xml }) => Buffer.from(xml));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
        async (sample, edits) => {
          const bytes = Buffer.from(sample);
          for (const [at, value] of edits) bytes[at % bytes.length] = value;
          const { parts } = await readReceipts(bytes);
          assert.ok(parts.length > 0);
          for (const part of parts) {
            assert.equal(part.recognised, part.receipts.length > 0);
            assert.equal(part.recognised, part.reason === undefined);
          }
          if (!parts[0]?.recognised) assert.deepEqual(parts[0]?.bytes, bytes);
        },
      ),
      { numRuns: 500 },
    );
  }).timeout(180_000);
});
