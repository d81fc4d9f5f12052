import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { PATIENCE } from "../support/until.js";

/** What a test does inside the page; the editor's own globals have no types here. */
declare global {
  // biome-ignore lint/suspicious/noExplicitAny: the editor publishes no types
  var RED: any;
}

export type Language = "en-US" | "zh-CN";

export interface Editor {
  page: Page;
  /** Everything that the page complained about: console errors and warnings, exceptions. */
  problems: string[];
  close(): Promise<void>;
}

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? PROGRAMS.find((program) => existsSync(program));
  if (!executablePath) throw new Error(`no Chromium found: ${PROGRAMS.join(", ")}; set CHROMIUM`);
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, args: [...args, ...quiet] });
}

/** A page in a context of its own, as patient as every other wait of the tests. */
export async function newPage(browser: Browser, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1500, height: 1000 }, ...options });
  context.setDefaultTimeout(30_000 * PATIENCE);
  return context.newPage();
}

/** Node-RED tells the description of a dialog that is closing of its new height, on busy cores when its editor has gone; ours resizes nothing. */
const OF_NODE_RED = /Cannot read properties of null \(reading 'resize'\)/;

/** Opens the editor and resolves when it has loaded every node and its flows. `prepare` comes before the page is loaded. */
export async function openEditor(
  browser: Browser,
  url: string,
  language: Language,
  prepare: (page: Page) => Promise<unknown> = async () => undefined,
): Promise<Editor> {
  const page = await newPage(browser, { locale: language });
  const problems: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  page.on("pageerror", (error) => {
    if (!OF_NODE_RED.test(String(error))) problems.push(String(error));
  });
  await page.addInitScript((wanted) => localStorage.setItem("editor-language", wanted), language);
  await prepare(page);
  await page.goto(url);
  await page.waitForFunction(() => {
    const loaded = globalThis.RED?.workspaces?.active() && RED.nodes?.getType("sw-diagnose");
    return loaded && $("#red-ui-loading-progress:visible").length === 0;
  });
  return { page, problems, close: () => page.context().close() };
}

/** Opens a node's dialog and resolves when it has slid in. */
export async function openDialog(page: Page, id: string): Promise<void> {
  await page.evaluate((node) => {
    const found = RED.nodes.node(node);
    if (found._def.category === "config") RED.editor.editConfig("", found.type, node);
    else RED.editor.edit(found);
  }, id);
  await page.locator("#red-ui-editor-stack .red-ui-tray-header").waitFor();
  await page.waitForFunction(() => {
    const tray = document.querySelector(".red-ui-tray");
    return tray && tray.getAnimations().length === 0 && $(".red-ui-tray").is(":visible") && !$(":animated").length;
  });
}

/** Closes whatever dialog a failed test left open. */
export async function closeAllDialogs(page: Page): Promise<void> {
  for (let depth = await page.locator(".red-ui-tray").count(); depth > 0; depth--) {
    await page.evaluate(() => new Promise<void>((done) => RED.tray.close(done)));
  }
}

/** Closes the open dialog by its red button, or by Cancel. */
export async function closeDialog(page: Page, button: "save" | "cancel"): Promise<void> {
  const ids =
    button === "save" ? "#node-dialog-ok, #node-config-dialog-ok" : "#node-dialog-cancel, #node-config-dialog-cancel";
  await page.locator(ids).first().click();
  await page.locator(".red-ui-tray").waitFor({ state: "detached" });
}
