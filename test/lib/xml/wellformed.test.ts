import assert from "node:assert/strict";
import { ImportClientError } from "../../../lib/errors.js";
import { openXml } from "../../../lib/xml/encoding.js";
import { refuseDoctype } from "../../../lib/xml/libxml.js";
import { runTask } from "../../../lib/xml/run.js";
import { scanXml } from "../../../lib/xml/scan.js";
import { assertWellFormed } from "../../../lib/xml/wellformed.js";

async function refusal(document: string | Buffer, options?: Parameters<typeof assertWellFormed>[1]) {
  const error = await assertWellFormed(Buffer.from(document as Buffer), options).then(
    () => assert.fail("it was taken"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ImportClientError, String(error));
  assert.equal(error.code, "SW-XSD");
  assert.ok(error.text.zh !== "" && error.text.en !== "");
  return error;
}

const GBK_REPORT = Buffer.from("b1a8b9d8b5a5", "hex"); // 报关单

function inChinese(encoding: string): Buffer {
  return Buffer.concat([
    Buffer.from(`<?xml version="1.0" encoding="${encoding}"?><a>`),
    GBK_REPORT,
    Buffer.from("</a>"),
  ]);
}

describe("assertWellFormed", () => {
  for (const [what, document] of [
    ["UTF-8", Buffer.from('<?xml version="1.0" encoding="UTF-8"?><a>报关单</a>')],
    ["UTF-8 with byte order mark", Buffer.from("\ufeff<?xml version='1.0'?><a>报关单</a>")],
    ["no declaration", Buffer.from("<a>报关单</a>")],
    ["UTF-16LE", Buffer.from('\ufeff<?xml version="1.0" encoding="UTF-16"?><a>报关单</a>', "utf16le")],
    ["UTF-16BE", Buffer.from("\ufeff<a>报关单</a>", "utf16le").swap16()],
    ["UTF-16LE without mark", Buffer.from("<a>报关单</a>", "utf16le")],
    ["GB18030 with byte order mark", Buffer.concat([Buffer.from("84319533", "hex"), inChinese("GB18030")])],
    ...["gb2312", "GBK", "gb18030", "GB2312"].map((name) => [name, inChinese(name)] as const),
  ] as const) {
    it(`takes ${what}`, async () => {
      await assertWellFormed(document);
      assert.equal(scanXml(document).text, "报关单");
    });
  }

  it("takes CDATA, entities, comments and PIs that only look like a DOCTYPE", async () => {
    await assertWellFormed(
      Buffer.from("<!-- <!DOCTYPE a> --><?x <!DOCTYPE a>?><a><![CDATA[<!DOCTYPE&]]>&lt;&#x4e2d;</a>"),
    );
  });

  it("names line and column, in both languages", async () => {
    const error = await refusal("<a>\n  <b>\n  </c>\n</a>");
    assert.equal(error.details.line, 3);
    assert.match(error.text.zh, /第 3 行/);
    assert.match(error.text.en, /line 3/);
    assert.match(error.text.en, /do not match/);
  });

  it("counts lines above 65,535", async () => {
    const error = await refusal(`<a>${"\n".repeat(70_000)}<b></a>`);
    assert.equal(error.details.line, 70_001);
  });

  it("refuses a document truncated at every byte", async () => {
    const document = Buffer.from(
      '<?xml version="1.0" encoding="UTF-8"?>\n<a x="1"><!-- c --><b>报&amp;</b><![CDATA[z]]></a>',
    );
    await assertWellFormed(document);
    for (let length = 0; length < document.length; length++) {
      await refusal(document.subarray(0, length));
      assert.throws(() => scanXml(document.subarray(0, length)), ImportClientError, `scanned at ${length}`);
    }
  });

  const laughs = Array.from({ length: 30 }, (_, i) => `<!ENTITY x${i + 1} "&x${i};&x${i};">`).join("");
  for (const [what, document] of [
    ["billion laughs", `<!DOCTYPE a [<!ENTITY x0 "ha">${laughs}]><a>&x30;</a>`],
    ["quadratic blow-up", `<!DOCTYPE a [<!ENTITY x "${"y".repeat(50_000)}">]><a>${"&x;".repeat(20_000)}</a>`],
    ["an external entity", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
    ["an external DTD", '<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>'],
    ["what stands behind comments and PIs", "\ufeff<?xml version='1.0'?>\n<!-- x -->\n<?y?>\n<!DOCTYPE a><a/>"],
  ] as const) {
    it(`refuses ${what} by its DOCTYPE`, async () => {
      assert.match((await refusal(document)).text.en, /DOCTYPE/);
      assert.throws(() => scanXml(Buffer.from(document)), /DOCTYPE/);
    });
  }

  it("refuses a DOCTYPE behind any byte order mark before a parser sees it", () => {
    for (const mark of ["", "efbbbf", "84319533"]) {
      const source = openXml(Buffer.concat([Buffer.from(mark, "hex"), Buffer.from("\n<!-- --><!DOCTYPE a><a/>")]));
      assert.throws(() => refuseDoctype(source.view), /DOCTYPE \(line 2\)/, mark);
    }
  });

  it("refuses a DOCTYPE in UTF-16", async () => {
    assert.match((await refusal(Buffer.from("\ufeff<!DOCTYPE a><a/>", "utf16le"))).text.en, /DOCTYPE/);
  });

  for (const [what, document] of [
    ["depth 3,000", "<a>".repeat(3000) + "</a>".repeat(3000)],
    ["an entity that nobody declared", "<a>&nbsp;</a>"],
    ["a bare ampersand", "<a>A&B</a>"],
    ["two roots", "<a/><b/>"],
    ["no root", "<!-- -->"],
    ["nothing", ""],
    ["text", "hello"],
    ["an undeclared prefix", "<p:a/>"],
    ["an attribute twice", '<a x="1" x="2"/>'],
    ["NUL in text", "<a>\0</a>"],
    ["NUL in a name", "<a\0b/>"],
    ["NUL behind the root", "<a/>\0"],
    ["a control character", "<a>\u0001</a>"],
    ["a reference to a control character", "<a>&#1;</a>"],
    ["]]> in text", "<a>]]></a>"],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await refusal(document);
    });
  }

  it("names a declaration that the bytes contradict", async () => {
    assert.match((await refusal(inChinese("UTF-8"))).text.en, /UTF-8/);
    assert.match((await refusal('<?xml version="1.0" encoding="utf-16"?><a/>')).text.en, /utf-16/);
    assert.match((await refusal('<?xml version="1.0" encoding="klingon"?><a/>')).text.en, /klingon/);
    assert.match((await refusal('<?xml version="1.0" encoding="iso-2022-jp"?><a/>')).text.en, /iso-2022-jp/);
    assert.throws(() => openXml(Buffer.from([0x3c, 0xff])), ImportClientError);
  });

  it("refuses by size before it parses", async () => {
    assert.match((await refusal("<a/>", { maxBytes: 3 })).text.en, /4 bytes \(limit 3\)/);
    assert.match((await refusal(Buffer.alloc(33 * 1024 * 1024))).text.en, /too large/);
  });

  it("does large documents in a thread, with the same words", async () => {
    const filler = "<b>1</b>\n".repeat(60_000);
    await assertWellFormed(Buffer.from(`<a>${filler}</a>`));
    const error = await refusal(`<a>${filler}</c>`);
    assert.equal(error.details.line, 60_001);
    assert.match(error.text.zh, /不匹配/);
  });

  it("lets the event loop turn while a large document is parsed", async () => {
    const document = Buffer.from(`<a>${"<b>1</b>\n".repeat(300_000)}</a>`);
    let turns = 0;
    const count = setInterval(() => turns++, 1);
    await assertWellFormed(document);
    clearInterval(count);
    assert.ok(turns > 0, "the loop had no turn");
  });

  it("ends a thread that takes too long, and goes on with the next document", async () => {
    const document = Buffer.from(`<a>${"<b>1</b>\n".repeat(400_000)}</a>`);
    const [slow, next] = await Promise.allSettled([
      assertWellFormed(document, { timeLimit: 1 }),
      runTask({ kind: "well-formed", bytes: Buffer.from(`<a>${"<b/>".repeat(100_000)}</c>`) }),
    ]);
    assert.equal(slow.status, "rejected");
    assert.equal(slow.reason.details.reason, "time");
    assert.equal(next.status, "rejected");
    assert.match(next.reason.text.en, /do not match/, "it had the answer that was meant for the one before");
  });
});
