import assert from "node:assert/strict";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import type { NodeRed } from "../../scripts/node-red.js";
import { node22 } from "../../scripts/node22.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { closeDialog, launchBrowser, openDialog, openEditor } from "./browser.js";
import { exampleEnvironment, repo, startExample } from "./example.js";

describe("editor of Node-RED 5", () => {
  let nodeRed: NodeRed;
  let browser: Browser;

  before(async function () {
    this.timeout(900_000);
    const node = await node22();
    const env = await exampleEnvironment(join(scratch(), "ImpPath"));
    nodeRed = await startExample(env, { node, nodeRedDir: join(repo, "node_modules", "node-red-5") });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    removeScratch();
  });

  for (const [language, title, category] of [
    ["zh-CN", "测试环境", "单一窗口"],
    ["en-US", "test", "Single Window"],
  ] as const) {
    it(`has palette, dialogs and sidebar in ${language}, without a complaint`, async () => {
      const { page, problems, close } = await openEditor(browser, nodeRed.url, language);
      assert.equal((await page.locator("#red-ui-palette-header-single_window").textContent())?.trim(), category);
      const ids = await page.evaluate(() => {
        const byType = new Map<string, string>();
        RED.nodes.eachNode((node: { type: string; id: string }) => byType.set(node.type, node.id));
        RED.nodes.eachConfig((node: { type: string; id: string }) => byType.set(node.type, node.id));
        return [...byType].filter(([type]) => type.startsWith("sw-")).map(([, id]) => id);
      });
      assert.equal(ids.length, 13);
      for (const id of ids) {
        await openDialog(page, id);
        const before = await page.evaluate((node) => RED.nodes.convertNode(RED.nodes.node(node), false), id);
        await closeDialog(page, "save");
        assert.deepEqual(await page.evaluate((node) => RED.nodes.convertNode(RED.nodes.node(node), false), id), before);
      }
      await page.evaluate(() => RED.sidebar.show("sw-sidebar"));
      await page.locator(".sw-client .sw-badge", { hasText: title }).waitFor();
      assert.deepEqual(problems, []);
      await close();
    });
  }
});
