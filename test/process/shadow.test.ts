import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ShadowReport } from "../../lib/migrate/shadow/report.js";
import { DEMO_IDENTITY, decXml, freshKey } from "../../simulator/samples/index.js";
import { type Fate, OfficialClient } from "../support/official-client.js";
import { produce, STYLES } from "../support/producer.js";
import { Random } from "../support/random.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { snapshot } from "../support/tree-snapshot.js";
import { until } from "../support/until.js";

const main = join(__dirname, "..", "..", "cli", "main.ts");
const DOCUMENTS = Number(process.env.SW_DOCUMENTS ?? 1000);

function start(args: readonly string[]): { child: ChildProcess; said: () => string } {
  const child = spawn(process.execPath, [...process.execArgv, main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const output of [child.stdout, child.stderr]) output?.on("data", (part: Buffer) => (said += part.toString()));
  return { child, said: () => said };
}

describe("shadow as a process, beside an official client under load", function () {
  this.timeout(900_000);
  const children: ChildProcess[] = [];
  after(() => {
    for (const child of children) child.kill("SIGKILL");
    removeScratch();
  });

  it(`reports ${DOCUMENTS} documents with both outcomes, and nothing below the root is another than without it`, async () => {
    const root = scratch();
    const out = join(scratch(), "shadow");
    const folder = join(root, "DecCus001");
    mkdirSync(folder);
    const seed = Number(process.env.SW_SEED ?? 1);
    const random = new Random(seed);
    const fates = new Map<string, Fate>();
    const official = new OfficialClient(folder, (key) => fates.get(key) ?? "unanswered");
    const { clientId, orgCode, customsCode, region } = DEMO_IDENTITY;
    const us = ["--client-id", clientId, "--org-code", orgCode, "--customs-code", customsCode, "--region", region];
    const { child, said } = start(["shadow", root, "--out", out, "--lang", "en", ...us]);
    children.push(child);
    await until("it looks on", () => said().includes("looking on"), 60_000);
    official.start(40);
    const wanted = { "stopped-by-us": 0, "not-seen-by-us": 0, "caught-by-us": 0 };
    const writing: Promise<void>[] = [];
    for (let count = 0; count < DOCUMENTS; count++) {
      const key = freshKey();
      const wrong = random.between(1, 20) === 1;
      const fate = random.pick<Fate>(["accepted", "accepted", "accepted", "accepted", "rejected", "failed"]);
      if (wrong) wanted[fate === "accepted" ? "stopped-by-us" : "caught-by-us"]++;
      else if (fate !== "accepted") wanted["not-seen-by-us"]++;
      fates.set(key, fate);
      const bytes = decXml({ identity: DEMO_IDENTITY, key, goods: 2, ...(wrong && { emptyFields: ["GQty"] }) });
      // Finished files only: the double takes whatever is there, as a client without our care would.
      const name = `单 ${count}.xml`;
      if (random.between(0, 3) > 0) writing.push(produce(join(folder, "OutBox"), name, bytes, STYLES[0]));
      else {
        writeFileSync(join(folder, "OutBox", `${name}.temp`), bytes);
        renameSync(join(folder, "OutBox", `${name}.temp`), join(folder, "OutBox", name));
      }
      if (count % 50 === 49) await Promise.all(writing.splice(0));
    }
    await Promise.all(writing);
    await until(
      "the official client has them all",
      () => official.took.length === DOCUMENTS && official.isIdle,
      120_000,
    );
    official.stop();
    // From here on nobody but the shadow is there.
    const before = snapshot(root);
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number | null];
    assert.equal(code, 0, said());
    const again = start(["shadow", root, "--out", out, "--once", "--lang", "en", ...us]);
    children.push(again.child);
    const [second] = (await once(again.child, "exit")) as [number | null];
    assert.equal(second, 0, again.said());
    const found = JSON.parse(readFileSync(join(out, "report.json"), "utf8")) as ShadowReport;
    assert.deepEqual(snapshot(root), before, "a tree of names, inodes, times and bytes");
    assert.equal(found.documents, DOCUMENTS, `seed ${seed}`);
    for (const [kind, count] of Object.entries(wanted)) {
      assert.equal(found.differences[kind as keyof typeof wanted], count, `seed ${seed}: ${kind}`);
    }
    assert.equal(found.theirs.gone + found.theirs.waiting + found.theirs.sent, 0);
    assert.equal(found.receipts.unmatched, 0);
    assert.equal(found.sentOtherwise, 0);
    const [first] = readFileSync(join(out, "report.en.txt"), "utf8").split("\n");
    assert.equal(
      first,
      `${DOCUMENTS} documents, ${wanted["stopped-by-us"]} that we would have stopped although customs took them`,
    );
    console.log(`      read in ${JSON.stringify(found.seenIn)}; ${first}`);
  });

  it("refuses a folder of its own below the root", async () => {
    const root = scratch();
    const { child, said } = start(["shadow", root, "--out", join(root, "x"), "--lang", "en"]);
    children.push(child);
    const [code] = (await once(child, "exit")) as [number | null];
    assert.equal(code, 1);
    assert.match(said(), /SW-REQUEST .*lies below/);
  });
});
