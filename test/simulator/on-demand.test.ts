import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FORMATS, readReceipts } from "../../lib/receipts/index.js";
import { type Command, onDemand } from "../../simulator/answers/on-demand.js";
import { SHAPES, WRAPPERS } from "../../simulator/answers/shapes/index.js";

const DEFAULTS = {
  seqNo: "002024000000000001",
  customsNo: "530020240000000001",
  clientId: "DEMO0001",
  at: Date.UTC(2026, 10, 24),
};
const NUMBERS = { key: "KEY-1", seqNo: "002024000000000002", customsNo: "QD5300240000000001" };
const give = async (command: Command) => (await onDemand(command, DEFAULTS)).body;

describe("simulator: receipts on demand", () => {
  for (const { format, variants, codes } of SHAPES) {
    it(`gives ${format} so that it is read, in every variant and with every code`, async () => {
      const commands = [
        ...Object.keys(variants).map((variant) => ({ answer: format, variant, ...NUMBERS })),
        ...codes.map((code) => ({ answer: format, code, ...NUMBERS })),
      ];
      for (const command of commands) {
        const { parts } = await readReceipts(await give(command));
        const [part] = parts;
        if (format === "unknown") {
          assert.equal(part?.recognised, false, JSON.stringify(command));
          continue;
        }
        const [receipt] = part?.receipts ?? [];
        assert.ok(receipt, `${JSON.stringify(command)}: ${part?.reason?.text.en}`);
        const code = "code" in command ? command.code : codes[0];
        assert.equal(receipt.statusCode || receipt.code, code, JSON.stringify(command));
      }
    });

    it(`never has ${format} read when it is cut at any byte`, async () => {
      for (const variant of Object.keys(variants)) {
        const whole = await give({ answer: format, variant, ...NUMBERS });
        const end = whole.toString("latin1").trimEnd().length;
        for (let length = 0; length < end; length++) {
          const { parts } = await readReceipts(whole.subarray(0, length));
          assert.ok(
            parts.every(({ recognised }) => !recognised),
            `${variant} cut at ${length} of ${end}`,
          );
        }
      }
    }).timeout(180_000);
  }

  for (const wrapper of Object.keys(WRAPPERS)) {
    it(`puts a receipt into ${wrapper}, which is opened, and never when it is cut`, async () => {
      const whole = await give({ answer: "DEC_RESULT", wrapper, ...NUMBERS });
      const { parts } = await readReceipts(whole);
      assert.deepEqual(
        parts.map(({ receipts }) => receipts[0]?.seqNo),
        [NUMBERS.seqNo],
      );
      for (let length = 0; length < whole.length; length++) {
        const cut = await readReceipts(whole.subarray(0, length));
        assert.ok(
          cut.parts.every(({ recognised }) => !recognised),
          `cut at ${length}`,
        );
      }
    }).timeout(180_000);
  }

  it("puts several receipts into one ZIP", async () => {
    const and = [{ answer: "INV201", ...NUMBERS }, { answer: "unknown" }];
    const { parts } = await readReceipts(await give({ answer: "SAS221", wrapper: "ZIP", and, ...NUMBERS }));
    assert.deepEqual(
      parts.map(({ receipts }) => receipts[0]?.format),
      ["SAS221", "INV201", undefined],
    );
  });

  it("has every format that the product reads", async () => {
    const read = new Set<string>();
    for (const { format, codes } of SHAPES) {
      const { parts } = await readReceipts(await give({ answer: format, code: codes[0] ?? "", ...NUMBERS }));
      for (const { receipts } of parts) for (const receipt of receipts) read.add(receipt.format);
    }
    // CEBnn2 stands for nineteen, and for CEB818; Package for all that no table is known of, as BHL251.
    const families = ["CEBnn2", "Package"];
    const missing = FORMATS.map(({ format }) => format).filter((name) => !read.has(name) && !families.includes(name));
    assert.ok(read.has("BHL251"));
    assert.deepEqual(missing, []);
    for (const number of [
      312, 412, 512, 514, 622, 624, 626, 712, 214, 216, 304, 404, 506, 508, 510, 604, 606, 608, 702, 818,
    ]) {
      assert.ok(read.has(`CEB${number}Message`), `CEB${number}`);
    }
  });

  it("names what there is when it is asked for something else", async () => {
    await assert.rejects(give({ answer: "INV999" }), /no receipt INV999; there are DecImportResponse/);
    await assert.rejects(give({ answer: "INV201", variant: "x" }), /no variant x; there are xmldsig namespace/);
    await assert.rejects(give({ answer: "INV201", wrapper: "x" }), /no wrapper x; there are DxpMsg/);
  });

  it("shares no line with the code that reads receipts", () => {
    const folder = join(__dirname, "..", "..", "simulator", "answers");
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (name.endsWith(".ts"))
        assert.doesNotMatch(readFileSync(join(folder, name), "utf8"), /from "[^"]*\/lib\//, name);
    }
  });
});
