import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { openClient } from "../../lib/client/open.js";
import type { NodeRed } from "../../scripts/node-red.js";
import { clientSettings } from "../support/client.js";
import { documentRow } from "../support/rows.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { launchBrowser, openEditor } from "./browser.js";
import { exampleEnvironment, startExample } from "./example.js";

describe("sidebar: a root of another environment", () => {
  let nodeRed: NodeRed;
  let browser: Browser;
  let page: Page;
  const root = () => join(folder, "ImpPath");
  const folder = scratch();

  before(async () => {
    // It was used for the test environment, and a document is open in it.
    const { client } = await openClient(clientSettings({ root: root() }));
    await client.ledger.claim(documentRow({ fileName: "旧单.xml", state: "unknown", sendingAt: 1, wire: "{}" }));
    await client.close();
    mkdirSync(join(root(), "DecCus001", "OutBox"), { recursive: true });
    writeFileSync(join(root(), "DecCus001", "OutBox", "waits.xml"), "<a/>");
    nodeRed = await startExample({ ...(await exampleEnvironment(root())), SW_ENVIRONMENT: "production" });
    browser = await launchBrowser();
    ({ page } = await openEditor(browser, nodeRed.url, "zh-CN"));
    await page.evaluate(() => RED.sidebar.show("sw-sidebar"));
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    removeScratch();
  });

  it("says whose it is, shows what is open, and changes it only with a reason", async () => {
    const box = page.locator(".sw-client");
    const problem = box.locator(".sw-problem");
    await problem.waitFor();
    assert.match(
      (await problem.textContent()) ?? "",
      /SW-OWNER · .*属于 test, DEMO0001，当前设置为 production, DEMO0001/,
    );
    await box.getByRole("button", { name: "变更归属" }).click();
    const form = box.locator(".sw-reason");
    await form.locator(".sw-picture").waitFor();
    const text = (await form.textContent()) ?? "";
    assert.match(text, /归属：测试环境, DEMO0001/);
    assert.match(text, /当前设置：正式环境, DEMO0001/);
    assert.match(text, /有 1 个单据未办结/);
    assert.match(text, /OutBox 中有 1 个文件等待/);
    await form.getByRole("button", { name: "确认变更" }).click();
    assert.equal(await form.isVisible(), true, "without a reason it stays");
    await form.locator("textarea").fill("测试结束，转入生产");
    await form.getByRole("button", { name: "确认变更" }).click();
    await problem.waitFor({ state: "detached" });
    // What may have been sent for the old one is held, and never sent again.
    const row = page.locator("button.sw-document", { hasText: "旧单.xml" });
    await row
      .filter({ hasText: "已暂缓" })
      .or(row.filter({ hasText: "暂缓" }))
      .first()
      .waitFor();
    const documents = await fetch(`${nodeRed.url}/single-window/documents?state=held`);
    const [held] = ((await documents.json()) as { documents: { id: string }[] }).documents;
    const release = await fetch(`${nodeRed.url}/single-window/documents/${held?.id}/release`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ reason: "again", as: "resend" }),
    });
    assert.equal(((await release.json()) as { code: string }).code, "SW-OWNER");
  });
});
