import assert from "node:assert/strict";
import { resolveReferences } from "../../../lib/xml/references.js";
import { scanXml } from "../../../lib/xml/scan.js";

describe("references in a text", () => {
  const cases: [written: string, read: string][] = [
    ["a &lt;&gt;&amp;&quot;&apos; b", "a <>&\"' b"],
    ["&#65;&#x42;&#x4e2d;&#20013;&#x1F600;", "AB中中😀"],
    ["&#000065;&#x0041;", "AA"],
    [
      "no reference: & &; &#; &#x; &#65 &#xg1; &#6a; &nope; &#1114112; &lt",
      "no reference: & &; &#; &#x; &#65 &#xg1; &#6a; &nope; &#1114112; &lt",
    ],
    ["&&amp;amp;", "&&amp;"],
  ];

  for (const [written, read] of cases) {
    it(`${written} is ${read}, in a long text too`, () => {
      assert.equal(resolveReferences(written), read);
      const times = Math.ceil(40_000 / written.length);
      assert.equal(resolveReferences(`${written}|`.repeat(times)), `${read}|`.repeat(times));
    });
  }

  it("a long text of an element is the same each time it is asked for, CDATA and comments in it", () => {
    const root = scanXml(Buffer.from(`<a>${"&#65;".repeat(20_000)}<!-- &#66; --><![CDATA[&#67;]]></a>`));
    assert.equal(root.text, `${"A".repeat(20_000)}&#67;`);
    assert.equal(root.text, root.text);
  });
});
