import assert from "node:assert/strict";
import { objectOf } from "../../../lib/xml/object.js";
import { scanXml } from "../../../lib/xml/scan.js";

const read = (xml: string) => objectOf(scanXml(Buffer.from(xml)));

describe("an XML as a plain object", () => {
  it("keeps every value as it stands, names without their prefixes", () => {
    assert.deepEqual(
      read(
        '<n:R xmlns:n="urn:x" xmlns="urn:y"><n:Code>007</n:Code><Qty>12E5</Qty><Name> a &lt;b&gt; </Name><Note><![CDATA[<x>]]></Note><Empty/></n:R>',
      ),
      { R: { Code: "007", Qty: "12E5", Name: " a <b> ", Note: "<x>", Empty: "" } },
    );
  });

  it("makes an array of what repeats, and @names of attributes", () => {
    assert.deepEqual(read('<R v="1"><I a="2">x</I><J/><I>y</I><I><K>z</K></I></R>'), {
      R: { "@v": "1", I: [{ "@a": "2", "#text": "x" }, "y", { K: "z" }], J: "" },
    });
    assert.deepEqual(read("<R>only</R>"), { R: "only" });
  });

  it("reaches no prototype by a name, and reads no document of any size", () => {
    const made = read("<R><__proto__><polluted>1</polluted></__proto__><constructor>2</constructor></R>");
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    assert.deepEqual(Object.keys(made?.R as object), ["__proto__", "constructor"]);
    assert.equal(read(`<R>${"<a/>".repeat(50_001)}</R>`), undefined);
  });
});
