import assert from "node:assert/strict";
import { type Model, modelOf } from "../../lib/model/model.js";
import { judge } from "../../lib/model/walk.js";
import { mergeChecks } from "../../lib/preflight/index.js";
import { faultOfChecks } from "../../lib/preflight/refusal.js";
import { oddCharacters, quote } from "../../lib/quote.js";
import { scanXml } from "../../lib/xml/scan.js";

describe("a value in a message", () => {
  it("is one line, cut when long, with what cannot be seen by its number", () => {
    assert.equal(quote("  a\r\n\tb "), "a b");
    assert.equal(quote("1\u00a02\u200b3\u0000"), "1[U+00A0]2[U+200B]3[U+0000]");
    assert.equal(quote("\ufeff\u202eexe.pdf"), "[U+FEFF][U+202E]exe.pdf");
    assert.equal(quote("木制　家具（甲）"), "木制[U+3000]家具（甲）");
    assert.equal(quote("长".repeat(81)), `${"长".repeat(80)}…`);
    assert.equal(quote("😀".repeat(80)), "😀".repeat(80));
    assert.equal(quote("a".repeat(1_000_000)).length, 81);
  });

  it("is told which of its characters are not what they look like", () => {
    assert.deepEqual(oddCharacters("12.5-A_/ b\n"), { zh: "", en: "" });
    assert.equal(oddCharacters("1\u00a0２").zh, "（含 U+00A0 不间断空格、U+FF12 全角字符 ２）");
    assert.equal(oddCharacters("\u22125").en, " (it holds U+2212, minus sign, not a hyphen)");
    assert.equal(oddCharacters("\u200b\u200e１２３４").en.split(";").length, 3, "not more than a few");
  });

  for (const [element, value, says] of [
    ["PackNo", "3\u00a0", /PackNo.*"3\[U\+00A0\]" is not a valid whole number \(it holds U\+00A0, no-break space\)/],
    ["PackNo", "１２", /"１２" is not a valid whole number \(it holds U\+FF11, full-width １; U\+FF12/],
    ["GrossWet", "\u200b12.5", /"\[U\+200B\]12\.5" is not a valid number \(it holds U\+200B, zero-width space\)/],
    ["AgentCode", " 1234567890 ", /has 12 characters, the limit is 10 \(the blanks around it count\)/],
    ["IEFlag", "\u3000I", /has 2 characters, the limit is 1 \(it holds U\+3000, full-width space\)/],
  ] as const) {
    it(`is shown so where a model finds it at fault: ${element} ${quote(value)}`, async () => {
      const xml = `<DecMessage><DecHead><${element}>${value}</${element}></DecHead></DecMessage>`;
      const checks = await judge(scanXml(Buffer.from(xml)), modelOf("DEC") as Model);
      assert.match(checks.find(({ path }) => path.endsWith(element))?.text.en ?? "", says);
    });
  }
});

describe("a key", () => {
  it("is as long as it is without the blanks around it", async () => {
    const dec = (key: string) => `<DecMessage><DecSign><ClientSeqNo>${key}</ClientSeqNo></DecSign></DecMessage>`;
    const tooLong = async (key: string) =>
      (await judge(scanXml(Buffer.from(dec(key))), modelOf("DEC") as Model)).some(
        ({ path, text }) => path.endsWith("/ClientSeqNo") && /characters/.test(text.en),
      );
    assert.equal(await tooLong(`\n          ${"C".repeat(18)}\n        `), false);
    assert.equal(await tooLong("C".repeat(19)), true);
  });
});

describe("the fault that stands for a document's checks", () => {
  it("says the place where there is one, and no comma where there is none", () => {
    const [own] = mergeChecks([{ text: "价格太低" } as never], []);
    assert.ok(own);
    assert.deepEqual(faultOfChecks([own], "SW-RULE").text, { zh: "价格太低", en: "价格太低" });
    const placed = { ...own, path: "DecMessage/DecHead", line: 7 };
    const { zh, en } = faultOfChecks([placed, own], "SW-RULE").text;
    assert.equal(en, "价格太低, DecMessage/DecHead (line 7); 2 errors in all\n2. 价格太低");
    assert.equal(zh, "价格太低，DecMessage/DecHead，第 7 行；共 2 处错误\n2. 价格太低");
  });

  it("tells the first twenty errors, no warnings, and how many more there are", () => {
    const checks = mergeChecks(
      Array.from({ length: 23 }, (_, index) => ({ text: `E${index}`.padEnd(500, "x"), line: index + 1 })) as never,
      [],
    );
    const [first] = checks;
    assert.ok(first);
    const { text } = faultOfChecks([{ ...first, severity: "warning" }, ...checks], "SW-RULE");
    const lines = text.zh.split("\n");
    assert.equal(lines.length, 21);
    assert.match(lines[0] ?? "", /^E0x+，第 1 行；共 23 处错误$/);
    assert.match(lines[19] ?? "", /^20\. E19x{197}…，第 20 行$/);
    assert.equal(lines[20], "另有 3 处");
    assert.equal(text.en.split("\n")[20], "and 3 more");
  });
});
