import assert from "node:assert/strict";
import { sharedTheatre, statusOf } from "../support/shared-stage.js";
import { until } from "../support/stage.js";

/** Real Node-REDs as on machines of their own, which reach one token (issue "several machines", 3; line 13). */
describe("a wrong PIN at a token that several Node-REDs reach", function () {
  this.timeout(900_000);
  const theatre = sharedTheatre();

  it("is tried once, by one of them, and all of them say that the guard is closed", async () => {
    const two = theatre.stage("PIN00001", "one", { SW_CARD_PIN: "112233" });
    await two.open(2);
    const keys = two.drop(60);
    await until(
      "both have met the closed guard",
      async () => {
        const states = await Promise.all(two.processes.map(async (one) => (await statusOf(one))?.cards[0]?.state));
        return states.every((state) => state === "closed");
      },
      120_000,
    );
    assert.deepEqual(
      (await two.pinOutcomes()).filter((outcome) => outcome !== "not-tried"),
      ["refused"],
    );
    const rows = await two.rowsOf(keys);
    assert.ok(rows.length > 0 && rows.every(({ state }) => state === "claimed"), "documents wait, none fails");
  });
});
