import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { OFFICIAL } from "../../lib/client/names-settings.js";
import { CRASH_POINTS, type CrashPoint } from "../../lib/crash-point.js";
import type { BoxPath } from "../../lib/files/box-place.js";
import type { NodeRed } from "../../scripts/node-red.js";
import { DEMO_IDENTITY, decXml, freshKey, twoEdocs } from "../../simulator/samples/index.js";
import { broken, judge } from "../support/checker.js";
import { DECISIONS } from "../support/decisions.js";
import { elsewhere, removeElsewhere } from "../support/elsewhere.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

type How = "kill" | "throw" | "ENOSPC";
const HOWS: readonly How[] = ["kill", "throw", "ENOSPC"];

const GOOD = 4;

/** Points beside a document's way through the flow: `crash-decisions.test.ts` stops there. */
const ELSEWHERE = new Set(Object.values(DECISIONS).flatMap(({ points }) => points));
/** Reached only where a file goes from one volume to another. */
const BETWEEN_VOLUMES = ["claim.after-park", "claim.after-copy", "place.after-copy", "place.after-link"] as const;
const ON_THE_WAY = CRASH_POINTS.filter(
  (label) => !ELSEWHERE.has(label) && !BETWEEN_VOLUMES.some((other) => other === label),
);
const RETURNING = ON_THE_WAY.filter((label) => label.startsWith("return."));
const OTHERS = ON_THE_WAY.filter((label) => !RETURNING.includes(label));
const alone = (labels: readonly CrashPoint[], how: How) => labels.map((label) => ({ labels: [label], how }));

/** Kills of one run: the process that goes on after one, with further documents, is killed at the next. */
const IN_A_ROW = 5;
const inRows = (labels: readonly CrashPoint[]) =>
  Array.from({ length: Math.ceil(labels.length / IN_A_ROW) }, (_, row) => ({
    labels: labels.slice(row * IN_A_ROW, (row + 1) * IN_A_ROW),
    how: "kill" as const,
  }));

/** With SW_EVERY_CRASH=1 each label is run alone in each way; else kills some in a row, most of the others together in one run. */
const RUNS: { labels: readonly CrashPoint[]; how: How }[] = process.env.SW_EVERY_CRASH
  ? HOWS.flatMap((how) => alone(ON_THE_WAY, how))
  : [
      ...inRows(OTHERS),
      ...alone(RETURNING, "kill"),
      ...(["throw", "ENOSPC"] as const).flatMap((how) => [...alone(RETURNING, how), { labels: OTHERS, how }]),
    ];

/** The same with official names, and boxes on another volume than OutBox and InBox; a rename between them is none. */
const APART: readonly CrashPoint[] = process.env.SW_EVERY_CRASH
  ? [...BETWEEN_VOLUMES, ...ON_THE_WAY.filter((label) => label !== "claim.after-rename")]
  : [
      ...BETWEEN_VOLUMES,
      ...(["settle.after-move", "fail.after-receipt-row", "gather.after-zip", "gather.after-place"] as const),
      "return.after-row",
    ];
const APART_RUNS = process.env.SW_EVERY_CRASH
  ? HOWS.flatMap((how) => alone(APART, how))
  : [
      ...inRows(APART.filter((at) => !RETURNING.includes(at))),
      ...alone(
        APART.filter((at) => RETURNING.includes(at)),
        "kill",
      ),
      ...(["throw", "ENOSPC"] as const).map((how) => ({ labels: APART.filter((at) => !RETURNING.includes(at)), how })),
    ];

