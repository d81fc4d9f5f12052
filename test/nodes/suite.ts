import { RedBench, type Runtime } from "../support/red-bench.js";
import { removeScratch } from "../support/scratch.js";
import { claims } from "./suites/claims.js";
import { composing } from "./suites/composing.js";
import { config } from "./suites/config.js";
import { connections } from "./suites/connections.js";
import { content } from "./suites/content.js";
import { diagnose } from "./suites/diagnose.js";
import { documents } from "./suites/documents.js";
import { forgottenSettings } from "./suites/forgotten-settings.js";
import { forms } from "./suites/forms.js";
import { holding } from "./suites/holding.js";
import { messageFields } from "./suites/message-fields.js";
import { ownRules } from "./suites/own-rules.js";
import { owner } from "./suites/owner.js";
import { pinGuard } from "./suites/pin-guard.js";
import { readableSettings } from "./suites/readable-settings.js";
import { receiving } from "./suites/receiving.js";
import { restart } from "./suites/restart.js";
import { routes } from "./suites/routes.js";
import { sending } from "./suites/sending.js";
import { settling } from "./suites/settling.js";
import { signText } from "./suites/sign-text.js";
import { signing } from "./suites/signing.js";
import { spoilt } from "./suites/spoilt.js";
import { storing } from "./suites/storing.js";
import { unknownSends } from "./suites/unknown-sends.js";
import { wiring } from "./suites/wiring.js";

/**
 * Every node of this package in one of the two runtimes. Node-RED keeps much in its modules, so each runtime has a file,
 * and with it a process, of its own.
 */
export function nodesIn(runtime: Runtime, major: string): void {
  describe(`nodes in Node-RED ${major}`, () => {
    const bench = new RedBench(runtime);
    before(async function () {
      this.timeout(360_000);
      await bench.start();
      if (!bench.version.startsWith(`${major}.`)) throw new Error(`this is Node-RED ${bench.version}`);
    });
    afterEach(() => bench.unload());
    after(async function () {
      this.timeout(180_000);
      await bench.stop();
      removeScratch();
    });
    for (const suite of [config, readableSettings, connections, forms, owner, claims, content, composing, ownRules])
      suite(bench);
    for (const suite of [signing, signText, pinGuard]) suite(bench);
    for (const suite of [sending, unknownSends, messageFields, receiving, storing, settling, spoilt]) suite(bench);
    for (const suite of [documents, diagnose, routes, holding, restart, forgottenSettings, wiring]) suite(bench);
  });
}
