import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "amqplib";
import { decXml, freshKey } from "../../simulator/samples/index.js";
import { broken, judge } from "../support/checker.js";
import { Deployer } from "../support/deploys.js";
import { removeScratch } from "../support/scratch.js";
import { type OwnTheatre, openOwnTheatre, Stage, until } from "../support/stage.js";

const DOCUMENTS = 100;
const CONTENT = ["sw-card", "sw-card-sign", "sw-preflight", "sw-validate-xsd", "sw-zip"];
const BROKER = ["sw-mq-send", "sw-mq-receive", "sw-mq-broker", "sw-receipt-parse", "sw-settle"];

/** Milliseconds between two deploys: six a second. */
const BETWEEN = 160;

/** A deploy is no document's fault; what a node held is given out again, what it had consumed comes again. */
describe("deploys under load", function () {
  this.timeout(540_000);
  let theatre: OwnTheatre;
  let stage: Stage;
  let deployer: Deployer;

  before(async () => {
    theatre = await openOwnTheatre();
    stage = new Stage(theatre, {
      clientId: "DEPLOY01",
      flow: (nodes) => {
        for (const node of nodes) if (node.type === "sw-settle") node.retryAfter = "2";
      },
    });
    await stage.startSimulator();
    await stage.startNodeRed();
    deployer = new Deployer(stage);
  });
  after(async () => {
    await stage.close();
    await theatre.close();
    removeScratch();
  });

  /** Hands documents in while it is deployed; then everything has to end by itself. */
  async function underLoad(deploys: () => Promise<void>): Promise<void> {
    const keys = Array.from({ length: DOCUMENTS }, () => freshKey());
    stage.noteLoad(keys);
    const producing = (async () => {
      for (const key of keys) {
        stage.drop("DecCus001", `${key}.xml`, decXml({ key, goods: 2 }));
        await pause(20);
      }
    })();
    await deploys();
    await producing;
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
    let last = "";
    await until(
      () => `nothing is left behind: ${last}`,
      async () => {
        const [{ inFlight } = { inFlight: -1 }] = await stage.ask<{ inFlight: number }[]>("status");
        const { messages, readers } = await received();
        last = `${inFlight} claims, ${messages} receipts, ${readers} readers`;
        return inFlight === 0 && messages === 0 && readers === 1;
      },
      30_000,
    );
  }

  /** Receipts that wait at the broker for somebody to read them, and who reads. */
  async function received(): Promise<{ messages: number; readers: number }> {
    const link = await connect(theatre.broker.url);
    try {
      const channel = await link.createChannel();
      const { messageCount, consumerCount } = await channel.checkQueue(`Q_Recv${stage.clientId}`);
      return { messages: messageCount, readers: consumerCount };
    } finally {
      await link.close();
    }
  }

  async function often(types: readonly string[], rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      for (const type of types) {
        await deployer.touch(type);
        await pause(BETWEEN);
      }
    }
  }

  it("of changed nodes of every type, six a second, leave no claim and no delivery behind", () =>
    underLoad(() => often([...CONTENT, ...BROKER], 3)));

  it("of the sending alone, of the broker alone, of the settling alone", () =>
    underLoad(async () => {
      for (const type of ["sw-mq-send", "sw-mq-broker", "sw-settle"]) await often([type], 6);
    }));

  it("that disable a node and put it back make documents wait", () =>
    underLoad(async () => {
      for (const type of [
        "sw-card",
        "sw-preflight",
        "sw-folder-watch",
        "sw-mq-broker",
        "sw-mq-send",
        "sw-mq-receive",
      ]) {
        await deployer.disable(type, true);
        await pause(400);
        await deployer.disable(type, false);
        await pause(200);
      }
    }));

  // Node-RED starts what names a node anew when that is deleted, and not when it is put back.
  for (const type of ["sw-import-client", "sw-mq-broker", "sw-card"]) {
    it(`that delete ${type} and put it back: all that names it goes on`, () =>
      underLoad(async () => {
        const putBack = await deployer.remove(type);
        await pause(400);
        await putBack();
      }));
  }

  it("of everything, of changed flows, and reloads are survived", () =>
    underLoad(async () => {
      for (const type of ["full", "flows", "reload", "flows", "full"] as const) {
        await deployer.deploy(type, (nodes) => {
          for (const node of nodes)
            if (node.type === "tab" || node.type === "sw-mq-send") node.info = `deployed ${type}`;
        });
        await pause(400);
      }
    }));

  // The simulator acknowledges a message when its last receipt is at the broker: of one sent twice they come after all is accepted.
  it("leave no receipt unacknowledged", async () => {
    let queues = "";
    await until(
      () => `all is acknowledged: ${queues}`,
      async () => {
        queues = await theatre.broker.rabbitmqctl("list_queues", "name", "messages");
        return [`Q_Send${stage.clientId}`, `Q_Recv${stage.clientId}`].every((queue) =>
          queues.includes(`${queue}\t0\n`),
        );
      },
    );
  });
});
