import assert from "node:assert/strict";
import { FOUND } from "./found.js";
import { prepared } from "./papers.js";
import { tableOf } from "./shrink.js";
import { runWorld } from "./start.js";
import { World } from "./world.js";

/** Worlds that npm test runs with one of us: fixed ones, so that what fails here has been changed. `npm run world` runs others. */
const SCHEDULES = 1_500;
/** A busy machine runs as many as it can in so many minutes. */
const MINUTES = 0.5;

describe("a simulated world", () => {
  before(prepared);

  for (const { what, seed, instances, shared, kept } of FOUND) {
    it(`does not find again: ${what}`, async () => {
      const outcome = await new World({ seed, instances, shared, kept: new Set(kept), told: true }).run();
      assert.equal(outcome.violation, undefined, tableOf(outcome));
    });
  }

  for (const [instances, ...shared] of [["1"], ["2"], ["3", "--shared"]] as const) {
    it(`keeps its promises with ${instances} of us on one root, whatever goes wrong`, async function () {
      this.timeout(900_000);
      const count = Number(instances);
      const share = ["--schedules", String(SCHEDULES / count), "--minutes", String(MINUTES / 2 / count)];
      const { code, said } = await runWorld([...share, "--instances", instances, ...shared], true);
      process.stdout.write(`      ${said.trim().split("\n").at(-2) ?? ""}\n`);
      assert.equal(code, 0, said);
    });
  }
});
