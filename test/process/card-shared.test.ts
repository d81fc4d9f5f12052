import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { decXml, freshKey } from "../../simulator/samples/index.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";
import { TokenShim } from "../support/token-shim.js";

const PIN = "Right-PIN-30928";
const WRONG = "Wrong-PIN-71460";
const FILES = 20;

/** Two clients with roots and ledgers of their own, each in a Node-RED process of its own, and one card between them. */
describe("one card in two clients", function () {
  this.timeout(720_000);
  let theatre: Theatre;
  let shim: TokenShim;
  const stages: Stage[] = [];

  before(async () => {
    theatre = await openTheatre(PIN);
    shim = new TokenShim(scratch(), theatre.token);
    shim.set("no-flags");
    shim.set("limit", "9");
    for (const clientId of ["SHARED01", "SHARED02"]) {
      const flow = (nodes: Record<string, unknown>[]) => {
        for (const node of nodes) if (node.type === "sw-settle") node.retryAfter = "1";
      };
      stages.push(new Stage(theatre, { clientId, flow }));
    }
    for (const stage of stages) await stage.startSimulator();
  });
  after(async () => {
    for (const stage of stages) await stage.close();
    await theatre?.close();
    removeScratch();
  });

  const start = (stage: Stage, pin: string) =>
    stage.startNodeRed({ SW_CARD_PIN: pin, SW_PKCS11_MODULE: shim.module, ...shim.environment });
  const drop = (stage: Stage) => {
    for (const key of Array.from({ length: FILES }, () => freshKey())) {
      stage.drop("DecCus001", `${key}.xml`, decXml({ key, goods: 1, operType: "G" }));
    }
  };
  const blocked = (stage: Stage) =>
    until("its files wait with SW-PIN-BLOCKED", () => stage.rows().some(({ code }) => code === "SW-PIN-BLOCKED"));

  it("a wrong PIN in both reaches it once, of two processes that start together", async () => {
    for (const stage of stages) drop(stage);
    await Promise.all(stages.map((stage) => start(stage, WRONG)));
    for (const stage of stages) await blocked(stage);
    assert.deepEqual(shim.log, ["login refused"]);
    for (const stage of stages) assert.deepEqual(stage.files("DecCus001", "FailBox"), []);
  });

  it("and not once more with a new ledger", async () => {
    const [stage] = stages as [Stage, Stage];
    await stage.nodeRed.stop();
    // As a new client would begin: nothing but what its producer handed in.
    for (const name of [".ledger", ".log"]) rmSync(join(stage.root, name), { recursive: true, force: true });
    for (const box of ["OutBox", "TempBox"]) {
      for (const name of stage.files("DecCus001", box)) rmSync(join(stage.root, "DecCus001", box, name));
    }
    drop(stage);
    await start(stage, WRONG);
    await blocked(stage);
    assert.deepEqual(shim.log, ["login refused"]);
  });

  it("the right PIN opens it for both, with one login for each process", async () => {
    for (const stage of stages) await stage.nodeRed.stop();
    await Promise.all(stages.map((stage) => start(stage, PIN)));
    for (const stage of stages) {
      await until(
        () => `all ${FILES} of ${stage.clientId} are accepted`,
        () => stage.rows().filter(({ state }) => state === "accepted").length === FILES,
        120_000,
      );
    }
    assert.deepEqual(shim.log, ["login refused", "login accepted", "login accepted"]);
  });
});
