import assert from "node:assert/strict";
import { readZip, writeZip } from "../../../lib/archive/index.js";
import { ImportClientError } from "../../../lib/errors.js";
import { rawZip } from "./zip-bytes.js";

const XML = Buffer.from("<a/>");

async function refusal(bytes: Buffer): Promise<ImportClientError> {
  const error = await readZip(bytes, { flatten: true }).then(
    () => assert.fail("it was taken"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ImportClientError, String(error));
  assert.equal(error.code, "SW-ZIP");
  return error;
}

/** Words of a library in the middle of Chinese: two or more English ones in a row. */
const ENGLISH = /[a-z]{3,} [a-z]{2,} [a-z]{2,}/i;

describe("what is said of a ZIP that is damaged", () => {
  it("is Chinese in Chinese, wherever it was cut or changed", async () => {
    const whole = await writeZip([{ name: "报文.xml", bytes: Buffer.from(`<a>${"b".repeat(300)}</a>`) }], { at: 0 });
    const damaged = [
      ...Array.from({ length: whole.length - 4 }, (_, cut) => whole.subarray(0, cut + 4)),
      ...Array.from({ length: whole.length - 4 }, (_, at) => {
        const changed = Buffer.from(whole);
        changed[at + 4] = (changed[at + 4] as number) ^ 0xff;
        return changed;
      }),
      Buffer.concat([whole, Buffer.from("xx")]),
      rawZip([{ name: "a.xml", content: XML, data: Buffer.from("xxxxxxxx") }]),
    ];
    for (const bytes of damaged) {
      const error = await refusal(bytes).catch(() => undefined);
      if (error) assert.doesNotMatch(error.text.zh.replace("deflate", ""), ENGLISH, error.text.zh);
    }
    assert.match((await refusal(whole.subarray(0, 60))).text.zh, /没有写完、传输中被截断/);
    assert.match((await refusal(Buffer.concat([whole, Buffer.from("xx")]))).text.zh, /还有多余的字节/);
  });

  it("names a name that is GBK and is marked as UTF-8", async () => {
    const { text, details } = await refusal(rawZip([{ name: Buffer.from("b1a8b9d8b5a5", "hex"), content: XML }]));
    assert.match(text.zh, /标明为 UTF-8，实际是 GBK：报关单/);
    assert.match(text.en, /marked as UTF-8 and is GBK: 报关单/);
    assert.equal(details.entry, "报关单");
  });

  it("does not come from what file managers leave in folders, where folders are dropped", async () => {
    const litter = ["a/.DS_Store", "b/.DS_Store", "a/Thumbs.db", "b/desktop.ini", "b/._a.xml", "__MACOSX/a/._a.xml"];
    const names = [...litter, "a/a.xml", "b/b.pdf"];
    const entries = await readZip(rawZip(names.map((name) => ({ name, content: XML }))), { flatten: true });
    assert.deepEqual(
      entries.map(({ name }) => name),
      ["a.xml", "b.pdf"],
    );
  });
});
