import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readZip } from "../../lib/archive/index.js";
import type { DocumentRow, ReceiptRow } from "../../lib/ledger/index.js";
import { badZip, DEMO_IDENTITY, decZip, freshKey } from "../../simulator/samples/index.js";
import { removeScratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

/** The option of zip in the order in which the example has its nodes: a folder in a ZIP is gone before anything reads it. */
describe("the example flow with zip set to take folders away", function () {
  this.timeout(540_000);
  let theatre: Theatre;
  let stage: Stage;

  before(async () => {
    theatre = await openTheatre();
    stage = new Stage(theatre, {
      clientId: DEMO_IDENTITY.clientId,
      flow: (nodes) => {
        for (const node of nodes) if (node.type === "sw-zip") node.flatten = true;
      },
    });
    await stage.startSimulator();
    await stage.startNodeRed();
  });
  after(async () => {
    await stage?.close();
    await theatre?.close();
    removeScratch();
  });

  const end = async (fileName: string): Promise<DocumentRow> => {
    let found: DocumentRow | undefined;
    await until(
      () => `${fileName} ends: ${JSON.stringify(found)}`,
      async () => {
        const { documents } = await stage.ask<{ documents: DocumentRow[] }>("documents");
        found = documents.find((document) => document.fileName === fileName);
        return found?.settled === true && ["accepted", "rejected", "failed"].includes(found.state);
      },
    );
    return found as DocumentRow;
  };

  it("sends a declaration and its PDFs out of a folder, and finds its receipts by its own number", async () => {
    const key = freshKey();
    const flat = await readZip(await decZip({ identity: DEMO_IDENTITY, key, name: key }));
    stage.drop("DecCus001", `${key}.zip`, await badZip(flat, { folder: "报关单" }));
    const row = await end(`${key}.zip`);
    assert.deepEqual([row.state, row.messageType, row.clientKey], ["accepted", "DEC", key], row.text);
    const { receipts } = await stage.ask<{ receipts: ReceiptRow[] }>(`documents/${row.id}`);
    assert.ok(receipts.some(({ matchedBy }) => matchedBy === "clientKey"));
    const delivered = stage.simulated().find(({ event }) => event === "judged");
    assert.equal(delivered?.outcome, "accepted");
    // What the producer wrote is kept as it was.
    const kept = readFileSync(join(stage.root, "DecCus001", "SentBox", row.boxName));
    await assert.rejects(readZip(kept), /folder/);
  });

  it("still refuses one whose names are then not unique", async () => {
    const key = freshKey();
    const [xml] = await readZip(await decZip({ identity: DEMO_IDENTITY, key, name: key }));
    assert.ok(xml);
    const name = `twice-${key}.zip`;
    stage.drop("DecCus001", name, await badZip([xml, { ...xml, name: `b/${xml.name}` }], { folder: "a" }));
    const row = await end(name);
    assert.deepEqual([row.state, row.code, row.box], ["failed", "SW-ZIP", "FailBox"]);
  });
});
