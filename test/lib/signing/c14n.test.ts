import assert from "node:assert/strict";
import { canonicalDocument, canonicalElement } from "../../../lib/xml/c14n.js";
import { openXml } from "../../../lib/xml/encoding.js";
import { scanXml, type XmlElement } from "../../../lib/xml/scan.js";
import { turnsOf } from "../../support/turns.js";

describe("Canonical XML", () => {
  it("an element in its context is what libxml2 makes of the subtree", async () => {
    const { XmlDocument } = await import("libxml2-wasm");
    const documents = [
      '<a xmlns="urn:a" xmlns:b="urn:b" xml:lang="zh"><b:c z="1" b:y="2" x="&#9;&lt;"><d xmlns=""/><!-- c --></b:c></a>',
      '<a xmlns="urn:a"><b xmlns="urn:b"><c xmlns=""/></b></a>',
      '<p:a xmlns:p="urn:1" xmlns:q="urn:q" xml:space="preserve"><p:b xmlns:p="urn:2" xml:lang="en">\r\n<![CDATA[<&>]]>&#13;</p:b></p:a>',
      "<a><b><c/>text<?pi x?></b></a>",
      '<甲 xmlns:乙="urn:b"><丙 属性="值">内容</丙></甲>',
    ];
    for (const xml of documents) {
      const source = openXml(Buffer.from(xml));
      const document = XmlDocument.fromString(xml);
      try {
        for (const element of scanXml(source).walk()) {
          let xpath = "";
          for (let at: typeof element | undefined = element; at; at = at.parent) {
            xpath = `/*[${at.parent ? at.parent.children.indexOf(at) + 1 : 1}]${xpath}`;
          }
          for (const withComments of [false, true]) {
            const ours = await canonicalElement(source, element, { withComments });
            assert.equal(ours.toString(), document.get(xpath)?.canonicalizeToString({ withComments }), xpath);
          }
        }
      } finally {
        document.dispose();
      }
    }
  });

  it("a whole document, whatever its encoding: UTF-8, without declaration and, if so asked, without comments", async () => {
    const xml = '<?xml version="1.0" encoding="GB2312"?>\n<!-- c --><a b="1"   c=\'2\'>\r\n<x/>';
    const bytes = Buffer.concat([Buffer.from(xml), Buffer.from("d6d0", "hex"), Buffer.from("</a>\n")]);
    assert.equal((await canonicalDocument(bytes)).toString(), '<a b="1" c="2">\n<x></x>中</a>');
    const full = await canonicalDocument(bytes, { withComments: true });
    assert.equal(full.toString(), '<!-- c -->\n<a b="1" c="2">\n<x></x>中</a>');
  });

  it("what only libxml2 sees to be wrong is SW-XSD", async () => {
    for (const xml of ["<a>&nope;</a>", "<q:a/>", '<a xmlns="relative"/>']) {
      await assert.rejects(canonicalDocument(Buffer.from(xml)), { code: "SW-XSD" }, xml);
    }
  });

  it("a large document is the same piece by piece, whatever its encoding, and is made beside the event loop", async () => {
    const line = "<b  c=\"1\"\td='2'>&#20013;\u6587<!-- no --></b>";
    for (const encoding of ["utf8", "utf16le"] as const) {
      const xml = `\ufeff<?xml version="1.0"?><a xmlns:p="urn:p"><p:x>${line.repeat(20_000)}</p:x></a>`;
      const bytes = Buffer.from(xml, encoding);
      const one = '<b c="1" d="2">\u4e2d\u6587</b>';
      const { result, turns } = await turnsOf(() => canonicalDocument(bytes));
      assert.equal(result.toString(), `<a xmlns:p="urn:p"><p:x>${one.repeat(20_000)}</p:x></a>`);
      assert.ok(turns > 10, `${turns} turns`);
      const source = openXml(bytes);
      const element = scanXml(source).children[0] as XmlElement;
      const found = await canonicalElement(source, element);
      assert.equal(found.toString(), `<p:x xmlns:p="urn:p">${one.repeat(20_000)}</p:x>`);
    }
  });

  it("what only libxml2 sees to be wrong in a large one is SW-XSD", async () => {
    const bytes = Buffer.from(`<a>${"<b/>".repeat(20_000)}<q:c/></a>`);
    await assert.rejects(canonicalDocument(bytes), { code: "SW-XSD" });
  });
});
