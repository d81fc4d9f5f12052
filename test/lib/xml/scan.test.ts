import assert from "node:assert/strict";
import { readXml } from "../../../lib/xml/read.js";
import { scanXml, scanXmlInTurns } from "../../../lib/xml/scan.js";
import { turnsOf } from "../../support/turns.js";

describe("scanXml", () => {
  it("finds text in pieces, whatever stands between them", () => {
    const root = scanXml(
      Buffer.from("<a> 1<!-- <b>x</b> -->2<?p <c/> ?>&lt;<b>no</b><![CDATA[<c>&amp;]]>3<c/><d></d>\n</a >"),
    );
    assert.equal(root.text, " 12<<c>&amp;3\n");
    assert.equal(root.hasCdata, true);
    assert.deepEqual(
      root.children.map(({ name, text, isEmpty }) => [name, text, isEmpty]),
      [
        ["b", "no", false],
        ["c", "", true],
        ["d", "", true],
      ],
    );
  });

  it("keeps blanks and leading zeros as they are", () => {
    assert.equal(scanXml(Buffer.from("<a> 000123\t</a>")).text, " 000123\t");
    assert.equal(scanXml(Buffer.from("<a><!-- --></a>")).text, "");
  });

  it("tells names apart whose characters add up to the same", () => {
    // In base 31 `Aa` and `BB` are one number.
    const root = scanXml(Buffer.from("<AaAa><BBBB/><AaBB/><BBAa/><AaAa/></AaAa>"));
    assert.deepEqual(
      root.children.map(({ name }) => name),
      ["BBBB", "AaBB", "BBAa", "AaAa"],
    );
    assert.throws(() => scanXml(Buffer.from("<Aa></BB>")), /does not match/);
  });

  it("reads names with a prefix, in Chinese, and in UTF-16", () => {
    const text = '<p:报关 xmlns:p="u" a="1>2"><p:单/></p:报关>';
    for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text}`, "utf16le")]) {
      const root = scanXml(bytes);
      assert.deepEqual([root.name, root.prefix, root.namespace, root.attributes.get("a")], ["报关", "p", "u", "1>2"]);
      assert.equal(root.children[0]?.qualifiedName, "p:单");
    }
  });

  it("goes on behind thousands of elements in a large document, with the event loop in between", async () => {
    const rows = 60_000;
    const bytes = Buffer.from(`<a>${"<b>1</b>\n".repeat(rows)}<c><![CDATA[2]]></c></a>`);
    let turns = 0;
    const count = setInterval(() => turns++, 1);
    const root = await readXml(bytes);
    clearInterval(count);
    assert.equal(root.children.length, rows + 1);
    assert.deepEqual(
      [root.textAt("c"), root.at("c")?.line, root.children[rows - 1]?.path],
      ["2", rows + 1, `a/b[${rows}]`],
    );
    assert.ok(turns > 0, "the loop had no turn");
  });

  it("lets the loop have its turn among comments, of which no element is made", async () => {
    const xml = Buffer.from(`<a>${"<!---->".repeat(100_000)}</a>`);
    const { result, turns } = await turnsOf(() => scanXmlInTurns(xml));
    assert.equal(result.text, "");
    assert.ok(turns > 10, `${turns} turns`);
  });

  it("counts names that repeat among thousands of siblings", () => {
    const root = scanXml(Buffer.from(`<a>${"<b/><c/>".repeat(3_000)}<d/></a>`));
    assert.equal(root.children[5_998]?.path, "a/b[3000]");
    assert.equal(root.children[5_999]?.path, "a/c[3000]");
    assert.equal(root.children[6_000]?.path, "a/d");
  });
});
