import assert from "node:assert/strict";
import { cpSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import type { NodeRed } from "../../scripts/node-red.js";
import { decXml, freshKey } from "../../simulator/samples/index.js";
import { removeScratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

describe("a root that is copied while Node-RED works with it", function () {
  this.timeout(720_000);
  let theatre: Theatre;
  let stage: Stage;
  let other: NodeRed | undefined;

  before(async () => {
    theatre = await openTheatre();
    stage = new Stage(theatre, { clientId: "COPY0001" });
    await stage.startSimulator();
  });
  after(async () => {
    await other?.stop();
    await stage.close();
    await theatre.close();
    removeScratch();
  });

  const delivered = () => stage.simulated().filter(({ event }) => event === "delivered").length;
  const says = (process: NodeRed, text: RegExp) =>
    until(String(text), () => process.lines.some((line) => text.test(line)), 60_000);
  /** State and mark of the documents in a root's ledger, by their own numbers. */
  function rowsOf(root: string): Map<string, string> {
    const ledger = new Database(join(root, ".ledger", "ledger.db"), { readonly: true });
    try {
      const rows = ledger.prepare("SELECT client_key, state, possible_duplicate FROM documents").all() as {
        client_key: string;
        state: string;
        possible_duplicate: number;
      }[];
      return new Map(rows.map((row) => [row.client_key, `${row.state} ${row.possible_duplicate}`]));
    } finally {
      ledger.close();
    }
  }

  it("sends nothing again that the original has sent: refused beside it, held when that is gone; what is new goes out", async () => {
    const one = await stage.startNodeRed();
    const copy = join(stage.dir, "ecopy");
    const first = freshKey();
    stage.drop("DecCus001", `${first}.xml`, decXml({ key: first, goods: 1 }));
    const isDone = (keys: string[]) =>
      until(
        "all are accepted",
        () => keys.every((key) => stage.rows().some((row) => row.clientKey === key && row.state === "accepted")),
        120_000,
      );
    await isDone([first]);
    await one.kill("SIGSTOP");
    const keys = Array.from({ length: 5 }, () => freshKey());
    for (const key of keys) stage.drop("DecCus001", `${key}.xml`, decXml({ key, goods: 1 }));
    cpSync(stage.root, copy, { recursive: true, preserveTimestamps: true });
    await one.kill("SIGCONT");
    other = await stage.startAnotherNodeRed("copy", { SW_ROOT: copy });
    await says(other, /SW-OWNER/);
    await isDone(keys);
    await one.stop();
    await says(other, /SW-OWNER.*ecopy is a copy of .*ImpPath, which is still there and has been at work since/);
    assert.equal(delivered(), 6);
    renameSync(stage.root, `${stage.root}-away`);
    await says(other, /SW-MOVED-ROOT/);
    await until("the five are held", () => keys.every((key) => rowsOf(copy).get(key) === "held 1"), 60_000);
    const fresh = freshKey();
    writeFileSync(join(copy, "DecCus001", "OutBox", `${fresh}.xml`), decXml({ key: fresh, goods: 1 }));
    await until("the new one is accepted", () => rowsOf(copy).get(fresh) === "accepted 0", 60_000);
    assert.equal(delivered(), 7);
    assert.deepEqual(new Set(keys.map((key) => rowsOf(copy).get(key))), new Set(["held 1"]));
  });
});
