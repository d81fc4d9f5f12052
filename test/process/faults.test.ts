import assert from "node:assert/strict";
import { faultRound } from "../support/fault-rounds.js";
import { keepQueues } from "../support/queues.js";
import { Random } from "../support/random.js";
import { removeScratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre } from "../support/stage.js";

const ROUNDS = Number(process.env.SW_ROUNDS ?? 3);
const DOCUMENTS = Number(process.env.SW_DOCUMENTS ?? 500);
const SEED = Number(process.env.SW_SEED ?? Date.now() % 1_000_000);

describe(`${ROUNDS} rounds of random faults, ${DOCUMENTS} documents each, seed ${SEED}`, function () {
  this.timeout(300_000);
  let theatre: Theatre;
  let stage: Stage;
  const random = new Random(SEED);
  const total = { attempted: 0, acknowledged: 0, delivered: 0, lost: 0, unexpected: 0, duplicated: 0, released: 0 };

  before(async () => {
    theatre = await openTheatre();
    stage = new Stage(theatre, {
      clientId: "FAULT001",
      // Short heartbeats, so that a frozen broker is given up within a round.
      flow: (nodes) => {
        for (const node of nodes) {
          if (node.type === "sw-mq-broker") node.heartbeat = "2";
          if (node.type === "sw-mq-send") node.confirmTimeout = "3";
          if (node.type === "sw-folder-watch") node.maxInFlight = "50";
        }
      },
    });
    await stage.startSimulator();
    await keepQueues(theatre.broker);
    await stage.startNodeRed();
  });
  after(async () => {
    console.log(`    ${JSON.stringify(total)}`);
    await stage.close();
    await theatre.close();
    removeScratch();
  });

  for (let round = 1; round <= ROUNDS; round++) {
    it(`round ${round}`, async () => {
      const verdict = await faultRound(theatre, stage, random, DOCUMENTS);
      const { faults, released, seconds, duplicated } = verdict;
      console.log(
        `      ${faults.join(", ")}: ${seconds.toFixed(1)} s, duplicated ${duplicated.length}, released ${released}`,
      );
      assert.deepEqual(verdict.lost, []);
      assert.deepEqual(verdict.unexpected, []);
      assert.deepEqual(verdict.falselyAcknowledged, []);
      assert.deepEqual(verdict.silentlyDuplicated, []);
      assert.equal(verdict.delivered, DOCUMENTS);
      assert.equal(verdict.acknowledged, DOCUMENTS);
      // PDFs go with their documents: none stays behind, none is refused as one that nobody named.
      for (const box of ["OutBox", "TempBox", "FailBox"]) assert.deepEqual(stage.files("DecCus001", box), []);
      total.attempted += verdict.attempted;
      total.acknowledged += verdict.acknowledged;
      total.delivered += verdict.delivered;
      total.lost += verdict.lost.length;
      total.unexpected += verdict.unexpected.length;
      total.duplicated += duplicated.length;
      total.released += released;
    });
  }
});
