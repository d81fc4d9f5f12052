import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DocumentRow } from "../../lib/ledger/index.js";
import { decXml } from "../../simulator/samples/index.js";
import { removeScratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

type FlowNode = Record<string, unknown> & { id: string; type: string };

const example = JSON.parse(
  readFileSync(join(__dirname, "..", "..", "examples", "06-csv-to-declarations.json"), "utf8"),
) as FlowNode[];

/** The example beside the import flow, with its client: as it is when both are imported. */
function beside(nodes: Record<string, unknown>[]): void {
  const client = nodes.find(({ type }) => type === "sw-import-client")?.id;
  for (const node of example) {
    if (node.type === "sw-import-client") continue;
    nodes.push({ ...node, ...("client" in node && { client }) });
  }
}

describe("example 06: rows of a CSV file become declarations that are accepted", function () {
  this.timeout(360_000);
  let theatre: Theatre;
  let stage: Stage;

  before(async () => {
    theatre = await openTheatre();
    stage = new Stage(theatre, { clientId: "CSV00001", flow: beside });
    await stage.startSimulator();
    await stage.startNodeRed();
  });
  after(async () => {
    await stage.close();
    await theatre.close();
    removeScratch();
  });

  it("by one press of its button, and no second time by another", async () => {
    const button = example.find(({ type }) => type === "inject")?.id;
    const press = () => fetch(`${stage.nodeRed.url}/inject/${button}`, { method: "POST" });
    assert.equal((await press()).status, 200);
    const rows = async () => (await stage.ask<{ documents: DocumentRow[] }>("documents")).documents;
    await until(
      "both are accepted",
      async () => (await rows()).filter(({ state }) => state === "accepted").length === 2,
    );
    assert.deepEqual((await rows()).map(({ clientKey }) => clientKey).sort(), ["CSV-2026-0001", "CSV-2026-0002"]);
    assert.equal((await press()).status, 200);
    // What is handed in after it goes the whole way, so the second press has had its time.
    stage.drop("DecCus001", "later.xml", decXml({ key: "LATER-1", goods: 1 }));
    await until("the later one is accepted", async () =>
      (await rows()).some(({ clientKey, state }) => clientKey === "LATER-1" && state === "accepted"),
    );
    assert.equal((await rows()).length, 3);
  });
});
