import assert from "node:assert/strict";
import { axeFindings } from "./axe.js";
import { closeAllDialogs, closeDialog, openDialog } from "./browser.js";
import { ExampleRun, oneOfEach } from "./example.js";

/** Nodes that example 01 does not have. */
const OTHERS = ["sw-compose", "sw-hand-in", "sw-documents", "sw-diagnose"];

/** Built by Node-RED itself in every dialog of every node: no names of ours can be given there. */
const NODE_RED_OWN = /red-ui-typedInput|red-ui-editableList|red-ui-tray-|node-lookup-|red-ui-color-picker/;

describe("dialogs, for those who do not see or do not use a mouse", () => {
  const run = new ExampleRun();

  for (const language of ["en-US", "zh-CN"] as const) {
    it(`give axe nothing to find, ${language}`, async () => {
      const editor = await run.open(language);
      const { page } = editor;
      try {
        const nodes = OTHERS.map((type, index) => ({
          id: `ace55${index}`,
          type,
          x: 200,
          y: 600 + 40 * index,
          wires: [],
        }));
        await page.evaluate(
          (json) =>
            (RED.view as unknown as { importNodes(text: string, how: object): void }).importNodes(json, {
              generateIds: false,
              touchImport: true,
            }),
          JSON.stringify(nodes),
        );
        await page.mouse.click(5, 5);
        for (const { id, type } of [...oneOfEach, ...nodes]) {
          await openDialog(page, id);
          const found = await axeFindings(page, ".red-ui-tray .dialog-form");
          assert.deepEqual(
            found.filter((line) => !NODE_RED_OWN.test(line)),
            [],
            type,
          );
          await closeDialog(page, "cancel");
        }
      } finally {
        await closeAllDialogs(page);
        await editor.close();
      }
    });
  }
});
