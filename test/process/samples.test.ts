import assert from "node:assert/strict";
import { join } from "node:path";
import type { DocumentRow, ReceiptRow } from "../../lib/ledger/index.js";
import { node22 } from "../../scripts/node22.js";
import { DEMO_IDENTITY, type Sample, samples } from "../../simulator/samples/index.js";
import { removeScratch } from "../support/scratch.js";
import { assertPrivate } from "../support/secrets.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

interface Story {
  document: DocumentRow;
  events: { event: string }[];
  receipts: ReceiptRow[];
}

const ENDED = ["accepted", "rejected", "failed"];
/** Business receipts that the simulator gives after the import receipt. */
const BUSINESS_RECEIPTS: Record<string, number> = { DecCus001: 4, Sas: 3, Rmft: 2 };

for (const [version, nodeRedDir] of [
  ["4.1", "node-red"],
  ["5.0", "node-red-5"],
] as const) {
  describe(`the example flow in a real Node-RED ${version}`, function () {
    this.timeout(540_000);
    let theatre: Theatre;
    let stage: Stage;
    let list: Sample[];
    const stories = new Map<string, Story>();

    before(async () => {
      theatre = await openTheatre();
      stage = new Stage(theatre, {
        clientId: DEMO_IDENTITY.clientId,
        nodeRedDir: join(__dirname, "..", "..", "node_modules", nodeRedDir),
        ...(version === "5.0" && { node: await node22() }),
      });
      await stage.startSimulator();
      await stage.startNodeRed();
      list = await samples(DEMO_IDENTITY);
      for (const { folder, fileName, bytes } of list) stage.drop(folder, fileName, bytes);
      await until("every sample at its end, with its receipts", async () => {
        const { documents } = await stage.ask<{ documents: DocumentRow[] }>("documents");
        for (const { id, fileName } of documents) stories.set(fileName, await stage.ask<Story>(`documents/${id}`));
        return list.every(({ fileName, folder, expect }) => {
          const story = stories.get(fileName);
          if (!story?.document.settled || !ENDED.includes(story.document.state)) return false;
          const expected = expect === "accepted" ? 1 + (BUSINESS_RECEIPTS[folder] ?? 0) : 1;
          return story.receipts.filter(({ filed }) => filed).length >= expected;
        });
      });
    });
    after(async () => {
      await stage.close();
      await theatre.close();
      removeScratch();
    });

    it("brings every good sample to acceptance, with its receipts in InBox under the official names", () => {
      for (const { fileName, folder } of list.filter(({ expect }) => expect === "accepted")) {
        const story = stories.get(fileName) as Story;
        assert.equal(story.document.state, "accepted", `${fileName}: ${story.document.code} ${story.document.text}`);
        assert.equal(story.document.box, "SentBox");
        const inBox = stage.files(folder, "InBox");
        for (const { file } of story.receipts) assert.ok(inBox.includes(file), file);
        // Those that come at once are stored in any order.
        const [first = "", ...others] = story.receipts
          .map(({ file }) => file)
          .sort()
          .reverse();
        assert.match(first, /^Successed_/);
        for (const file of others) assert.match(file, /^Receipt_/);
        assert.ok(stage.files(folder, "SentBox").includes(story.document.boxName));
      }
    });

    it("brings the declarations to 结关", () => {
      for (const { fileName } of list.filter(({ expect, folder }) => expect === "accepted" && folder === "DecCus001")) {
        const { document, receipts } = stories.get(fileName) as Story;
        assert.deepEqual([document.statusCode, document.statusText], ["R", "结关"]);
        assert.match(document.seqNo, /^\d{18}$/);
        assert.match(document.customsNo, /^\d{18}$/);
        assert.deepEqual(
          receipts.map(({ statusCode }) => statusCode).sort(),
          // The import receipt has none.
          ["", "G", "L", "P", "R"],
        );
      }
    });

    it("refuses every wrong sample before it is sent, with code, receipt and advice", () => {
      const seen = new Set(stage.simulated().map(({ fileName }) => fileName));
      for (const { fileName, folder, expectedCode } of list.filter(({ expect }) => expect === "refused")) {
        const { document, receipts } = stories.get(fileName) as Story;
        assert.deepEqual([document.state, document.code, document.box], ["failed", expectedCode, "FailBox"]);
        assert.equal(receipts.length, 1);
        assert.equal(receipts[0]?.kind, "local");
        assert.ok(receipts[0]?.advice?.zh && receipts[0].advice.en);
        assert.ok(stage.files(folder, "FailBox").includes(document.boxName));
        assert.ok(!seen.has(fileName), "the broker never saw it");
      }
    });

    it("leaves nothing in OutBox and TempBox, and no warning or error in Node-RED's log", () => {
      for (const folder of ["DecCus001", "Sas", "Rmft"]) {
        assert.deepEqual(stage.files(folder, "OutBox"), []);
        assert.deepEqual(stage.files(folder, "TempBox"), []);
      }
      const complaints = stage.nodeRed.lines.filter(
        (line) => /\[(warn|error)\]/.test(line) && /sw-|single-window/.test(line),
      );
      // Each that was refused is named once.
      const refused = list.filter(({ expect }) => expect !== "accepted").map(({ fileName }) => fileName);
      const named = (line: string) =>
        refused.filter((name) => line.includes(` failed: `) && line.includes(`/${name} `));
      assert.deepEqual(complaints.flatMap(named).sort(), [...refused].sort());
      assert.deepEqual(
        complaints.filter((line) => named(line).length === 0),
        [],
      );
    });

    it("has put no company and no goods into a file that everybody may read, outside the boxes", () => {
      assertPrivate(["深圳示例进出口有限公司", "连接器"], stage);
    });

    it("has sent each good document once, signed so that it verifies", () => {
      const delivered = stage.simulated().filter(({ event }) => event === "delivered");
      assert.equal(delivered.length, list.filter(({ expect }) => expect === "accepted").length);
      const judged = stage.simulated().filter(({ event }) => event === "judged");
      assert.ok(
        judged.every(({ outcome }) => outcome === "accepted"),
        JSON.stringify(judged),
      );
    });
  });
}
