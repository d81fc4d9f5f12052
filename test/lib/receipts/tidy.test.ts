import assert from "node:assert/strict";
import { readReceipts } from "../../../lib/receipts/index.js";

const RECEIPT = (encoding: string) =>
  `<?xml version="1.0" encoding="${encoding}"?><CommonResponeMessage><SeqNo/><SeqNo>000000000000000012</SeqNo><EtpsPreentNo>A-1</EtpsPreentNo><CheckInfo>导入成功</CheckInfo><DealFlag>0</DealFlag></CommonResponeMessage>`;
const OK = RECEIPT("UTF-8");
const wrapped = (data: string) => Buffer.from(`<DxpMsg><Data>${data}</Data></DxpMsg>`);
const base64 = (text: string) => Buffer.from(text).toString("base64");

/** A receipt as it is read, and the bytes that are kept of it. */
async function read(bytes: Buffer) {
  const { parts } = await readReceipts(bytes);
  const [part] = parts;
  assert.equal(parts.length, 1);
  assert.ok(part?.recognised, part?.reason?.text.en);
  return { receipt: part.receipts[0], kept: part.bytes };
}

describe("a receipt that was sent carelessly", () => {
  const utf16 = Buffer.from(OK.replace("UTF-8", "UTF-16"), "utf16le");
  for (const [what, bytes] of [
    ["with an empty line in front", Buffer.from(`\r\n${OK}`)],
    ["with a mark and a blank in front", Buffer.from(`\ufeff \n${OK}`)],
    ["with zeros behind it", Buffer.from(`${OK}\0\0\0`)],
    ["with an old end-of-file mark", Buffer.from(`${OK}\x1a`)],
    ["with standalone as the FAQ prints it", Buffer.from(OK.replace("?>", ' standalone="true"?>'))],
    ["with all of these", Buffer.from(`\ufeff\t${OK}\n\0`)],
    ["in UTF-8 that is called ISO-8859-1", Buffer.from(RECEIPT("ISO-8859-1"))],
    ["in UTF-8 that is called GBK", Buffer.from(RECEIPT("GBK"))],
    ["in UTF-16 with a mark", Buffer.concat([Buffer.from("fffe", "hex"), utf16])],
    ["in base64 without padding", wrapped(base64(`${OK} `).replace(/=+$/, ""))],
    ["in base64 with less padding", wrapped(base64(`${OK} `).replace(/=$/, ""))],
    ["in base64 over lines", wrapped(base64(OK).replace(/.{76}/g, "$&\r\n    "))],
    ["in base64 with an empty line before it", wrapped(base64(`\n${OK}\0`))],
  ] as const) {
    it(`is read ${what}`, async () => {
      const { receipt, kept } = await read(bytes);
      assert.deepEqual(
        [receipt?.outcome, receipt?.text, receipt?.seqNo, receipt?.clientKey],
        ["good", "导入成功", "000000000000000012", "A-1"],
      );
      if (!bytes.includes("DxpMsg")) assert.deepEqual(kept, bytes, "as it came");
    });
  }

  it("is not read where something is missing, whatever stands around it", async () => {
    for (let cut = 1; cut < 60; cut++) {
      for (const text of [`\n${OK.slice(0, -cut)}\0\0`, `\ufeff\n${OK.slice(0, -cut)}`]) {
        const { parts } = await readReceipts(Buffer.from(text));
        assert.equal(parts[0]?.recognised, false, text);
      }
    }
  });
});
