import assert from "node:assert/strict";
import JSZip from "jszip";
import { readReceipts } from "../../../lib/receipts/index.js";
import { dxpContent, dxpDataFault } from "../../../lib/xml/dxpmsg.js";
import { scanXml } from "../../../lib/xml/scan.js";

describe("the content of a DxpMsg", () => {
  const message = (data: string) => scanXml(Buffer.from(`<DxpMsg><Data>${data}</Data></DxpMsg>`));

  it("is decoded whole, over lines and of 12 MB too", () => {
    for (const [data, length] of [
      ["QUJD\n  REU=", 5],
      ["QQ==", 1],
      ["QQ", 1],
      [" QU\tJD\r\nRE U = \n", 5],
      ["AAAA".repeat(3 << 20), 9 << 20],
    ] as const) {
      assert.equal(dxpContent(message(data)).bytes.length, length);
      assert.equal(dxpDataFault(message(data)), undefined);
    }
  });

  it("is not taken for what is left of it", () => {
    assert.match(dxpDataFault(message("QQ==</Data><Data>QQ=="))?.en ?? "", /more than one/);
    for (const data of ["", "QUJDR", "QQ=A", "Q", "Q===", "====", "QUJ%", "QUJDREU=QUJD"]) {
      assert.match(dxpDataFault(message(data))?.en ?? "", data === "" ? /has no Data/ : /not whole/, data);
    }
  });

  const result = (seqNo: string) =>
    Buffer.from(`<DEC_DATA><DEC_RESULT><SEQ_NO>${seqNo}</SEQ_NO><CHANNEL>L</CHANNEL></DEC_RESULT></DEC_DATA>`).toString(
      "base64",
    );

  it("is read from each of several in one wrapper, and what cannot be read is kept", async () => {
    const wrapped = (...datas: string[]) =>
      Buffer.from(`<DxpMsgSv>${datas.map((data) => `<DxpMsg><Data>${data}</Data></DxpMsg>`).join("")}</DxpMsgSv>`);
    const seqNos = async (bytes: Buffer) =>
      (await readReceipts(bytes)).parts.map(({ receipts, recognised }) => (recognised ? receipts[0]?.seqNo : "kept"));
    assert.deepEqual(await seqNos(wrapped(result("1"), result("2"))), ["1", "2"]);
    assert.deepEqual(await seqNos(wrapped(result("1"), "QQ=", "Q")), ["1", "kept"]);
  });

  it("is read in a ZIP with folders: what comes from there is not refused for them", async () => {
    const zip = new JSZip();
    zip.file("回执/a.xml", Buffer.from(result("4"), "base64"));
    const { parts } = await readReceipts(await zip.generateAsync({ type: "nodebuffer" }));
    assert.deepEqual(
      parts.map(({ name, receipts }) => [name, receipts[0]?.seqNo]),
      [["a.xml", "4"]],
    );
  });

  it("is read where it is larger than libxml2 takes by itself", async () => {
    const padded = Buffer.concat([Buffer.from(result("3"), "base64"), Buffer.alloc(9_000_000, " ")]);
    const bytes = Buffer.from(`<DxpMsg><Data>${padded.toString("base64")}</Data></DxpMsg>`);
    const { parts } = await readReceipts(bytes);
    assert.deepEqual([parts[0]?.recognised, parts[0]?.receipts[0]?.seqNo], [true, "3"]);
  }).timeout(60_000);
});
