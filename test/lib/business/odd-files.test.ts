import assert from "node:assert/strict";
import { writeZip } from "../../../lib/archive/index.js";
import { inspect } from "../../../lib/business/inspect.js";
import { inspectFlattened } from "../../../lib/business/packing.js";
import { ImportClientError } from "../../../lib/errors.js";
import { rawZip } from "../archive/zip-bytes.js";

const DEC = "<DecMessage><DecSign><ClientSeqNo>C1</ClientSeqNo></DecSign></DecMessage>";
const BROKEN = "<DecMessage>";

const zip = (...entries: [name: string, content: string | Buffer][]) =>
  writeZip(
    entries.map(([name, content]) => ({ name, bytes: Buffer.from(content as Buffer) })),
    { at: 0 },
  );

async function refusal(bytes: Buffer, name = "x.zip"): Promise<ImportClientError> {
  const error = await inspect(bytes, name).then(
    () => assert.fail("it was taken"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ImportClientError, String(error));
  return error;
}

describe("a ZIP with several XMLs of which one is broken", () => {
  it("is refused with the broken one's name where that may be the document", async () => {
    for (const [bytes, broken] of [
      [await zip(["a.xml", DEC], ["b.xml", BROKEN]), "b.xml"],
      [await zip(["a.xml", DEC], ["x.xml", BROKEN]), "x.xml"],
      [await zip(["a.xml", "<Other/>"], ["b.xml", BROKEN]), "b.xml"],
      [await zip(["only.xml", BROKEN]), "only.xml"],
    ] as const) {
      const { code, text, details } = await refusal(bytes);
      assert.equal(code, "SW-XSD");
      assert.ok(text.en.startsWith(`${broken} in the ZIP: not well-formed`), text.en);
      assert.ok(text.zh.startsWith(`ZIP 内的 ${broken}：`), text.zh);
      assert.equal(details.entry, broken);
    }
  });

  it("goes by the one that is named like the ZIP", async () => {
    const seen = await inspect(await zip(["b.xml", BROKEN], ["X.xml", DEC]), "x.zip");
    assert.deepEqual([seen.xmlName, seen.clientKey, seen.attachments[0]?.name], ["X.xml", "C1", "b.xml"]);
  });

  it("has its document found beside what macOS adds", async () => {
    const seen = await inspect(await zip(["._a.xml", Buffer.from("0005160700", "hex")], ["a.xml", DEC]), "x.zip");
    assert.equal(seen.xmlName, "a.xml");
  });
});

describe("a ZIP without a document", () => {
  it("is told what it has instead", async () => {
    const inner = await zip(["a.xml", DEC]);
    for (const [bytes, words] of [
      [await zip(["a.zip", inner]), /only a\.zip \(a ZIP archive\)/],
      [await zip(["a.xml.txt", DEC]), /a\.xml\.txt \(looks like an XML, but is not named \.xml\)/],
      [await zip(["报文", DEC]), /报文 \(looks like an XML/],
      [await zip(["a.pdf", "%PDF-1.4"]), /only a\.pdf \(a PDF\)/],
      [rawZip([]), /it is empty/],
    ] as const) {
      const { code, text } = await refusal(bytes);
      assert.equal(code, "SW-ZIP");
      assert.match(text.en, words);
    }
  });

  it("is called what it is where a program made it", async () => {
    const book = rawZip(
      ["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"].map((name) => ({ name, content: "<a/>" })),
    );
    for (const name of ["报关单.xlsx", "x.zip"]) assert.match((await refusal(book, name)).text.en, /an Excel workbook/);
  });

  it("is refused as none where only its name is one's", async () => {
    const { code, text } = await refusal(Buffer.from("Rar!\x1a\x07\x01\0", "latin1"));
    assert.equal(code, "SW-ZIP");
    assert.match(text.en, /named \.zip.*a RAR archive/);
    assert.match(text.zh, /扩展名是 \.zip，内容却不是 ZIP.*RAR/);
    const shifted = Buffer.concat([Buffer.from("\n"), await zip(["a.xml", DEC])]);
    assert.match((await refusal(shifted)).text.zh, /前面可能有多余的字节/);
  });
});

describe("a ZIP whose names begin with ./", () => {
  it("has a folder, which is dropped where folders are", async () => {
    const bytes = rawZip([{ name: "./a.xml", content: DEC }]);
    const { text, details } = await refusal(bytes);
    assert.deepEqual([details.reason, details.entry], ["folder", "./a.xml"]);
    assert.match(text.zh, /含有文件夹/);
    assert.equal((await inspectFlattened(bytes, "x.zip")).clientKey, "C1");
  });
});

describe("an own number behind an empty element of its name", () => {
  it("is the number", async () => {
    const twice = "<SeqNo/><SeqNo>202400000000000001</SeqNo>";
    const seen = await inspect(Buffer.from(`<DecMessage><DecHead>${twice}</DecHead></DecMessage>`), "a.xml");
    assert.equal(seen.seqNo, "202400000000000001");
  });
});

describe("a DxpMsg with a document that cannot be read", () => {
  it("is refused, however the document begins", async () => {
    for (const broken of [BROKEN, `\n<?xml version="1.0"?>${DEC}`, `\ufeff${BROKEN}`]) {
      const data = Buffer.from(broken).toString("base64");
      const message = `<DxpMsg><TransInfo><CopMsgId>m</CopMsgId></TransInfo><Data>${data}</Data></DxpMsg>`;
      assert.equal((await refusal(Buffer.from(message), "a.xml")).code, "SW-XSD", broken);
    }
  });
});
