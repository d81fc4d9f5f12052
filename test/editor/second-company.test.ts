import assert from "node:assert/strict";
import { cpSync, existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Browser } from "playwright-core";
import type { DocumentRow } from "../../lib/ledger/index.js";
import { makeSoftToken, type SoftToken } from "../../scripts/soft-token.js";
import { DEMO_IDENTITY, decXml } from "../../simulator/samples/index.js";
import { Simulator } from "../../simulator/simulator.js";
import { examples } from "../support/examples.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";
import { axeFindings } from "./axe.js";
import { type Editor, launchBrowser, openEditor } from "./browser.js";
import { RAW_KEY } from "./example.js";
import { Walk } from "./walk.js";

const CLIENT_ID = "COMPANY2";
const CUSTOMS_CODE = "3120960007";
const PIN = "2468135";

/** The first company works: its settings come from the environment, its card is in. The second one's card is in the same reader. */
describe("a second company, as somebody meets it who has the first one at work", function () {
  this.timeout(720_000);
  let theatre: Theatre;
  let stage: Stage;
  let card: SoftToken;
  let simulator: Simulator;
  let browser: Browser;
  let editor: Editor;

  before(async () => {
    theatre = await openTheatre();
    const dir = scratch();
    const company = { code: CUSTOMS_CODE, name: "Second" };
    card = await makeSoftToken({ dir, label: "card-2", pin: PIN, company, cardNumber: "8900000000025" });
    cpSync(join(dir, "tokens"), join(dirname(theatre.token.config), "tokens"), { recursive: true });
    stage = new Stage(theatre, { clientId: "COMPANY1", everyNode: true });
    await stage.startSimulator();
    const { host, port, user, password, vhost } = theatre.broker;
    simulator = new Simulator({
      broker: { host, port, user, password, vhost, tls: false, ca: "" },
      clientId: CLIENT_ID,
      sendQueue: `Q_Send${CLIENT_ID}`,
      receiveQueue: `Q_Recv${CLIENT_ID}`,
      commandQueue: `Q_Command${CLIENT_ID}`,
      onlyOnDemand: false,
      mode: "faq",
      delayMs: 0,
      prefetch: 10,
      certificates: [card.certificateFile],
      log: "",
    });
    await simulator.start();
    await stage.startNodeRed();
    browser = await launchBrowser();
    editor = await openEditor(browser, stage.nodeRed.url, "zh-CN");
    await editor.page.setViewportSize({ width: 1366, height: 768 });
  });
  after(async () => {
    await browser?.close();
    await stage?.close();
    await simulator?.stop();
    await theatre?.close();
    removeScratch();
  });

  it("takes the example, types what the company has of its own, deploys, and has its first document accepted", async () => {
    const { page, problems } = editor;
    const { broker } = theatre;
    const root = join(stage.dir, "Second");
    const walk = new Walk(page);
    const node = (name: string) => page.locator(".red-ui-flow-node-group, .red-ui-flow-node", { hasText: name }).last();
    await walk.importExample("12-second-company");
    await walk.click(page.locator(".red-ui-tab", { hasText: "第二家企业" }));
    await walk.click(node("几家企业"));
    await walk.doubleClick(node("待发送文件夹"));
    await walk.click(page.locator("#node-input-lookup-client, #node-input-btn-client-edit").first());
    await page.locator(".sw-missing li").first().waitFor();
    const words = (await page.locator(".sw-missing").textContent()) ?? "";
    assert.doesNotMatch(words, RAW_KEY);
    assert.deepEqual(await axeFindings(page, ".sw-missing"), []);
    const asked = await page
      .locator(".sw-variable input")
      .evaluateAll((inputs) => inputs.map(({ id }) => id.replace("sw-variable-SW_B_", "")));
    assert.deepEqual(asked, [
      "ROOT",
      "CLIENT_ID",
      "AMQP_USER",
      "AMQP_PASSWORD",
      "CARD_PIN",
      "ORG_CODE",
      "CUSTOMS_CODE",
      "REGION",
      "PKCS11_TOKEN",
    ]);
    const values: Record<string, string> = {
      ROOT: root,
      CLIENT_ID,
      AMQP_USER: broker.user,
      AMQP_PASSWORD: broker.password,
      CARD_PIN: PIN,
      ORG_CODE: "312096000",
      CUSTOMS_CODE,
      PKCS11_TOKEN: card.label,
    };
    for (const [name, value] of Object.entries(values))
      await walk.type(page.locator(`#sw-variable-SW_B_${name}`), value);
    await walk.click(page.getByRole("button", { name: `与“单一窗口 Single Window”相同：${DEMO_IDENTITY.region}` }));
    await walk.click(page.getByRole("button", { name: "存入 Node-RED 全局环境变量" }));
    await page.locator(".sw-missing li", { hasText: "下还没有业务文件夹" }).waitFor();
    const folders = page.locator(".form-row", { has: page.locator("#node-config-input-newFolders") });
    await walk.click(folders.getByRole("button", { name: /选择/ }));
    await walk.click(folders.locator(".sw-choice", { hasText: "DecCus001" }).first());
    await page.locator(".sw-missing").getByText("所需设置齐全。").waitFor();
    await walk.click(page.locator("#node-config-dialog-ok"));
    await walk.click(page.locator("#node-dialog-ok"));
    await walk.click(page.locator("#red-ui-header-button-deploy"));
    const outBox = join(root, "DecCus001", "OutBox");
    await until("the second company has its folder", () => existsSync(outBox));
    walk.outside(() => writeFileSync(join(outBox, "B-1.xml"), decXml({ key: "B-1", goods: 1 })));
    await until("its document is accepted", async () => {
      const { documents } = await stage.ask<{ documents: DocumentRow[] }>("documents");
      return documents.some((row) => row.clientId === CLIENT_ID && row.clientKey === "B-1" && row.state === "accepted");
    });
    const info = examples.get("12-second-company.json")?.find(({ type }) => type === "comment")?.info ?? "";
    const chinese = info
      .split("\n")
      .filter((line) => /[\u4e00-\u9fff]/.test(line))
      .join("");
    console.log(`      ${walk.said(chinese)}`);
    const own = problems.filter((problem) => !/catalog|ERR_NAME_NOT_RESOLVED/.test(problem));
    assert.deepEqual(own, []);
  });
});
