import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type NodeRed, startNodeRed } from "../../scripts/node-red.js";
import { node22 } from "../../scripts/node22.js";
import { freePort } from "../../scripts/ports.js";
import { removeScratch, scratch } from "../support/scratch.js";

/** Every route that takes a body, and one that there is not. */
const PATHS = [
  ...["form/missing", "form/diagnose", "form/choices", "import-settings", "diagnose", "nothing"],
  ...["resend", "release", "override", "hold"].map((action) => `documents/x/${action}`),
  ...["cards/x/release", "clients/x/confirm"],
];

for (const [version, dir] of [
  ["4", "node-red"],
  ["5", "node-red-5"],
] as const) {
  describe(`a request that a real Node-RED ${version} cannot read`, function () {
    this.timeout(540_000);
    let nodeRed: NodeRed;
    before(async () => {
      const userDir = scratch();
      const flowFile = join(userDir, "empty.json");
      writeFileSync(flowFile, "[]");
      nodeRed = await startNodeRed({
        userDir,
        port: await freePort(),
        flowFile,
        nodeRedDir: resolve("node_modules", dir),
        ...(version === "5" && { node: await node22() }),
      });
    });
    after(async () => {
      await nodeRed?.stop();
      removeScratch();
    });

    it("is answered with code and advice below /single-window, and never with how Express fell over it", async () => {
      for (const path of PATHS) {
        for (const body of ["{bad", "null", '"text"', "7", "{} {}"]) {
          for (const method of ["POST", "PUT"]) {
            const headers = { "content-type": "application/json" };
            const answer = await fetch(`${nodeRed.url}/single-window/${path}`, { method, headers, body });
            const said = await answer.text();
            assert.equal(answer.status, 400, said);
            assert.match(
              answer.headers.get("content-type") ?? "",
              /^application\/json/,
              `${method} ${path} ${body}: ${said}`,
            );
            const { code, text, advice } = JSON.parse(said);
            assert.ok(code === "SW-REQUEST" && text.zh && text.en && advice.zh && advice.en, said);
          }
        }
      }
    });
  });
}
