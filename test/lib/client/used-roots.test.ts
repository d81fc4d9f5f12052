import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
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

  it("and how far each had come, under whatever path; of what an earlier version wrote that is not known", async () => {
    const path = join(scratch(), "single-window-roots.json");
    writeFileSync(path, JSON.stringify({ "/roots/one": "id", "/roots/two": "other" }));
    const used = new UsedRoots(path, new Files());
    assert.deepEqual([used.idOf("/roots/one"), used.countOf("id")], ["id", undefined]);
    await used.note("/roots/one", "id", 3);
    await used.note("/roots/moved", "id", 5);
    for (const count of [undefined, 4]) await used.note("/roots/moved", "id", count);
    assert.deepEqual([used.countOf("id"), used.countOf("other"), used.idOf("/roots/two")], [5, undefined, "other"]);
  });
});
