import assert from "node:assert/strict";
import { join } from "node:path";
import { decXml } from "../../../simulator/samples/index.js";
import { box, boxText, drop } from "../../support/boxes.js";
import { brokerNode, catchAll, clientNode, type FlowNode, node, sink, watchNode } from "../../support/flow-nodes.js";
import type { RedBench } from "../../support/red-bench.js";
import { scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

export function settling(bench: RedBench): void {
  describe("sw-settle of a document", () => {
    let root: string;
    beforeEach(() => {
      root = join(scratch(), "ImpPath");
    });

    /** Claims stop at `claimed`; a test hands them to one of the settles. */
    const flow = (change: Record<string, unknown> = {}): FlowNode[] => [
      clientNode(root),
      watchNode({}, "claimed"),
      sink("claimed"),
      ...["auto", "sent", "failed", "retry"].map((outcome) =>
        node("sw-settle", outcome, { client: "client", outcome, retryAfter: 0, retryTimes: 3, ...change }, ["settled"]),
      ),
      sink("settled"),
      catchAll("caught"),
      sink("caught"),
    ];
    const claimed = async () => {
      drop(root, "DecCus001", "a.xml", decXml());
      return bench.one("claimed");
    };

    it("fails by the message's fault: local receipt in the official form, file in FailBox", async () => {
      await bench.load(flow());
      const message = await claimed();
      message.fault = { code: "C134", text: { zh: "签名失败 <51571>", en: "signing failed" } };
      bench.node("auto").receive(message);
      await bench.one("settled");
      const [receipt = ""] = box(root, "DecCus001", "InBox");
      assert.match(receipt, /^Failed_a_\d{17}\.xml$/);
      assert.equal(
        boxText(root, "DecCus001", "InBox", receipt),
        '<?xml version="1.0" encoding="utf-8"?><Root><resultFlag>0</resultFlag><failCode>C134</failCode>' +
          '<failInfo>["签名失败 &lt;51571&gt;"]</failInfo><retData></retData></Root>',
      );
      assert.match(box(root, "DecCus001", "FailBox").join(), /^a_\d{17}\.xml$/);
      assert.deepEqual(box(root, "DecCus001", "TempBox"), []);
      const row = await (await bench.client()).ledger.get(message.document?.id as string);
      assert.deepEqual([row?.state, row?.code, row?.settled, row?.box], ["failed", "C134", true, "FailBox"]);
      const said = bench.logged(({ id }) => id === "client").filter((line) => line.includes("C134"));
      assert.match(said.join("\n"), /C134 DecCus001\/.* failed: 签名失败/);
      assert.equal(said.length, 1);
    });

    it("tells all errors of a document: a line each in the ledger, one line in failInfo", async () => {
      await bench.load(flow());
      const message = await claimed();
      message.fault = { code: "SW-XSD", text: { zh: "一；共 2 处错误\n2. 二，第 12 行", en: "one\n2. two" } };
      bench.node("auto").receive(message);
      await bench.one("settled");
      const [receipt = ""] = box(root, "DecCus001", "InBox");
      assert.match(
        boxText(root, "DecCus001", "InBox", receipt),
        /<failInfo>a\.xml错误信息：一；共 2 处错误；2\. 二，第 12 行<\/failInfo>/,
      );
      const row = await (await bench.client()).ledger.get(message.document?.id as string);
      assert.equal(row?.text, "一；共 2 处错误\n2. 二，第 12 行");
    });

    it("takes the fault of any other node from Catch: its code and message", async () => {
      await bench.load(flow());
      const message = await claimed();
      message.error = { message: "house check said no", code: "OWN-7", source: { id: "f", type: "function" } };
      bench.node("auto").receive(message);
      await bench.one("settled");
      const row = await (await bench.client()).ledger.get(message.document?.id as string);
      assert.deepEqual([row?.state, row?.code], ["failed", "OWN-7"]);
      assert.match(boxText(root, "DecCus001", "InBox", box(root, "DecCus001", "InBox")[0] as string), /house check/);
    });

    it("settles once: again, as a clone, or with another outcome changes nothing", async () => {
      await bench.load(flow());
      const message = await claimed();
      // Only the handle survives a rebuilt message.
      const rebuilt = { document: structuredClone(message.document), payload: "something else" };
      bench.node("failed").receive(rebuilt);
      await bench.one("settled");
      const boxes = () => ["TempBox", "SentBox", "FailBox", "InBox"].map((name) => box(root, "DecCus001", name));
      const after = boxes();
      assert.deepEqual(
        after.map(({ length }) => length),
        [0, 0, 1, 1],
      );
      for (const outcome of ["failed", "retry", "sent", "auto"]) {
        bench.node(outcome).receive(structuredClone({ document: message.document }));
      }
      await bench.arrived("settled", 5);
      assert.deepEqual(boxes(), after);
      const row = await (await bench.client()).ledger.get(message.document?.id as string);
      assert.deepEqual([row?.state, row?.settled, row?.code, row?.retryAt], ["failed", true, "SW-FAULT", 0]);
    });

    it("gives a file back to OutBox after a while; it is claimed again with the same id", async () => {
      await bench.load(flow());
      const first = await claimed();
      first.fault = { code: "C18", text: { zh: "服务器不在", en: "the broker is away" } };
      bench.node("auto").receive(first);
      const second = (await bench.arrived("claimed", 2))[1];
      assert.deepEqual([second?.document?.id, second?.document?.attempt], [first.document?.id, 2]);
      assert.deepEqual([second?.fault, second?.error], [undefined, undefined]);
      assert.deepEqual(second?.payload, first.payload);
      assert.deepEqual(box(root, "DecCus001", "InBox"), []);
      const events = (await (await bench.client()).ledger.story(first.document?.id as string))?.events;
      assert.deepEqual(
        events?.map(({ event }) => event),
        ["claimed", "retry", "returned", "claimed"],
      );
    });

    it("resends a document without an answer once with the same key, then it is C141 (faq 10)", async () => {
      await bench.load(flow({ retryTimes: 3 }));
      const fault = { code: "C141", text: { zh: "错误: 等待响应超时!", en: "no answer" } };
      const first = await claimed();
      bench.node("auto").receive({ ...first, fault });
      const second = (await bench.arrived("claimed", 2))[1];
      assert.equal(second?.document?.clientKey, first.document?.clientKey);
      bench.node("auto").receive({ ...second, fault });
      const receipt = await until("it failed", () => box(root, "DecCus001", "InBox")[0]);
      const written = boxText(root, "DecCus001", "InBox", receipt);
      assert.match(written, /<failCode>C141<\/failCode><failInfo>\["错误: 等待响应超时!"\]/);
    });

    it("gives up after retryTimes", async () => {
      await bench.load(flow({ retryTimes: 2 }));
      const fault = { code: "C18", text: { zh: "超时", en: "no answer" } };
      bench.node("auto").receive({ ...(await claimed()), fault });
      for (const times of [2, 3]) {
        const again = (await bench.arrived("claimed", times))[times - 1];
        assert.equal(again?.document?.attempt, times);
        bench.node("auto").receive({ ...again, fault });
      }
      const receipt = await until("it failed", () => box(root, "DecCus001", "InBox")[0]);
      assert.match(boxText(root, "DecCus001", "InBox", receipt), /<failCode>C18<\/failCode>/);
    });

    it("keeps a retried file until its time has come", async () => {
      await bench.load(flow({ retryAfter: 3600 }));
      drop(root, "DecCus001", "b.xml", decXml());
      const third = await bench.one("claimed");
      bench.node("retry").receive(third);
      await bench.one("settled");
      const row = await (await bench.client()).ledger.get(third.document?.id as string);
      assert.ok((row?.retryAt ?? 0) > Date.now() + 3_000_000);
      assert.deepEqual([row?.state, row?.box], ["claimed", "TempBox"]);
      assert.equal((await bench.client()).claims.inFlight.has(third.document?.id as string), true);
    });

    it("refuses to call sent what was not sent, and a message without a handle", async () => {
      await bench.load(flow());
      const message = await claimed();
      bench.node("sent").receive(message);
      assert.equal((await bench.one("caught")).error?.code, "SW-STATE");
      assert.deepEqual(box(root, "DecCus001", "SentBox"), []);
      bench.node("failed").receive({ payload: "x" });
      assert.equal((await bench.arrived("caught", 2))[1]?.error?.code, "SW-MESSAGE");
      bench.node("sent").receive({ document: { id: "no-such" } });
      assert.equal((await bench.arrived("caught", 3))[2]?.error?.code, "SW-UNKNOWN-DOCUMENT");
      bench.node("auto").receive({ delivery: { id: "no-such" } });
      await bench.one("settled");
    });

    it("settles once when several outcomes come at the same time", async () => {
      await bench.load(flow());
      const message = await claimed();
      message.fault = { code: "OWN-1", text: { zh: "不行", en: "no" } };
      for (let number = 0; number < 4; number++) {
        bench.node(number % 2 === 0 ? "failed" : "auto").receive({ ...message, _msgid: `m${number}` });
      }
      await bench.arrived("settled", 4);
      const story = await (await bench.client()).ledger.story(message.document?.id as string);
      assert.deepEqual(
        story?.events.map(({ event }) => event),
        ["claimed", "failed", "receipt", "settled"],
      );
      assert.equal(story?.receipts.length, 1);
      assert.deepEqual(
        [story?.document.box, box(root, "DecCus001", "FailBox")],
        ["FailBox", [story?.document.boxName]],
      );
      assert.equal(box(root, "DecCus001", "InBox").length, 1);
    });

    it("settles the clone that a second wire carries", async () => {
      const queue = await bench.queue();
      await bench.load([
        clientNode(root),
        brokerNode(bench.broker),
        watchNode({}, "send"),
        node("sw-mq-send", "send", { client: "client", broker: "broker", queue }, ["looked", "settle"]),
        sink("looked", "settle"),
        node("sw-settle", "settle", { client: "client", outcome: "auto" }, ["settled"]),
        sink("settled"),
      ]);
      drop(root, "DecCus001", "a.xml", decXml());
      const [one, other] = await bench.arrived("settled", 2);
      assert.notEqual(one?.document, other?.document);
      assert.equal(box(root, "DecCus001", "SentBox").length, 1);
      assert.deepEqual(bench.errors(), []);
      const events = (await (await bench.client()).ledger.story(one?.document?.id as string))?.events;
      assert.deepEqual(
        events?.map(({ event }) => event),
        ["claimed", "sending", "sent", "settled"],
      );
    });
  });
}
