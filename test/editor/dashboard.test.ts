import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { DocumentRow } from "../../lib/ledger/index.js";
import { installFromNpm } from "../../scripts/install-from-npm.js";
import { decXml } from "../../simulator/samples/index.js";
import { type ExampleNode, examples } from "../support/examples.js";
import { removeScratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";
import { launchBrowser, newPage } from "./browser.js";

const repo = join(__dirname, "..", "..");
const DASHBOARD = "@flowfuse/node-red-dashboard";
const example = JSON.parse(readFileSync(join(repo, "examples", "optional", "dashboard.json"), "utf8")) as ExampleNode[];

/** FlowFuse Dashboard 2.0 from the npm registry, put under `data/tools/` once. */
async function dashboard(): Promise<string> {
  const tools = join(repo, "data", "tools", "dashboard");
  const folder = join(tools, "node_modules", DASHBOARD);
  if (!existsSync(folder)) await installFromNpm(tools, `${DASHBOARD}@~1.31.0`, ["--omit=dev", "--ignore-scripts"]);
  return folder;
}

describe("the optional example for FlowFuse Dashboard 2.0", function () {
  this.timeout(900_000);
  let theatre: Theatre;
  let stage: Stage;
  let browser: Browser;
  let page: Page;

  before(async () => {
    const folder = await dashboard();
    theatre = await openTheatre();
    stage = new Stage(theatre, {
      clientId: "DASH0001",
      everyNode: true,
      flow: (nodes) => {
        const there = new Set(nodes.map(({ id }) => id));
        nodes.push(...structuredClone(example).filter(({ id }) => !there.has(id)));
      },
    });
    const link = join(stage.dir, "node-red", "node_modules", DASHBOARD);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(folder, link);
    await stage.startSimulator();
    await stage.startNodeRed();
    stage.drop("DecCus001", "GOOD-1.xml", decXml({ key: "GOOD-1", goods: 1 }));
    stage.drop("DecCus001", "BAD-1.xml", decXml({ key: "BAD-1", goods: 2, emptyFields: ["GQty"] }));
    browser = await launchBrowser();
    page = await newPage(browser, { viewport: { width: 1366, height: 900 } });
    await page.goto(`${stage.nodeRed.url}/dashboard/documents`);
  });
  after(async () => {
    await browser?.close();
    await stage?.close();
    await theatre?.close();
    removeScratch();
  });

  const row = (key: string) => page.locator("tr", { hasText: key });
  const attempts = async (key: string) => {
    const { documents } = await stage.ask<{ documents: DocumentRow[] }>("documents");
    return documents.filter(({ clientKey }) => clientKey === key);
  };

  it("brings no second client, and its nodes have ids of their own", () => {
    const first = examples.get("01-import-client.json") as ExampleNode[];
    const client = (nodes: ExampleNode[]) => nodes.find(({ type }) => type === "sw-import-client");
    assert.deepEqual(client(example), client(first));
    const taken = new Set([...examples.values()].flat().map(({ id }) => id));
    const own = example.filter(({ type }) => type !== "sw-import-client").map(({ id }) => id);
    for (const id of own) assert.match(id, /^[0-9a-f]{16}$/);
    assert.deepEqual(
      own.filter((id) => taken.has(id)),
      [],
    );
    assert.equal(new Set(own).size, own.length);
    for (const { x = 0, y = 0, id } of example) assert.ok(x <= 740 && y <= 600, id);
    assert.deepEqual(
      stage.nodeRed.lines.filter((line) => /\[error\]/.test(line)),
      [],
    );
  });

  it("shows the documents by state and in a table", async () => {
    await row("GOOD-1").filter({ hasText: "已入库 taken in" }).waitFor();
    await row("GOOD-1").filter({ hasText: "结关" }).waitFor();
    await row("BAD-1").filter({ hasText: "SW-XSD" }).waitFor();
    await page.locator("canvas, svg").first().waitFor();
  });

  it("resends one after a question, and says why one is not resent", async () => {
    await row("BAD-1").click();
    await page.getByText("重发 BAD-1？").waitFor();
    await page.getByRole("button", { name: "取消 Cancel" }).click();
    await row("BAD-1").click();
    await page.getByRole("button", { name: "重发 Resend" }).click();
    await page.getByText("已重发 BAD-1").waitFor();
    await until("it was tried a second time and no third", async () => {
      const [newest] = await attempts("BAD-1");
      return newest?.attempt === 2 && newest.state === "failed";
    });
    await page.getByRole("button", { name: "关闭 Close" }).click();
    await row("GOOD-1").click();
    await page.getByRole("button", { name: "重发 Resend" }).click();
    await page
      .locator(".v-snackbar", { hasText: "SW-" })
      .or(page.getByText(/入库|taken in/))
      .first()
      .waitFor();
    assert.equal((await attempts("GOOD-1"))[0]?.attempt, 1);
  });
});
