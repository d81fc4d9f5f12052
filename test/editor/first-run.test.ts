import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import type { NodeRed } from "../../scripts/node-red.js";
import { freePort } from "../../scripts/ports.js";
import { type ExampleNode, examples } from "../support/examples.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { until } from "../support/until.js";
import { axeFindings } from "./axe.js";
import {
  closeAllDialogs,
  closeDialog,
  type Editor,
  type Language,
  launchBrowser,
  openDialog,
  openEditor,
} from "./browser.js";
import { idOf, RAW_KEY, startExample } from "./example.js";

/** What the example takes from the environment, as somebody types it who has set nothing yet; what a card needs follows from its kind. */
const typed = (root: string): Record<string, string> => ({
  SW_CLIENT_ID: "DEMO0001",
  SW_ROOT: root,
  SW_AMQP_HOST: "127.0.0.1",
  SW_AMQP_USER: "U_SWDEMO0001",
  SW_AMQP_PASSWORD: "secret-1",
  SW_CARD_BACKEND: "pkcs11",
  SW_PKCS11_MODULE: "/no/such/module.so",
  SW_CARD_PIN: "secret-2",
});

describe("first run", () => {
  let nodeRed: NodeRed;
  let browser: Browser;
  let editor: Editor;
  const root = join(scratch(), "ImpPath");

  before(async () => {
    // Nothing of the example's environment is set.
    nodeRed = await startExample({ SW_AMQP_PORT: String(await freePort()), SW_AMQP_TLS: "false" });
    browser = await launchBrowser();
    editor = await openEditor(browser, nodeRed.url, "en-US");
    await editor.page.setViewportSize({ width: 1024, height: 1100 });
  });
  afterEach(async () => {
    await closeAllDialogs(editor.page);
    assert.deepEqual(editor.problems.splice(0), []);
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    removeScratch();
  });

  const rowOf = (name: string) =>
    editor.page.locator(".form-row", { has: editor.page.locator(`#node-config-input-${name}`) });
  const gaps = () => editor.page.locator(".sw-missing li");
  const focused = () =>
    editor.page.evaluate(() =>
      document.activeElement?.closest(".form-row")?.querySelector("label")?.getAttribute("for"),
    );
  /** As a person does by the menus of the field, which other tests look at. */
  const setType = (name: string, type: string, value: string) =>
    editor.page.evaluate(
      ([field, kind, text]) => {
        // biome-ignore lint/suspicious/noExplicitAny: the editor publishes no types
        const input = $(`#node-config-input-${field}`) as any;
        input.typedInput("type", kind);
        input.typedInput("value", text);
      },
      [name, type, value],
    );

  for (const language of ["en-US", "zh-CN"] as Language[]) {
    it(`names everything that is missing at once, ${language}, with its variable`, async () => {
      const { page, problems, close } = await openEditor(browser, nodeRed.url, language);
      await openDialog(page, idOf("sw-import-client"));
      await page.locator(".sw-missing li").first().waitFor();
      const text = (await page.locator(".sw-missing").textContent()) ?? "";
      for (const variable of Object.keys(typed(""))) {
        assert.equal(text.includes(variable), !/PKCS11|PIN/.test(variable), `${variable} in: ${text}`);
      }
      const kinds = await page.locator("#sw-variable-SW_CARD_BACKEND option").allTextContents();
      assert.ok(
        kinds.includes(language === "en-US" ? "card control on this machine (control)" : "本机卡控件 (control)"),
      );
      assert.match(text, language === "en-US" ? /the root folder is not set/ : /未设置报文根目录/);
      assert.doesNotMatch(text, RAW_KEY);
      assert.deepEqual(await axeFindings(page, ".sw-missing"), []);
      await closeDialog(page, "cancel");
      assert.deepEqual(problems, []);
      await close();
    });
  }

  it("shows the client in the sidebar by its name with what it lacks, and the page says whom to ask", async () => {
    const name = "单一窗口 Single Window";
    const { page } = editor;
    await page.evaluate(() => RED.sidebar.show("sw-sidebar"));
    const box = page.locator(".sw-client", { hasText: name });
    await box
      .getByText(/the root folder is not set.*the client ID is not set.*Double-click the import-client/)
      .waitFor();
    assert.deepEqual(await axeFindings(page, ".sw-client"), []);
    const other = await browser.newPage({ locale: "en-US" });
    await other.goto(`${nodeRed.url}/single-window/page`);
    await other
      .locator(".sw-client", { hasText: name })
      .getByText(/the root folder is not set.*ask IT\./)
      .waitFor();
    await other.close();
  });

  it("leads to each field, in this dialog and in that of another node", async () => {
    const { page } = editor;
    await openDialog(page, idOf("sw-import-client"));
    await gaps().first().waitFor();
    await page.locator(".sw-way", { hasText: "Root folder" }).click();
    await until("the field of the root has the focus", async () => (await focused()) === "node-config-input-root");
    await page.locator(".sw-way", { hasText: "Broker · Host" }).click();
    await until("the field of the host has the focus", async () => (await focused()) === "node-config-input-host");
    await page.getByText("Edit sw-mq-broker node").waitFor();
    await closeAllDialogs(page);
  });

  it("keeps the values of variables in Node-RED's global environment, and works with them once deployed", async () => {
    const { page } = editor;
    await openDialog(page, idOf("sw-import-client"));
    await gaps().first().waitFor();
    const before = await gaps().count();
    for (const [name, value] of Object.entries(typed(root))) {
      if (name === "SW_CARD_BACKEND") {
        await page.locator(`#sw-variable-${name}`).selectOption(value);
        continue;
      }
      await page.locator(`#sw-variable-${name}`).fill(value);
      const type = await page.locator(`#sw-variable-${name}`).getAttribute("type");
      assert.equal(type, /PIN|PASSWORD/.test(name) ? "password" : "text", name);
    }
    await page.getByRole("button", { name: "Keep in Node-RED's global environment" }).click();
    // What is left is wrong, not unset: the card's driver is not there, and nothing to take documents from.
    await until("two gaps are left", async () => (await gaps().count()) === 2);
    assert.ok(before > 5, `${before}`);
    assert.match((await gaps().last().textContent()) ?? "", /Card · .*the PKCS#11 module .*\/no\/such\/module\.so/);
    assert.match((await gaps().first().textContent()) ?? "", /there is no business folder in the root/);
    await page.locator(".sw-way", { hasText: "Folders to make" }).click();
    await until("the field has the focus", async () => (await focused()) === "node-config-input-newFolders");

    await rowOf("newFolders")
      .getByRole("button", { name: /Choose/ })
      .click();
    for (const code of ["DecCus001", "Sas"]) await page.locator(".sw-choice", { hasText: code }).click();
    assert.equal(await page.locator("#node-config-input-newFolders").inputValue(), "DecCus001,Sas");
    await until("one gap is left", async () => (await gaps().count()) === 1);
    await closeDialog(page, "save");
    await page.evaluate(() => RED.actions.invoke("core:deploy-flows"));
    await until("the folders are made", () => existsSync(join(root, "Sas", "OutBox")) || undefined);
    const flows = (await (await fetch(`${nodeRed.url}/flows`)).text()) as string;
    assert.doesNotMatch(flows, /secret-[12]/, "what is secret is no part of the flow");
    // The red of before is gone with what it was about.
    const status = () =>
      page.evaluate((type) => {
        let text = "?";
        RED.nodes.eachNode((node: { type: string; status?: { text?: string } }) => {
          if (node.type === type) text = node.status?.text ?? "";
        });
        return text;
      }, "sw-preflight");
    await until("preflight is red no longer", async () => (await status()) === "" || undefined);
    await openDialog(page, idOf("sw-import-client"));
    await until("the deployed values count", async () => (await gaps().count()) === 1);
    await closeDialog(page, "cancel");
  });

  it("lists what a second company lacks as a group of its own, and takes over what both share when a person says so", async () => {
    const { page } = editor;
    const second = examples.get("12-second-company.json") as ExampleNode[];
    const broker = second.find(({ type }) => type === "sw-mq-broker")?.id ?? "";
    const host = () => page.evaluate((id) => RED.nodes.node(id).host, broker);
    // One that was made by hand: no variable stands in the field.
    await page.evaluate((nodes) => RED.view.importNodes(nodes), structuredClone(second));
    await page.evaluate((id) => Object.assign(RED.nodes.node(id), { host: "" }), broker);
    await openDialog(page, idOf("sw-import-client"));
    const group = page.locator(".sw-missing section").nth(1);
    await group.getByRole("heading", { name: "第二家企业 Second company" }).waitFor();
    const variables = await group.locator("code").allTextContents();
    for (const name of ["AMQP_USER", "AMQP_PASSWORD", "CARD_PIN", "CUSTOMS_CODE"]) {
      assert.ok(variables.includes(`SW_B_${name}`), `${name} in ${variables}`);
    }
    assert.deepEqual(await axeFindings(page, ".sw-missing"), []);
    await page.locator("#sw-variable-SW_B_ROOT").fill("/second");
    const offers = group.locator("li").getByRole("button", { name: /^As / });
    assert.deepEqual(await offers.allTextContents(), [" As 单一窗口 Single Window: 127.0.0.1"]);
    await offers.click();
    await until("the host is no gap any longer", async () => (await offers.count()) === 0);
    assert.equal(await host(), "127.0.0.1");
    assert.equal(await page.locator("#sw-variable-SW_B_ROOT").inputValue(), "/second", "what was typed stays");
    await closeDialog(page, "cancel");
    await page.evaluate(() => RED.history.pop());
    assert.equal(await host(), "", "it can be undone");
  });

  it("shows production in red, and only after a person has agreed", async () => {
    const id = idOf("sw-import-client");
    const { page } = editor;
    const environment = () => page.evaluate((node) => RED.nodes.node(node).environment, id);
    const before = await environment();
    const note = page.locator(".sw-live");
    await openDialog(page, id);
    assert.equal(await note.isVisible(), false);
    await setType("environment", "choice", "production");
    await note.getByText("Is this meant?").waitFor();
    assert.deepEqual(await axeFindings(page, ".sw-live"), []);
    await note.getByRole("button", { name: "No, back" }).click();
    await note.waitFor({ state: "hidden" });
    await setType("environment", "choice", "production");
    await note.getByText("Is this meant?").waitFor();
    await closeDialog(page, "save");
    assert.equal(await environment(), before, "nobody has agreed");
    await openDialog(page, id);
    await setType("environment", "choice", "production");
    await note.getByRole("button", { name: "Yes, production" }).click();
    await note.getByText("declared for real").waitFor();
    assert.equal((await note.textContent())?.trim(), "Production: documents are declared for real.");
    await closeDialog(page, "save");
    assert.equal(await environment(), "production");
    await openDialog(page, id);
    await note.getByText("declared for real").waitFor();
    await setType("environment", "env", "SW_ENVIRONMENT");
    await closeDialog(page, "save");
    assert.equal(await environment(), before);
  });

  it("offers the modules, and says why there are no tokens", async () => {
    const { page } = editor;
    await openDialog(page, idOf("sw-card"));
    await setType("backend", "choice", "pkcs11");
    await rowOf("token")
      .getByRole("button", { name: /Choose/ })
      .click();
    await rowOf("token").getByText("C134").waitFor();
    await rowOf("module")
      .getByRole("button", { name: /Choose/ })
      .click();
    const module = rowOf("module").locator(".sw-choice").first();
    const path = (await module.locator("b").textContent()) ?? "";
    assert.match(path, /softhsm/);
    assert.deepEqual(await axeFindings(page, ".red-ui-tray .sw-pick"), []);
    await module.press("Enter");
    assert.equal(await page.locator("#node-config-input-module").inputValue(), path);
    await closeDialog(page, "cancel");
  });

  it("offers the usual queue, and those of other nodes", async () => {
    const { page } = editor;
    await openDialog(page, idOf("sw-mq-send"));
    const row = page.locator(".form-row", { has: page.locator("#node-input-queue") });
    await row.getByRole("button", { name: /Choose/ }).click();
    await row.locator(".sw-choice", { hasText: "Q_SendDEMO0001" }).click();
    assert.equal(await page.locator("#node-input-queue").inputValue(), "Q_SendDEMO0001");
    await closeDialog(page, "cancel");
  });
});
