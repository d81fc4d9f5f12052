import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { decXml, freshKey } from "../../simulator/samples/index.js";
import { broken, judge } from "../support/checker.js";
import { Deployer } from "../support/deploys.js";
import { removeScratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

const DOCUMENTS = 120;
const CHANGED = ["sw-card", "sw-card-sign", "sw-preflight", "sw-validate-xsd", "sw-zip", "sw-settle", "sw-mq-send"];

/** A deploy is no document's fault, and takes no claim with it that is not given out again. */
describe("deploys under load", function () {
  this.timeout(180_000);
  let theatre: Theatre;
  let stage: Stage;
  let deployer: Deployer;

  before(async () => {
    theatre = await openTheatre();
    stage = new Stage(theatre, { clientId: "DEPLOY01" });
    await stage.startSimulator();
    await stage.startNodeRed();
    deployer = new Deployer(stage);
  });
  after(async () => {
    await stage.close();
    await theatre.close();
    removeScratch();
  });

  /** Hands documents in and deploys until all of them have been claimed; then everything has to end by itself. */
  async function underLoad(deploys: () => Promise<void>): Promise<void> {
    const keys = Array.from({ length: DOCUMENTS }, () => freshKey());
    stage.noteLoad(keys);
    for (const key of keys) stage.drop("DecCus001", `${key}.xml`, decXml({ key, goods: 2 }));
    await deploys();
    const mine = new Set(keys);
    let open: unknown[] = [];
    await until(
      () => `all of them accepted; open: ${JSON.stringify(open.slice(0, 5))}`,
      () => {
        const rows = stage.rows().filter(({ clientKey }) => mine.has(clientKey));
        open = rows.filter(({ state, settled }) => !settled || state !== "accepted");
        return rows.length === DOCUMENTS && open.length === 0;
      },
      90_000,
    );
    assert.deepEqual(broken(judge(stage, keys)), {});
    assert.deepEqual(stage.files("DecCus001", "FailBox"), []);
    const [{ inFlight } = { inFlight: -1 }] = await stage.ask<{ inFlight: number }[]>("status");
    assert.equal(inFlight, 0, "no claim is left behind");
  }

  it("of changed nodes of every type, several a second, fail no document and leave no claim behind", () =>
    underLoad(async () => {
      for (let round = 0; round < 2; round++) {
        for (const type of CHANGED) {
          await deployer.touch(type);
          await pause(150);
        }
      }
    }));

  it("that disable the card, the check and the watching, and put them back, make documents wait", () =>
    underLoad(async () => {
      for (const type of ["sw-card", "sw-preflight", "sw-folder-watch"]) {
        await deployer.disable(type, true);
        await pause(500);
        await deployer.disable(type, false);
      }
    }));

  it("of everything, of changed flows, and reloads are survived", () =>
    underLoad(async () => {
      for (const type of ["full", "flows", "reload", "full"] as const) {
        await deployer.deploy(type, (nodes) => {
          for (const node of nodes) if (node.type === "tab") node.info = `deployed ${type}`;
        });
        await pause(400);
      }
    }));
});
