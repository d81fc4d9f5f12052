import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { removeScratch } from "../support/scratch.js";
import { axeFindings } from "./axe.js";
import { launchBrowser, openEditor } from "./browser.js";
import { logIn, openPage, type PageBench, startPageBench } from "./page-bench.js";

const MANY = 10_000;

describe("operator page, without a login and with ten thousand documents", () => {
  let bench: PageBench;
  let browser: Browser;

  before(async function () {
    this.timeout(540_000);
    bench = await startPageBench({ many: MANY });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await bench?.nodeRed.stop();
    removeScratch();
  });

  it("opens without asking, scrolls through all of them, and keeps only what is near in the document", async function () {
    this.timeout(720_000);
    const { page, problems, close } = await openPage(browser, bench);
    const rows = page.locator("button.sw-document");
    await rows.first().waitFor();
    assert.equal(await page.getByRole("button", { name: "退出" }).count(), 0);
    const shown = page.locator(".sw-found");
    let most = 0;
    let text = (await shown.textContent()) ?? "";
    while (!/^共/.test(text)) {
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      await shown.filter({ hasNotText: text }).waitFor();
      text = (await shown.textContent()) ?? "";
      most = Math.max(most, await rows.count());
    }
    assert.match(text, /^共 100\d\d 份单据$/);
    assert.ok(most <= 600, `${most} rows were in the document at a time`);
    // Back at the top the newest are there, and at the end the oldest.
    await page.locator("button.sw-document", { hasText: "批量00000.xml" }).waitFor();
    await page.evaluate(() => scrollTo(0, 0));
    await page.locator("button.sw-document", { hasText: "invalid.xml" }).waitFor();
    await page.getByRole("searchbox").fill("批量04711");
    await page.locator(".sw-found", { hasText: "共 1 份单据" }).waitFor();
    assert.deepEqual(problems, []);
    await close();
  });

  it("says of its lights when they were so, once nobody answers any more", async () => {
    const { page, close } = await openPage(browser, bench);
    await page.locator(".sw-lights").waitFor();
    assert.equal(await page.locator(".sw-old").count(), 0);
    await bench.nodeRed.stop();
    await page.locator(".sw-old .sw-lights").waitFor();
    await page.getByText(/此后没有应答，以下都是 .*\d:\d\d.* 的情况/).waitFor();
    await page.locator(".page-problem", { hasText: "无法连接" }).waitFor();
    await close();
  });
});

describe("operator page on Node-RED 5", () => {
  let bench: PageBench;
  let browser: Browser;

  before(async function () {
    this.timeout(900_000);
    bench = await startPageBench({ auth: true, five: true });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await bench?.nodeRed.stop();
    removeScratch();
  });

  for (const locale of ["zh-CN", "en-US"]) {
    it(`logs in, shows what there is and leaves axe nothing to find, in ${locale}`, async () => {
      const { page, problems, close } = await openPage(browser, bench, { locale });
      await page.locator("#login-user").waitFor();
      await logIn(page, "writer");
      await page.locator("button.sw-document", { hasText: "被退单.xml" }).click();
      await page.locator(".page-story .sw-problem", { hasText: "商品编号有误" }).waitFor();
      assert.deepEqual(await axeFindings(page), []);
      assert.deepEqual(problems, []);
      await close();
    });
  }
});

describe("sidebar of Node-RED 5, in its two themes", () => {
  let bench: PageBench;
  let browser: Browser;

  before(async function () {
    this.timeout(900_000);
    bench = await startPageBench({ five: true });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await bench?.nodeRed.stop();
    removeScratch();
  });

  for (const theme of ["light", "dark"]) {
    it(`leaves axe nothing to find, ${theme}`, async () => {
      const { page, close } = await openEditor(browser, bench.url, "zh-CN");
      await page.evaluate((dark) => document.documentElement.classList.toggle("nr-theme-dark", dark), theme === "dark");
      await page.evaluate(() => RED.sidebar.show("sw-sidebar"));
      await page.locator("button.sw-document", { hasText: "被退单.xml" }).waitFor();
      await page.locator(".sw-client summary").first().click();
      assert.deepEqual(await axeFindings(page, ".sw-sidebar"), []);
      await page.locator("button.sw-document", { hasText: "被退单.xml" }).click();
      await page.locator(".sw-sidebar .sw-item").first().waitFor();
      assert.deepEqual(await axeFindings(page, ".sw-sidebar"), []);
      await close();
    });
  }
});
