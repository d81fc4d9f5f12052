import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { NodeRed } from "../../scripts/node-red.js";
import { decXml, freshKey } from "../../simulator/samples/index.js";
import { judge } from "../support/checker.js";
import { removeScratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

const DOCUMENTS = 60;

describe("two Node-RED processes, and a root that is not there", function () {
  this.timeout(720_000);
  let theatre: Theatre;
  const stages: Stage[] = [];
  const others: NodeRed[] = [];

  before(async () => {
    theatre = await openTheatre();
  });
  afterEach(async () => {
    for (const other of others.splice(0)) await other.stop();
    for (const stage of stages.splice(0)) await stage.close();
  });
  after(async () => {
    await theatre.close();
    removeScratch();
  });

  async function open(clientId: string): Promise<Stage> {
    const stage = new Stage(theatre, { clientId });
    stages.push(stage);
    await stage.startSimulator();
    return stage;
  }
  async function another(stage: Stage): Promise<NodeRed> {
    const other = await stage.startAnotherNodeRed();
    others.push(other);
    return other;
  }
  function drop(stage: Stage, count: number): string[] {
    const keys = Array.from({ length: count }, () => freshKey());
    stage.noteLoad(keys);
    for (const key of keys) stage.drop("DecCus001", `${key}.xml`, decXml({ key, goods: 2 }));
    return keys;
  }
  const delivered = (stage: Stage) => stage.simulated().filter(({ event }) => event === "delivered").length;
  const done = (stage: Stage, keys: string[]) =>
    until(
      () =>
        `all are accepted; open: ${JSON.stringify(
          stage
            .rows()
            .filter((row) => !row.settled)
            .slice(0, 3),
        )}`,
      () => {
        const mine = new Set(keys);
        const rows = stage.rows().filter(({ clientKey }) => mine.has(clientKey));
        return rows.length === keys.length && rows.every(({ state, settled }) => state === "accepted" && settled);
      },
      120_000,
    );
  function assertOnce(stage: Stage, keys: string[], duplicates: "none" | "marked"): void {
    const verdict = judge(stage, keys);
    assert.deepEqual(verdict.lost, []);
    assert.deepEqual(verdict.unexpected, []);
    assert.deepEqual(verdict.falselyAcknowledged, []);
    assert.deepEqual(duplicates === "none" ? verdict.duplicated : verdict.silentlyDuplicated, []);
  }
  /** Stopped in the middle of a commit it would have the ledger locked for everybody: nobody could go on before it does. */
  async function freezeBetweenCommits(stage: Stage, one: NodeRed, dropMore: () => void): Promise<void> {
    for (;;) {
      await one.kill("SIGSTOP");
      if (!stage.ledgerIsLocked()) return;
      await one.kill("SIGCONT");
      const before = delivered(stage);
      dropMore();
      await until("it is in the middle again", () => delivered(stage) > before);
    }
  }
  const says = (process: NodeRed, text: RegExp) =>
    until(String(text), () => process.lines.some((line) => text.test(line)));

  it("started together on one root: each document goes out once, the one that waits says who has it", async () => {
    const stage = await open("TWO00001");
    const keys = drop(stage, DOCUMENTS);
    const [one, two] = await Promise.all([stage.startNodeRed(), another(stage)]);
    await done(stage, keys);
    assertOnce(stage, keys, "none");
    const waiting = [one, two].filter(({ lines }) => lines.some((line) => /SW-OWNER/.test(line)));
    assert.equal(waiting.length, 1);
    const working = [one, two].find((process) => process !== waiting[0]) as NodeRed;
    assert.ok(waiting[0]?.lines.some((line) => line.includes(`process ${working.pid} on `)));
    // The one that works is killed in the middle: the other takes over by itself.
    const more = drop(stage, DOCUMENTS);
    const before = delivered(stage);
    await until("it is in the middle", () => delivered(stage) > before + DOCUMENTS / 5);
    await working.kill("SIGKILL");
    await done(stage, more);
    assertOnce(stage, more, "marked");
  });

  it("frozen for longer than the lease while the other takes over: nothing goes out twice unmarked when it wakes", async () => {
    const stage = await open("TWO00002");
    const one = await stage.startNodeRed();
    const two = await another(stage);
    await says(two, /SW-OWNER/);
    const keys = drop(stage, DOCUMENTS);
    await until("it is in the middle", () => delivered(stage) > DOCUMENTS / 5);
    await freezeBetweenCommits(stage, one, () => keys.push(...drop(stage, DOCUMENTS)));
    const [fromOne, fromTwo] = [one.lines.length, two.lines.length];
    const since = (process: NodeRed, from: number) => process.lines.slice(from).join("\n");
    // The lease has to run out first.
    await until("the other one goes on", () => /continued|goes on/.test(since(two, fromTwo)), 180_000);
    await done(stage, keys);
    await one.kill("SIGCONT");
    await until("it says that it has lost the root", () => /SW-OWNER|SW-FENCED/.test(since(one, fromOne)));
    const more = drop(stage, 30);
    await done(stage, more);
    assertOnce(stage, [...keys, ...more], "marked");
    // Whatever was on its way there: it is told by who watches and by the client, not by each document.
    const told = one.lines
      .slice(fromOne)
      .filter((line) => /SW-FENCED|is in use by process|does not hold the root/.test(line));
    const texts = told.map((line) => line.replace(/^.*? - /, ""));
    assert.deepEqual(
      texts.filter((text, index) => texts.indexOf(text) !== index),
      [],
    );
    // And back, when the other one stops.
    await two.stop();
    const last = drop(stage, 10);
    await done(stage, last);
    assertOnce(stage, last, "none");
  }).timeout(600_000);

  it("a share that is not mounted at start: nothing is made in its place, it goes on when it is there", async () => {
    const stage = await open("TWO00003");
    const first = await stage.startNodeRed();
    const keys = drop(stage, 10);
    await done(stage, keys);
    await first.stop();
    const away = `${stage.root}-away`;
    renameSync(stage.root, away);
    mkdirSync(stage.root);
    const second = await stage.startNodeRed();
    await says(second, /SW-FOLDER/);
    assert.equal(existsSync(join(stage.root, ".ledger")), false);
    rmSync(stage.root, { recursive: true });
    renameSync(away, stage.root);
    const more = drop(stage, 10);
    await done(stage, more);
    assertOnce(stage, [...keys, ...more], "none");
    assert.equal(stage.rows().length, 20);
  });

  it("a ledger that is deleted under the process: nothing is lost, nothing goes out twice", async () => {
    const stage = await open("TWO00004");
    const one = await stage.startNodeRed();
    const keys = drop(stage, DOCUMENTS);
    await until("it is in the middle", () => delivered(stage) > DOCUMENTS / 5);
    const ledger = join(stage.root, ".ledger");
    cpSync(ledger, `${ledger}-kept`, { recursive: true });
    for (const end of ["", "-wal", "-shm"]) rmSync(join(ledger, `ledger.db${end}`), { force: true });
    await says(one, /SW-LEDGER .*written again as a whole/);
    await done(stage, keys);
    assertOnce(stage, keys, "none");
  });
});
