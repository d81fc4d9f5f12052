import assert from "node:assert/strict";
import { unlinkSync } from "node:fs";
import { join } from "node:path";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { AskFlow } from "../../support/ask-flow.js";
import { box, drop } from "../../support/boxes.js";
import { type FlowNode, functionNode, node } from "../../support/flow-nodes.js";
import type { RedBench } from "../../support/red-bench.js";
import { until } from "../../support/until.js";

export function holding(bench: RedBench): void {
  describe("a gate that holds documents", () => {
    const at = new AskFlow(bench);

    /** Between folder-watch and mq-send. */
    const gated = (settings: Record<string, unknown> = {}): FlowNode[] => {
      const nodes = at.nodes();
      (nodes.find(({ id }) => id === "claimed") as FlowNode).wires = [["gate"]];
      const watch = nodes.find(({ type }) => type === "sw-folder-watch") as FlowNode;
      watch.maxInFlight = 1;
      return [...nodes, node("sw-settle", "gate", { client: "client", outcome: "hold", ...settings }, ["send"])];
    };
    const ledger = async () => (await bench.client()).ledger;
    const held = (name: string) =>
      until(`${name} is on hold`, async () =>
        (await (await ledger()).byFileName(name)).find(({ state }) => state === "held"),
      );
    const get = (path: string) => bench.http().get(`/single-window/${path}`);

    it("keeps them outside the window until somebody releases them by the route, then lets them pass", async () => {
      await bench.load(gated({ holdReason: "金额超过一百万" }));
      for (const name of ["a.xml", "b.xml"]) {
        drop(at.root, "DecCus001", name, decXml({ key: freshKey(), goods: 1 }));
      }
      // There is one place in the window: the second comes only because the first does not count.
      const [first, second] = [await held("a.xml"), await held("b.xml")];
      assert.deepEqual([first.code, first.text, second.state], ["SW-HELD", "金额超过一百万", "held"]);
      assert.equal(bench.messages("settled").length, 0);
      assert.equal(await bench.depth(at.queue), 0);
      const post = (id: string, action: string, body: object) =>
        bench.http().post(`/single-window/documents/${id}/${action}`).send(body);
      assert.equal((await post(first.id, "release", {})).status, 400, "a reason is needed");
      const released = await post(first.id, "release", { reason: "已核对" });
      assert.deepEqual([released.status, released.body.state], [200, "claimed"]);
      await bench.arrived("settled", 1);
      assert.equal((await (await ledger()).get(first.id))?.state, "sent");
      assert.equal((await (await ledger()).get(second.id))?.state, "held");
      const late = await post(first.id, "hold", { reason: "x" });
      assert.deepEqual([late.status, late.body.code], [409, "SW-STATE"]);
    });

    it("lets them pass within its hours, and holds those outside until the hours begin", async () => {
      const hour = (ahead: number) => new Date(Date.now() + (8 + ahead) * 3_600_000).toISOString().slice(11, 13);
      await bench.load(gated({ holdWindow: `${hour(-1)}:00-${hour(2)}:00` }));
      await at.sent("open.xml");
      await bench.unload();
      await bench.load(gated({ holdWindow: `${hour(2)}:00-${hour(4)}:00` }));
      drop(at.root, "DecCus001", "closed.xml", decXml({ key: freshKey(), goods: 1 }));
      const { retryAt } = await held("closed.xml");
      assert.ok(retryAt > Date.now() && retryAt <= Date.now() + 2 * 3_600_000, new Date(retryAt).toISOString());
    });

    it("gives what waits for its hours the new ones at a deploy, and leaves alone what a person put off", async () => {
      const hour = (ahead: number) => new Date(Date.now() + (8 + ahead) * 3_600_000).toISOString().slice(11, 13);
      await bench.load(gated({ holdReason: "夜间", holdWindow: `${hour(3)}:00-${hour(5)}:00` }));
      for (const name of ["follows.xml", "stays.xml"]) {
        drop(at.root, "DecCus001", name, decXml({ key: freshKey(), goods: 1 }));
      }
      const [follows, stays] = [await held("follows.xml"), await held("stays.xml")];
      const until = Date.now() + 5 * 3_600_000;
      const put = bench.http().post(`/single-window/documents/${stays.id}/hold`);
      assert.equal((await put.send({ reason: "等客户", until })).status, 200);
      await bench.unload();
      await bench.load(gated({ holdReason: "夜间", holdWindow: `${hour(-1)}:00-${hour(2)}:00` }));
      await bench.arrived("settled", 1);
      assert.equal((await (await ledger()).get(follows.id))?.state, "sent");
      const left = await (await ledger()).get(stays.id);
      assert.deepEqual([left?.state, left?.text, left?.retryAt], ["held", "等客户", until]);
    });

    /** Two of them, one after the other, with the settings of each. */
    const gatedTwice = (first: Record<string, unknown>, second: Record<string, unknown>): FlowNode[] => {
      const nodes = gated(first);
      (nodes.find(({ id }) => id === "gate") as FlowNode).wires = [["gate2"]];
      return [...nodes, node("sw-settle", "gate2", { client: "client", outcome: "hold", ...second }, ["send"])];
    };
    const events = async (id: string) => (await (await ledger()).story(id))?.events ?? [];
    const reasons = async (id: string) =>
      (await events(id)).filter(({ event }) => event === "held").map(({ text }) => text);
    const release = (id: string, reason: string) => at.ask({ action: "release", id, reason });
    const heldFor = (id: string, count: number) =>
      until(`it is on hold for the ${count}. time`, async () =>
        (await (await ledger()).get(id))?.state === "held" && (await reasons(id)).length === count ? true : undefined,
      );

    it("is passed with a person's release, and so is the next one that asks the same", async () => {
      await bench.load(gatedTwice({ holdReason: "待审批：第 1 级" }, { holdReason: "待审批：第 2 级" }));
      drop(at.root, "DecCus001", "s.xml", decXml({ key: freshKey(), goods: 1 }));
      const { id } = await held("s.xml");
      await release(id, "同意");
      await bench.arrived("settled", 1);
      assert.deepEqual(await reasons(id), ["待审批：第 1 级"], "asked once");
    });

    it("stops it again for another reason, and asks nothing that was decided", async () => {
      await bench.load(gatedTwice({ holdReason: "金额" }, { holdReason: "许可证" }));
      drop(at.root, "DecCus001", "o.xml", decXml({ key: freshKey(), goods: 1 }));
      const { id } = await held("o.xml");
      await release(id, "金额无误");
      await heldFor(id, 2);
      assert.deepEqual(await reasons(id), ["金额", "许可证"]);
      await release(id, "许可证已到");
      await bench.arrived("settled", 1);
      assert.equal((await reasons(id)).length, 2);
      // What is sent once more is asked for once more.
      await at.ask({ action: "resend", id, reason: "重发" });
      await heldFor(id, 3);
    });

    it("is passed when its time has come where a time is waited for, not where a person is", async () => {
      const nodes = gatedTwice({}, {});
      (nodes.find(({ id }) => id === "claimed") as FlowNode).wires = [["soon"]];
      (nodes.find(({ id }) => id === "gate") as FlowNode).wires = [["nobody"]];
      await bench.load([
        ...nodes,
        functionNode("soon", "msg.hold = { until: Date.now() + 1500 }; return msg;", "gate"),
        functionNode("nobody", "delete msg.hold; return msg;", "gate2"),
      ]);
      drop(at.root, "DecCus001", "t.xml", decXml({ key: freshKey(), goods: 1 }));
      const { id } = await held("t.xml");
      await heldFor(id, 2);
      const names = (await events(id)).map(({ event }) => event).filter((name) => /held|released/.test(name));
      assert.deepEqual(names, ["held", "released", "held"], "its time, then a person");
      assert.equal((await (await ledger()).get(id))?.retryAt, 0);
      await release(id, "同意");
      await bench.arrived("settled", 1);
    });

    it("is asked for and given by a documents node", async () => {
      await bench.load(gated());
      drop(at.root, "DecCus001", "n.xml", decXml({ key: freshKey(), goods: 1 }));
      const { id } = await held("n.xml");
      const until = Date.now() + 3_600_000;
      const again = await at.ask({ action: "hold", id, reason: "再等一小时", until });
      const row = again.payload as { state: string; text: string; retryAt: number };
      assert.deepEqual([row.state, row.text, row.retryAt], ["held", "再等一小时", until]);
      await at.ask({ action: "release", id, reason: "不等了" });
      await bench.arrived("settled", 1);
    });

    it("tells who asks what has changed, and answers at once who comes from elsewhere", async () => {
      await bench.load(at.nodes());
      const start = (await get("changes")).body;
      assert.deepEqual([start.documents, start.all], [[], false]);
      const asked = get(`changes?after=${start.cursor}`).then(({ body }) => body);
      const id = await at.sent("c.xml");
      const first = await asked;
      assert.equal(first.all, false);
      assert.notEqual(first.cursor, start.cursor);
      const seen = new Set<string>(first.documents);
      for (let { cursor } = first; !seen.has(id); ) {
        const { body } = await get(`changes?after=${cursor}`);
        cursor = body.cursor;
        for (const one of body.documents) seen.add(one);
      }
      const other = (await get("changes?after=0123456789ab.7")).body;
      assert.equal(other.all, true, "the place of another process");
    });

    it("gives a document to be read, as text and as it came, whatever became of its file", async () => {
      await bench.load(at.nodes());
      const id = await at.sent("r.xml", "KEY-READ-1");
      const { status, body } = await get(`documents/${id}/content`);
      assert.equal(status, 200);
      assert.equal(body.messageType, "DEC");
      assert.ok(body.sections.some(({ zh }: { zh: string }) => zh === "报关单表头"));
      const xml = await get(`documents/${id}/xml`);
      assert.match(xml.body.text, /KEY-READ-1/);
      const file = await get(`documents/${id}/file`);
      assert.equal(file.headers["content-type"], "application/octet-stream");
      assert.equal(file.headers["x-content-type-options"], "nosniff");
      assert.match(file.headers["content-disposition"] ?? "", /^attachment; .*r\.xml$/);
      const [name = ""] = box(at.root, "DecCus001", "SentBox");
      unlinkSync(join(at.root, "DecCus001", "SentBox", name));
      const gone = await get(`documents/${id}/content`);
      assert.deepEqual([gone.status, gone.body.code], [404, "SW-FILE-MISSING"]);
      for (const path of [`documents/${id}/receipts/999`, `documents/${id}/receipts/x`, "documents/none/content"]) {
        assert.equal((await get(path)).status, 404, path);
      }
    });
  });
}
