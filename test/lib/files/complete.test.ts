import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeZip } from "../../../lib/archive/index.js";
import { looksComplete, whyIncomplete } from "../../../lib/files/complete.js";
import { SYSTEM_DISK } from "../../../lib/files/disk.js";
import { removeScratch, scratch } from "../../support/scratch.js";

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- made --><d:Root xmlns:d="x" a=\'>\'><a>1</a></d:Root>';

function complete(bytes: Buffer, name = "a.xml"): boolean {
  const path = join(scratch(), name);
  writeFileSync(path, bytes);
  return looksComplete(SYSTEM_DISK, path, bytes.length);
}

function why(bytes: Buffer, name = "a.xml"): string {
  const path = join(scratch(), name);
  writeFileSync(path, bytes);
  assert.equal(looksComplete(SYSTEM_DISK, path, bytes.length), false, `${name} ${bytes.toString("latin1", 0, 60)}`);
  return whyIncomplete(SYSTEM_DISK, path, bytes.length);
}

describe("completeness by content", () => {
  after(removeScratch);

  it("says of a whole content what stands behind it", async () => {
    const pdf = Buffer.from("%PDF-1.4\n...\n%%EOF");
    const zip = await writeZip([{ name: "a.xml", bytes: Buffer.from(XML) }], { at: 1_700_000_000_000 });
    const zeros = Buffer.alloc(5000);
    const wide = Buffer.from(`\ufeff${XML}`, "utf16le");
    for (const [bytes, name] of [
      [Buffer.from(XML), "a.xml"],
      [wide, "a.xml"],
      [Buffer.from(wide).swap16(), "a.xml"],
      [pdf, "a.pdf"],
      [zip, "a.zip"],
    ] as const) {
      assert.equal(why(Buffer.concat([bytes, zeros]), name), "zeros", name);
      if (name !== "a.pdf") assert.equal(why(Buffer.concat([bytes, Buffer.from("junk")]), name), "behind", name);
      assert.equal(why(bytes.subarray(0, -8), name), "unfinished", name);
    }
    assert.equal(why(Buffer.alloc(0)), "empty");
    for (const text of ["text", "\u62a5\u5173"]) assert.equal(why(Buffer.from(text)), "no-xml", text);
    assert.equal(why(zeros), "unfinished", "they may be filled yet");
    for (const text of ["<a><b>", "<a></ab>", "<a></b>x", "<!-- "]) {
      assert.equal(why(Buffer.from(text)), "unfinished", text);
    }
    assert.equal(why(zeros, "a.zip"), "unfinished");
  });

  it("says of an XML with zeros in between that they are there, not that they follow", () => {
    for (const end of ["", "\n", "\r\n"]) {
      for (const zeros of [1, 50]) {
        const hole = XML.replace("<a>1", `<a>${"\0".repeat(zeros)}`);
        assert.equal(why(Buffer.from(`${hole}${end}`)), "hole", JSON.stringify(end));
        assert.equal(why(Buffer.from(`${hole}${end}\0\0`)), "zeros");
      }
    }
  });

  it("takes an XML only when its root is closed, at every length", () => {
    const bytes = Buffer.from(XML);
    assert.equal(complete(bytes), true);
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(complete(bytes.subarray(0, length)), false, `cut at ${length}`);
    }
  });

  it("allows what may stand behind the root, and nothing else", () => {
    assert.equal(complete(Buffer.from(`${XML}\r\n<!-- end -->\n`)), true);
    assert.equal(complete(Buffer.from(`${XML}${"\0".repeat(100)}`)), false, "pre-allocated");
    assert.equal(complete(Buffer.from(`<a><b/></a>`)), true);
    assert.equal(complete(Buffer.from(`<a><b/>`)), false);
    assert.equal(complete(Buffer.from(`<a>`)), false);
    assert.equal(complete(Buffer.from(`<a x="1"/>`)), true);
  });

  it("finds the root behind what may stand before it, and its end with white space in it", () => {
    const before = '<?xml version="1.0"?><!DOCTYPE a [<!ELEMENT b ANY>]><!-- <c> ?> --><?p <d> -->?>';
    assert.equal(complete(Buffer.from(`${before}<a><b></b></a \n>`)), true);
    assert.equal(complete(Buffer.from(`${before}<a><b></b>`)), false);
    assert.equal(complete(Buffer.from(`<!-- <a></a>`)), false);
    assert.equal(complete(Buffer.from(`<a>></a></b>`)), false);
    assert.equal(complete(Buffer.from(`${"<!--".repeat(1000)}</a>`)), false);
  });

  it("knows UTF-16 and a byte order mark", () => {
    assert.equal(complete(Buffer.from(`\ufeff${XML}`, "utf16le")), true);
    assert.equal(complete(Buffer.from(`\ufeff${XML}`, "utf8")), true);
    assert.equal(complete(Buffer.from(`\ufeff${XML.slice(0, -4)}`, "utf16le")), false);
  });

  it("takes a ZIP only with its end record, at every length", async () => {
    const zip = await writeZip([{ name: "a.xml", bytes: Buffer.from(XML) }], { at: 1_700_000_000_000 });
    assert.equal(complete(zip, "a.zip"), true);
    for (let length = 0; length < zip.length; length++) {
      assert.equal(complete(zip.subarray(0, length), "a.zip"), false, `cut at ${length}`);
    }
    assert.equal(complete(Buffer.concat([zip, Buffer.alloc(64)]), "a.zip"), false, "pre-allocated");
  });

  it("takes what is something else than its name says, so that it is called what it is", () => {
    const rar = Buffer.from("Rar!\x1a\x07\x01\0 and so on", "latin1");
    assert.equal(complete(rar, "a.zip"), true);
    assert.equal(complete(Buffer.from('{"a": 1}'), "a.xml"), true);
    assert.equal(complete(Buffer.from("ffd8ffe000104a", "hex"), "a.pdf"), true);
    assert.equal(complete(Buffer.concat([rar, Buffer.alloc(64)]), "a.zip"), false, "pre-allocated");
    assert.equal(complete(Buffer.from("PK\x07\x08 not yet"), "a.zip"), false);
    assert.equal(complete(Buffer.from("<!DOCTYPE html><html>"), "a.xml"), false);
  });

  it("takes a PDF that begins and ends as one, and none that is still zeros", () => {
    const pdf = Buffer.from("%PDF-1.4\n1 0 obj\nendobj\ntrailer\n%%EOF\n");
    assert.equal(complete(pdf, "a.pdf"), true);
    assert.equal(complete(Buffer.concat([pdf, Buffer.from("signature behind it ".repeat(500))]), "a.pdf"), true);
    assert.equal(complete(Buffer.concat([Buffer.from("\ufeff\n"), pdf]), "a.pdf"), true);
    assert.equal(complete(Buffer.alloc(pdf.length), "a.pdf"), false, "made in its full size, written later");
    assert.equal(complete(Buffer.concat([pdf, Buffer.alloc(100)]), "a.pdf"), true, "padded to the end of a block");
    assert.equal(complete(Buffer.concat([pdf, Buffer.alloc(5000)]), "a.pdf"), false);
    assert.equal(complete(Buffer.from("no PDF at all %%EOF"), "a.PDF"), false);
    assert.equal(complete(pdf.subarray(0, -8), "a.pdf"), false);
  });
});
