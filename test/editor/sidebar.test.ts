import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { readZip } from "../../lib/archive/index.js";
import { openLedger } from "../../lib/ledger/index.js";
import type { NodeRed } from "../../scripts/node-red.js";
import { startNodeRed } from "../../scripts/node-red.js";
import { freePort } from "../../scripts/ports.js";
import { drop } from "../support/boxes.js";
import { generateDocument } from "../support/generate-documents.js";
import { documentRow, newReceipt, step } from "../support/rows.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { axeFindings } from "./axe.js";
import { type Editor, launchBrowser, openEditor } from "./browser.js";
import { exampleEnvironment, QUIET, startExample } from "./example.js";

const example = join(__dirname, "..", "..", "examples", "01-import-client.json");
/** A name that would run as HTML where it is not put in as text; it is a legal file name. */
const HOSTILE = "<img src=x onerror=document.title='run'>.xml";

describe("sidebar", () => {
  let nodeRed: NodeRed;
  let reader: NodeRed;
  let browser: Browser;
  let editor: Editor;
  let page: Page;
  const root = join(scratch(), "ImpPath");

  /** Documents that others have sent before: one waits for each receipt, one has both. */
  async function seed(root: string): Promise<void> {
    const ledger = await openLedger(join(root, ".ledger", "ledger.db"));
    const ago = (minutes: number) => Date.now() - minutes * 60_000;
    for (const [fileName, minutes, kinds] of [
      ["等导入.xml", 45, []],
      ["等业务.xml", 3000, ["import"]],
      ["已结关.xml", 300, ["import", "business"]],
    ] as const) {
      const made = documentRow({ fileName, settled: true, box: "none", claimedAt: ago(minutes) });
      await ledger.claim(made);
      await ledger.transition(made.id, step("sending"), {}, { event: "sending" });
      await ledger.transition(made.id, step("sent"), { sentAt: ago(minutes) }, { event: "sent" });
      for (const kind of kinds) {
        const isImport = kind === "import";
        await ledger.addReceipt(
          newReceipt({
            documentId: made.id,
            kind,
            format: isImport ? "DecImportResponse" : "DEC_RESULT",
            seqNo: "I20230000000000009",
            ...(!isImport && { code: "R", statusCode: "R", statusText: "结关", customsNo: "530020231234567890" }),
            at: ago(minutes - 1),
            receivedAt: ago(minutes - 2),
          }),
        );
      }
      if (fileName === "等导入.xml") {
        const [event] = await ledger.eventsAfter(0, 1);
        if (event) await ledger.recordOverdue(event, "import", "test");
      }
    }
    await ledger.close();
  }

  const row = (text: string) => page.locator("button.sw-document", { hasText: text });

  before(async () => {
    drop(root, "DecCus001", "报关单一.xml", generateDocument({ type: "DEC", seed: 7 }).xml);
    drop(root, "DecCus001", HOSTILE, Buffer.from("<DecMessage><Hostile/></DecMessage>"));
    drop(root, "DecCus001", "invalid.xml", Buffer.from("<DecMessage><Wrong/></DecMessage>"));
    await seed(root);
    const userDir = scratch();
    nodeRed = await startExample(await exampleEnvironment(root), { userDir });
    browser = await launchBrowser();
    editor = await openEditor(browser, nodeRed.url, "zh-CN");
    page = editor.page;
    await page.evaluate(() => RED.sidebar.show("sw-sidebar"));
  });

  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    await reader?.stop();
    removeScratch();
  });

  it("shows the client, its connection and the counts in the viewer's language", async () => {
    const box = page.locator(".sw-client");
    await box.waitFor();
    const text = (await box.textContent()) ?? "";
    assert.match(text, /测试环境/);
    assert.match(text, /DEMO0001/);
    assert.match(text, /Q_SendDEMO0001/);
    assert.match(text, /未连接|正在连接/);
  });

  it("tests the connection of a client, and keeps the table while the status is asked again", async () => {
    await page.locator(".sw-client").getByRole("button", { name: "测试连接" }).click();
    const table = page.locator(".sw-sidebar .sw-steps");
    const line = table.locator("tr", { hasText: "线路" });
    await line.waitFor();
    assert.match((await line.textContent()) ?? "", /不通过 \d+ ms.*C18 服务器端口拒绝连接.*→ /);
    const text = (await table.textContent()) ?? "";
    for (const step of ["客户端", "文件夹", "台账", "运行条件", "网卡", "环境", "域名", "PIN"]) {
      assert.ok(text.includes(step), `${step} is not in ${text}`);
    }
    for (const pressed of [true, false]) {
      const answer = page.waitForResponse((response) => response.url().endsWith("/single-window/status"));
      await page.locator(`.sw-chip[aria-pressed=${!pressed}]`, { hasText: "超时" }).click();
      await answer;
    }
    assert.equal(await line.isVisible(), true);
    assert.equal(await table.getByRole("button", { name: "复制诊断报告" }).isVisible(), true);
    await page.locator(".sw-sidebar").getByRole("button", { name: "关闭" }).click();
    await table.waitFor({ state: "detached" });
  });

  it("lists a document by itself, with its state and its reason", async () => {
    // It is valid, so it gets as far as the card; there it stops.
    await row("报关单一.xml").filter({ hasText: "KEY-UNREADABLE" }).waitFor();
    assert.match(
      (await row("报关单一.xml").textContent()) ?? "",
      /等待：卡操作失败.*DecCus001 · DEC · .*C134 卡操作失败/,
    );
    await row("invalid.xml").filter({ hasText: "未发出" }).waitFor();
  });

  it("says which receipt a document waits for, and for how long", async () => {
    await row("等导入.xml").getByText("等待导入回执 45 分钟").waitFor();
    await row("等业务.xml").getByText("等待业务回执 2 天").waitFor();
    assert.equal(await row("等导入.xml").locator(".sw-late").count(), 1);
    const closed = (await row("已结关.xml").textContent()) ?? "";
    assert.doesNotMatch(closed, /等待/);
    assert.match(closed, /统一编号：I20230000000000009.*海关编号：530020231234567890/);
  });

  it("shows both kinds of receipts with their times, the number to query by, and that one is overdue (faq 9, 21)", async () => {
    const story = page.locator(".sw-sidebar");
    await row("等导入.xml").click();
    await story.getByText("尚未收到 · 等待导入回执 45 分钟").waitFor();
    const overdue = story.locator(".sw-item", { hasText: "超时" });
    assert.match((await overdue.textContent()) ?? "", /导入回执尚未收到/);
    await page.getByRole("button", { name: "返回" }).click();
    await row("已结关.xml").click();
    await story.locator("dd", { hasText: "I20230000000000009" }).waitFor();
    const text = (await story.textContent()) ?? "";
    assert.match(text, /测试环境[\s\S]*DecCus001[\s\S]*发送时间[\s\S]*导入回执20\d\d[\s\S]*业务回执20\d\d/);
    assert.match(text, /DecImportResponse[\s\S]*结关[\s\S]*收到于/);
    await page.getByRole("button", { name: "复制，用于在单一窗口查询" }).click();
    await page.getByText("已复制").waitFor();
  });

  it("saves the support bundle as a ZIP", async () => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "支持包" }).click();
    const saved = await download;
    assert.match(saved.suggestedFilename(), /^SW-support_已结关_\d{17}\.zip$/);
    const files = await readZip(readFileSync(await saved.path()));
    assert.ok(files.some(({ name }) => name === "diagnose.txt"));
    await page.getByRole("button", { name: "返回" }).click();
  });

  it("filters by state and by text", async () => {
    await page.getByLabel("文件名、企业内部编号、统一编号").fill("报关单一");
    await row("invalid.xml").waitFor({ state: "detached" });
    assert.equal(await row("报关单一.xml").count(), 1);
    await page.getByLabel("状态").selectOption("accepted");
    await row("报关单一.xml").waitFor({ state: "detached" });
    await page.getByText("没有单据。").waitFor();
    await page.getByLabel("文件名、企业内部编号、统一编号").fill("");
    await page.getByLabel("状态").selectOption("");
    await row("invalid.xml").waitFor();
  });

  it("opens what is pressed while the list is asked for anew", async () => {
    await row("invalid.xml").hover();
    await page.mouse.down();
    const answer = page.waitForResponse((response) => response.url().includes("/single-window/documents?"));
    await page.getByLabel("状态").dispatchEvent("change");
    await (await answer).finished();
    // As long as it takes to show an answer of which nothing holds it back.
    await page.evaluate(async () => {
      await new Promise((done) => setTimeout(done));
      await new Promise((done) => requestAnimationFrame(done));
    });
    await page.mouse.up();
    await page.locator(".sw-sidebar").getByText("业务文件夹").waitFor();
    await page.getByRole("button", { name: "返回" }).click();
    await row("invalid.xml").waitFor();
  });

  it("tells one document's story, and resends it only with a reason", async () => {
    await row("invalid.xml").click();
    const story = page.locator(".sw-sidebar");
    await story.getByText("业务文件夹").waitFor();
    const text = (await story.textContent()) ?? "";
    assert.match(text, /领取/);
    assert.match(text, /FailBox/);
    assert.match(text, /SW-XSD/);
    await story.getByRole("button", { name: "重发", exact: true }).click();
    await story.getByRole("button", { name: "确认重发" }).click();
    assert.equal(await story.locator("textarea").isVisible(), true, "an empty reason is not sent");
    await story.locator("textarea").fill("插卡后再发");
    await story.getByRole("button", { name: "确认重发" }).click();
    await story.getByText("人工重发").waitFor();
    await story.getByText("插卡后再发").waitFor();
    await page.getByRole("button", { name: "返回" }).click();
    await row("invalid.xml").waitFor();
  });

  it("resends what was taken in only when a person agrees to that, seeing its state and number", async () => {
    const posted: unknown[] = [];
    await page.route("**/resend", async (route) => {
      posted.push(route.request().postDataJSON());
      await route.fulfill({ json: {} });
    });
    await row("已结关.xml").click();
    const story = page.locator(".sw-sidebar");
    await story.getByRole("button", { name: "重发", exact: true }).click();
    await story.getByText("已结关.xml：结关（I20230000000000009）").waitFor();
    await story.locator("textarea").fill("对方要求");
    await story.getByRole("button", { name: "确认重发" }).click();
    assert.deepEqual(posted, [], "a reason alone is not enough");
    await story.getByLabel("我已核实，仍要再发一次").check();
    await story.getByRole("button", { name: "确认重发" }).click();
    await story.locator(".sw-reason").waitFor({ state: "detached" });
    assert.deepEqual(posted, [{ reason: "对方要求", as: "accepted" }]);
    await page.unroute("**/resend");
    await page.getByRole("button", { name: "返回" }).click();
  });

  it("shows names and texts from outside as text", async () => {
    const hostile = page.locator("button.sw-document", { hasText: HOSTILE });
    await hostile.waitFor();
    await hostile.click();
    await page.locator(".sw-sidebar .sw-title", { hasText: HOSTILE }).waitFor();
    await page.getByText("收到回执").or(page.getByText("办结")).first().waitFor();
    assert.equal(await page.locator(".sw-sidebar img").count(), 0);
    assert.notEqual(await page.title(), "run");
    await page.getByRole("button", { name: "返回" }).click();
  });

  it("shows a receipt's advice in the viewer's language, and when it was matched by a guess", async () => {
    const said = {
      "zh-CN": [/处理：压缩后重发/, /对应依据：仅时间，请核对/, /对应依据：统一编号/],
      "en-US": [/What to do: pack it/, /matched by time only, please check/, /matched by SeqNo/],
    } as const;
    for (const language of ["zh-CN", "en-US"] as const) {
      const other = await openEditor(browser, nodeRed.url, language);
      await other.page.route(/single-window\/documents\/[^/?]+$/, async (route) => {
        const answer = await route.fetch();
        const story = await answer.json();
        const [known] = story.receipts;
        const guessed = {
          ...known,
          advice: { zh: "处理：压缩后重发。", en: "What to do: pack it." },
          matchedBy: "time",
        };
        await route.fulfill({
          json: { ...story, receipts: [guessed, { ...known, ok: true, advice: null, matchedBy: "seqNo" }] },
        });
      });
      await other.page.evaluate(() => RED.sidebar.show("sw-sidebar"));
      await other.page.locator("button.sw-document", { hasText: "invalid.xml" }).click();
      const local = other.page.locator(".sw-item.sw-is-bad").first();
      await local.waitFor();
      const words = language === "zh-CN" ? /缺少必填元素/ : /lacks the required element/;
      assert.match((await local.textContent()) ?? "", words, "the Chinese of a local receipt, as its event says it");
      await other.page.locator(".sw-item .sw-icon-warn").waitFor();
      assert.equal(await other.page.locator(".sw-item .sw-icon-warn").count(), 1, "only the guess is marked");
      const text = (await other.page.locator(".sw-sidebar").textContent()) ?? "";
      for (const words of said[language]) assert.match(text, words);
      await other.close();
    }
  });

  it("shows a closed card, and releases it only with a reason", async () => {
    const other = await openEditor(browser, nodeRed.url, "zh-CN");
    let state = "closed";
    const posted: unknown[] = [];
    await other.page.route("**/single-window/status", async (route) => {
      const answer = await route.fetch();
      const clients = await answer.json();
      for (const client of clients) Object.assign(client.cards[0], { state, name: HOSTILE, code: "CKR_PIN_INCORRECT" });
      await route.fulfill({ json: clients });
    });
    await other.page.route("**/single-window/cards/*/release", async (route) => {
      posted.push(route.request().postDataJSON(), new URL(route.request().url()).pathname);
      state = "ready";
      await route.fulfill({ json: {} });
    });
    await other.page.evaluate(() => RED.sidebar.show("sw-sidebar"));
    const box = other.page.locator(".sw-client");
    await box.getByText("PIN 保护已触发 · CKR_PIN_INCORRECT").waitFor();
    assert.equal(await other.page.locator(".sw-sidebar img").count(), 0);
    await box.getByRole("button", { name: "解除", exact: true }).click();
    await box.getByRole("button", { name: "确认解除" }).click();
    assert.deepEqual(posted, [], "an empty reason is not sent");
    await box.locator("textarea").fill("已与持卡人核对");
    await box.getByRole("button", { name: "确认解除" }).click();
    await box.locator(".sw-light", { hasText: "IC 卡：就绪" }).waitFor();
    assert.deepEqual(posted, [{ reason: "已与持卡人核对" }, "/single-window/cards/9575f34ac652afc8/release"]);
    assert.equal(await box.getByRole("button", { name: "解除", exact: true }).count(), 0);
    assert.equal(await other.page.locator(".red-ui-notification img").count(), 0);
    await other.close();
  });

  it("shows what changes as it comes, and asks for nothing while nobody sees it", async () => {
    const other = await openEditor(browser, nodeRed.url, "zh-CN");
    let asked = 0;
    other.page.on("request", (request) => {
      if (request.url().includes("/single-window/")) asked++;
    });
    const newRow = (name: string) => other.page.locator("button.sw-document", { hasText: name });
    await other.page.evaluate(() => RED.sidebar.show("sw-sidebar"));
    await other.page.locator(".sw-client").waitFor();
    drop(root, "DecCus001", "新来的.xml", Buffer.from("<DecMessage><New/></DecMessage>"));
    await newRow("新来的.xml").filter({ hasText: "未发出" }).waitFor();
    // It is hidden while its request waits; where the answer comes at that very moment, once more.
    for (let given = false; !given; ) {
      await other.page.evaluate(() => RED.sidebar.show("info"));
      const asking = other.page.waitForRequest((request) => request.url().includes("/changes?after="));
      await other.page.evaluate(() => RED.sidebar.show("sw-sidebar"));
      const request = await asking;
      await other.page.evaluate(() => RED.sidebar.show("info"));
      given = (await request.response().catch(() => null)) === null;
    }
    asked = 0;
    drop(root, "DecCus001", "没人看.xml", Buffer.from("<DecMessage><Unseen/></DecMessage>"));
    // Another viewer sees it end, and by then the hidden one has asked nothing.
    await row("没人看.xml").filter({ hasText: "未发出" }).waitFor();
    assert.equal(asked, 0, "it asked while nobody saw it");
    await other.page.evaluate(() => RED.sidebar.show("sw-sidebar"));
    await newRow("没人看.xml").filter({ hasText: "未发出" }).waitFor();
    await other.close();
  });

  for (const language of ["zh-CN", "en-US"] as const) {
    it(`gives axe nothing to find, in ${language}`, async () => {
      const other = await openEditor(browser, nodeRed.url, language);
      await other.page.evaluate(() => RED.sidebar.show("sw-sidebar"));
      await other.page.locator("button.sw-document", { hasText: "已结关.xml" }).waitFor();
      await other.page.locator(".sw-client summary").click();
      assert.deepEqual(await axeFindings(other.page, ".sw-sidebar"), []);
      await other.page.locator("button.sw-document", { hasText: "已结关.xml" }).click();
      await other.page.locator(".sw-sidebar .sw-item").first().waitFor();
      assert.deepEqual(await axeFindings(other.page, ".sw-sidebar"), []);
      await other.close();
    });
  }

  it("had nothing to complain about", () => {
    assert.deepEqual(editor.problems, []);
  });

  it("tells a reader without write permission so, and changes nothing", async () => {
    const root = join(scratch(), "ImpPath");
    drop(root, "DecCus001", "读.xml", Buffer.from("<DecMessage><Wrong/></DecMessage>"));
    const userDir = scratch();
    mkdirSync(userDir, { recursive: true });
    copyFileSync(example, join(userDir, "flows.json"));
    reader = await startNodeRed({
      userDir,
      port: await freePort(),
      settings: { editorTheme: QUIET, adminAuth: { type: "credentials", users: [], default: { permissions: "read" } } },
      env: await exampleEnvironment(root),
    });
    const other = await openEditor(browser, reader.url, "en-US");
    await other.page.evaluate(() => RED.sidebar.show("sw-sidebar"));
    await other.page.locator("button.sw-document", { hasText: "读.xml" }).filter({ hasText: "not sent" }).waitFor();
    await other.page.locator("button.sw-document").first().click();
    await other.page.getByRole("button", { name: "Resend" }).click();
    await other.page.locator(".sw-sidebar textarea").fill("because");
    await other.page.locator(".sw-reason button[type=submit]").click();
    await other.page.getByText("lacks the permission").waitFor();
    const story = await other.page.evaluate(async () => {
      const { documents } = await fetch("single-window/documents").then((answer) => answer.json());
      return documents.map(({ state, attempt }: { state: string; attempt: number }) => ({ state, attempt }));
    });
    assert.deepEqual(story, [{ state: "failed", attempt: 1 }]);
    const card = await other.page.evaluate(async () => {
      const answer = await fetch("single-window/cards/9575f34ac652afc8/release", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ reason: "because" }),
      });
      return answer.status;
    });
    assert.equal(card, 401, "a card's guard is not a reader's to open");
    const bundle = await other.page.evaluate(async () => {
      const { documents } = await fetch("single-window/documents").then((answer) => answer.json());
      return (await fetch(`single-window/documents/${documents[0].id}/bundle`)).status;
    });
    assert.equal(bundle, 401, "the declaration itself is not a reader's");
    await other.close();
  });
});
