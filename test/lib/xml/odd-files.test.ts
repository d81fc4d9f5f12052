import assert from "node:assert/strict";
import { ImportClientError } from "../../../lib/errors.js";
import { fileKind } from "../../../lib/file-kind.js";
import { encodingDoubt } from "../../../lib/xml/encoding-doubt.js";
import { readXml } from "../../../lib/xml/read.js";

async function refusal(document: string | Buffer): Promise<ImportClientError> {
  const error = await readXml(Buffer.from(document as Buffer)).then(
    () => assert.fail("it was taken"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ImportClientError, String(error));
  assert.equal(error.code, "SW-XSD");
  return error;
}

const xml = (encoding: string, text = "木制家具") => `<?xml version="1.0" encoding="${encoding}"?><a>${text}</a>`;
/** 木制家具 */
const GBK = Buffer.from("c4bed6c6bcd2bedf", "hex");
const inGbk = (encoding: string, text: Buffer = GBK) => {
  const [before = "", after = ""] = xml(encoding, "@").split("@");
  return Buffer.concat([Buffer.from(before), text, Buffer.from(after)]);
};

describe("a declared encoding that is not the real one", () => {
  for (const [declared, bytes, real] of [
    ["ISO-8859-1", Buffer.from(xml("ISO-8859-1")), "UTF-8"],
    ["ISO-8859-1", Buffer.from(xml("ISO-8859-1", "é")), "UTF-8"],
    ["windows-1252", Buffer.from(xml("windows-1252")), "UTF-8"],
    ["ascii", Buffer.from(xml("ascii")), "UTF-8"],
    ["US-ASCII", Buffer.from(xml("US-ASCII", "\xe9"), "latin1"), ""],
    ["GBK", Buffer.from(xml("GBK")), "UTF-8"],
    ["GB2312", Buffer.from(`\ufeff${xml("GB2312")}`), "UTF-8"],
    ["ISO-8859-1", inGbk("ISO-8859-1"), "GBK"],
    ["UTF-8", Buffer.from(`\ufeff${xml("UTF-8")}`, "utf16le"), "UTF-16"],
    ["GBK", Buffer.from(`\ufeff${xml("GBK")}`, "utf16le").swap16(), "UTF-16"],
  ] as const) {
    it(`is found: ${declared}, in truth ${real || "something else"}`, async () => {
      assert.deepEqual(encodingDoubt(bytes), { declared, real });
      await readXml(bytes);
    });
  }

  it("is not found where the two agree, or where nothing tells", () => {
    for (const bytes of [
      Buffer.from(xml("UTF-8")),
      Buffer.from(xml("utf8")),
      Buffer.from(`\ufeff${xml("UTF-8")}`),
      Buffer.from("<a>木制家具</a>"),
      Buffer.from(xml("ISO-8859-1", "plain")),
      Buffer.from(xml("GBK", "plain")),
      Buffer.from(xml("ISO-8859-1", "caf\xe9 \xc4rger"), "latin1"),
      inGbk("GBK"),
      inGbk("gb2312"),
      // Characters in GBK whose bytes happen to be UTF-8 as well: C4 A3 CA BD 模式.
      inGbk("GBK", Buffer.from("c4a3cabd", "hex")),
      Buffer.from(`\ufeff${xml("UTF-16")}`, "utf16le"),
      Buffer.from(`\ufeff${xml("unicode")}`, "utf16le"),
    ]) {
      assert.equal(encodingDoubt(bytes), undefined, bytes.toString("latin1", 0, 60));
    }
  });

  it("is named with the real one where the bytes cannot be read as declared", async () => {
    for (const [bytes, declared, real] of [
      [Buffer.from(xml("unicode")), "unicode", "UTF-8"],
      [Buffer.from(xml("utf-16")), "utf-16", "UTF-8"],
      [Buffer.from(xml("UTF-32")), "UTF-32", "UTF-8"],
      [Buffer.from(xml("GBK", "木制家")), "GBK", "UTF-8"],
      [inGbk("UTF-8"), "UTF-8", "GBK"],
      [Buffer.concat([Buffer.from("<a>"), GBK, Buffer.from("</a>")]), "UTF-8 (none is declared)", "GBK"],
    ] as const) {
      const { text } = await refusal(bytes);
      assert.ok(text.en.includes(`claims: ${declared}; they are ${real}`), text.en);
      assert.ok(text.zh.includes(`实际是 ${real}`), text.zh);
    }
  });
});

describe("a broken character", () => {
  const text = Buffer.from("<a>\n木制家具，木制\n家具</a>");

  it("in a text that is UTF-8 otherwise is told with its line", async () => {
    const cutInField = Buffer.concat([text.subarray(0, 30), text.subarray(32)]);
    for (const [bytes, line] of [
      [cutInField, 3],
      [Buffer.from(cutInField.toString("latin1").replace("\n", "\n\n"), "latin1"), 4],
      [text.subarray(0, 14), 2],
    ] as const) {
      const { text: said, details } = await refusal(bytes);
      assert.match(said.zh, new RegExp(`第 ${line} 行有不完整的字符`));
      assert.match(said.en, new RegExp(`broken character in line ${line}`));
      assert.equal(details.line, line);
    }
  });

  it("is another encoding where there are many", async () => {
    const latin = Buffer.from("<a>\xe9t\xe9, \xe0 la caf\xe9teria d\xe9j\xe0</a>", "latin1");
    assert.match((await refusal(latin)).text.en, /not in the encoding that the document claims: UTF-8/);
  });
});

describe("a file that is no XML", () => {
  const bytes = (hexOrText: string) =>
    /^(?:[0-9a-f]{2} )+$/.test(`${hexOrText} `)
      ? Buffer.from(hexOrText.replaceAll(" ", ""), "hex")
      : Buffer.from(hexOrText);
  for (const [is, en, zh] of [
    ["52 61 72 21 1a 07 01 00", /a RAR archive/, /而是 RAR 压缩包/],
    ["37 7a bc af 27 1c 00 04", /a 7z archive/, /7z 压缩包/],
    ["1f 8b 08 00", /a gzip file/, /gzip/],
    ["4d 5a 90 00", /EXE/, /EXE/],
    ["%PDF-1.7", /a PDF/, /PDF 文件/],
    ['{"DecMessage": {}}', /JSON/, /JSON 数据/],
    ["\ufeff [ { } ]", /JSON/, /JSON/],
    ["d0 cf 11 e0 a1 b1 1a e1", /XLS or DOC/, /XLS 或 DOC/],
    ["ff d8 ff e0 00 10", /JPEG/, /JPEG 图片/],
    ["89 50 4e 47 0d 0a 1a 0a", /PNG/, /PNG 图片/],
    ["<!DOCTYPE html><html><body></body></html>", /a web page/, /网页/],
    ["<HTML><body><br></body></HTML>", /a web page/, /网页/],
    ["PERlY01lc3NhZ2U+PERlY0hlYWQ+", /XML in base64/, /Base64/],
    ["00 00 00 00 00 00", /zero bytes/, /零字节/],
    ["", /an empty file/, /空文件/],
  ] as const) {
    it(`is called what it is: ${en.source}`, async () => {
      const { text, advice } = await refusal(bytes(is));
      assert.match(text.en, en);
      assert.match(text.zh, zh);
      assert.ok(advice);
    });
  }

  it("is nothing that may be one", () => {
    for (const text of [
      "<a/>",
      "\n <?xml version='1.0'?><a/>",
      "hello",
      "Please read me first",
      "[not json",
      "\ufeff<html2/>",
      "M",
      "<htmlx>",
    ])
      assert.equal(fileKind(Buffer.from(text)), undefined, text);
    assert.equal(fileKind(Buffer.from("\ufeff<a/>", "utf16le")), undefined);
  });
});

describe("what is not well-formed", () => {
  for (const [document, zh, en] of [
    ['\n<?xml version="1.0"?><a/>', /XML 声明.*第一个字符/, /very first thing/],
    ['\ufeff <?xml version="1.0"?><a/>', /XML 声明.*第一个字符/, /very first thing/],
    ["<a><!-- b -- c --></a>", /注释.*连续两个减号/, /two hyphens/],
    ["<a>x ]]> y</a>", /不能直接写 \]\]>/, /may not hold \]\]>/],
    ["<a>A & B</a>", /& 没有转义/, /& is not escaped/],
    ["<a>A\u001fB</a>", /控制字符 U\+001F/, /control character U\+001F/],
    ["<a>&#1;</a>", /控制字符 U\+0001/, /control character U\+0001/],
    ["<a>\0</a>", /控制字符 U\+0000/, /control character U\+0000/],
    ['<a x="1" x="2"/>', /属性 x 重复/, /attribute x is there twice/],
    ["<a><b></a>", /开始标签 b 与结束标签 a 不匹配：其中一个没有写/, /one of them is missing/],
    ["<a><b></B></a>", /大小写不同/, /upper and lower case differ/],
    ["<a x=1/>", /属性写法不正确/, /plain quotes/],
    ["<a><b></b</a>", /没有以 > 结束/, /not ended by >/],
    ["<a><!-- b</a>", /注释 <!-- 没有以 --> 结束/, /not closed by -->/],
    ["<a><![CDATA[b</a>", /CDATA 没有以/, /CDATA section is not closed/],
    ["<?xml version=“1.0”?><a/>", /XML 声明写法不正确/, /declaration is not right/],
    ['<?XML version="1.0"?><a/>', /XML 声明写法不正确/, /declaration is not right/],
  ] as const) {
    it(`is told in a plain sentence: ${en.source}`, async () => {
      const { text } = await refusal(document);
      assert.match(text.zh, zh);
      assert.match(text.en, en);
      assert.doesNotMatch(`${text.zh} ${text.en}`, /libxml2|xmlParse|StartTag|mismatch/);
    });
  }
});
