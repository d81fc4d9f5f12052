import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { examples } from "../support/examples.js";
import { closeAllDialogs, closeDialog, type Editor, type Language, openDialog } from "./browser.js";
import { ExampleRun, idOf, nodesIn, oneOfEach, RAW_KEY } from "./example.js";

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
    ].concat(["settle", "documents", "diagnose", "compose", "hand in"]),
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
    ].concat(["办结", "报文台账", "连接诊断", "生成报文", "提交文件"]),
  },
};

describe("editor", () => {
  const run = new ExampleRun();

  for (const language of ["zh-CN", "en-US"] as const) {
    describe(language, () => {
      let editor: Editor;

      before(async () => {
        editor = await run.open(language);
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

  it("imports each example into an empty editor: every type known, every node valid", async () => {
    assert.ok(examples.size >= 5);
    const editor = await run.open("zh-CN");
    const { page } = editor;
    for (const [file, wanted] of examples) {
      await page.evaluate(() => {
        RED.nodes.clear();
        RED.nodes.import([{ id: "0000000000000001", type: "tab", label: "empty" }]);
      });
      await importFlow(page, wanted);
      const found = await nodesIn(page);
      const types = (list: readonly { type: string }[]) =>
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
    }
    await editor.close();
  });

  it("imports one after the other as copies, as it offers to, and they share one client", async () => {
    const editor = await run.open("en-US");
    const { page } = editor;
    await page.evaluate(() => {
      RED.nodes.clear();
      RED.nodes.import([{ id: "0000000000000001", type: "tab", label: "empty" }]);
    });
    for (const [file, nodes] of examples) {
      await importFlow(page, nodes);
      const shared = nodes.some(({ type, id }) => type === "sw-import-client" && id === idOf(type));
      if (!shared || file.startsWith("01")) continue;
      const copy = page.locator(".red-ui-notification button", { hasText: "Import copy" });
      // It slides in: on a busy machine a real click would wait for it to stand still.
      await copy.dispatchEvent("click");
      await copy.waitFor({ state: "detached" });
    }
    const found = await nodesIn(page);
    const count = (type: string) => found.filter((node) => node.type === type).length;
    // Those of 11 and 12 beside the shared ones.
    for (const type of ["sw-import-client", "sw-mq-broker", "sw-card"]) assert.equal(count(type), 3, type);
    const placed = [...examples.values()].flat().filter(({ wires }) => wires);
    assert.equal(found.filter(({ type }) => type !== "tab" && !CONFIG.includes(type)).length, placed.length);
    assert.deepEqual(
      found.filter(({ valid }) => !valid),
      [],
    );
    await editor.close();
  });
});

const CONFIG = ["sw-import-client", "sw-mq-broker", "sw-card"];

/** Import by the dialog, as a person pastes a flow. */
async function importFlow(page: Page, nodes: readonly object[]): Promise<void> {
  await page.evaluate(() => RED.actions.invoke("core:show-import-dialog"));
  const text = page.locator("#red-ui-clipboard-dialog-import-text");
  await text.fill(JSON.stringify(nodes));
  await text.press("End");
  await page.locator("#red-ui-clipboard-dialog-ok").click();
  await text.waitFor({ state: "hidden" });
}
