import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { DEMO_IDENTITY, decXml, freshKey } from "../../simulator/samples/index.js";
import { removeScratch } from "../support/scratch.js";
import { settingsFile } from "../support/settings-file.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";
import { closeDialog, launchBrowser, openDialog, openEditor } from "./browser.js";
import { idOf } from "./example.js";

const PIN = "PinInTheFile+Zk7Q==";

describe("the official client's settings, taken over in the dialog", function () {
  this.timeout(540_000);
  let theatre: Theatre;
  let stage: Stage;
  let browser: Browser;

  before(async () => {
    theatre = await openTheatre();
    stage = new Stage(theatre, { clientId: "MIGRATE1", everyNode: true });
    await stage.startSimulator();
    await stage.startNodeRed();
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await stage?.close();
    await theatre?.close();
    removeScratch();
  });

  it("say what they become, change what they said, and the first document is accepted", async () => {
    const began = Date.now();
    const root = join(stage.dir, "official");
    mkdirSync(root);
    const file = join(stage.dir, "DFWJobSettings.xml");
    writeFileSync(file, settingsFile(root, ["DECCUS001"], PIN));
    const { page, problems } = await openEditor(browser, stage.nodeRed.url, "en-US");
    const sent: string[] = [];
    page.on("request", (request) => sent.push(request.postData() ?? ""));
    const steps: string[] = [];
    const step = async (what: string, work: () => Promise<unknown>) => {
      steps.push(what);
      await work();
    };
    await step("open the import-client", () => openDialog(page, idOf("sw-import-client")));
    const place = page.locator(".sw-official");
    await step("choose the file", async () => {
      await page.locator(".sw-official-settings input[type=file]").setInputFiles(file);
      await place.getByText("Settings that will be changed").waitFor();
    });
    const text = (await place.textContent()) ?? "";
    assert.match(text, /import-client · root: \$\{SW_ROOT\} → .*official/);
    assert.match(text, /folder-watch · interval: 2 → 1/);
    assert.match(text, /PINs and passwords are neither read nor copied/);
    assert.doesNotMatch(text, /sidebar\.official/);
    const node = (type: string, setting: string) =>
      page.evaluate(([id, key]) => RED.nodes.node(id)[key as string], [idOf(`sw-${type}`), setting] as const);
    assert.equal(await node("folder-watch", "interval"), "2", "nothing is changed before somebody says so");
    await step("take over", () => place.getByRole("button", { name: "Take over" }).click());
    await step("save", () => closeDialog(page, "save"));
    assert.deepEqual(
      [
        await node("import-client", "root"),
        await node("import-client", "receiptNames"),
        await node("folder-watch", "interval"),
      ],
      [root, "official", "1"],
    );
    await step("deploy", async () => {
      const answered = page.waitForResponse(
        (response) => response.url().endsWith("/flows") && response.request().method() === "POST",
      );
      await page.locator("#red-ui-header-button-deploy").click();
      assert.ok((await answered).ok());
    });
    const key = freshKey();
    await step("hand a document in", async () => {
      await until("its OutBox is there", () => readdirSync(root).includes("DECCUS001") || make(root));
      const outBox = join(root, "DECCUS001", "OutBox");
      writeFileSync(join(outBox, `${key}.tmp`), decXml({ identity: DEMO_IDENTITY, key }));
      renameSync(join(outBox, `${key}.tmp`), join(outBox, `${key}.xml`));
    });
    await until("it is accepted", async () => {
      const { documents } = await stage.ask<{ documents: { clientKey: string; state: string }[] }>("documents");
      return documents.some(({ clientKey, state }) => clientKey === key && state === "accepted");
    });
    // Its row comes before its file.
    await until("the receipt is there under the official name", () =>
      readdirSync(join(root, "DECCUS001", "InBox")).some((name) => /^Successed_.*_\d{23}\.xml$/.test(name)),
    );
    assert.ok(!sent.some((body) => body.includes(PIN)), "the PIN does not leave the browser");
    assert.ok(!readFileSync(join(stage.dir, "node-red", "flows.json"), "utf8").includes(PIN));
    assert.deepEqual(
      problems.filter((problem) => !/catalog|ERR_NAME_NOT_RESOLVED/.test(problem)),
      [],
    );
    console.log(`      ${steps.length} steps, ${Math.round((Date.now() - began) / 1000)} s: ${steps.join(", ")}`);
  });

  it("of a file that is none are refused, with what to do", async () => {
    const { page } = await openEditor(browser, stage.nodeRed.url, "zh-CN");
    await openDialog(page, idOf("sw-import-client"));
    await page.locator(".sw-official-settings input[type=file]").setInputFiles({
      name: "a.xml",
      mimeType: "text/xml",
      buffer: Buffer.from("<!DOCTYPE a [<!ENTITY b 'c'>]><Settings/>"),
    });
    const said = page.locator(".sw-official .sw-bad");
    await said.waitFor();
    assert.match((await said.textContent()) ?? "", /SW-SETTINGS · .*DOCTYPE/);
    await closeDialog(page, "cancel");
  });
});

/** The producer's folder, as the official client had it. */
function make(root: string): boolean {
  mkdirSync(join(root, "DECCUS001", "OutBox"), { recursive: true });
  return existsSync(root);
}
