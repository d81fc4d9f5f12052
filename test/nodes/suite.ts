import { RedBench, type Runtime } from "../support/red-bench.js";
import { removeScratch } from "../support/scratch.js";
import { asking } from "./suites/asking.js";
import { claims } from "./suites/claims.js";
import { config } from "./suites/config.js";
import { content } from "./suites/content.js";
import { owner } from "./suites/owner.js";
import { receiving } from "./suites/receiving.js";
import { restart } from "./suites/restart.js";
import { sending } from "./suites/sending.js";
import { settling } from "./suites/settling.js";
import { signing } from "./suites/signing.js";

/**
 * Every node of this package in one of the two runtimes. Node-RED keeps much in its modules, so each runtime has a file,
 * and with it a process, of its own.
 */
export function nodesIn(runtime: Runtime, major: string): void {
  describe(`nodes in Node-RED ${major}`, () => {
    const bench = new RedBench(runtime);
    before(async function () {
      this.timeout(120_000);
      await bench.start();
      if (!bench.version.startsWith(`${major}.`)) throw new Error(`this is Node-RED ${bench.version}`);
    });
    afterEach(() => bench.unload());
    after(async function () {
      this.timeout(60_000);
      await bench.stop();
      removeScratch();
    });
    for (const suite of [config, owner, claims, content, signing, sending, receiving, settling, asking, restart])
      suite(bench);
  });
}
