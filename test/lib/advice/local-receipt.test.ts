import assert from "node:assert/strict";
import fc from "fast-check";
import { localReceipt } from "../../../lib/advice/index.js";
import { readReceipts } from "../../../lib/receipts/index.js";
import { scanXml } from "../../../lib/xml/scan.js";

describe("the local failure receipt", () => {
  it("has the official form", () => {
    assert.equal(
      localReceipt("C144", "卡密码不能为空，请设置卡密码! ").toString(),
      '<?xml version="1.0" encoding="utf-8"?><Root><resultFlag>0</resultFlag><failCode>C144</failCode><failInfo>卡密码不能为空，请设置卡密码! </failInfo><retData></retData></Root>',
    );
  });

  it("writes failInfo as a JSON array for C134 and C141, as text for the others", () => {
    const info = (code: string, text: string | string[]) =>
      scanXml(localReceipt(code, text)).child("failInfo")?.text ?? "";
    assert.equal(info("C141", "错误: 等待响应超时!"), '["错误: 等待响应超时!"]');
    assert.deepEqual(JSON.parse(info("C134", ["错误码=51571", "Err:Custom51571"])), [
      "错误码=51571",
      "Err:Custom51571",
    ]);
    assert.equal(info("C18", "a.zip错误信息"), "a.zip错误信息");
    assert.equal(info("SW-ZIP", ["a", "b"]), "a; b");
  });

  it("has no password in it", () => {
    assert.ok(!localReceipt("C18", "amqp://u:geheim@h").includes("geheim"));
    assert.ok(!localReceipt("C134", ["amqp://u:geheim@h"]).includes("geheim"));
  });

  it("says what was put in, for any text, without control characters", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("C18", "C134", "C141", "C144", "SW-XSD"),
        fc.string({ unit: "binary", maxLength: 60 }),
        async (code, text) => {
          const bytes = localReceipt(code, text);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
          assert.ok(!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(bytes.toString()));
          const { parts } = await readReceipts(bytes);
          assert.equal(parts[0]?.recognised, true, parts[0]?.reason?.text.en);
          assert.equal(parts[0]?.receipts[0]?.code, code);
          assert.equal(parts[0]?.receipts[0]?.ok, false);
        },
      ),
      { numRuns: 500 },
    );
    const { parts } = await readReceipts(localReceipt("C141", '<a> & "b" ]]> \\ \u0007浙'));
    assert.equal(parts[0]?.receipts[0]?.text, '<a> & "b" ]]> \\ 浙');
  }).timeout(180_000);
});