describe("a stop at every crash point", function () {
  this.timeout(540_000);
  let theatre: Theatre;
  let runs = 0;

  before(async () => {
    theatre = await openTheatre();
  });
  after(async () => {
    await theatre.close();
    removeScratch();
    removeElsewhere();
  });

  function onTwoVolumes(): BoxPath[] {
    const [here, there] = [scratch(), elsewhere()];
    const boxes = { OutBox: here, InBox: here, TempBox: there, SentBox: here, FailBox: there } as const;
    return (Object.keys(boxes) as (keyof typeof boxes)[]).map((box) => ({
      ...{ folder: "DecCus001", box },
      path: join(boxes[box], box),
    }));
  }

  for (const { labels, how, apart } of [
    ...RUNS.map((run) => ({ ...run, apart: false })),
    ...APART_RUNS.map((run) => ({ ...run, apart: true })),
  ]) {
    const where = apart ? ", boxes on two volumes" : "";
    const which = how === "kill" || labels.length === 1 ? labels.join(", ") : "all of them in one run";
    it(`${which}: ${how}${where}`, async () => {
      const stage = new Stage(theatre, {
        clientId: `CRASH${String(++runs).padStart(3, "0")}`,
        ...(apart && { client: { ...OFFICIAL, localReceipts: "business", boxPaths: onTwoVolumes() } }),
        // Without the simulator's queues a send is refused, retried and put back: that is how return.* is reached.
        flow: (nodes) => {
          for (const node of nodes) {
            if (node.type === "sw-mq-send") node.giveUpAfter = "1";
            if (node.type === "sw-settle") Object.assign(node, { retryAfter: "0.2", retryTimes: "50" });
          }
        },
      });
      try {
        await run(stage, labels, how);
      } finally {
        await stage.close();
      }
    });
  }

  const reached = (nodeRed: NodeRed, label: CrashPoint) =>
    nodeRed.lines.some((line) => line.startsWith(`crash point ${label}:`));

  /** Drops good documents, one of them with PDFs, and a wrong one; notes their keys. */
  function handIn(stage: Stage, good: string[], wrong: string[]): void {
    const [withPdfs = "", ...plain] = Array.from({ length: GOOD }, () => freshKey());
    const bad = freshKey();
    for (const key of plain) stage.drop("DecCus001", `${key}.xml`, decXml({ key, goods: 2 }));
    const edocs = twoEdocs(DEMO_IDENTITY.region, withPdfs);
    stage.drop("DecCus001", `${withPdfs}.xml`, decXml({ key: withPdfs, goods: 2, edocs }));
    for (const { id, bytes } of edocs) stage.drop("DecCus001", id, bytes);
    stage.drop("DecCus001", `${bad}.xml`, decXml({ key: bad, goods: 2, emptyFields: ["GQty"] }));
    good.push(withPdfs, ...plain);
    wrong.push(bad);
  }

  let starts = 0;
  /** A kill in the middle of a login leaves its outcome unknown, for a person to decide: each process has a guard of its own. */
  const start = (stage: Stage, env: NodeJS.ProcessEnv = {}) =>
    stage.startNodeRed({ ...env, SW_PIN_GUARD: join(stage.dir, `guard-${++starts}`) });

  async function run(stage: Stage, labels: readonly CrashPoint[], how: How): Promise<void> {
    const good: string[] = [];
    const wrong: string[] = [];
    const hand = () => handIn(stage, good, wrong);
    const returning = labels.some((label) => RETURNING.includes(label));
    if (!returning) await stage.startSimulator();
    if (how === "kill") {
      for (const label of labels) {
        hand();
        const nodeRed = await start(stage, { CRASH_AT: label, CRASH_HOW: how });
        if (!reached(nodeRed, label)) await once(nodeRed.events, "exit");
        assert.ok(reached(nodeRed, label), `it ended for another reason than ${label}`);
      }
      if (returning) await stage.startSimulator();
      await start(stage);
    } else {
      // Nobody restarts anything: what was interrupted goes on by itself. Together, some points are taken out of each other's
      // way; alone, each is reached.
      hand();
      const nodeRed = await start(stage, { CRASH_AT: labels.join(","), CRASH_HOW: how });
      await until(`one of the points ${labels.join(", ")}`, () => labels.some((label) => reached(nodeRed, label)));
      if (returning) await stage.startSimulator();
    }
    const keys = [...good, ...wrong];

    const state = () =>
      JSON.stringify({
        rows: stage
          .rows()
          .map(({ fileName, state, settled, box, code }) => [fileName, state, settled, box, code].join(" ")),
        OutBox: stage.files("DecCus001", "OutBox"),
        TempBox: stage.files("DecCus001", "TempBox"),
      });
    await until(
      () => `every document at its end: ${state()}`,
      () => {
        const rows = stage.rows();
        const ended = rows.filter(({ state, settled }) => settled && (state === "accepted" || state === "failed"));
        return (
          ended.length === rows.length && rows.length === keys.length && stage.files("DecCus001", "OutBox").length === 0
        );
      },
      150_000,
    );
    const rows = stage.rows();
    const verdict = judge(stage, keys, new Set(how === "throw" ? keys : wrong));
    assert.deepEqual(broken(verdict), {});
    const failed = rows.filter(({ state }) => state === "failed");
    const delivered = new Set(
      stage
        .simulated()
        .filter(({ event }) => event === "delivered")
        .map(({ correlationId }) => correlationId),
    );
    for (const { clientKey, code } of failed) {
      assert.ok(!delivered.has(clientKey), `${clientKey} is called failed (${code}) and was delivered`);
    }
    // A throw that no code foresees may fail a document before it was sent, with a reason; a kill or a full disk may not.
    if (how !== "throw") assert.deepEqual(failed.map(({ clientKey }) => clientKey).sort(), [...wrong].sort());
    assert.deepEqual(stage.files("DecCus001", "TempBox"), []);
    assert.equal(stage.files("DecCus001", "SentBox").length, rows.length - failed.length);
    assert.equal(stage.files("DecCus001", "FailBox").length, failed.length);
    for (const { clientKey } of failed) {
      const reported = stage.files("DecCus001", "InBox").filter((name) => name.startsWith(`Failed_${clientKey}_`));
      assert.equal(reported.length, 1, `one local receipt of ${clientKey}: ${reported.join(", ")}`);
    }
    // What was sent again, marked, may be answered twice: the second answer is kept as well.
    await until("an import receipt each", () =>
      rows
        .filter(({ state }) => state === "accepted")
        .every(
          ({ clientKey }) =>
            stage.files("DecCus001", "InBox").filter((name) => name.startsWith(`Successed_${clientKey}_`)).length >= 1,
        ),
    );
  }
});
