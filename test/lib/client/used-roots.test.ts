import assert from "node:assert/strict";
import { join } from "node:path";
import { UsedRoots } from "../../../lib/client/used-roots.js";
import { Files } from "../../../lib/files/files.js";
import { removeScratch, scratch } from "../../support/scratch.js";

describe("which roots were used", () => {
  after(removeScratch);

  it("forgets none when several clients start at the same time", async () => {
    const path = join(scratch(), "node-red", "single-window-roots.json");
    const clients = ["one", "two", "three"].map((name) => ({ name, used: new UsedRoots(path, new Files()) }));
    await Promise.all(clients.map(({ name, used }) => used.note(`/roots/${name}`, `id of ${name}`)));
    for (const { name, used } of clients) assert.equal(used.idOf(`/roots/${name}`), `id of ${name}`);
  });
});
