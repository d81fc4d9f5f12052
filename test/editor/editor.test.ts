import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { NodeRed } from "../../scripts/node-red.js";
import { startNodeRed } from "../../scripts/node-red.js";
import { freePort } from "../../scripts/ports.js";
import { removeScratch, scratch } from "../support/scratch.js";
import {
  closeAllDialogs,
  closeDialog,
  type Editor,
  type Language,
  launchBrowser,
  openDialog,
  openEditor,
} from "./browser.js";

const repo = join(__dirname, "..", "..");
const example = join(repo, "examples", "01-import-client.json");

interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

/** A node as the editor holds it. */
interface EditorNode {
  type: string;
  valid: boolean;
  validationErrors: string[];
}

const flow = JSON.parse(readFileSync(example, "utf8")) as FlowNode[];
const ours = flow.filter(({ type }) => type.startsWith("sw-"));
const idOf = (type: string): string => ours.find((node) => node.type === type)?.id ?? "";
/** One node of each type is enough for a look at its dialog. */
const oneOfEach = [...new Map(ours.map((node) => [node.type, node])).values()];

/** A catalogue key that nobody translated: `folder-watch.label.client`, or with its namespace before it. */
const RAW_KEY =
  /@single-window\/|[a-z]+\.(?:label|tip|group|option|placeholder|error|status|output|rule|palette|sidebar)\.[\w.-]+|sidebar\.\w+/;

const PALETTE: Record<Language, { category: string; labels: string[] }> = {
  "en-US": {
    category: "Single Window",
    labels: [
      "folder watch",
      "validate XSD",
      "preflight",
      "zip",
      "card sign",
      "MQ send",
      "MQ receive",
      "receipt parse",
    ].concat(["settle", "documents", "diagnose"]),
  },
  "zh-CN": {
    category: "单一窗口",
    labels: [
      "待发送文件夹",
      "XSD 校验",
      "发送前检查",
      "ZIP 打包",
      "IC 卡签名",
      "发送报文",
      "接收回执",
      "解析回执",
    ].concat(["办结", "报文台账", "连接诊断"]),
  },
};

/** Every node and config node in the editor, with what its validators say. */
function nodesIn(page: Page): Promise<EditorNode[]> {
  return page.evaluate(() => {
    const nodes: EditorNode[] = [];
    // Function expressions: the compiler wraps named ones in a helper that the page does not have.
    RED.nodes.eachNode((node: EditorNode) => nodes.push(node));
    RED.nodes.eachConfig((node: EditorNode) => nodes.push(node));
    return nodes.map(({ type, valid, validationErrors }) => ({
      type,
      valid,
      validationErrors: validationErrors ?? [],
    }));
  });
}

