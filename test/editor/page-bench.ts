import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type DocumentRow, openLedger } from "../../lib/ledger/index.js";
import { type NodeRed, startNodeRed } from "../../scripts/node-red.js";
import { node22 } from "../../scripts/node22.js";
import { freePort } from "../../scripts/ports.js";
import { drop } from "../support/boxes.js";
import { generateDocument } from "../support/generate-documents.js";
import { documentRow, newReceipt } from "../support/rows.js";
import { scratch } from "../support/scratch.js";
import { newPage } from "./browser.js";

const repo = join(__dirname, "..", "..");
const example = join(repo, "examples", "01-import-client.json");
const load = createRequire(join(repo, "node_modules", "node-red", "package.json"));
const bcrypt = load("bcryptjs") as { hashSync(password: string, rounds: number): string };

/** A name that would run as HTML where it is not put in as text; it is a legal file name. */
export const HOSTILE = "<img src=x onerror=document.title='run'>.xml";
export const PASSWORDS = { writer: "写-write-1", reader: "读-read-1", stranger: "none-1" };

/** Id of the other company's client, whose documents must never stand beside ours. */
const OTHER = "a0b1c2d3e4f50617";
const MINUTE = 60_000;

export interface PageBench {
  nodeRed: NodeRed;
  root: string;
  /** Root of the other client, in production. */
  otherRoot: string;
  url: string;
}

/** One that customs has cleared, one that it has refused, one that waits too long, one of hostile words. */
async function seed(root: string, many: number): Promise<void> {
  const ledger = await openLedger(join(root, ".ledger", "ledger.db"));
  const now = Date.now();
  const settled = { settled: true, box: "none", boxName: "" } as const;
  const rows: Partial<DocumentRow>[] = Array.from({ length: many }, (_, index) => ({
    fileName: `批量${String(index).padStart(5, "0")}.xml`,
    clientKey: `BULK${String(index).padStart(6, "0")}`,
    state: "accepted",
    statusCode: "R",
    statusText: "结关",
    statusOutcome: "good",
    claimedAt: now - 5 * 24 * 60 * MINUTE + index,
    importReceiptAt: now - 4 * 24 * 60 * MINUTE,
    businessReceiptAt: now - 3 * 24 * 60 * MINUTE,
  }));
  for (let from = 0; from < rows.length; from += 500) {
    await Promise.all(
      rows.slice(from, from + 500).map((row) => ledger.enter(documentRow({ ...settled, ...row }), { event: "sent" })),
    );
  }
  const refused = documentRow({
    ...settled,
    claimedAt: now - 95 * MINUTE,
    fileName: "被退单.xml",
    clientKey: "KEY-REFUSED-1",
    seqNo: "I20260000000000007",
    state: "accepted",
    sentAt: now - 90 * MINUTE,
    importReceiptAt: now - 80 * MINUTE,
  });
  await ledger.enter(refused, { event: "sent" });
  await ledger.addReceipt(
    newReceipt({
      documentId: refused.id,
      kind: "business",
      format: "DEC_RESULT",
      ok: false,
      outcome: "refused",
      code: "E",
      statusCode: "E",
      statusText: "退单",
      text: `商品编号有误 ${HOSTILE}`,
      advice: { zh: "请按退单原因修改后重新申报。", en: "Correct it as the reason says and declare it again." },
      customsNo: "530020261234567890",
      at: now - 60 * MINUTE,
      receivedAt: now - 59 * MINUTE,
      file: "Receipt_refused.xml",
    }),
  );
  const late = { ...settled, fileName: "等导入.xml", clientKey: "KEY-LATE-1", state: "sent" } as const;
  await ledger.enter(documentRow({ ...late, sentAt: now - 45 * MINUTE }), { event: "sent" });
  const held = { fileName: "结果不明.xml", state: "held", code: "SW-UNKNOWN", wire: "{}" } as const;
  const words = { text: "发送结果未知", textEn: "the outcome of the send is not known" };
  await ledger.enter(documentRow({ ...held, ...words, box: "none", possibleDuplicate: true }), { event: "held" });
  await ledger.close();
}

