import assert from "node:assert/strict";
import { decXml, freshKey } from "../../simulator/samples/index.js";
import { broken, judge } from "../support/checker.js";
import { removeScratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

const DOCUMENTS = 120;

describe(`Node-RED killed in the middle of ${DOCUMENTS} documents`, function () {
  this.timeout(540_000);
  let theatre: Theatre;
  let stage: Stage;

  before(async () => {
    theatre = await openTheatre();
    stage = new Stage(theatre, { clientId: "KILL0001" });
    await stage.startSimulator();
  });
  after(async () => {
    await stage.close();
    await theatre.close();
    removeScratch();
  });

  it("has all of them accepted after a new start, and none accepted twice", async () => {
    const keys = Array.from({ length: DOCUMENTS }, () => freshKey());
    for (const key of keys) stage.drop("DecCus001", `${key}.xml`, decXml({ key, goods: 2 }));
    const first = await stage.startNodeRed();
    await until(
      "a third of them delivered",
      () => stage.simulated().filter(({ event }) => event === "delivered").length > DOCUMENTS / 3,
    );
    await first.kill("SIGKILL");
    const before = stage.simulated().filter(({ event }) => event === "delivered").length;
    assert.ok(before < DOCUMENTS, "it was killed in the middle");
    await stage.startNodeRed();
    await until("all of them accepted and settled", () => {
      const rows = stage.rows();
      return rows.length === DOCUMENTS && rows.every(({ state, settled }) => state === "accepted" && settled);
    });
    const verdict = judge(stage, keys);
    assert.deepEqual(broken(verdict), {});
    const accepted = stage.simulated().filter(({ event, outcome }) => event === "judged" && outcome === "accepted");
    assert.equal(new Set(accepted.map(({ clientKey }) => clientKey)).size, DOCUMENTS);
    assert.equal(accepted.length, DOCUMENTS, "the government's side took each of them once");
  });
});
