import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";

const EXAMPLE = join(__dirname, "..", "..", "examples", "04-notify.json");

describe("the notice of the example 04-notify", () => {
  it("says in both languages why a document was not sent, with its code and what to do", () => {
    const nodes = JSON.parse(readFileSync(EXAMPLE, "utf8")) as { func?: string }[];
    const func = nodes.find((node) => node.func?.includes("msg.notice"))?.func;
    assert.ok(func);
    const advice = { zh: "改", en: "mend it" };
    const msg = {
      topic: "state",
      event: { event: "failed", advice },
      payload: {
        id: "1",
        fileName: "a.xml",
        state: "failed",
        code: "SW-XSD",
        text: "缺少 GName",
        textEn: "GName is missing",
      },
    };
    const made = runInNewContext(`(function (msg) { ${func} })`)(msg) as {
      notice: { text: string; code: string; advice: object };
    };
    assert.equal(
      made.notice.text,
      "a.xml 未能发送：SW-XSD 缺少 GName\na.xml could not be sent: SW-XSD GName is missing",
    );
    assert.deepEqual([made.notice.code, made.notice.advice], ["SW-XSD", advice]);
  });
});
