import assert from "node:assert/strict";
import { fuzz } from "./run.js";

describe("mutated XMLs and ZIPs", () => {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);

  it(`crash nothing, take neither time nor memory, and get as far as the rules (FUZZ_SEED=${seed})`, async function () {
    this.timeout(360_000);
    const { broken, documents, deliveries } = await fuzz({ count: 1_500, seed });
    assert.equal(broken, undefined, `case ${broken?.case}, ${broken?.file}: ${String(broken?.error)}`);
    for (const outcome of ["checked: errors", "checked: warnings", "refused SW-XSD not well-formed"]) {
      assert.ok(documents.has(outcome), `no case was "${outcome}"`);
    }
    assert.ok(deliveries.has("read"), "no receipt was read");
  });
});
