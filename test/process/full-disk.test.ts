import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { decXml, freshKey } from "../../simulator/samples/index.js";
import { broken, judge } from "../support/checker.js";
import { removeScratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

const DOCUMENTS = 60;

/** Takes what space a volume has left. */
function fill(path: string): void {
  const handle = openSync(path, "w");
  for (const size of [65536, 4096, 512]) {
    try {
      for (;;) writeSync(handle, Buffer.alloc(size));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }
  closeSync(handle);
}

interface Told {
  code: string;
  advice: { zh: string; en: string } | null;
}

/** Mounting needs root, which CI has; elsewhere the crash points stand in for a full disk. */
describe("a volume that runs full in the middle of a load", function () {
  this.timeout(540_000);
  let theatre: Theatre;
  let stage: Stage;

  before(async () => {
    theatre = await openTheatre();
    stage = new Stage(theatre, {
      clientId: "FULL0001",
      flow: (nodes) => {
        for (const node of nodes) {
          if (node.type === "sw-folder-watch") node.maxInFlight = "3";
          if (node.type === "sw-settle") node.retryAfter = "1";
        }
      },
    });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", stage.root]);
  });
  after(async () => {
    await stage.close();
    await theatre.close();
    execFileSync("umount", ["--lazy", stage.root]);
    removeScratch();
  });

  it("loses nothing, sends nothing twice in silence, and goes on by itself when there is space again", async () => {
    const keys = Array.from({ length: DOCUMENTS }, () => freshKey());
    execFileSync("mkdir", ["-p", join(stage.root, "DecCus001", "OutBox")]);
    for (const key of keys) stage.drop("DecCus001", `${key}.xml`, decXml({ key, goods: 2 }));
    await stage.startSimulator();
    const nodeRed = await stage.startNodeRed();
    await until("the first are delivered", () => stage.simulated().some(({ event }) => event === "delivered"));
    const ballast = join(stage.root, "ballast");
    fill(ballast);
    await until("somebody complains", () =>
      nodeRed.lines.some((line) => /ENOSPC|no space|disk is full|SW-LEDGER/i.test(line)),
    );
    const health = () => stage.ask<{ ready: boolean; reasons?: string[] }>("health");
    await until("health says that work waits", async () => (await health()).ready === false);
    assert.match(String((await health()).reasons), /^(?:SW-LEDGER|SW-FOLDER)/);
    const [{ fault, standing }] = await stage.ask<[{ fault: Told | null; standing: Told[] }]>("status");
    const stands = [...(fault ? [fault] : []), ...standing].filter(({ code }) => /^SW-(?:LEDGER|FOLDER)$/.test(code));
    assert.ok(stands.length > 0 && stands.every(({ advice }) => advice?.zh && advice.en), JSON.stringify(stands));
    const before = stage.rows().filter(({ state }) => state === "accepted").length;
    assert.ok(before < DOCUMENTS, "it ran full in the middle");
    rmSync(ballast);
    await until(
      () =>
        `all accepted; open: ${JSON.stringify(
          stage
            .rows()
            .filter(({ state }) => state !== "accepted")
            .slice(0, 5),
        )}`,
      async () => {
        const rows = stage.rows();
        for (const row of rows.filter(({ state }) => state === "held")) {
          await stage.ask(`documents/${row.id}/release`, { reason: "the test has looked" });
        }
        return rows.length === DOCUMENTS && rows.every(({ state, settled }) => state === "accepted" && settled);
      },
      120_000,
    );
    await until("health is ready again", async () => (await health()).ready);
    // Of ledger and folders people hear once each, however many documents and receipts met it, with its code, in both languages.
    const told = nodeRed.lines.filter((line) => /disk is full/.test(line) && !/SW-LOG/.test(line));
    const texts = told.map((line) => line.replace(/^.*? - /, ""));
    assert.equal(new Set(texts).size, texts.length, told.join("\n"));
    assert.ok(told.length <= 5, told.join("\n"));
    for (const line of told) assert.match(line, /SW-(?:LEDGER|FOLDER) .*磁盘已满.*自动继续/);
    const verdict = judge(stage, keys);
    assert.deepEqual(broken(verdict), {});
    assert.equal(stage.files("DecCus001", "FailBox").length, 0);
  });
});
