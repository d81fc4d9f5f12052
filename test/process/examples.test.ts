import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import Database from "libsql";
import type { DocumentRow } from "../../lib/ledger/index.js";
import { DEMO_IDENTITY, decXml } from "../../simulator/samples/index.js";
import { Simulator } from "../../simulator/simulator.js";
import { type ExampleNode, examples, placeOnWire, together } from "../support/examples.js";
import { removeScratch } from "../support/scratch.js";
import { openTheatre, Stage, type Theatre, until } from "../support/stage.js";

/** What somebody was told by HTTP. */
interface Call {
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Answers as it is told to, and as a good server once nothing more is wanted. */
class Listener {
  readonly calls: Call[] = [];
  readonly answers: (number | "hang up")[] = [];
  private readonly server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const text = Buffer.concat(parts).toString("utf8");
      this.calls.push({ path: request.url ?? "", headers: request.headers, text });
      const answer = request.url === "/erp" ? (this.answers.shift() ?? 200) : 200;
      if (answer === "hang up") request.socket.destroy();
      else response.writeHead(answer).end("answered");
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }
  url(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }
  to(path: string): Call[] {
    return this.calls.filter((call) => call.path === path);
  }
  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

const CLIENT_ID = "EXAMPLE1";
const SECOND = { SW_TEST_: "EXAMPLE2", SW_B_: "EXAMPLE3" } as const;
const TOKEN = "token-of-the-erp";
const SECRET = "secret-of-the-erp";
/** Time of day in China so many hours from now. */
const chinaTime = (hours: number): string => new Date(Date.now() + (8 + hours) * 3_600_000).toISOString().slice(11, 16);
const press = (file: string, name: string): string =>
  (examples.get(file) as ExampleNode[]).find((node) => node.type === "inject" && node.name?.startsWith(name))?.id ?? "";

describe("all examples in one Node-RED, imported one after the other", function () {
  this.timeout(360_000);
  const listener = new Listener();
  const simulators: Simulator[] = [];
  let theatre: Theatre;
  let stage: Stage;
  let archive: string;

  before(async () => {
    theatre = await openTheatre();
    await listener.start();
    const root = (prefix: string) => join(stage.dir, prefix);
    stage = new Stage(theatre, { clientId: CLIENT_ID, everyNode: true, flow: compose, env: environment });
    archive = join(stage.dir, "archive");
    for (const prefix of Object.keys(SECOND)) mkdirSync(join(root(prefix), "DecCus001", "OutBox"), { recursive: true });
    placeLibsql(join(stage.dir, "node-red"));
    await stage.startSimulator();
    for (const clientId of Object.values(SECOND)) simulators.push(await simulatorOf(clientId));
    await stage.startNodeRed();
  });
  after(async () => {
    await stage?.close();
    for (const simulator of simulators) await simulator.stop();
    await theatre?.close();
    listener.stop();
    removeScratch();
  });

  /**
   * The import flow with all others beside it, and the nodes that are to be put onto a wire where their comment says. The two gates
   * stand behind a switch, so that a file's name says which it has to pass; the hours of the second begin in an hour.
   */
  function compose(nodes: Record<string, unknown>[]): void {
    nodes.splice(0, nodes.length, ...together());
    placeOnWire(nodes, { file: "14-own-rule.json", name: "自定规则", from: "sw-folder-watch", to: "sw-zip" });
    const wire = { from: "sw-preflight", to: "sw-card-sign" };
    const hours = placeOnWire(nodes, { file: "10-not-at-night.json", name: "放行时段", ...wire });
    hours.holdWindow = `${chinaTime(1)}-${chinaTime(2)}`;
    const behind = [...(hours.wires?.[0] ?? [])];
    const before = (nodes as ExampleNode[]).find(({ wires }) => wires?.flat().includes(hours.id));
    before?.wires?.splice(0, 1, [...behind]);
    const approval = placeOnWire(nodes, { file: "09-approval.json", name: "审批", ...wire });
    const rules = [{ t: "cont", v: "APPROVE", vt: "str" }, { t: "cont", v: "NIGHT", vt: "str" }, { t: "else" }];
    const choice = { property: "filename", propertyType: "msg", rules, checkall: "false", repair: false, outputs: 3 };
    before?.wires?.splice(0, 1, ["00000000000c401c"]);
    const wires = [[approval.id], [hours.id], behind];
    nodes.push({ id: "00000000000c401c", type: "switch", z: hours.z, name: "", ...choice, x: 400, y: 400, wires });
  }

  function environment(dir: string): NodeJS.ProcessEnv {
    const { broker, token, pin } = theatre;
    const second = Object.entries(SECOND).map(([prefix, clientId]) => ({
      [`${prefix}ROOT`]: join(dir, prefix),
      [`${prefix}CLIENT_ID`]: clientId,
      [`${prefix}AMQP_USER`]: broker.user,
      [`${prefix}AMQP_PASSWORD`]: broker.password,
      [`${prefix}ORG_CODE`]: DEMO_IDENTITY.orgCode,
      [`${prefix}CUSTOMS_CODE`]: DEMO_IDENTITY.customsCode,
      [`${prefix}REGION`]: DEMO_IDENTITY.region,
      [`${prefix}CARD_PIN`]: pin,
      [`${prefix}PKCS11_TOKEN`]: token.label,
    }));
    return Object.assign({}, ...second, {
      // The second company has server and driver of the first one; the other environment its own.
      SW_TEST_AMQP_HOST: broker.host,
      SW_TEST_AMQP_PORT: String(broker.port),
      SW_TEST_AMQP_VHOST: broker.vhost,
      SW_TEST_AMQP_TLS: "false",
      SW_TEST_CARD_BACKEND: "pkcs11",
      SW_TEST_PKCS11_MODULE: token.module,
      SW_ERP_URL: listener.url("/erp"),
      SW_ERP_SECRET: SECRET,
      SW_ERP_RETRY_SECONDS: "0.2",
      SW_HTTP_TOKEN: TOKEN,
      SW_APPROVAL_URL: listener.url("/approval"),
      SW_SUMMARY_URL: listener.url("/summary"),
      SW_ARCHIVE: join(dir, "archive"),
      SW_ERP_DB: join(dir, "erp.db"),
    });
  }

  /** As it is after Node-RED has installed what the function node of 16 names: there, and known to its folder. */
  function placeLibsql(userDir: string): void {
    mkdirSync(join(userDir, "node_modules"), { recursive: true });
    writeFileSync(join(userDir, "package.json"), JSON.stringify({ dependencies: { libsql: "*" } }));
    symlinkSync(join(__dirname, "..", "..", "node_modules", "libsql"), join(userDir, "node_modules", "libsql"));
  }

  async function simulatorOf(clientId: string): Promise<Simulator> {
    const { host, port, user, password, vhost } = theatre.broker;
    const simulator = new Simulator({
      broker: { host, port, user, password, vhost, tls: false, ca: "" },
      clientId,
      sendQueue: `Q_Send${clientId}`,
      receiveQueue: `Q_Recv${clientId}`,
      commandQueue: `Q_Command${clientId}`,
      onlyOnDemand: false,
      mode: "faq",
      delayMs: 0,
      prefetch: 10,
      certificates: [theatre.token.certificateFile],
      log: "",
    });
    await simulator.start();
    return simulator;
  }

  const inject = async (file: string, name: string) => {
    const answer = await fetch(`${stage.nodeRed.url}/inject/${press(file, name)}`, { method: "POST" });
    assert.equal(answer.status, 200);
  };
  const rows = async () => (await stage.ask<{ documents: DocumentRow[] }>("documents")).documents;
  const rowOf = async (clientKey: string) => (await rows()).find((row) => row.clientKey === clientKey);
  const reaches = (key: string, state: string) =>
    until(`${key} is ${state}`, async () => (await rowOf(key))?.state === state);

  it("makes one client of all but 11 and 12, and one each of these, without an error", async () => {
    const status = () => stage.ask<{ client: { clientId: string }; fault: unknown; cards: unknown[] }[]>("status");
    await until("three clients are open", async () => (await status()).every(({ fault }) => !fault));
    const ids = (await status()).map(({ client }) => client.clientId).sort();
    assert.deepEqual(ids, [CLIENT_ID, ...Object.values(SECOND)].sort());
    const bad = stage.nodeRed.lines.filter((line) => /\[(error|warn)\]/.test(line));
    assert.deepEqual(bad, []);
  });

  it("07 tells the ERP of receipts, signed, again when the line breaks or the answer is bad", async () => {
    listener.answers.push("hang up", 500, 302);
    stage.drop("DecCus001", "ERP-1.xml", decXml({ key: "ERP-1", goods: 1 }));
    await reaches("ERP-1", "accepted");
    await until("every notice arrived", () => {
      const events = listener.to("/erp").map(({ headers }) => String(headers["x-sw-event"]));
      return listener.answers.length === 0 && events.length - new Set(events).size >= 3;
    });
    for (const { headers, text } of listener.to("/erp")) {
      const signed = createHmac("sha256", SECRET).update(`${headers["x-sw-time"]}.${text}`).digest("hex");
      assert.equal(headers["x-sw-signature"], `sha256=${signed}`);
      assert.equal(JSON.parse(text).eventId, headers["x-sw-event"]);
    }
    const told = listener.to("/erp").map(({ text }) => JSON.parse(text));
    assert.ok(
      told.some(({ clientKey, state, seqNo }) => clientKey === "ERP-1" && state === "accepted" && seqNo !== ""),
    );
    assert.doesNotMatch(JSON.stringify(listener.calls), new RegExp(SECRET));
  });

  describe("08 takes messages by HTTP", () => {
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/octet-stream" };
    const good = decXml({ key: "HTTP-1", goods: 1 });
    const ask = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(`${stage.nodeRed.url}/declarations/${path}`, init);
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const post = (body: Buffer, more: Record<string, string>, folder = "DecCus001") =>
      ask(folder, { method: "POST", body: new Uint8Array(body), headers: { ...headers, ...more } });
    const key = { "idempotency-key": "HTTP-1" };

    it("and refuses who has no token, no key or sends text", async () => {
      assert.equal((await post(good, { ...key, authorization: "Bearer wrong" })).status, 401);
      assert.equal((await post(good, {})).status, 400);
      assert.equal((await post(good, { "idempotency-key": "../HTTP-1" })).status, 400);
      assert.equal((await post(good, { ...key, "content-type": "application/xml" })).status, 415);
      assert.equal((await post(good, key, "NoSuch001")).status, 404);
      assert.equal((await ask("HTTP-1")).status, 401);
      assert.equal((await ask("HTTP-1", { headers })).status, 404);
    });

    it("and makes one document of a key, however often it comes", async () => {
      const first = await post(good, key);
      assert.deepEqual([first.status, first.body.fileName], [202, "HTTP-1.xml"]);
      await until(
        "GET says that it is accepted",
        async () => (await ask("HTTP-1", { headers })).body.state === "accepted",
      );
      const again = await post(good, key);
      assert.deepEqual([again.status, again.body.repeated], [202, true]);
      assert.equal((await post(decXml({ key: "HTTP-2", goods: 1 }), key)).status, 409);
      const named = (await rows()).filter(({ fileName }) => fileName.startsWith("HTTP-1"));
      assert.equal(named.length, 1);
    });

    it("and says what is wrong with one that has errors", async () => {
      const bad = decXml({ key: "HTTP-3", goods: 2, emptyFields: ["GQty"] });
      const { status, body } = await post(bad, { "idempotency-key": "HTTP-3" });
      assert.equal(status, 422);
      assert.match(String(body.code), /^SW-/);
      assert.ok((body.checks as unknown[]).length > 0);
      assert.ok(!stage.files("DecCus001", "OutBox").includes("HTTP-3.xml"));
    });
  });

  it("11 and 12 send and receive for their own client, in their own root", async () => {
    const bytes = (key: string) => decXml({ key, goods: 1 });
    for (const prefix of Object.keys(SECOND)) {
      writeFileSync(join(stage.dir, prefix, "DecCus001", "OutBox", `${prefix}1.xml`), bytes(`${prefix}1`));
    }
    for (const [prefix, clientId] of Object.entries(SECOND)) {
      await until(`the document of ${clientId} is accepted`, async () => {
        const found = (await rows()).filter((row) => row.clientId === clientId);
        return found.length === 1 && found[0]?.state === "accepted" && found[0].clientKey === `${prefix}1`;
      });
      const inBox = join(stage.dir, prefix, "DecCus001", "InBox");
      await until("its receipt lies in InBox", () => readdirSync(inBox).some((name) => name.startsWith("Successed_")));
      assert.ok(existsSync(join(stage.dir, prefix, ".ledger", "ledger.db")));
    }
    assert.ok(!stage.simulated().some(({ clientKey }) => String(clientKey).startsWith("SW_")));
  });

  it("09 holds what has to be approved, says so, and sends it when a person releases it", async () => {
    stage.drop("DecCus001", "APPROVE-1.xml", decXml({ key: "APPROVE-1", goods: 1 }));
    await until("somebody is told", () => listener.to("/approval").length > 0);
    await released("APPROVE-1", /待审批/);
    const told = listener.to("/approval").map(({ text }) => JSON.parse(text).clientKey);
    assert.deepEqual(told, ["APPROVE-1"]);
  });

  it("10 holds what comes outside its hours, and a person sends an urgent one", async () => {
    stage.drop("DecCus001", "NIGHT-1.xml", decXml({ key: "NIGHT-1", goods: 1 }));
    await released("NIGHT-1", /等待放行时段/);
  });

  /** Held, and not sent before it is released. */
  async function released(key: string, reason: RegExp): Promise<void> {
    await reaches(key, "held");
    const row = (await rowOf(key)) as DocumentRow;
    assert.match(row.text, reason);
    assert.equal(row.sendingAt, 0);
    assert.ok(!stage.simulated().some(({ clientKey }) => clientKey === key));
    await stage.ask(`documents/${row.id}/release`, { reason: "approved by the test" });
    await reaches(key, "accepted");
  }

  it("13 counts the last hour and what waits for a person", async () => {
    await inject("13-hourly-summary.json", "整点");
    await until("the summary comes", () => listener.to("/summary").length > 0);
    const { msgtype, text } = JSON.parse(listener.to("/summary")[0]?.text ?? "{}");
    assert.equal(msgtype, "text");
    assert.match(text.content, /过去一小时 [1-9]\d* 份：.*已入库 [1-9].*等待人工决定 0 份/);
    assert.match(text.content, /accepted [1-9].*; 0 wait for a person/);
  });

  it("14 refuses by the company's own rule, with its advice, and lets others pass", async () => {
    stage.drop("DecCus001", "OWN-1.xml", decXml({ key: "OWN-1", goods: 1, head: { ContrNo: "CG-7" } }));
    await reaches("OWN-1", "failed");
    const { code, text } = (await rowOf("OWN-1")) as DocumentRow;
    assert.match(code, /OWN-CONTRACT/);
    assert.match(text, /合同号不是以 HT 开头/);
    const receipts = () => stage.files("DecCus001", "InBox").filter((name) => /^Failed_OWN-1.*\.xml$/.test(name));
    await until("its receipt lies in InBox", () => receipts().length > 0);
    const [receipt] = receipts();
    assert.match(readFileSync(join(stage.root, "DecCus001", "InBox", receipt ?? ""), "utf8"), /请在 ERP 中补上合同号/);
    stage.drop("DecCus001", "OWN-2.xml", decXml({ key: "OWN-2", goods: 1, head: { NoteS: undefined } }));
    await reaches("OWN-2", "accepted");
  });

  it("15 copies what was sent, its receipts and its story", async () => {
    const row = (await rowOf("ERP-1")) as DocumentRow;
    await inject("15-archive.json", "每夜");
    const folder = () => join(archive, readdirSync(archive)[0] ?? "", row.id);
    const sent = readFileSync(join(stage.root, "DecCus001", "SentBox", row.boxName));
    // A file is there before its content is.
    await until("the document lies in the archive, whole", () => {
      const files = existsSync(archive) && existsSync(folder()) ? readdirSync(folder()) : [];
      const copied = files.includes("ERP-1.xml") ? readFileSync(join(folder(), "ERP-1.xml")) : Buffer.alloc(0);
      const told = files.includes("story.json") ? readFileSync(join(folder(), "story.json"), "utf8").trim() : "";
      return copied.length >= sent.length && told.endsWith("}") && files.some((name) => /^Successed_/.test(name));
    });
    const story = JSON.parse(readFileSync(join(folder(), "story.json"), "utf8"));
    assert.equal(story.document.clientKey, "ERP-1");
    assert.deepEqual(readFileSync(join(folder(), "ERP-1.xml")), sent);
  });

  describe("16 reads documents from a database", () => {
    type Head = { no: string; state: string; reason: string; seq_no: string; customs_no: string };
    const file = () => join(stage.dir, "erp.db");
    const erp = <T>(work: (database: Database.Database) => T): T => {
      const database = new Database(file());
      database.exec("PRAGMA busy_timeout = 5000");
      try {
        return work(database);
      } finally {
        database.close();
      }
    };
    const heads = () =>
      existsSync(file())
        ? erp((database) => database.prepare("SELECT * FROM declarations ORDER BY no").all() as Head[])
        : [];
    const states = () => heads().map(({ state }) => state);
    const named = async () => (await rows()).filter(({ clientKey }) => clientKey.startsWith("DB-"));

    it("and writes back what became of them", async () => {
      await inject("16-database.json", "样例表");
      await until("the tables are there", () => states().join() === "new,new");
      await inject("16-database.json", "每分钟");
      await until("customs has cleared both", () =>
        heads().every(({ reason, customs_no }) => reason === "结关" && customs_no),
      );
      assert.deepEqual(states(), ["accepted", "accepted"]);
      for (const head of heads()) {
        const row = await rowOf(head.no);
        assert.deepEqual([head.seq_no, head.customs_no], [row?.seqNo, row?.customsNo]);
      }
    });

    it("and makes no second one of what is read once more, nor one of what has errors", async () => {
      erp((database) => {
        database.exec("UPDATE declarations SET state = 'new' WHERE no = 'DB-2026-0001'");
        database.exec("INSERT INTO declarations (no, ie, transport, state) VALUES ('DB-2026-0003', 'X', '4', 'new')");
        database.exec("INSERT INTO declaration_lines (no, line, quantity) VALUES ('DB-2026-0003', 1, 'many')");
      });
      await inject("16-database.json", "每分钟");
      await until("none is new", () => !states().includes("new"));
      const [again, ...others] = states();
      // A receipt of the first time that comes only now says so again.
      assert.match(again ?? "", /^(handed in|accepted)$/);
      assert.deepEqual(others, ["accepted", "refused"]);
      assert.match(heads()[2]?.reason ?? "", /^SW-\S+ .*[\u4e00-\u9fff]/);
      assert.equal((await named()).length, 2);
    });
  });

  it("07 tells the newest documents again after a restart, under the numbers that the ERP knows", async () => {
    await stage.nodeRed.stop();
    const told = () => listener.to("/erp").map(({ headers }) => String(headers["x-sw-event"]));
    const changedAt = (number: string) => Number(number.split("-").at(-1));
    const known = new Set(told());
    const newest = Math.max(...[...known].map(changedAt));
    assert.ok(newest > 0);
    listener.calls.length = 0;
    await stage.startNodeRed();
    await until("they come", () => told().filter((number) => known.has(number)).length >= 2);
    // A receipt of an earlier example may come only now.
    for (const number of told()) assert.ok(known.has(number) || changedAt(number) > newest, `${number}, not ${newest}`);
  });
});