describe("editor", () => {
  let nodeRed: NodeRed;
  let browser: Browser;

  before(async () => {
    const root = scratch();
    // Nothing listens behind these: what is tested here is the editor, and that it is told so.
    nodeRed = await startNodeRed({
      userDir: scratch(),
      port: await freePort(),
      flowFile: example,
      settings: { editorTheme: { tours: false, palette: { catalogues: [] }, multiplayer: { enabled: false } } },
      env: {
        SW_ROOT: join(root, "ImpPath"),
        SW_ENVIRONMENT: "test",
        SW_CLIENT_ID: "DEMO0001",
        SW_ORG_CODE: "123456789",
        SW_CUSTOMS_CODE: "4403960000",
        SW_REGION: "5300",
        SW_AMQP_HOST: "127.0.0.1",
        SW_AMQP_PORT: String(await freePort()),
        SW_AMQP_TLS: "false",
        SW_CARD_BACKEND: "software",
        SW_CARD_KEYFILE: join(root, "no-such-key.pem"),
      },
    });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
    removeScratch();
  });

  for (const language of ["zh-CN", "en-US"] as const) {
    describe(language, () => {
      let editor: Editor;

      before(async () => {
        editor = await openEditor(browser, nodeRed.url, language);
      });

      afterEach(async () => {
        await closeAllDialogs(editor.page);
        assert.deepEqual(editor.problems.splice(0), []);
      });

      after(() => editor.close());

      it("opens without a complaint, and shows the palette in its language", async () => {
        const found = await editor.page.evaluate(() => ({
          category: $("#red-ui-palette-header-single_window").text(),
          labels: $("#red-ui-palette-container-single_window .red-ui-palette-node")
            .map((_: number, element: Element) => $(element).attr("data-palette-label"))
            .get(),
        }));
        assert.equal(found.category.trim(), PALETTE[language].category);
        assert.deepEqual([...found.labels].sort(), [...PALETTE[language].labels].sort());
      });

      it("shows every icon of ours", async () => {
        const missing = await editor.page.evaluate(async () => {
          const urls = RED.nodes.registry
            .getNodeTypes()
            .filter((type: string) => type.startsWith("sw-") && RED.nodes.getType(type).icon)
            .map((type: string) => RED.utils.getNodeIcon(RED.nodes.getType(type)));
          const answers = await Promise.all(
            urls.map((url: string) => fetch(url).then((answer) => [url, answer.ok, answer.url])),
          );
          return answers.filter(
            ([url, ok, final]) => !ok || String(final).includes("arrow-in") || !String(url).includes("single-window"),
          );
        });
        assert.deepEqual(missing, []);
      });

      it("takes every node of the example for valid", async () => {
        const invalid = (await nodesIn(editor.page)).filter(({ type, valid }) => type.startsWith("sw-") && !valid);
        assert.deepEqual(invalid, []);
      });

      for (const { id, type } of oneOfEach) {
        it(`opens the dialog of ${type}: no raw key, a label for every field, and nothing changed by saving`, async () => {
          const { page } = editor;
          await openDialog(page, id);
          const dialog = page.locator(".red-ui-tray .red-ui-tray-body");
          const text = (await dialog.textContent()) ?? "";
          assert.doesNotMatch(text, RAW_KEY);
          const attributes = await dialog.evaluate((element) =>
            [...element.querySelectorAll("[placeholder], [title], [aria-label]")].flatMap((field) =>
              ["placeholder", "title", "aria-label"].map((name) => field.getAttribute(name) ?? ""),
            ),
          );
          assert.doesNotMatch(attributes.join("\n"), RAW_KEY);
          const nameless = await dialog.evaluate((element) =>
            [
              ...element.querySelectorAll<HTMLInputElement>(
                "#dialog-form input, #dialog-form select, #node-config-dialog-edit-form input, #node-config-dialog-edit-form select",
              ),
            ]
              .filter(
                (field) =>
                  field.type !== "hidden" && field.offsetParent !== null && !field.id.startsWith("red-ui-trap"),
              )
              .filter(
                (field) =>
                  ![...(field.labels ?? [])].some((label) => label.textContent?.trim()) &&
                  !document.getElementById(field.getAttribute("aria-labelledby") ?? "")?.textContent?.trim(),
              )
              .map((field) => field.id || field.className),
          );
          assert.deepEqual(nameless, []);
          // Without its credentials: the editor sends empty ones for fields that stay empty.
          const saved = () => page.evaluate((node) => RED.nodes.convertNode(RED.nodes.node(node), false), id);
          const before = await saved();
          await closeDialog(page, "save");
          assert.deepEqual(await saved(), before);
        });

        it(`has help for ${type} in its language`, async () => {
          const help = await editor.page.evaluate((name) => String(RED.nodes.getNodeHelp(name)), type);
          assert.match(help, language === "zh-CN" ? /<h3>详细<\/h3>/ : /<h3>Details<\/h3>/);
        });
      }
    });
  }

  describe("dialogs", () => {
    let editor: Editor;

    before(async () => {
      editor = await openEditor(browser, nodeRed.url, "en-US");
    });

    afterEach(async () => {
      await closeAllDialogs(editor.page);
      assert.deepEqual(editor.problems.splice(0), []);
    });

    after(() => editor.close());

    const property = (id: string, name: string) =>
      editor.page.evaluate(([node, key]) => RED.nodes.node(node)[key as string], [id, name]);

    /** Chooses another type in a typedInput, by keyboard alone. */
    async function chooseType(name: string, label: RegExp): Promise<void> {
      const row = editor.page.locator(".form-row", { has: editor.page.locator(`#node-config-input-${name}`) });
      await row.locator(".red-ui-typedInput-type-select").focus();
      await editor.page.keyboard.press("Enter");
      // The menu moves the focus to the chosen entry a moment after it has opened.
      await editor.page.locator(".red-ui-typedInput-options:visible a:focus").waitFor();
      const option = editor.page.locator(".red-ui-typedInput-options:visible a").filter({ hasText: label });
      await option.focus();
      await editor.page.keyboard.press("Enter");
    }

    it("save a text instead of an environment variable, and the variable again", async () => {
      const id = idOf("sw-import-client");
      const { page } = editor;
      await openDialog(page, id);
      await chooseType("clientId", /string/);
      const field = page
        .locator(".form-row", { has: page.locator("#node-config-input-clientId") })
        .locator("input.red-ui-typedInput-input");
      await field.fill("PLAIN01");
      await field.press("Tab");
      await closeDialog(page, "save");
      assert.equal(await property(id, "clientId"), "PLAIN01");
      await openDialog(page, id);
      assert.equal(await field.inputValue(), "PLAIN01");
      await chooseType("clientId", /env/);
      await field.fill("SW_CLIENT_ID");
      await field.press("Tab");
      await closeDialog(page, "save");
      assert.equal(await property(id, "clientId"), "$" + "{SW_CLIENT_ID}");
    });

    it("save a choice instead of an environment variable, and show what belongs to it", async () => {
      const id = idOf("sw-card");
      const { page } = editor;
      await openDialog(page, id);
      await chooseType("backend", /choice/);
      const row = page.locator(".form-row", { has: page.locator("#node-config-input-backend") });
      await row.locator(".red-ui-typedInput-option-trigger").click();
      await page.locator(".red-ui-typedInput-options:visible a").filter({ hasText: "card control" }).click();
      assert.equal(await page.locator(".form-row.sw-when-control").isVisible(), true);
      assert.equal(await page.locator("#node-config-input-module").locator("xpath=..").isVisible(), false);
      await closeDialog(page, "save");
      assert.equal(await property(id, "backend"), "control");
    });

    it("mark a bad value in the field, with the reason", async () => {
      const id = idOf("sw-mq-broker");
      const { page } = editor;
      await openDialog(page, id);
      const field = page.locator("#node-config-input-heartbeat");
      await field.fill("-3");
      await field.press("Tab");
      assert.match((await field.getAttribute("class")) ?? "", /input-error/);
      await closeDialog(page, "save");
      const errors = await property(id, "validationErrors");
      assert.deepEqual(errors, ["Heartbeat must be a whole number of seconds, 0 = off"]);
      // Nodes that name an invalid config node are invalid themselves, and the next tests look at some.
      await openDialog(page, id);
      await field.fill("10");
      await closeDialog(page, "save");
    });

    it("keep the rules of preflight as JSON", async () => {
      const id = idOf("sw-preflight");
      const { page } = editor;
      await openDialog(page, id);
      await page.getByLabel("empty numeric element").selectOption("warning");
      await page.getByLabel("wrong SysId").selectOption("off");
      await closeDialog(page, "save");
      assert.deepEqual(JSON.parse(await property(id, "rules")), { "empty-numeric": "warning", "sys-id": "off" });
      await openDialog(page, id);
      await page.getByLabel("wrong SysId").selectOption("");
      await closeDialog(page, "save");
      assert.deepEqual(JSON.parse(await property(id, "rules")), { "empty-numeric": "warning" });
    });

    it("keep the message fields as a table: added, typed, taken away", async () => {
      const id = idOf("sw-mq-send");
      const { page } = editor;
      const fields = async () => JSON.parse(await property(id, "fields"));
      const before = await property(id, "fields");
      await openDialog(page, id);
      await page.locator(".sw-fields .red-ui-editableList-addButton").click();
      await page.locator(".sw-fields li").first().getByLabel("Name").fill("站点");
      await page.locator(".sw-fields li").first().getByLabel("Value").and(page.locator("input:visible")).fill("SZ");
      await page.locator(".sw-fields .red-ui-editableList-addButton").click();
      const second = page.locator(".sw-fields li").nth(1);
      await second.getByLabel("Goes to").selectOption("dxp");
      await second.getByLabel("Name").selectOption("IcCard");
      await second.locator("button.red-ui-typedInput-type-select").click();
      await page
        .locator(".red-ui-typedInput-options:visible a")
        .filter({ hasText: /^\s*msg\.$/ })
        .click();
      await second.getByLabel("Value").and(page.locator("input:visible")).fill("card");
      await closeDialog(page, "save");
      const first = { to: "header", name: "站点", value: "SZ", type: "str" };
      assert.deepEqual(await fields(), [first, { to: "dxp", name: "IcCard", value: "card", type: "msg" }]);
      await openDialog(page, id);
      assert.equal(await page.locator(".sw-fields li").count(), 2);
      await page.locator(".sw-fields li").nth(1).locator(".red-ui-editableList-item-remove").click();
      await page.locator(".sw-fields li").nth(1).waitFor({ state: "detached" });
      await closeDialog(page, "save");
      assert.deepEqual(await fields(), [first]);
      await openDialog(page, id);
      await page.locator(".sw-fields li").first().getByLabel("Name").fill("");
      await closeDialog(page, "save");
      assert.deepEqual(await property(id, "validationErrors"), [
        "The table of message fields has a row without a name",
      ]);
      await openDialog(page, id);
      await page.locator(".sw-fields .red-ui-editableList-item-remove").click();
      await page.locator(".sw-fields li").waitFor({ state: "detached" });
      await closeDialog(page, "save");
      assert.equal(await property(id, "fields"), before);
    });

    it("never get a saved password back from the server", async () => {
      const id = idOf("sw-mq-broker");
      const { page } = editor;
      await openDialog(page, id);
      assert.equal(await page.locator("#node-config-input-password").getAttribute("type"), "password");
      await closeDialog(page, "cancel");
      await openDialog(page, idOf("sw-card"));
      assert.equal(await page.locator("#node-config-input-pin").getAttribute("type"), "password");
      await closeDialog(page, "cancel");
    });

    it("test the connection of what is deployed, step by step", async () => {
      const { page, problems, close } = await openEditor(browser, nodeRed.url, "en-US");
      await openDialog(page, idOf("sw-mq-broker"));
      await page.getByRole("button", { name: "Test connection" }).click();
      const line = page.locator(".sw-diagnosis tr", { hasText: "Line" });
      await line.waitFor();
      assert.match((await line.textContent()) ?? "", /failed/);
      assert.match((await line.textContent()) ?? "", /C18/);
      assert.doesNotMatch((await page.locator(".sw-diagnosis").textContent()) ?? "", RAW_KEY);
      for (const name of ["Copy report", "Copy change request"]) {
        assert.equal(await page.getByRole("button", { name }).isVisible(), true, name);
      }
      assert.equal(await page.locator(".sw-undeployed").count(), 0);
      await closeDialog(page, "cancel");
      assert.deepEqual(problems, []);
      await close();
    });

    it("say that a change which is not deployed was not tested", async () => {
      const { page, close } = await openEditor(browser, nodeRed.url, "en-US");
      await openDialog(page, idOf("sw-mq-broker"));
      await page.locator("#node-config-input-heartbeat").fill("11");
      await page.getByRole("button", { name: "Test connection" }).click();
      await page.locator(".sw-undeployed").waitFor();
      await page.locator("#node-config-input-heartbeat").fill("10");
      await page.getByRole("button", { name: "Test connection" }).click();
      await page.locator(".sw-undeployed").waitFor({ state: "detached" });
      await page.locator("#node-config-input-password").fill("another");
      await page.getByRole("button", { name: "Test connection" }).click();
      await page.locator(".sw-undeployed").waitFor();
      await closeDialog(page, "cancel");
      await close();
    });

    it("say of a node that is not deployed at all that it has to be", async () => {
      const { page, close } = await openEditor(browser, nodeRed.url, "en-US");
      const id = await page.evaluate(() => {
        const [node] = RED.nodes.import([
          { id: "00000000000000aa", type: "sw-mq-broker", name: "new", host: "x" },
        ]).nodes;
        return String(node?.id ?? "00000000000000aa");
      });
      await openDialog(page, id);
      await page.getByRole("button", { name: "Test connection" }).click();
      await page.getByText("this node is not deployed yet").waitFor();
      assert.match((await page.locator(".sw-diagnosis").textContent()) ?? "", /Deploy first, then test/);
      await closeDialog(page, "cancel");
      await close();
    });
  });

  it("imports each example into an empty editor: every type known, every node valid", async () => {
    const files = ["01-import-client.json", "02-connection-test.json", "03-documents.json", "04-notify.json"];
    for (const file of files) {
      const editor = await openEditor(browser, nodeRed.url, "zh-CN");
      const { page } = editor;
      await page.evaluate(() => {
        RED.nodes.clear();
        RED.nodes.import([{ id: "0000000000000001", type: "tab", label: "empty" }]);
        RED.actions.invoke("core:show-import-dialog");
      });
      await page
        .locator("#red-ui-clipboard-dialog-import-text")
        .fill(readFileSync(join(repo, "examples", file), "utf8"));
      await page.locator("#red-ui-clipboard-dialog-import-text").press("End");
      await page.locator("#red-ui-clipboard-dialog-ok").click();
      await page.locator("#red-ui-clipboard-dialog-import-text").waitFor({ state: "hidden" });
      const found = await nodesIn(page);
      const wanted = JSON.parse(readFileSync(join(repo, "examples", file), "utf8")) as FlowNode[];
      const types = (list: { type: string }[]) =>
        list
          .map(({ type }) => type)
          .filter((type) => type !== "tab")
          .sort();
      assert.deepEqual(types(found), types(wanted), file);
      assert.deepEqual(
        found.filter(({ valid }) => !valid),
        [],
        file,
      );
      assert.deepEqual(editor.problems, [], file);
      await editor.close();
    }
  });
});
