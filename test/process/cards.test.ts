import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decXml, freshKey } from "../../simulator/samples/index.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { assertNowhere, assertPrivate, statusesToOutput } from "../support/secrets.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";
import { TokenShim } from "../support/token-shim.js";

const PIN = "Right-PIN-60417";
const WRONG = "Wrong-PIN-81539";
const FILES = 100;
/** Folder of the second flow, and how many files go there. */
const SECOND = "DecCus201";
const MORE = 10;
/** Company and goods of every document here. */
const NAMED = ["深圳示例进出口有限公司", "连接器"];
/** One waits since the PIN was empty. */
const ALL = 1 + FILES + MORE;
/** What card-sign shows while the guard is closed. */
const BLOCKED = "card-sign.status.blocked";

interface Card {
  id: string;
  state: string;
  code: string;
  companyCode: string;
}

/** A second way through the same token: a card node, a folder and a card-sign node of its own. Faults go the same way. */
function withSecondFlow(nodes: Record<string, unknown>[]): void {
  const one = (type: string) => nodes.find((node) => node.type === type) as Record<string, unknown>;
  nodes.push(
    { ...one("sw-card"), id: "card2", name: "second" },
    { ...one("sw-folder-watch"), id: "watch2", businesses: SECOND, wires: [["sign2"]] },
    { ...one("sw-card-sign"), id: "sign2", card: "card2", wires: [one("sw-card-sign").wires].flat() },
  );
  one("sw-folder-watch").businesses = "DecCus001";
}

