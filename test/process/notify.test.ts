import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import Database from "libsql";
import { openLedger } from "../../lib/ledger/index.js";
import { type NodeRed, startNodeRed } from "../../scripts/node-red.js";
import { freePort } from "../../scripts/ports.js";
import { documentRow, step } from "../support/rows.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { until } from "../support/until.js";

const example = join(__dirname, "..", "..", "examples", "04-notify.json");

interface Call {
  path: string;
  type: string;
  body: Record<string, unknown>;
}

describe("example 04-notify in a real Node-RED", () => {
  let server: Server;
  let nodeRed: NodeRed | undefined;
  const calls: Call[] = [];
  const root = join(scratch(), "ImpPath");
  const userDir = scratch();

  before(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const body = JSON.parse(Buffer.concat(parts).toString("utf8")) as Record<string, unknown>;
        calls.push({ path: request.url ?? "", type: String(request.headers["content-type"]), body });
        response.end("ok");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await enter("无业务回执.xml", 2 * 86_400_000, true);
    await enter("无导入回执.xml", 3_600_000);
  });
  after(async () => {
    await nodeRed?.stop();
    server.close();
    removeScratch();
  });

  /** A document that was sent so many milliseconds ago. */
  async function enter(fileName: string, ago: number, accepted = false): Promise<void> {
    const file = join(root, ".ledger", "ledger.db");
    const ledger = await openLedger(file);
    const row = documentRow({ fileName, settled: true, box: "none" });
    await ledger.claim(row);
    await ledger.transition(row.id, step("sending"), {}, { event: "sending" });
    await ledger.transition(row.id, step("sent"), { sentAt: Date.now() - ago }, { event: "sent" });
    const change = { importReceiptAt: 1, seqNo: "I20230000000000009" };
    if (accepted) await ledger.transition(row.id, step("accepted"), change, { event: "accepted" });
    await ledger.close();
    const database = new Database(file);
    // Times rise with the order of events, as they do where nobody turns a clock back.
    database.prepare("UPDATE events SET at = min(at, ?)").run(Date.now() - ago);
    database.close();
  }

  async function start(): Promise<NodeRed> {
    const { port } = server.address() as AddressInfo;
    const url = (path: string) => `http://127.0.0.1:${port}/${path}`;
    nodeRed = await startNodeRed({
      userDir,
      port: await freePort(),
      flowFile: example,
      env: {
        SW_ROOT: root,
        SW_ENVIRONMENT: "test",
        SW_CLIENT_ID: "DEMO0001",
        SW_CHAT_URL: url("chat"),
        SW_NOTIFY_URL: url("http"),
        SW_MAIL_URL: url("mail"),
        SW_MAIL_TO: "customs@example.com",
      },
    });
    return nodeRed;
  }

  it("calls the chat, the HTTP address and the mail gateway, naming the receipt that is missing", async () => {
    await start();
    await until(
      () => `six calls come, ${JSON.stringify(calls)}`,
      () => calls.length >= 6,
    );
    assert.ok(calls.every(({ type }) => type.startsWith("application/json")));
    const by = (path: string, word: string) =>
      calls.filter((call) => call.path === path && JSON.stringify(call.body).includes(word));
    for (const [word, missing] of [
      ["无导入回执.xml", "import"],
      ["无业务回执.xml", "business"],
    ] as const) {
      const chat = by("/chat", word)[0] as Call;
      const { msgtype, text } = chat.body as { msgtype: string; text: { content: string } };
      assert.equal(msgtype, "text");
      assert.match(text.content, missing === "import" ? /导入回执尚未收到/ : /I20230000000000009/);
      const [http] = by("/http", word);
      assert.deepEqual([http?.body.topic, http?.body.missing, http?.body.business], ["overdue", missing, "DecCus001"]);
      const [mail] = by("/mail", word);
      assert.equal(mail?.body.to, "customs@example.com");
      assert.match(String(mail?.body.subject), new RegExp(word));
    }
  });

  it("tells nothing again after a restart, only what is new", async () => {
    await nodeRed?.stop();
    calls.length = 0;
    await enter("新的一份.xml", 1_900_000);
    await start();
    // It follows the events in their order: whatever was told again would have come before the new one.
    await until("the new one is told", () => calls.length >= 3);
    for (const { body } of calls) assert.match(JSON.stringify(body), /新的一份\.xml/);
    assert.equal(calls.length, 3);
  });
});
