import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { readZip } from "../../../lib/archive/index.js";
import type { Diagnosis, Step } from "../../../lib/diagnose/index.js";
import { decImportResponse } from "../../../simulator/answers/dec-import-response.js";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { RecordedPins } from "../../support/recorded-pins.js";
import {
  box,
  brokerNode,
  COMPANY,
  cardNode,
  catchAll,
  clientNode,
  drop,
  type FlowNode,
  node,
  PIN,
  type RedBench,
  type Seen,
  sink,
  watchNode,
} from "../../support/red-bench.js";
import { step } from "../../support/rows.js";
import { scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

/** For superagent, which knows no ZIP. */
function binary(answer: NodeJS.ReadableStream, done: (error: Error | null, body: Buffer) => void): void {
  const parts: Buffer[] = [];
  answer.on("data", (part: Buffer) => parts.push(part));
  answer.on("end", () => done(null, Buffer.concat(parts)));
}

/** Steps that are tested whatever is asked for. */
const ALWAYS = ["client", "folders", "ledger", "prerequisites", "network", "environment"];
const BROKER = (queue: string) => ["dns", "tcp", "amqp", "login", "vhost", `queue ${queue}`, "round-trip", "clock"];

export function asking(bench: RedBench): void {
  let root: string;
  let queue: string;
  beforeEach(async () => {
    root = join(scratch(), "ImpPath");
    queue = await bench.queue();
  });

  const flow = (more: FlowNode[] = []): FlowNode[] => [
    clientNode(root),
    brokerNode(bench.broker, { name: "代理" }),
    watchNode({ businesses: "DecCus001,Rmft" }, "claimed"),
    sink("claimed", "send"),
    node("sw-mq-send", "send", { client: "client", broker: "broker", queue }, ["settle"]),
    node("sw-settle", "settle", { client: "client", outcome: "auto", retryAfter: 0 }, ["settled"]),
    sink("settled"),
    node("sw-documents", "documents", { client: "client", mode: "query" }, ["answer"]),
    sink("answer"),
    catchAll("caught"),
    sink("caught"),
    ...more,
  ];
  const fail = (): FlowNode[] => {
    // Everything fails instead of being sent.
    const nodes = flow();
    (nodes.find(({ id }) => id === "claimed") as FlowNode).wires = [["fail"]];
    return [...nodes, node("sw-settle", "fail", { client: "client", outcome: "failed" }, ["settled"])];
  };
  async function sent(name: string, key = freshKey(), business = "DecCus001"): Promise<string> {
    const before = bench.messages("settled").length;
    drop(root, business, name, decXml({ key, goods: 1 }));
    const message = (await bench.arrived("settled", before + 1))[before];
    return message?.document?.id as string;
  }
  async function ask(question: object): Promise<Seen> {
    const before = bench.messages("answer").length;
    bench.node("documents").receive({ payload: question });
    return (await bench.arrived("answer", before + 1))[before] as Seen;
  }
  const ids = (payload: unknown) => (payload as { id: string }[]).map(({ id }) => id);

  describe("sw-documents", () => {
    it("answers by state, folder, part of a name or key, page by page, newest first", async () => {
      await bench.load(flow());
      const key = freshKey("X");
      const first = await sent("甲.xml");
      const second = await sent("乙_50%.xml", key);
      const third = await sent("丙.xml", undefined, "Rmft");
      assert.deepEqual(ids((await ask({})).payload), [third, second, first]);
      assert.deepEqual(ids((await ask({ business: "rmft" })).payload), [third]);
      assert.deepEqual(ids((await ask({ q: "乙_50%" })).payload), [second]);
      assert.deepEqual(ids((await ask({ q: key.slice(2, 12) })).payload), [second]);
      assert.deepEqual(ids((await ask({ q: "%" })).payload), [second], "a wildcard is a character");
      assert.deepEqual(ids((await ask({ state: "failed" })).payload), []);
      assert.deepEqual(ids((await ask({ state: ["sent", "failed"], limit: 2 })).payload), [third, second]);
      assert.deepEqual(ids((await ask({ limit: 2, before: second })).payload), [first]);
      const story = (await ask({ id: first })).payload as { document: { id: string }; events: { event: string }[] };
      assert.equal(story.document.id, first);
      assert.deepEqual(
        story.events.map(({ event }) => event),
        ["claimed", "sending", "sent", "settled"],
      );
      assert.equal((await ask({ id: "no-such" })).payload, null);
    });

    it("resends an ended document as a new attempt; its archived file stays", async () => {
      await bench.load(flow());
      const id = await sent("a.xml");
      await bench.take(queue);
      const [archived] = box(root, "DecCus001", "SentBox");
      const { payload } = await ask({ action: "resend", id, reason: "海关要求" });
      assert.deepEqual([(payload as { id: string }).id, (payload as { attempt: number }).attempt], [id, 2]);
      await bench.arrived("settled", 2);
      const again = await bench.take(queue);
      // A new sending on purpose: not the first one's message, and no possible duplicate.
      assert.deepEqual(
        [again.properties.messageId, again.properties.headers?.possibleDuplicate],
        [`${id}.2`, undefined],
      );
      const row = await bench.row(id, "it is settled again", ({ settled }) => settled);
      assert.deepEqual([row.state, row.attempt], ["sent", 2]);
      assert.ok(box(root, "DecCus001", "SentBox").includes(archived as string));
      assert.equal(box(root, "DecCus001", "SentBox").length, 2);
      const story = (await ask({ id })).payload as { events: { event: string; text: string }[] };
      assert.ok(story.events.some(({ event, text }) => event === "resend" && text === "海关要求"));
    });

    it("resends a failed document too, and refuses without a reason, without a file, and while it is on its way", async () => {
      await bench.load(fail());
      const id = await sent("a.xml");
      const refused = async (question: object, code: string) => {
        const before = bench.messages("caught").length;
        bench.node("documents").receive({ payload: question });
        const caught = (await bench.arrived("caught", before + 1))[before];
        assert.equal(caught?.error?.code, code);
        assert.ok(caught?.fault?.text.zh);
      };
      await refused({ action: "resend", id }, "SW-REQUEST");
      await refused({ action: "resend", reason: "x" }, "SW-REQUEST");
      await refused({ action: "shred", id, reason: "x" }, "SW-REQUEST");
      await refused({ action: "resend", id: "no-such", reason: "x" }, "SW-UNKNOWN-DOCUMENT");
      await refused({ action: "release", id, reason: "x" }, "SW-STATE");
      await ask({ action: "resend", id, reason: "again" });
      await bench.arrived("settled", 2);
      const row = await bench.row(id, "it failed again", ({ settled }) => settled);
      assert.deepEqual([row.state, row.attempt], ["failed", 2]);
      rmSync(join(root, "DecCus001", "FailBox", row.boxName));
      await refused({ action: "resend", id, reason: "once more" }, "SW-STATE");
    });

    it("tells every change of state and every receipt", async () => {
      await bench.load(
        flow([
          node("sw-documents", "events", { client: "client", mode: "events", importOverdue: 30 }, ["event"]),
          sink("event"),
          node("sw-mq-receive", "receive", { client: "client", broker: "broker", queue: `${queue}r` }, ["settle"]),
        ]),
      );
      await bench.queue(`${queue}r`);
      const key = freshKey();
      const id = await sent("a.xml", key);
      const told = () => bench.messages("event").map(({ topic, event }) => [topic, event?.event]);
      await until("the sending is told", () => told().length >= 4);
      assert.deepEqual(told(), [
        ["state", "claimed"],
        ["state", "sending"],
        ["state", "sent"],
        ["state", "settled"],
      ]);
      assert.deepEqual(ids(bench.messages("event").map(({ payload }) => payload)), [id, id, id, id]);
      await bench.showing("receive", "mq-receive.status.connected");
      await bench.publish(
        `${queue}r`,
        decImportResponse({ code: "0", text: "", key, seqNo: "I20230000000000009" }).body,
      );
      const receipt = await until("the receipt is told", () =>
        bench.messages("event").find(({ topic }) => topic === "receipt"),
      );
      assert.deepEqual(
        [(receipt.payload as { id: string }).id, (receipt.payload as { state: string }).state],
        [id, "accepted"],
      );
    });

    const events = (change: object = {}) =>
      flow([node("sw-documents", "events", { client: "client", mode: "events", ...change }, ["event"]), sink("event")]);
    /** So many minutes go by for all that has happened. */
    const minutesLater = (minutes: number) => {
      const database = new Database(join(root, ".ledger", "ledger.db"));
      database.prepare("UPDATE events SET at = at - ?").run(minutes * 60_000);
      database.close();
    };

    it("tells at once which receipt of which document is overdue, each once, also over a restart", async () => {
      await bench.load(flow());
      const id = await sent("a.xml");
      await bench.unload();
      minutesLater(31);
      await bench.load(events({ importOverdue: 30 }));
      const overdue = await bench.one("event");
      assert.deepEqual(
        [overdue.topic, overdue.missing, (overdue.payload as { id: string }).id],
        ["overdue", "import", id],
      );
      const { text, minutes } = (
        overdue as unknown as { overdue: { text: { zh: string; en: string }; minutes: number } }
      ).overdue;
      assert.equal(minutes, 31);
      assert.match(text.zh, /a\.xml.*导入回执尚未收到/);
      assert.match(text.en, /import receipt is missing/);
      await bench.showing("events", "documents.status.watching");
      assert.equal(bench.messages("event").length, 1);
      await bench.unload();
      await bench.load(events({ importOverdue: 30 }));
      await bench.showing("events", "documents.status.watching");
      assert.equal(bench.messages("event").length, 0);
      const story = (await ask({ id })).payload as { events: { event: string; text: string }[] };
      assert.deepEqual(
        story.events.filter(({ event }) => event === "overdue").map(({ text: said }) => said),
        ["import"],
      );
    });

    it("has times of its own for a folder, and says what is wrong with a rule", async () => {
      await bench.load(flow());
      await sent("dec.xml");
      await sent("manifest.xml", undefined, "Rmft");
      await bench.unload();
      minutesLater(6);
      await bench.load(events({ overdueRules: "rmft 5" }));
      assert.equal(((await bench.one("event")).payload as { fileName: string }).fileName, "manifest.xml");
      await bench.showing("events", "documents.status.watching");
      assert.equal(bench.messages("event").length, 1);
      await bench.unload();
      await bench.load(events({ overdueRules: "Rmft five" }));
      await bench.showing("events", "documents.status.config");
      assert.ok(bench.errors().some((line) => /业务文件夹|business folder/.test(line)));
    });

    it("makes the support bundle, by message and by the route, with no secret in it", async () => {
      await bench.load([...flow(), cardNode(bench.token)]);
      const id = await sent("报关单.xml");
      bench.node("documents").receive({ payload: { action: "bundle", id } });
      const got = await Promise.race([bench.one("answer"), bench.one("caught")]);
      assert.equal(got.error, undefined, JSON.stringify(got.error));
      const { payload, filename } = got;
      assert.match(String(filename), /^SW-support_报关单_\d{17}\.zip$/);
      const names = (files: { name: string }[]) => files.map(({ name }) => name).sort();
      const files = await readZip(payload as unknown as Buffer);
      assert.deepEqual(names(files), [
        "about.txt",
        "diagnose.txt",
        "document.json",
        "document_报关单.xml",
        "events.txt",
        "log.txt",
        "receipts.json",
      ]);
      const text = (name: string) => files.find((file) => file.name === name)?.bytes.toString("utf8") ?? "";
      assert.match(text("diagnose.txt"), new RegExp(`queue ${queue}`));
      assert.match(text("about.txt"), new RegExp(`Node-RED ${bench.version.replaceAll(".", "\\.")}`));
      assert.match(text("log.txt"), new RegExp(`\tsent\t${id}\t`));
      for (const { name, bytes } of files) {
        for (const secret of [PIN, bench.broker.password]) assert.ok(!bytes.includes(secret), `${name} has ${secret}`);
      }
      const answer = await bench.http().get(`/single-window/documents/${id}/bundle`).buffer(true).parse(binary);
      assert.equal(answer.status, 200);
      assert.match(String(answer.headers["content-disposition"]), /filename\*=UTF-8''SW-support_%E6%8A%A5/);
      assert.deepEqual(names(await readZip(answer.body as Buffer)), names(files));
      const missing = await bench.http().get("/single-window/documents/no-such/bundle");
      assert.deepEqual([missing.status, missing.body.code], [404, "SW-UNKNOWN-DOCUMENT"]);
    });
  });

  describe("sw-diagnose", () => {
    const load = (broker: Record<string, unknown> = {}, card: Record<string, unknown> = {}, credentials = {}) =>
      bench.load(
        [
          clientNode(root),
          brokerNode(bench.broker, broker),
          cardNode(bench.token, card),
          node("sw-mq-send", "send", { client: "client", broker: "broker", queue }),
          node("sw-diagnose", "diagnose", { client: "client", broker: "broker", card: "card" }, ["out"]),
          sink("out"),
        ],
        credentials,
      );
    const diagnosis = async () => {
      bench.node("diagnose").receive({ payload: "go" });
      return (await bench.one("out")).payload as unknown as Diagnosis;
    };

    it("runs every step, and its report has no secret", async () => {
      await load();
      const { ok, steps, report, changeForm } = await diagnosis();
      assert.deepEqual(
        steps.map(({ step, ok: passed }) => [step, passed]),
        [...ALWAYS, ...BROKER(queue), "pin", "card"].map((step) => [step, true]),
        report,
      );
      assert.equal(ok, true);
      for (const secret of [PIN, bench.broker.password]) assert.ok(!JSON.stringify({ steps, report }).includes(secret));
      const versions = [
        `Node-RED ${bench.version}`,
        `Node.js ${process.versions.node}`,
        "RabbitMQ",
        "node-red-import-client",
      ];
      for (const named of ["DEMO0001", "123456789", COMPANY.code, "环境 environment: test", ...versions]) {
        assert.ok(report.includes(named), `${named} is not in ${report}`);
      }
      assert.match(changeForm, new RegExp(`公司名称 company name: ${COMPANY.name}`));
      assert.match(changeForm, /海关编码 customs code: 4403960000/);
      await bench.showing("diagnose", "diagnose.status.passed");
    });

    it("stops at the step that fails, with its code and what to do", async () => {
      await load({}, { token: "another" }, { broker: { user: bench.broker.user, password: "wrong" } });
      const { ok, steps, report } = await diagnosis();
      assert.equal(ok, false);
      const failed = steps.filter((step) => !step.ok);
      assert.deepEqual(
        failed.map(({ step, code }) => [step, code]),
        [
          ["login", "C18"],
          ["card", "C134"],
        ],
      );
      assert.match(failed[0]?.text.zh as string, /服务器拒绝登录/);
      assert.ok(failed.every(({ advice }) => advice?.zh && advice.en));
      assert.ok(!steps.some(({ step }) => step.startsWith("queue")));
      assert.ok(!report.includes("wrong"));
      await bench.showing("diagnose", "diagnose.status.failed");
    });

    it("never tries the PIN", async () => {
      const guard = new RecordedPins(process.env.SW_PIN_GUARD);
      const before = guard.rows.length;
      await load({}, {}, { card: { pin: "Pin-000000" } });
      assert.equal((await diagnosis()).ok, true);
      assert.equal(guard.rows.length, before);
      const card = bench.node("card") as unknown as { report(): Promise<{ state: string }> };
      assert.notEqual((await card.report()).state, "closed");
    });

    it("tells our own readers of the receive queue from others (faq 6)", async () => {
      const receive = await bench.queue();
      await bench.load([
        clientNode(root),
        brokerNode(bench.broker),
        node("sw-mq-receive", "receive", { client: "client", broker: "broker", queue: receive }, ["out"]),
        node("sw-diagnose", "diagnose", { client: "client", broker: "broker", card: "" }, ["out"]),
        sink("out"),
      ]);
      await bench.showing("receive", "mq-receive.status.connected");
      const step = async (count: number) => {
        bench.node("diagnose").receive({ payload: "go" });
        const { payload } = (await bench.arrived("out", count))[count - 1] as Seen;
        const { steps } = payload as unknown as Diagnosis;
        return steps.find((one) => one.step === `queue ${receive}`);
      };
      const alone = await step(1);
      assert.deepEqual([alone?.ok, alone?.warning], [true, undefined], JSON.stringify(alone));
      assert.match(alone?.text.en ?? "", /1 consumers \(1 of them ours\)/);
      await bench.aside(async (channel) => {
        await channel.consume(receive, () => {});
        const shared = await step(2);
        assert.deepEqual([shared?.ok, shared?.warning], [true, true]);
        assert.match(shared?.advice?.zh ?? "", /解除设备绑定/);
      });
    });

    it("names a queue that is missing", async () => {
      await bench.aside((channel) => channel.deleteQueue(queue));
      await load();
      const failed = (await diagnosis()).steps.filter((step) => !step.ok);
      assert.deepEqual(
        failed.map(({ step, code }) => [step, code]),
        [[`queue ${queue}`, "C18"]],
      );
      assert.match(failed[0]?.text.zh as string, /队列不存在/);
    });
  });

  describe("admin routes", () => {
    it("list documents with their filters and pages, and one document's story", async () => {
      await bench.load(flow());
      const first = await sent("a.xml");
      const second = await sent("b.xml");
      const get = async (path: string) => {
        const { status, body } = await bench.http().get(`/single-window/${path}`);
        assert.equal(status, 200, JSON.stringify(body));
        return body;
      };
      assert.deepEqual(ids((await get("documents")).documents), [second, first]);
      const page = await get("documents?limit=1");
      assert.deepEqual([ids(page.documents), page.next], [[second], second]);
      assert.deepEqual(ids((await get(`documents?limit=1&before=${page.next}`)).documents), [first]);
      assert.deepEqual(ids((await get("documents?state=failed,held")).documents), []);
      assert.deepEqual(ids((await get("documents?q=b.xml&business=DecCus001&state=sent,failed")).documents), [second]);
      assert.deepEqual(ids((await get("documents?fileName=A.XML")).documents), [first]);
      assert.deepEqual(ids((await get(`documents?to=${Date.now() - 3_600_000}`)).documents), []);
      const wrong = await bench.http().get("/single-window/documents?state=nonsense");
      assert.deepEqual([wrong.status, wrong.body.code], [400, "SW-REQUEST"]);
      assert.match(wrong.body.text.zh, /nonsense/);
      const story = await get(`documents/${first}`);
      assert.deepEqual(
        [story.document.id, story.events.length, story.receipts.length],
        [first, 4, 0],
        JSON.stringify(story),
      );
      const missing = await bench.http().get("/single-window/documents/no-such");
      assert.deepEqual([missing.status, missing.body.code], [404, "SW-UNKNOWN-DOCUMENT"]);
      assert.ok(missing.body.text.zh);
    });

    it("resend and release with a reason, and say why not", async () => {
      await bench.load(flow());
      const id = await sent("a.xml");
      const post = (action: string, body: object) =>
        bench.http().post(`/single-window/documents/${id}/${action}`).send(body);
      const without = await post("resend", {});
      assert.deepEqual([without.status, without.body.code], [400, "SW-REQUEST"]);
      const release = await post("release", { reason: "x" });
      assert.deepEqual([release.status, release.body.code], [409, "SW-STATE"]);
      const resend = await post("resend", { reason: "x" });
      assert.deepEqual([resend.status, resend.body.id, resend.body.attempt], [200, id, 2]);
      await bench.arrived("settled", 2);
      assert.equal(await bench.depth(queue), 2);
    });

    it("release a held document as sent or as failed, and its file goes there", async () => {
      const nodes = flow();
      (nodes.find(({ id }) => id === "claimed") as FlowNode).wires = [[]];
      await bench.load(nodes);
      const client = await bench.client();
      for (const [index, as] of ["sent", "failed"].entries()) {
        drop(root, "DecCus001", `${as}.xml`, decXml());
        const id = (await bench.arrived("claimed", index + 1))[index]?.document?.id as string;
        const sending = await client.ledger.transition(
          id,
          step("sending"),
          { sendingAt: Date.now() },
          { event: "sending" },
        );
        await client.claims.hold(sending, { code: "SW-UNKNOWN", text: { zh: "不明", en: "unknown" } });
        const url = `/single-window/documents/${id}/release`;
        const odd = await bench.http().post(url).send({ reason: "x", as: "maybe" });
        assert.deepEqual([odd.status, odd.body.code], [400, "SW-REQUEST"]);
        const answer = await bench.http().post(url).send({ reason: "网页已查", as });
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        const row = await bench.row(id, "it is settled", ({ settled }) => settled);
        assert.deepEqual([row.state, row.box], [as, as === "sent" ? "SentBox" : "FailBox"]);
      }
      assert.equal(box(root, "DecCus001", "SentBox").length, 1);
      assert.equal(box(root, "DecCus001", "FailBox").length, 1);
      assert.match(box(root, "DecCus001", "InBox").join(), /^Failed_failed_\d{17}\.xml$/);
    });

    it("tell the state of clients, brokers and cards", async () => {
      await bench.load(flow([cardNode(bench.token, { name: "卡" })]));
      await sent("a.xml");
      const { status, body } = await bench.http().get("/single-window/status");
      assert.equal(status, 200);
      const [client] = body;
      assert.equal(body.length, 1);
      assert.deepEqual(client.client, { id: "client", name: "", environment: "test", clientId: "DEMO0001" });
      assert.deepEqual([client.counts.sent, client.counts.failed, client.inFlight], [1, 0, 0]);
      assert.deepEqual(client.brokers, [
        {
          id: "broker",
          name: "代理",
          client: "client",
          state: "connected",
          code: "",
          queues: [{ name: queue, use: "send", depth: 1 }],
        },
      ]);
      assert.deepEqual([client.cards[0].id, client.cards[0].name, client.cards[0].backend], ["card", "卡", "pkcs11"]);
      for (const secret of [PIN, bench.broker.password]) assert.ok(!JSON.stringify(body).includes(secret));
    });

    it("diagnose broker and card, together or alone", async () => {
      await bench.load(flow([cardNode(bench.token)]));
      await bench.showing("send", "mq-send.status.connected");
      const run = async (body: object) => {
        const answer = await bench.http().post("/single-window/diagnose").send(body);
        assert.equal(answer.status, 200);
        return (answer.body.steps as Step[]).map(({ step }) => step);
      };
      const broker = BROKER(queue);
      assert.deepEqual(await run({}), [...ALWAYS, ...broker, "pin", "card"]);
      assert.deepEqual(await run({ client: "client" }), [...ALWAYS, ...broker, "pin", "card"]);
      assert.deepEqual(await run({ broker: "broker" }), [...ALWAYS, ...broker]);
      assert.deepEqual(await run({ card: "card", client: "client" }), [...ALWAYS, "pin", "card"]);
      const unknown = await bench.http().post("/single-window/diagnose").send({ broker: "not-deployed" });
      assert.deepEqual([unknown.status, unknown.body.code], [404, "SW-UNKNOWN-NODE"]);
      assert.ok(unknown.body.text.zh && unknown.body.advice.zh);
    });

    it("diagnose a broker whose settings cannot be used", async () => {
      await bench.load([clientNode(root), brokerNode(bench.broker, { host: "" })]);
      const { status, body } = await bench.http().post("/single-window/diagnose").send({ broker: "broker" });
      assert.deepEqual([status, body.ok], [200, false]);
      const failed = (body.steps as Step[]).filter(({ ok }) => !ok);
      assert.deepEqual(
        failed.map(({ step, code }) => [step, code]),
        [["broker", "SW-CONFIG"]],
      );
    });
  });
}
