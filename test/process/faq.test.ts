import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DEMO_IDENTITY, decXml, freshKey, twoEdocs } from "../../simulator/samples/index.js";
import { type FaqDocument, faqDocuments } from "../support/faq-documents.js";
import { removeScratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

describe("FAQ 14 to 21 in a real Node-RED", function () {
  this.timeout(540_000);
  let theatre: Theatre;
  let stage: Stage;
  let documents: FaqDocument[];
  const withPdfs = freshKey();
  const edocs = twoEdocs(DEMO_IDENTITY.region, withPdfs);
  const without = freshKey();

  before(async () => {
    theatre = await openTheatre();
    documents = await faqDocuments();
    const raised = documents.flatMap(({ raised }) => raised ?? []);
    stage = new Stage(theatre, {
      clientId: DEMO_IDENTITY.clientId,
      flow: (nodes) => {
        for (const node of nodes) {
          if (node.type === "sw-preflight")
            node.rules = JSON.stringify(Object.fromEntries(raised.map((rule) => [rule, "error"])));
          if (node.type === "sw-folder-watch") node.pdfWait = "15";
        }
      },
    });
    await stage.startSimulator();
    await stage.startNodeRed();
    for (const { folder, fileName, bytes } of documents) stage.drop(folder, fileName, bytes);
    // Faq 15 once more, as ERPs do it that do not zip: the XML first, its PDFs later, or never.
    stage.drop("DecCus001", `${withPdfs}.xml`, decXml({ key: withPdfs, goods: 3, edocs }));
    stage.drop("DecCus001", `${without}.xml`, decXml({ key: without, goods: 3, edocs: twoEdocs("5300", without) }));
    await until("only the documents to wait that lack their PDFs", () => {
      const waiting = stage.files("DecCus001", "OutBox");
      return waiting.length === 2 && [withPdfs, without].every((key) => waiting.includes(`${key}.xml`));
    });
    for (const { id, bytes } of edocs) stage.drop("DecCus001", id, bytes);
    await until("every document at its end", () => {
      const ended = stage.rows().filter(({ state, settled }) => settled && ["failed", "accepted"].includes(state));
      return ended.length === documents.length + 2;
    });
  });
  after(async () => {
    await stage?.close();
    await theatre?.close();
    removeScratch();
  });

  /** Code and words of the one local receipt of a file. */
  const receiptOf = (folder: string, fileName: string) => {
    const base = fileName.replace(/\.\w+$/, "");
    const names = stage.files(folder, "InBox").filter((name) => name.startsWith(`Failed_${base}_`));
    assert.equal(names.length, 1, `one local receipt of ${fileName}: ${names.join(", ")}`);
    const text = readFileSync(join(stage.root, folder, "InBox", names[0] as string), "utf8");
    return { code: /<failCode>(.*?)</.exec(text)?.[1], text };
  };

  it("each ends in FailBox with the rule's code in its local receipt, and nothing of it is sent", () => {
    const delivered = new Set(stage.simulated().map(({ correlationId }) => correlationId));
    for (const { item, what, folder, fileName, key, refusedBy, flowCode } of documents) {
      const code = flowCode ?? (refusedBy.startsWith("SW-") ? refusedBy : `SW-RULE-${refusedBy}`);
      assert.equal(receiptOf(folder, fileName).code, code, `faq ${item}, ${what}`);
      const base = fileName.replace(/\.\w+$/, "");
      assert.equal(stage.files(folder, "FailBox").filter((name) => name.startsWith(`${base}_`)).length, 1, what);
      assert.equal(delivered.has(key), false, what);
    }
  });

  it("a bare declaration is sent with the PDFs that came after it, as one ZIP", () => {
    const row = stage.rows().find(({ clientKey }) => clientKey === withPdfs);
    assert.deepEqual([row?.fileName, row?.state, row?.box], [`${withPdfs}.zip`, "accepted", "SentBox"]);
    assert.equal(
      stage.simulated().filter(({ event, clientKey }) => event === "judged" && clientKey === withPdfs).length,
      1,
    );
    assert.deepEqual(stage.files("DecCus001", "OutBox"), []);
    assert.deepEqual(stage.files("DecCus001", "TempBox"), []);
  });

  it("one whose PDFs never come is refused by their name, after the time set", () => {
    const { code, text } = receiptOf("DecCus001", `${without}.xml`);
    assert.equal(code, "SW-RULE-edoc-missing-pdf");
    assert.match(text, /530000000001IM\d{18}\.pdf/);
  });
});
