import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { adviceFor, loadAdvice, outcomeOf, readAdvice, statusText } from "../../../lib/advice/index.js";
import { ImportClientError } from "../../../lib/errors.js";
import { removeScratch, scratch } from "../../support/scratch.js";

const both = (text: string) => ({ zh: `${text}中`, en: text });

describe("a user's advice file", () => {
  after(removeScratch);

  function written(value: unknown): string {
    const file = join(scratch(), "advice.json");
    writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
    return file;
  }

  it("adds codes and texts and overrides ours", async () => {
    const book = await loadAdvice(
      written({
        version: 1,
        codes: [
          { format: "DEC_RESULT", code: "G", outcome: "good", meaning: both("reviewed") },
          { format: "DEC_RESULT", code: "@", outcome: "notice", meaning: both("new code"), action: both("wait") },
          { code: "-1", outcome: "refused", meaning: both("minus one"), cause: both("why"), action: both("do") },
        ],
        texts: [{ pattern: "数据库.*失败", format: "CommonResponseMessage", meaning: both("our database") }],
      }),
    );
    const dec = { format: "DEC_RESULT", kind: "business", ok: true, text: "" } as const;
    assert.equal(statusText("DEC_RESULT", "G", book)?.en, "reviewed");
    assert.equal(adviceFor({ ...dec, code: "G", statusCode: "G" }, book), null);
    assert.equal(adviceFor({ ...dec, code: "@", statusCode: "@" }, book)?.en, "New code. What to do: wait.");
    assert.equal(outcomeOf("DEC_RESULT", "@", book), "notice");
    assert.equal(statusText("DEC_RESULT", "R", book)?.zh, "结关");
    const common = { format: "CommonResponseMessage", kind: "import", ok: false, code: "-1" } as const;
    assert.equal(adviceFor({ ...common, text: "数据库操作失败" }, book)?.en, "Our database.");
    assert.equal(
      adviceFor({ ...common, text: "Session中的不相符" }, book)?.zh,
      "minus one中。原因：why中。处理：do中。",
    );
    assert.equal(statusText("DEC_RESULT", "G")?.en, "papers to be handed in");
  });

  it("may be empty, and have a byte order mark", () => {
    const book = readAdvice('\ufeff{"version":1}');
    assert.equal(statusText("DEC_RESULT", "R", book)?.zh, "结关");
  });

  it("is refused with the place of what is wrong", async () => {
    const code = { code: "G", outcome: "good", meaning: both("x") };
    const bad: [unknown, RegExp][] = [
      ["{", /not JSON/],
      ["", /not JSON/],
      [[], /\$ must be an object/],
      [{}, /\$\.version must be 1/],
      [{ version: 2 }, /\$\.version must be 1/],
      [{ version: 1, code: [] }, /\$\.code is not a known field/],
      [{ version: 1, codes: {} }, /\$\.codes must be an array/],
      [{ version: 1, codes: [null] }, /\$\.codes\[0\] must be an object/],
      [{ version: 1, codes: [code, { ...code, outcome: "bad" }] }, /\$\.codes\[1\]\.outcome must be one of good/],
      [{ version: 1, codes: [{ ...code, outcome: undefined }] }, /outcome/],
      [{ version: 1, codes: [{ ...code, code: 1 }] }, /\$\.codes\[0\]\.code must be a text/],
      [{ version: 1, codes: [{ ...code, code: " " }] }, /\$\.codes\[0\]\.code/],
      [{ version: 1, codes: [{ ...code, meaning: { zh: "x" } }] }, /\$\.codes\[0\]\.meaning\.en/],
      [{ version: 1, codes: [{ ...code, cause: "x" }] }, /\$\.codes\[0\]\.cause must be an object/],
      [{ version: 1, codes: [{ ...code, format: "" }] }, /\$\.codes\[0\]\.format/],
      [{ version: 1, texts: [{ pattern: "(", meaning: both("x") }] }, /\$\.texts\[0\]\.pattern is not a regular/],
      [{ version: 1, texts: [{ pattern: "x" }] }, /\$\.texts\[0\]\.meaning/],
      [JSON.stringify({ version: 1, codes: [], x: "y".repeat(1024 * 1024) }), /too large/],
    ];
    for (const [value, en] of bad) {
      const file = written(value as never);
      await assert.rejects(loadAdvice(file), (error) => {
        assert.ok(error instanceof ImportClientError);
        assert.equal(error.code, "SW-ADVICE");
        assert.match(error.text.en, en);
        assert.ok(error.text.en.includes(file) && error.text.zh.includes(file));
        assert.ok(error.advice?.zh && error.advice.en);
        return true;
      });
    }
    await assert.rejects(loadAdvice(join(scratch(), "absent.json")), /cannot be read/);
  });
});
