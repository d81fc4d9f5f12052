import assert from "node:assert/strict";
import type { Ledger } from "../../lib/ledger/index.js";
import { documentRow, step } from "./rows.js";

/** Which documents a store of the ledger tells for repeats of others. `ledger` is the one of the test that runs. */
export function describeRepeats(ledger: () => Ledger): void {
  it("tells a repeated document by its bytes or its key, unless the earlier one failed", async () => {
    const first = documentRow({ sha256: "same", clientKey: "K1" });
    assert.equal(await ledger().claim(first), undefined);
    assert.equal((await ledger().claim(documentRow({ sha256: "same", clientKey: "K2" })))?.id, first.id);
    assert.equal((await ledger().claim(documentRow({ clientKey: "K1" }), { sameKey: true }))?.id, first.id);
    assert.equal(await ledger().claim(documentRow({ clientKey: "K1" })), undefined, "a modification repeats the key");
    const failed = documentRow({ sha256: "bad", clientKey: "K3" });
    await ledger().claim(failed);
    await ledger().transition(failed.id, step("failed"), {}, { event: "failed" });
    assert.equal(await ledger().claim(documentRow({ sha256: "bad" }), { sameKey: true }), undefined);
  });

  it("names of several that a document repeats the one that went out, not the one that waits and may be replaced", async () => {
    const sent = documentRow({ sha256: "v1", clientKey: "K1" });
    await ledger().claim(sent);
    await ledger().transition(sent.id, step("sending"), { sendingAt: 1 }, { event: "sending" });
    const again = documentRow({ sha256: "v1", clientKey: "K1" });
    assert.equal((await ledger().claim(again, { sameKey: true }))?.id, sent.id);
    const corrected = documentRow({ sha256: "v2", clientKey: "K1" });
    assert.equal((await ledger().claim(corrected, { sameKey: true }))?.id, sent.id);
    assert.equal(
      (await ledger().claim(documentRow({ sha256: "v2", clientKey: "K1" }), { sameKey: true }))?.id,
      sent.id,
    );
  });

  it("sees a repeat also within one commit", async () => {
    const [one, two] = await Promise.all([
      ledger().claim(documentRow({ sha256: "twin" })),
      ledger().claim(documentRow({ sha256: "twin" })),
    ]);
    assert.equal(one, undefined);
    assert.notEqual(two, undefined);
  });
}
