import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Arrived, Desk } from "../../simulator/process.js";
import { type Mode, readSettings } from "../../simulator/settings.js";
import { Trust } from "../../simulator/signature.js";

const CASES = join(__dirname, "..", "fixtures", "field-cases");
const order = (status: string) =>
  `<ceb:CEB311Message xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="00000030-FEED-4A01-8001-000000000030" version="1.0"><ceb:Order><ceb:OrderHead><ceb:guid>00000031-FEED-4A01-8001-000000000031</ceb:guid><ceb:appStatus>${status}</ceb:appStatus></ceb:OrderHead></ceb:Order></ceb:CEB311Message>`;

describe("the simulator's modes", () => {
  let number = 0;
  const judge = (mode: Mode, body: Buffer | string) => {
    const arrived: Arrived = { body: Buffer.from(body), messageId: `m${++number}`, business: "", headers: {} };
    return new Desk({ clientId: "DEMO0001", trust: new Trust([]), mode }).judge(arrived);
  };

  it("know every field case, by rules of their own", async () => {
    for (const name of readdirSync(CASES)) {
      const { file } = JSON.parse(readFileSync(join(CASES, name, "case.json"), "utf8"));
      const story = await judge("lenient", readFileSync(join(CASES, name, file)));
      assert.notEqual(story.type, "", name);
      // They come here as producers wrote them: not packed, not signed. Nothing of their content is held against them.
      assert.match(story.rule, /^(?:|signature|bare-manifest|bare-inventory|zip-headers)$/, `${name}: ${story.rule}`);
    }
  });

  it("official: an official XSD to the letter; lenient takes the same", async () => {
    const lenient = await judge("lenient", order("2"));
    assert.deepEqual(
      [lenient.outcome, lenient.importReceipt?.format, lenient.business.length],
      ["accepted", "CEB312Message", 1],
    );
    assert.match(String(lenient.business[0]?.(0).body), /00000031-FEED-4A01-8001-000000000031/);
    const official = await judge("official", order("2"));
    assert.deepEqual(
      [official.outcome, official.rule, official.importReceipt?.code],
      ["refused", "official-xsd", "-1"],
    );
    assert.match(official.why, /appType|OrderHead|expected/i);
  });

  it("are one of three", () => {
    assert.equal(readSettings({}).mode, "faq");
    assert.equal(readSettings({ SW_SIM_MODE: "lenient" }).mode, "lenient");
    assert.throws(() => readSettings({ SW_SIM_MODE: "other" }), /SW_SIM_MODE/);
  });
});
