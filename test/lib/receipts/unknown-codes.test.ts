import assert from "node:assert/strict";
import { adviceFor, readAdvice } from "../../../lib/advice/index.js";
import { type ParsedReceipt, readReceipts } from "../../../lib/receipts/index.js";
import { onDemand } from "../../../simulator/answers/on-demand.js";
import { SHAPES } from "../../../simulator/answers/shapes/index.js";

const DEFAULTS = {
  seqNo: "002024000000000001",
  customsNo: "530020240000000001",
  clientId: "DEMO0001",
  at: 1_700_000_000_000,
};

/** In these anything but their one good code is a refusal, which is known of them (faq 14, 18), or they carry nothing else. */
const ALL_OTHERS_REFUSE = new Set(["DecImportResponse", "CommonResponeMessage", "CEB900Message", "Root"]);
/** Their receipts hold no code at all. */
const WITHOUT_CODE = (codes: readonly string[]) => codes.every((code) => code === "");

describe("a code that no table has", () => {
  async function read(answer: string, variant: string, code: string, book = readAdvice('{"version":1}')) {
    const { body } = await onDemand({ answer, variant, code, key: "K", text: "?" }, DEFAULTS);
    const { parts } = await readReceipts(body, { book });
    return parts[0]?.receipts[0] as ParsedReceipt;
  }

  for (const { format, codes, variants } of SHAPES) {
    if (format === "unknown" || WITHOUT_CODE(codes)) continue;
    it(`says nothing of success in ${format}`, async () => {
      for (const variant of Object.keys(variants)) {
        for (const code of ["q9", "0q", "1 2"]) {
          const receipt = await read(format, variant, code);
          assert.equal(receipt.ok, false, variant);
          if (ALL_OTHERS_REFUSE.has(format)) {
            assert.equal(receipt.outcome, "refused", variant);
            continue;
          }
          assert.equal(receipt.outcome, "unknown", variant);
          assert.match(receipt.statusText, new RegExp(`未知代码 ${code}`), variant);
          const advice = adviceFor(receipt);
          assert.match(advice?.zh ?? "", /没有公开资料/, variant);
          assert.match(advice?.en ?? "", /not public/, variant);
        }
      }
    });
  }

  it("nor does none at all", async () => {
    for (const { format, codes, variants } of SHAPES) {
      if (format === "unknown" || codes.includes("")) continue;
      const receipt = await read(format, Object.keys(variants)[0] ?? "", "");
      assert.equal(receipt.ok, false, format);
      if (!["Root", "CEB900Message"].includes(format)) assert.equal(receipt.outcome, "unknown", format);
    }
  });

  it("is what a user's own list says, once it has it", async () => {
    const meaning = { zh: "新代码", en: "a new code" };
    const book = readAdvice(
      JSON.stringify({ version: 1, codes: [{ format: "SAS202", code: "q9", outcome: "refused", meaning }] }),
    );
    const receipt = await read("SAS202", "small letters", "q9", book);
    assert.deepEqual([receipt.outcome, receipt.statusText], ["refused", "新代码"]);
  });
});