/** A wrong PIN reaches the token once (promises 4), in a real Node-RED; counted by the token double itself. */
describe("a wrong PIN with a hundred files waiting", function () {
  this.timeout(720_000);
  let theatre: Theatre;
  let stage: Stage;
  let shim: TokenShim;
  const answers: string[] = [];
  const lines: string[] = [];

  const start = async (pin: string) => {
    await stage.startNodeRed({ SW_CARD_PIN: pin, SW_PKCS11_MODULE: shim.module, ...shim.environment });
  };
  const stop = async () => {
    lines.push(...stage.nodeRed.lines);
    await stage.nodeRed.stop();
  };
  const cards = async () => (await stage.ask<{ cards: Card[] }[]>("status"))[0]?.cards ?? [];
  const card = async () => (await cards())[0] as Card;
  const accepted = () => stage.rows().filter(({ state }) => state === "accepted").length;
  const drop = (number: number, folder = "DecCus001") => {
    const keys = Array.from({ length: number }, () => freshKey());
    mkdirSync(join(stage.root, folder, "OutBox"), { recursive: true });
    for (const key of keys) {
      stage.drop(folder, `${key}.xml`, decXml({ key, goods: 1, operType: "G" }));
    }
  };
  /** No document has failed: neither a file in FailBox nor a local receipt. */
  const assertNoneFailed = () => {
    for (const folder of ["DecCus001", SECOND]) {
      assert.deepEqual(stage.files(folder, "FailBox"), []);
      assert.deepEqual(
        stage.files(folder, "InBox").filter((name) => name.startsWith("Failed_")),
        [],
      );
    }
  };
  /** Resolves once folder-watch has claimed some of those that wait, and the guard has given them back. */
  const givenBack = async () => {
    const again = () => stage.rows().filter(({ code }) => code === "SW-PIN-BLOCKED").length;
    await until("files are given back with SW-PIN-BLOCKED", () => again() >= 20);
    await until("card-sign shows it", () => stage.nodeRed.lines.some((line) => line.includes(BLOCKED)));
  };

  before(async () => {
    theatre = await openTheatre(PIN);
    shim = new TokenShim(scratch(), theatre.token);
    // As SoftHSM2 and some cards, it warns of nothing: that it is tried once only is the guard's own doing.
    shim.set("no-flags");
    shim.set("limit", "2");
    stage = new Stage(theatre, {
      clientId: "CARD0001",
      flow: (nodes) => {
        withSecondFlow(nodes);
        statusesToOutput(nodes);
        for (const node of nodes) if (node.type === "sw-settle") node.retryAfter = "1";
      },
    });
    await stage.startSimulator();
  });
  after(async () => {
    await stage?.close();
    await theatre?.close();
    removeScratch();
  });

  it("an empty PIN is C144, the document waits, and the token is not touched", async () => {
    await start("");
    drop(1);
    await until("it is given back with C144", () => stage.rows().some(({ code }) => code === "C144"));
    assertNoneFailed();
    assert.deepEqual(shim.log, []);
    await stop();
  });

  it("one login in all, of two flows, over a restart and a redeploy; the files wait, none fails", async () => {
    drop(FILES);
    drop(MORE, SECOND);
    await start(WRONG);
    await until("both flows see the guard closed", async () =>
      (await cards()).every(({ state }) => state === "closed"),
    );
    await givenBack();
    await stop();

    await start(WRONG);
    await until("the guard is seen closed after the restart", async () => (await card()).state === "closed");

    const flows = await (await fetch(`${stage.nodeRed.url}/flows`)).text();
    const before = stage.nodeRed.lines.length;
    const deployed = await fetch(`${stage.nodeRed.url}/flows`, {
      method: "POST",
      body: flows,
      headers: { "content-type": "application/json", "node-red-deployment-type": "full" },
    });
    assert.equal(deployed.status, 204);
    await until("the flows have started again", () =>
      stage.nodeRed.lines.slice(before).some((line) => /Started flows/.test(line)),
    );
    await until("the guard is seen closed after the redeploy", async () => (await card()).state === "closed");

    assert.deepEqual(shim.log, ["login refused"]);
    assertNoneFailed();
    assert.equal(stage.simulated().filter(({ event }) => event === "delivered").length, 0);
    answers.push(
      JSON.stringify([await stage.ask("status"), await stage.ask("documents"), await stage.ask("diagnose", {})]),
    );
    await stop();
  });

  it("the right PIN waits too, for the token's final try is a person's to allow; released, all are sent", async () => {
    // Now it does warn, as cards with flags do: one wrong try was made, the next one locks it.
    shim.clear("no-flags");
    await start(PIN);
    await until("the token warns of its final try", async () => (await card()).state === "closed");
    assert.deepEqual(shim.log, ["login refused"]);

    const { id } = await card();
    const without = await stage.ask<{ code: string }>(`cards/${id}/release`, {});
    assert.equal(without.code, "SW-REQUEST");
    const released = await stage.ask<Card>(`cards/${id}/release`, { reason: "PIN checked with the card's holder" });
    assert.equal(released.id, id, JSON.stringify(released));
    await until(
      () => `all ${ALL} are accepted; ${accepted()} are`,
      () => accepted() === ALL,
      120_000,
    );
    assert.deepEqual(shim.log, ["login refused", "login accepted"], "one login for both card nodes");
    assertNoneFailed();
    assert.equal((await card()).state, "ready");
    answers.push(
      JSON.stringify([
        await stage.ask("status"),
        await stage.ask("documents?limit=500"),
        await stage.ask("diagnose", {}),
      ]),
    );
    assertPrivate(NAMED, stage);
    await stop();
  });

  it("neither PIN is in a file, a line of Node-RED's output, a status or an admin answer", () => {
    assert.ok(answers.length === 2);
    const witness = { code: "CKR_PIN_INCORRECT", line: BLOCKED };
    assertNowhere([PIN, WRONG], { dir: stage.dir, lines, answers }, witness);
    const record = readFileSync(join(process.env.SW_PIN_GUARD as string, "pin-guard.db"), "latin1");
    assert.ok(record.includes("CKR_PIN_INCORRECT"));
    for (const pin of [PIN, WRONG]) assert.ok(!record.includes(pin));
  });
});
