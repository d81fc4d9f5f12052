import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { box, drop } from "../support/boxes.js";
import { generateDocument } from "../support/generate-documents.js";
import { removeScratch } from "../support/scratch.js";
import { axeFindings } from "./axe.js";
import { launchBrowser } from "./browser.js";
import { HOSTILE, logIn, type OpenPage, openPage, PASSWORDS, type PageBench, startPageBench } from "./page-bench.js";

describe("operator page, with a login", () => {
  let bench: PageBench;
  let browser: Browser;
  let opened: OpenPage;
  let page: Page;

  const row = (text: string): Locator => page.locator("button.sw-document", { hasText: text });
  const story = () => page.locator(".page-story");

  before(async () => {
    bench = await startPageBench({ auth: true });
    browser = await launchBrowser();
    opened = await openPage(browser, bench);
    page = opened.page;
  });
  after(async () => {
    await browser?.close();
    await bench?.nodeRed.stop();
    removeScratch();
  });

  it("shows nothing without a login, and lets no other origin's script or frame in", async () => {
    await page.locator("#login-user").waitFor();
    assert.doesNotMatch((await page.content()) ?? "", /DEMO0001|报关单一/);
    const answer = await fetch(`${bench.url}/single-window/page`);
    const policy = answer.headers.get("content-security-policy") ?? "";
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'"]) {
      assert.ok(policy.includes(part), `${part} is not in ${policy}`);
    }
    assert.doesNotMatch(policy, /unsafe/);
    const slash = await fetch(`${bench.url}/single-window/page/`, { redirect: "manual" });
    assert.equal(slash.status, 302);
    assert.equal((await fetch(`${bench.url}/single-window/page/..%2froutes.js`)).status, 404);
  });

  it("has a login in which axe finds nothing", async () => {
    assert.deepEqual(await axeFindings(page), []);
  });

  it("says so when the password is wrong, and when the user has no permission here", async () => {
    await page.locator("#login-user").fill("writer");
    await page.locator("#login-password").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("用户名或密码不正确").waitFor();
    await page.locator("#login-user").fill("stranger");
    await page.locator("#login-password").fill(PASSWORDS.stranger);
    await page.keyboard.press("Enter");
    await page.getByText("没有 single-window.read 权限").waitFor();
    assert.equal(await page.locator(".page-desk").count(), 0);
  });

  it("keeps the login out of the address, the cookies and what outlives the tab", async () => {
    await logIn(page, "writer");
    assert.equal(new URL(page.url()).search, "");
    assert.deepEqual(await page.context().cookies(), []);
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
    assert.doesNotMatch(kept, /token/);
    await page.reload();
    await page.locator(".page-desk").waitFor();
  });

  it("shows the states in the words of the trade, and three lights with what to do", async () => {
    await row("invalid.xml").filter({ hasText: "未发出" }).waitFor();
    await row("报关单一.xml").filter({ hasText: "C134" }).waitFor();
    for (const [name, state] of [
      ["报关单一.xml", "等待：卡操作失败"],
      ["等导入.xml", "已申报"],
      ["被退单.xml", "退单"],
      ["批量00059.xml", "结关"],
      ["结果不明.xml", "已暂缓"],
    ] as const) {
      await row(name).locator(".sw-state", { hasText: state }).waitFor();
    }
    const lights = (await page.locator(".sw-lights").textContent()) ?? "";
    assert.match(lights, /连接：.*→ 请检查端口和防火墙.*队列：.*IC 卡：/);
    assert.equal(await page.locator(".sw-light").count(), 3);
  });

  it("keeps companies and environments apart: one at a time, the environment in words", async () => {
    assert.match((await page.locator(".page-environment").textContent()) ?? "", /测试环境.*DEMO0001/);
    await page.getByRole("checkbox", { name: "选择 invalid.xml" }).check();
    await page.locator(".sw-bar").waitFor();
    await page.getByRole("button", { name: "另一公司" }).click();
    await page.locator(".page-environment.sw-production", { hasText: "正式环境 · 另一公司 · OTHER002" }).waitFor();
    await page.getByText("没有单据。").waitFor();
    assert.equal(await row("invalid.xml").count(), 0);
    assert.equal(await page.locator(".sw-bar").isVisible(), false, "nothing of the other one stays chosen");
    assert.match(await page.title(), /正式环境/);
    await page.getByRole("button", { name: "单一窗口 Single Window" }).click();
    await row("invalid.xml").waitFor();
  });

  it("finds a document by own number, by the data centre's and customs' number, by file name, and what is late", async () => {
    const search = page.getByRole("searchbox");
    for (const wanted of ["KEY-REFUSED-1", "I20260000000000007", "530020261234567890", "被退单"]) {
      await search.fill(wanted);
      await page.locator(".sw-found", { hasText: "共 1 份单据" }).waitFor();
      assert.equal(await row("被退单.xml").count(), 1, wanted);
      await search.fill("");
      await row("invalid.xml").waitFor();
    }
    await page.locator(".sw-chip", { hasText: "超时" }).click();
    await page.locator(".sw-found", { hasText: "共 1 份单据" }).waitFor();
    assert.match((await row("等导入.xml").textContent()) ?? "", /等待导入回执 45 分钟/);
    await page.locator(".sw-chip", { hasText: "超时" }).click();
    await row("invalid.xml").waitFor();
  });

  it("says why a document was returned and what to do, with its receipts; words from outside are words", async () => {
    await row("被退单.xml").click();
    await story().locator(".sw-problem", { hasText: "商品编号有误" }).waitFor();
    const text = (await story().textContent()) ?? "";
    assert.match(text, /请按退单原因修改后重新申报/);
    assert.match(text, /收到于[\s\S]*DEC_RESULT/);
    assert.ok(text.includes(HOSTILE));
    await row(HOSTILE).click();
    await story().locator(".sw-title", { hasText: HOSTILE }).waitFor();
    await story().getByRole("button", { name: "查看单据" }).click();
    await story().locator(".sw-content dd, .sw-content td", { hasText: "<script>" }).first().waitFor();
    assert.equal(await page.locator("img, .sw-content script").count(), 0);
    assert.notEqual(await page.title(), "run");
  });

  it("lets a document be read: head, goods, sums as its model names them, its XML, and the file as it came", async () => {
    await row("报关单一.xml").click();
    await story().locator(".sw-title", { hasText: "报关单一.xml" }).waitFor();
    await story().getByRole("button", { name: "查看单据" }).click();
    const content = story().locator(".sw-content");
    await content.getByRole("heading", { name: "报关单表头" }).waitFor();
    const text = (await content.textContent()) ?? "";
    assert.match(text, /进出口标志E/);
    assert.match(text, /商品表体集合 \(2\)/);
    assert.match(text, /合计 申报总价：69679\.3983/);
    assert.equal(await content.getByRole("region", { name: "商品表体集合" }).locator("tbody tr").count(), 2);
    await story().getByRole("button", { name: "查看 XML" }).click();
    await content.locator("pre", { hasText: "<DecHead>" }).waitFor();
    const download = page.waitForEvent("download");
    await story().getByRole("button", { name: "下载原文件" }).click();
    const saved = await download;
    assert.equal(saved.suggestedFilename(), "报关单一.xml");
    assert.deepEqual(readFileSync(await saved.path()), generateDocument({ type: "DEC", seed: 7 }).xml);
  });

  it("puts a document on hold with a reason, and releases it", async () => {
    await story().getByRole("button", { name: "暂缓" }).click();
    await story().locator("textarea").fill("等客户确认");
    await story().getByRole("button", { name: "确认暂缓" }).click();
    await story().locator(".sw-state", { hasText: "已暂缓" }).waitFor();
    await row("报关单一.xml").filter({ hasText: "已暂缓" }).waitFor();
    await story().getByText("SW-HELD 等客户确认").first().waitFor();
    await story().getByRole("button", { name: "解除暂缓" }).click();
    assert.deepEqual(await story().locator("select option").allTextContents(), ["发送", "失败（不再发送）"]);
    await story().locator("textarea").fill("已确认");
    await story().getByRole("button", { name: "确认解除" }).click();
    // There is no key to sign it with: it goes on as far as that.
    await row("报关单一.xml").filter({ hasText: "等待：" }).waitFor();
  });

  it("says why a document waits and what to do, and a person may end it", async () => {
    await story().locator(".sw-state .sw-warn").waitFor();
    await story().locator(".sw-state", { hasText: "等待：" }).waitFor();
    await story().locator(".sw-what").waitFor();
    assert.equal(await story().locator(".sw-problem:not(.sw-note)").count(), 0, "it has not failed");
    await story().getByRole("button", { name: "结束，移到 FailBox" }).click();
    await story().locator("textarea").fill("客户撤单");
    await story().getByRole("button", { name: "确认结束" }).click();
    await row("报关单一.xml").filter({ hasText: "未发出" }).waitFor();
    assert.equal(box(bench.root, "DecCus001", "FailBox").filter((name) => name.startsWith("报关单一")).length, 1);
  });

  it("resends several at once with one reason, and saves a receipt and the support bundle", async () => {
    for (const name of ["invalid.xml", HOSTILE]) await page.getByRole("checkbox", { name: `选择 ${name}` }).check();
    const bar = page.locator(".sw-bar");
    await bar.getByText("已选 2 份").waitFor();
    await bar.getByRole("button", { name: "重发" }).click();
    await bar.getByText("共 2 份单据").waitFor();
    await bar.locator("textarea").fill("规则已改");
    await bar.getByRole("button", { name: "确认重发" }).click();
    await page.locator(".page-notice", { hasText: "2 份单据已处理" }).waitFor();
    await bar.waitFor({ state: "hidden" });
    await row("invalid.xml").click();
    await story().getByText("规则已改").waitFor();
    // Its second refusal is there by itself.
    await story().locator(".sw-item", { hasText: "本地回执" }).nth(1).waitFor();
    const [file] = box(bench.root, "DecCus001", "InBox").filter((name) => name.startsWith("Failed_invalid"));
    const receipt = page.waitForEvent("download");
    await story()
      .getByRole("button", { name: `下载 ${file}` })
      .first()
      .click();
    const saved = await receipt;
    assert.equal(saved.suggestedFilename(), file);
    assert.match(readFileSync(await saved.path(), "utf8"), /<resultFlag>/);
    const bundle = page.waitForEvent("download");
    await story().getByRole("button", { name: "支持包" }).click();
    assert.match((await bundle).suggestedFilename(), /^SW-support_invalid_\d{17}\.zip$/);
  });

  it("shows what waits in OutBox: for which PDFs, and what is not finished", async () => {
    const xml = generateDocument({ type: "DEC", seed: 8 }).xml.toString("utf8");
    const edoc = "<EdocRealation><EdocID>合同.pdf</EdocID><EdocCode>00000001</EdocCode></EdocRealation>";
    drop(bench.root, "DecCus001", "等文件.xml", Buffer.from(xml.replace("</DecMessage>", `${edoc}</DecMessage>`)));
    drop(bench.root, "DecCus001", "半份.xml", Buffer.from(xml.slice(0, xml.length / 2)));
    drop(bench.root, "DecCus001", "空.xml", Buffer.alloc(0));
    const waiting = page.locator(".page-status .sw-waiting");
    await waiting.getByText("OutBox 中有 3 个文件等待").waitFor();
    await waiting.getByText(/DecCus001\/等文件\.xml：等待 合同\.pdf，最迟到 \d/).waitFor();
    await waiting.getByText(/DecCus001\/半份\.xml：尚未写完，最迟到 \d/).waitFor();
    await waiting.getByText(/DecCus001\/空\.xml：文件是空的，最迟到 \d/).waitFor();
    for (const name of ["等文件.xml", "半份.xml", "空.xml"]) rmSync(join(bench.root, "DecCus001", "OutBox", name));
    await waiting.waitFor({ state: "detached" });
  });

  it("cuts no line of a reason in two, and has a box to tick beside its words", async () => {
    await page.setViewportSize({ width: 1280, height: 800 });
    const why = row("invalid.xml").locator(".sw-why");
    const lines = await why.evaluate((small) => {
      small.style.width = "120px";
      const whole = small.getBoundingClientRect().height / Number.parseFloat(getComputedStyle(small).lineHeight);
      small.style.width = "";
      return whole;
    });
    assert.ok(Math.abs(lines - 2) < 0.05, `${lines} lines of its reason`);
    await row("批量00058.xml").click();
    await story().getByRole("button", { name: "重发" }).click();
    const box = await story().getByRole("checkbox").boundingBox();
    const agree = await story()
      .locator(".sw-agree")
      .evaluate((label) => {
        const words = document.createRange();
        words.selectNodeContents(label.lastChild as Node);
        const { left, top, bottom } = words.getBoundingClientRect();
        return { left, top, bottom };
      });
    assert.ok(box && box.width < 30 && box.x + box.width <= agree.left + 1, JSON.stringify({ box, agree }));
    assert.ok(box.y < agree.bottom && box.y + box.height > agree.top, "in one line");
    await story().getByRole("button", { name: "取消" }).click();
    await page.getByRole("button", { name: "返回" }).click();
  });

  it("shows a new document without being asked", async () => {
    drop(bench.root, "DecCus001", "刚放入.xml", Buffer.from("<DecMessage><Late/></DecMessage>"));
    await row("刚放入.xml").filter({ hasText: "未发出" }).waitFor();
  });

  it("is used by keyboard alone, and leads back to where one was", async () => {
    await page.keyboard.press("Escape");
    await row("刚放入.xml").focus();
    await page.keyboard.press("ArrowDown");
    const name = await page.evaluate(() => document.activeElement?.querySelector(".sw-file")?.textContent ?? "");
    await page.keyboard.press("Enter");
    await story().locator(".sw-title", { hasText: name }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.classList.contains("sw-back")), true);
    await page.keyboard.press("Enter");
    await story().locator(".page-hint").waitFor();
    assert.equal(
      await page.evaluate(() => document.activeElement?.querySelector(".sw-file")?.textContent),
      name,
      "the focus is on the row again",
    );
    await page.goBack();
    await story().locator(".sw-title", { hasText: name }).waitFor();
  });

  for (const [what, options] of Object.entries({
    "zh, light, desktop": { locale: "zh-CN" },
    "en, dark, 1024 px": { locale: "en-US", colorScheme: "dark", viewport: { width: 1024, height: 768 } },
    "zh, dark, phone": { locale: "zh-CN", colorScheme: "dark", viewport: { width: 390, height: 844 }, isMobile: true },
    "en, light, phone": { locale: "en-US", viewport: { width: 360, height: 740 }, isMobile: true },
  } as const)) {
    it(`gives axe nothing to find and fits the screen: ${what}`, async () => {
      const other = await openPage(browser, bench, options);
      await other.page.locator("#login-user").waitFor();
      await logIn(other.page, "writer");
      const one = other.page.locator("button.sw-document", { hasText: "报关单一.xml" });
      await one.waitFor();
      await other.page.locator(".sw-client summary").click();
      await other.page.getByRole("checkbox").first().check();
      assert.deepEqual(await axeFindings(other.page), []);
      await one.click();
      await other.page.locator(".sw-content").waitFor({ state: "attached" });
      await other.page.locator('.page-story button[aria-expanded="false"]').first().click();
      await other.page.locator(".sw-content table").first().waitFor();
      await other.page.locator(".page-story .sw-actions button").first().click();
      await other.page.locator(".page-story textarea").waitFor();
      assert.deepEqual(await axeFindings(other.page), []);
      const wide = await other.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${wide} px too wide`);
      assert.deepEqual(other.problems, []);
      await other.close();
    });
  }

  it("shows a reader everything but what only a writer may, and the routes say the same", async () => {
    const other = await openPage(browser, bench, { locale: "en-US" });
    await other.page.locator("#login-user").waitFor();
    await logIn(other.page, "reader");
    await other.page.getByText("reader · read only").waitFor();
    await other.page.locator("button.sw-document", { hasText: "cleared (结关)" }).first().waitFor();
    await other.page.locator("button.sw-document", { hasText: "invalid.xml" }).click();
    await other.page.locator(".page-story .sw-item").first().waitFor();
    const buttons = await other.page.locator(".page-story button").allTextContents();
    assert.deepEqual(
      buttons.map((text) => text.trim()),
      ["Back"],
    );
    assert.equal(await other.page.getByRole("checkbox").count(), 0);
    const token = await other.page.evaluate(() => sessionStorage.getItem("single-window-token"));
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const ask = (path: string, body?: object) => {
      const post = body ? { method: "POST", body: JSON.stringify(body) } : {};
      return fetch(`${bench.url}/single-window/${path}`, { headers, ...post });
    };
    const found = (await (await ask("documents?q=invalid")).json()) as { documents: { id: string }[] };
    const id = found.documents[0]?.id;
    const statuses: string[] = [];
    const note = async (path: string, body?: object) => {
      const { status } = await ask(path.replace("ID", String(id)), body);
      statuses.push(`${status} ${path}`);
    };
    for (const path of ["session", "status", "documents/ID"]) await note(path);
    for (const path of ["content", "xml", "file", "receipts/1", "bundle"]) await note(`documents/ID/${path}`);
    for (const act of ["resend", "release", "override", "hold"])
      await note(`documents/ID/${act}`, { reason: "because" });
    assert.deepEqual(statuses, [
      "200 session",
      "200 status",
      "200 documents/ID",
      ...["content", "xml", "file", "receipts/1", "bundle"].map((path) => `401 documents/ID/${path}`),
      ...["resend", "release", "override", "hold"].map((path) => `401 documents/ID/${path}`),
    ]);
    const without = await fetch(`${bench.url}/single-window/changes`);
    assert.equal(without.status, 401);
    await other.page.getByRole("button", { name: "Log out" }).click();
    await other.page.locator("#login-user").waitFor();
    assert.deepEqual(other.problems, []);
    await other.close();
  });

  it("shows a ledger that does not answer with the counts of before, and lists documents again once it does", async () => {
    const text = { zh: "台账数据库没有应答", en: "the ledger's database does not answer" };
    const fault = {
      code: "SW-LEDGER",
      text,
      advice: { zh: "请检查数据库服务器和网络。", en: "Check it." },
      reason: "away",
    };
    await page.route("**/single-window/status", async (route) => {
      const clients = await (await route.fetch()).json();
      await route.fulfill({ json: clients.map((one: object) => ({ ...one, fault, countsAt: Date.now() })) });
    });
    await page.route("**/single-window/documents?*", (route) => route.fulfill({ status: 503, json: fault }));
    const nothingNew = { cursor: "x.1", documents: [], all: false, status: true };
    await page.route("**/single-window/changes?*", (route) => route.fulfill({ json: nothingNew }));
    await page.reload();
    await page.locator(".page-status .sw-problem", { hasText: "台账数据库没有应答 · 请检查数据库" }).waitFor();
    await page.locator(".page-status", { hasText: /台账没有应答，件数是 \d.* 的/ }).waitFor();
    await page.locator(".page-problem", { hasText: "SW-LEDGER" }).waitFor();
    await page.unroute("**/single-window/status");
    await page.unroute("**/single-window/documents?*");
    await row("invalid.xml").waitFor();
    await page.locator(".page-problem").waitFor({ state: "hidden" });
    await page.unroute("**/single-window/changes?*");
    // The browser's own words for the answer.
    assert.ok(opened.problems.splice(0).every((words) => words.includes("503")));
    await page.reload();
    await row("invalid.xml").waitFor();
  });

  it("asks for the login again when it is no longer valid", async () => {
    const token = await page.evaluate(() => sessionStorage.getItem("single-window-token"));
    await fetch(`${bench.url}/auth/revoke`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ token }),
    });
    drop(bench.root, "DecCus001", "再来一份.xml", Buffer.from("<DecMessage><Again/></DecMessage>"));
    await page.getByText("登录已过期，请重新登录。").waitFor();
    assert.equal(await page.locator(".page-desk").count(), 0);
  });

  it("had nothing to complain about", () => {
    assert.deepEqual(opened.problems, []);
  });
});
