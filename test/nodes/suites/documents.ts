import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { readZip } from "../../../lib/archive/index.js";
import { verifyFolder } from "../../../lib/audit/verify.js";
import { SYSTEM_DISK } from "../../../lib/files/disk.js";
import type { Counts } from "../../../lib/ledger/counts.js";
import { decImportResponse } from "../../../simulator/answers/dec-import-response.js";
import { freshKey } from "../../../simulator/samples/index.js";
import { AskFlow, idsOf } from "../../support/ask-flow.js";
import { box } from "../../support/boxes.js";
import { cardNode, node, sink } from "../../support/flow-nodes.js";
import type { RedBench, Seen } from "../../support/red-bench.js";
import { documentRow } from "../../support/rows.js";
import { scratch } from "../../support/scratch.js";
import { PIN } from "../../support/test-card.js";
import { until } from "../../support/until.js";

/** For superagent, which knows no ZIP. */
function binary(answer: NodeJS.ReadableStream, done: (error: Error | null, body: Buffer) => void): void {
  const parts: Buffer[] = [];
  answer.on("data", (part: Buffer) => parts.push(part));
  answer.on("end", () => done(null, Buffer.concat(parts)));
}

export function documents(bench: RedBench): void {
  describe("sw-documents", () => {
    const at = new AskFlow(bench);

    it("answers by state, folder, part of a name or key, page by page, newest first", async () => {
      await bench.load(at.nodes());
      const key = freshKey("X");
      const first = await at.sent("甲.xml");
      const second = await at.sent("乙_50%.xml", key);
      const third = await at.sent("丙.xml", undefined, "Rmft");
      assert.deepEqual(idsOf((await at.ask({})).payload), [third, second, first]);
      assert.deepEqual(idsOf((await at.ask({ business: "rmft" })).payload), [third]);
      assert.deepEqual(idsOf((await at.ask({ q: "乙_50%" })).payload), [second]);
      assert.deepEqual(idsOf((await at.ask({ q: key.slice(2, 12) })).payload), [second]);
      assert.deepEqual(idsOf((await at.ask({ q: "%" })).payload), [second], "a wildcard is a character");
      assert.deepEqual(idsOf((await at.ask({ state: "failed" })).payload), []);
      assert.deepEqual(idsOf((await at.ask({ state: ["sent", "failed"], limit: 2 })).payload), [third, second]);
      assert.deepEqual(idsOf((await at.ask({ limit: 2, before: second })).payload), [first]);
      const story = (await at.ask({ id: first })).payload as { document: { id: string }; events: { event: string }[] };
      assert.equal(story.document.id, first);
      assert.deepEqual(
        story.events.map(({ event }) => event),
        ["claimed", "sending", "sent", "settled"],
      );
      assert.equal((await at.ask({ id: "no-such" })).payload, null);
    });

    it("counts by state and folder what a query asks for, and gives its pages to the last one", async () => {
      await bench.load(at.nodes());
      const { ledger } = await bench.client();
      const rows = Array.from({ length: 1002 }, (_, index) =>
        documentRow({
          fileName: `n${index}.xml`,
          state: index < 3 ? "failed" : "sent",
          settled: true,
          business: "Sas",
        }),
      );
      await Promise.all(rows.map((row) => ledger.enter(row, { event: "claimed" })));
      const id = await at.sent("甲.xml");
      const counts = (await at.ask({ count: true })).payload as Counts;
      assert.deepEqual(
        [counts.total, counts.states.sent, counts.states.failed, counts.states.held],
        [1003, 1000, 3, 0],
      );
      assert.deepEqual(
        counts.businesses.map(({ business, total, states }) => [business, total, states.sent]),
        [
          ["DecCus001", 1, 1],
          ["Sas", 1002, 999],
        ],
      );
      const few = (await at.ask({ count: true, business: "sas", state: "failed" })).payload as Counts;
      assert.deepEqual([few.total, few.businesses.length], [3, 1]);
      const first = (await at.ask({ limit: 5000 })) as Seen & { next: string };
      const second = (await at.ask({ limit: 5000, before: first.next })) as Seen & { next: null };
      assert.deepEqual([idsOf(first.payload).length, idsOf(second.payload).length, second.next], [1000, 3, null]);
      assert.equal(new Set([...idsOf(first.payload), ...idsOf(second.payload)]).size, 1003);
      // A page that is just full is the last one when nothing is behind it.
      const exact = (await at.ask({ business: "DecCus001", limit: 1 })) as Seen & { next: null };
      assert.deepEqual([idsOf(exact.payload), exact.next], [[id], null]);
    });

    it("resends an ended document as a new attempt; its archived file stays", async () => {
      await bench.load(at.nodes());
      const id = await at.sent("a.xml");
      await bench.take(at.queue);
      const [archived] = box(at.root, "DecCus001", "SentBox");
      const { payload } = await at.ask({ action: "resend", id, reason: "海关要求" });
      assert.deepEqual([(payload as { id: string }).id, (payload as { attempt: number }).attempt], [id, 2]);
      await bench.arrived("settled", 2);
      const again = await bench.take(at.queue);
      // A new sending on purpose: not the first one's message, and no possible duplicate.
      assert.deepEqual(
        [again.properties.messageId, again.properties.headers?.possibleDuplicate],
        [`${id}.2`, undefined],
      );
      const row = await bench.row(id, "it is settled again", ({ settled }) => settled);
      assert.deepEqual([row.state, row.attempt], ["sent", 2]);
      assert.ok(box(at.root, "DecCus001", "SentBox").includes(archived as string));
      assert.equal(box(at.root, "DecCus001", "SentBox").length, 2);
      const story = (await at.ask({ id })).payload as { events: { event: string; text: string }[] };
      assert.ok(story.events.some(({ event, text }) => event === "resend" && text === "海关要求"));
    });

    it("resends a failed document too, and refuses without a reason, without a file, and while it is on its way", async () => {
      await bench.load(at.failing());
      const id = await at.sent("a.xml");
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
      await at.ask({ action: "resend", id, reason: "again" });
      await bench.arrived("settled", 2);
      const row = await bench.row(id, "it failed again", ({ settled }) => settled);
      assert.deepEqual([row.state, row.attempt], ["failed", 2]);
      rmSync(join(at.root, "DecCus001", "FailBox", row.boxName));
      await refused({ action: "resend", id, reason: "once more" }, "SW-STATE");
    });

    it("tells every change of state and every receipt", async () => {
      await bench.load(
        at.nodes([
          node("sw-documents", "events", { client: "client", mode: "events", importOverdue: 30 }, ["event"]),
          sink("event"),
          node("sw-mq-receive", "receive", { client: "client", broker: "broker", queue: `${at.queue}r` }, ["settle"]),
        ]),
      );
      await bench.queue(`${at.queue}r`);
      const key = freshKey();
      const id = await at.sent("a.xml", key);
      const reported = () => bench.messages("event").map(({ topic, event }) => [topic, event?.event]);
      await until("the sending is told", () => reported().length >= 4);
      assert.deepEqual(reported(), [
        ["state", "claimed"],
        ["state", "sending"],
        ["state", "sent"],
        ["state", "settled"],
      ]);
      assert.deepEqual(idsOf(bench.messages("event").map(({ payload }) => payload)), [id, id, id, id]);
      await bench.showing("receive", "mq-receive.status.connected");
      await bench.publish(
        `${at.queue}r`,
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
      at.nodes([
        node("sw-documents", "events", { client: "client", mode: "events", ...change }, ["event"]),
        sink("event"),
      ]);
    /** So many minutes go by for all that has happened. */
    const minutesLater = (minutes: number) => {
      const database = new Database(join(at.root, ".ledger", "ledger.db"));
      database.prepare("UPDATE events SET at = at - ?").run(minutes * 60_000);
      database.close();
    };

    it("tells at once which receipt of which document is overdue, each once, also over a restart", async () => {
      await bench.load(at.nodes());
      const id = await at.sent("a.xml");
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
      const story = (await at.ask({ id })).payload as { events: { event: string; text: string }[] };
      assert.deepEqual(
        story.events.filter(({ event }) => event === "overdue").map(({ text: said }) => said),
        ["import"],
      );
    });

    it("has times of its own for a folder, and says what is wrong with a rule", async () => {
      await bench.load(at.nodes());
      await at.sent("dec.xml");
      await at.sent("manifest.xml", undefined, "Rmft");
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
      await bench.load([...at.nodes(), cardNode(bench.token)]);
      const id = await at.sent("报关单.xml");
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
      assert.match(text("diagnose.txt"), new RegExp(`queue ${at.queue}`));
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

    it("makes the archive, by message and by the route, which holds years later; the audit says who decided what", async () => {
      await bench.load(at.nodes());
      const id = await at.sent("报关单.xml");
      const reason = "海关要求重发";
      bench.node("documents").receive({ payload: { action: "resend", id, reason, as: "accepted", by: "李四" } });
      await bench.one("answer");
      bench.node("documents").receive({ payload: { action: "archive", id, by: "李四" } });
      const [, { payload, filename }] = (await bench.arrived("answer", 2)) as [Seen, Seen];
      assert.match(String(filename), /^SW-archive_报关单_\d{17}\.zip$/);
      const folder = scratch();
      writeFileSync(join(folder, String(filename)), payload as unknown as Buffer);
      const answer = await bench.http().get(`/single-window/documents/${id}/archive`).buffer(true).parse(binary);
      assert.equal(answer.status, 200);
      writeFileSync(join(folder, "SW-archive_2.zip"), answer.body as Buffer);
      const checked = await verifyFolder(SYSTEM_DISK, folder);
      assert.deepEqual(
        checked.flatMap(({ findings }) => findings.filter(({ severity }) => severity === "error")),
        [],
      );
      const said = checked.find(({ decisions }) => decisions.length === 3)?.decisions ?? [];
      assert.deepEqual(
        said.map(({ what, who, via, reason: why }) => [what, who, via, why]),
        [
          ["resend", "李四", "flow documents", reason],
          ["export", "李四", "flow documents", ""],
          ["export", "", "editor", ""],
        ],
      );
    });
  });
}
