import assert from "node:assert/strict";
import type { Step } from "../../../lib/diagnose/index.js";
import { decXml } from "../../../simulator/samples/index.js";
import { ALWAYS, AskFlow, brokerSteps, idsOf } from "../../support/ask-flow.js";
import { box, drop } from "../../support/boxes.js";
import { brokerNode, cardNode, clientNode, type FlowNode } from "../../support/flow-nodes.js";
import type { RedBench } from "../../support/red-bench.js";
import { relayTo } from "../../support/relay.js";
import { step } from "../../support/rows.js";
import { PIN } from "../../support/test-card.js";
import { until } from "../../support/until.js";

export function routes(bench: RedBench): void {
  describe("admin routes", () => {
    const at = new AskFlow(bench);

    it("list documents with their filters and pages, and one document's story", async () => {
      await bench.load(at.nodes());
      const first = await at.sent("a.xml");
      const second = await at.sent("b.xml");
      const get = async (path: string) => {
        const { status, body } = await bench.http().get(`/single-window/${path}`);
        assert.equal(status, 200, JSON.stringify(body));
        return body;
      };
      assert.deepEqual(idsOf((await get("documents")).documents), [second, first]);
      const page = await get("documents?limit=1");
      assert.deepEqual([idsOf(page.documents), page.next], [[second], second]);
      assert.deepEqual(idsOf((await get(`documents?limit=1&before=${page.next}`)).documents), [first]);
      assert.deepEqual(idsOf((await get("documents?state=failed,held")).documents), []);
      assert.deepEqual(idsOf((await get("documents?q=b.xml&business=DecCus001&state=sent,failed")).documents), [
        second,
      ]);
      assert.deepEqual(idsOf((await get("documents?fileName=A.XML")).documents), [first]);
      assert.deepEqual(idsOf((await get(`documents?to=${Date.now() - 3_600_000}`)).documents), []);
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

    it("say of a document on its way what stops all of its client, and nothing of it once it is sent", async () => {
      const relay = await relayTo(bench.broker);
      relay.reset();
      await bench.load(at.nodes([], { host: "127.0.0.1", port: relay.port }));
      drop(at.root, "DecCus001", "a.xml", decXml());
      const id = (await bench.one("claimed")).document?.id as string;
      const story = async () => (await bench.http().get(`/single-window/documents/${id}`)).body;
      const [away] = await until("the broker is known to be away", async () => {
        const { waitsFor } = await story();
        return waitsFor.length > 0 ? waitsFor : undefined;
      });
      assert.equal(away.code, "C18");
      assert.ok(
        away.text.zh.includes(`127.0.0.1:${relay.port}`) && away.text.en && away.advice.zh,
        JSON.stringify(away),
      );
      relay.flow();
      await bench.one("settled");
      assert.deepEqual((await story()).waitsFor, []);
      await relay.close();
    });

    it("say what is wrong with a request that cannot be read, and never how Express fell over it", async () => {
      await bench.load(at.nodes());
      const http = bench.http();
      const json = (path: string, text: string) => http.post(path).type("json").send(text);
      const asked = [
        json("/single-window/diagnose", '{"client":'),
        json("/single-window/documents/x/resend", "]"),
        json("/single-window/import-settings", "\u0000"),
        json("/single-window/page", "{"),
        http.get("/single-window/documents/%zz"),
        http.get("/single-window/documents/%E0%A4%A/content"),
        http.get("/single-window/documents/x/receipts/%"),
        http.get("/single-window/clients/%ff"),
        http.get("/single-window/documents?before=zzz"),
        http.get("/single-window/documents?limit=many"),
        http.get("/single-window/documents?from=yesterday"),
        http.get("/single-window/documents?after=zzz"),
      ];
      for (const request of asked) {
        const { status, body, text } = await request;
        assert.deepEqual([status, body.code], [400, "SW-REQUEST"], text);
        assert.ok(body.text.zh && body.text.en && body.advice.zh && body.advice.en, text);
        assert.doesNotMatch(text, /<pre>|node_modules|\bat .*\.js/);
      }
      const large = await json("/single-window/diagnose", JSON.stringify({ client: "x".repeat(6_000_000) }));
      assert.deepEqual([large.status, large.body.code], [413, "SW-SIZE"]);
      const nobody = await http.get("/single-window/documents?client=zzz");
      assert.deepEqual([nobody.status, nobody.body.code], [404, "SW-UNKNOWN-NODE"]);
      const unknown = await http.get("/single-window/documents/zzz");
      assert.deepEqual([unknown.status, unknown.body.code], [404, "SW-UNKNOWN-DOCUMENT"]);
      assert.ok(unknown.body.advice.zh && unknown.body.advice.en, unknown.text);
    });

    it("resend and release with a reason, and say why not", async () => {
      await bench.load(at.nodes());
      const id = await at.sent("a.xml");
      const post = (action: string, body: object) =>
        bench.http().post(`/single-window/documents/${id}/${action}`).send(body);
      const without = await post("resend", {});
      assert.deepEqual([without.status, without.body.code], [400, "SW-REQUEST"]);
      // A page of another site can send a form without being asked; it cannot send JSON.
      const form = await bench.http().post(`/single-window/documents/${id}/resend`).type("form").send("reason=csrf");
      assert.deepEqual([form.status, form.body.code], [400, "SW-REQUEST"]);
      assert.match(form.body.text.en, /application\/json/);
      const release = await post("release", { reason: "x" });
      assert.deepEqual([release.status, release.body.code], [409, "SW-STATE"]);
      const resend = await post("resend", { reason: "x" });
      assert.deepEqual([resend.status, resend.body.id, resend.body.attempt], [200, id, 2]);
      await bench.arrived("settled", 2);
      assert.equal(await bench.depth(at.queue), 2);
    });

    it("release a held document as sent or as failed, and its file goes there", async () => {
      const nodes = at.nodes();
      (nodes.find(({ id }) => id === "claimed") as FlowNode).wires = [[]];
      await bench.load(nodes);
      const client = await bench.client();
      for (const [index, as] of ["sent", "failed"].entries()) {
        drop(at.root, "DecCus001", `${as}.xml`, decXml());
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
      assert.equal(box(at.root, "DecCus001", "SentBox").length, 1);
      assert.equal(box(at.root, "DecCus001", "FailBox").length, 1);
      assert.match(box(at.root, "DecCus001", "InBox").join(), /^Failed_failed_\d{17}\.xml$/);
    });

    it("tell the state of clients, brokers and cards", async () => {
      await bench.load(at.nodes([cardNode(bench.token, { name: "卡" })]));
      await at.sent("a.xml");
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
          fault: null,
          queues: [{ name: at.queue, use: "send", depth: 1 }],
        },
      ]);
      assert.deepEqual([client.cards[0].id, client.cards[0].name, client.cards[0].backend], ["card", "卡", "pkcs11"]);
      for (const secret of [PIN, bench.broker.password]) assert.ok(!JSON.stringify(body).includes(secret));
    });

    it("diagnose broker and card, together or alone", async () => {
      await bench.load(at.nodes([cardNode(bench.token)]));
      await bench.showing("send", "mq-send.status.connected");
      const run = async (body: object) => {
        const answer = await bench.http().post("/single-window/diagnose").send(body);
        assert.equal(answer.status, 200);
        return (answer.body.steps as Step[]).map(({ step }) => step);
      };
      const broker = brokerSteps(at.queue);
      assert.deepEqual(await run({}), [...ALWAYS, ...broker, "pin", "card"]);
      assert.deepEqual(await run({ client: "client" }), [...ALWAYS, ...broker, "pin", "card"]);
      assert.deepEqual(await run({ broker: "broker" }), [...ALWAYS, ...broker]);
      assert.deepEqual(await run({ card: "card", client: "client" }), [...ALWAYS, "pin", "card"]);
      const unknown = await bench.http().post("/single-window/diagnose").send({ broker: "not-deployed" });
      assert.deepEqual([unknown.status, unknown.body.code], [404, "SW-UNKNOWN-NODE"]);
      assert.ok(unknown.body.text.zh && unknown.body.advice.zh);
    });

    it("diagnose a broker whose settings cannot be used", async () => {
      await bench.load([clientNode(at.root), brokerNode(bench.broker, { host: "" })]);
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