/** The example's flow, with a second client: another company, in production. */
function flowWithTwo(file: string, otherRoot: string): void {
  const flow = JSON.parse(readFileSync(example, "utf8")) as Record<string, unknown>[];
  const first = flow.find(({ type }) => type === "sw-import-client");
  flow.push({
    ...first,
    id: OTHER,
    name: "另一公司",
    environment: "production",
    clientId: "OTHER002",
    root: otherRoot,
    ledger: "",
  });
  writeFileSync(file, JSON.stringify(flow));
}

/** A real Node-RED with documents, with a login or without. */
export async function startPageBench(
  options: { auth?: boolean; many?: number; five?: boolean } = {},
): Promise<PageBench> {
  const root = join(scratch(), "ImpPath");
  const otherRoot = join(scratch(), "ImpPath");
  await seed(root, options.many ?? 60);
  drop(root, "DecCus001", "报关单一.xml", generateDocument({ type: "DEC", seed: 7 }).xml);
  drop(root, "DecCus001", "invalid.xml", Buffer.from("<DecMessage><Wrong/></DecMessage>"));
  drop(root, "DecCus001", HOSTILE, Buffer.from("<DecMessage><Hostile>&lt;script&gt;</Hostile></DecMessage>"));
  const userDir = scratch();
  mkdirSync(userDir, { recursive: true });
  flowWithTwo(join(userDir, "flows.json"), otherRoot);
  const user = (username: keyof typeof PASSWORDS, permissions: unknown) => ({
    username,
    password: bcrypt.hashSync(PASSWORDS[username], 4),
    permissions,
  });
  const users = [
    user("writer", ["single-window.read", "single-window.write"]),
    user("reader", ["single-window.read"]),
    user("stranger", ["flows.read"]),
  ];
  const nodeRed = await startNodeRed({
    userDir,
    port: await freePort(),
    ...(options.five && { node: await node22(), nodeRedDir: join(repo, "node_modules", "node-red-5") }),
    settings: {
      httpAdminRoot: "/admin",
      editorTheme: { tours: false, palette: { catalogues: [] }, multiplayer: { enabled: false } },
      ...(options.auth && { adminAuth: { type: "credentials", users } }),
    },
    env: {
      SW_ROOT: root,
      SW_ENVIRONMENT: "test",
      SW_CLIENT_ID: "DEMO0001",
      SW_ORG_CODE: "123456789",
      SW_CUSTOMS_CODE: "4403960000",
      SW_REGION: "5300",
      SW_AMQP_HOST: "127.0.0.1",
      SW_AMQP_PORT: String(await freePort()),
      SW_AMQP_TLS: "false",
      SW_CARD_BACKEND: "software",
      // No PIN and no key: every document stops with a reason, and nothing outside is needed.
      SW_CARD_KEYFILE: join(root, "no-such-key.pem"),
    },
  });
  return { nodeRed, root, otherRoot, url: `${nodeRed.url}/admin` };
}

export interface OpenPage {
  page: Page;
  /** Everything that it complained about, but for what a refused login says in the console. */
  problems: string[];
  close(): Promise<void>;
}

/** Opens the page in a context of its own. */
export async function openPage(
  browser: Browser,
  bench: PageBench,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const page = await newPage(browser, { locale: "zh-CN", ...options });
  const problems: string[] = [];
  page.on("console", (message) => {
    const refusal = /status of 40[13]/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !refusal) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.goto(`${bench.url}/single-window/page`);
  return { page, problems, close: () => page.context().close() };
}

export async function logIn(page: Page, user: keyof typeof PASSWORDS): Promise<void> {
  await page.locator("#login-user").fill(user);
  await page.locator("#login-password").fill(PASSWORDS[user]);
  await page.locator(".page-login button[type=submit]").click();
  await page.locator(".page-desk").waitFor();
}
