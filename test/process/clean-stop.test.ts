import assert from "node:assert/strict";
import { decXml, freshKey } from "../../simulator/samples/index.js";
import { type Relay, relayTo } from "../support/relay.js";
import { removeScratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

const DOCUMENTS = 10;

/** Who stops in good order leaves no doubt: the broker's confirms that are on their way are waited for, and committed. */
describe("a stop in good order", function () {
  this.timeout(300_000);
  let theatre: Theatre;
  let relay: Relay;
  let stage: Stage;

  before(async () => {
    theatre = await openTheatre();
    relay = await relayTo(theatre.broker);
    const env = () => ({ SW_AMQP_PORT: String(relay.port) });
    stage = new Stage(theatre, { clientId: "CLEAN001", env });
    await stage.startSimulator();
  });
  after(async () => {
    await stage.close();
    await relay.close();
    await theatre.close();
    removeScratch();
  });

  it("while documents wait for their confirm leaves none of them unknown", async () => {
    const nodeRed = await stage.startNodeRed();
    await until("it is connected", async () => (await fetch(`${nodeRed.url}/single-window/health`)).status === 200);
    relay.hold();
    const keys = Array.from({ length: DOCUMENTS }, () => freshKey());
    for (const key of keys) stage.drop("DecCus001", `${key}.xml`, decXml({ key, goods: 2 }));
    await until("all of them are with the broker", sending);
    const stopped = nodeRed.stop();
    await until("it stops", () => nodeRed.lines.some((line) => line.includes("Stopping flows")));
    relay.flow();
    await stopped;
    const states = stage.rows().map(({ state }) => state);
    assert.deepEqual([...new Set(states)], ["sent"], states.join(" "));

    const again = await stage.startNodeRed();
    await until(
      () => `all are accepted: ${stage.rows().map(({ state }) => state)}`,
      () => stage.rows().every(({ state, settled }) => settled && state === "accepted"),
    );
    assert.deepEqual([...stage.resentKeys()], []);
    await again.stop();
  });

  const sending = () => stage.rows().filter(({ state }) => state === "sending").length === DOCUMENTS;
});
