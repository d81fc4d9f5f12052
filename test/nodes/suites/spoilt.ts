import assert from "node:assert/strict";
import { join } from "node:path";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { box, drop } from "../../support/boxes.js";
import { catchAll, clientNode, functionNode, node, sink, watchNode } from "../../support/flow-nodes.js";
import { accepted, ReceiveFlow } from "../../support/receive-flow.js";
import type { RedBench, Seen } from "../../support/red-bench.js";
import { scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

/** What function nodes do to a handle. */
const SPOILS = [
  "msg.document = {};",
  "delete msg.document;",
  "msg.document = 'declaration';",
  "msg.document = { id: 'my own' };",
  "msg.document = { id: msg.document.id };",
  "msg.document.fileName = 7;",
  "msg = { payload: msg.payload };",
];

/** A flow's own nodes that take from a message what ours have given it. */
export function spoilt(bench: RedBench): void {
  describe("a message whose handle a function node has spoilt", () => {
    let root: string;
    beforeEach(() => {
      root = join(scratch(), "ImpPath");
    });

    const row = async () => (await (await bench.client()).ledger.query({}))[0];
    const givenBack = () =>
      until("the document is given back", async () => {
        const { state, code, retryAt = 0 } = (await row()) ?? {};
        return state === "claimed" && code === "SW-MESSAGE" && retryAt > 0;
      });

    for (const [index, spoil] of SPOILS.entries()) {
      const [type = ""] = ["sw-preflight", "sw-validate-xsd", "sw-zip"].slice(index % 3);
      it(`${spoil} is told at once by ${type}, and the document waits`, async () => {
        await bench.load([
          clientNode(root),
          watchNode({}, "spoil"),
          functionNode("spoil", `${spoil} return msg;`, "next"),
          node(type, "next", { client: "client" }, ["out"], ["out"]),
          sink("out"),
          catchAll("caught"),
          sink("caught"),
        ]);
        drop(root, "DecCus001", "单.xml", decXml());
        const caught = await bench.one("caught");
        assert.deepEqual([caught.fault?.code, caught.document?.fileName], ["SW-MESSAGE", "单.xml"]);
        assert.match(`${caught.fault?.text.zh} ${caught.fault?.advice?.en}`, /单\.xml.*Mend that function node/);
        await givenBack();
        assert.deepEqual([bench.messages("out").length, box(root, "DecCus001", "FailBox")], [0, []]);
      });
    }

    it("is told by settle as well, which gives it back whatever it is set to", async () => {
      await bench.load([
        clientNode(root),
        watchNode({}, "spoil"),
        functionNode("spoil", "msg.document = {}; return msg;", "settle"),
        node("sw-settle", "settle", { client: "client", outcome: "failed", retryAfter: 60 }, ["settled"]),
        sink("settled"),
      ]);
      drop(root, "DecCus001", "a.xml", decXml());
      assert.equal((await bench.one("settled")).document?.fileName, "a.xml");
      await givenBack();
      assert.match(bench.logged(({ id }) => id === "settle").join(), /SW-MESSAGE .*a\.xml/);
    });

    it("goes to SentBox all the same when it was sent before", async () => {
      await bench.load([
        clientNode(root),
        watchNode({}, "claimed"),
        sink("claimed"),
        node("sw-settle", "settle", { client: "client", outcome: "auto" }, ["settled"]),
        sink("settled"),
      ]);
      drop(root, "DecCus001", "a.xml", decXml());
      const message = await bench.one("claimed");
      const { claims, ledger } = await bench.client();
      const id = message.document?.id as string;
      await claims.send(id, "{}", false, "");
      await ledger.transition(id, { from: ["sending"], to: "sent" }, { sentAt: Date.now() }, { event: "sent" });
      message.document = undefined;
      bench.node("settle").receive(message);
      await bench.one("settled");
      assert.equal(box(root, "DecCus001", "SentBox").length, 1);
    });

    it("may have been given more, and may carry another claim", async () => {
      await bench.load([
        clientNode(root),
        watchNode({}, "mine"),
        functionNode("mine", "msg.document.mine = 1; return msg;", "zip"),
        node("sw-zip", "zip", {}, ["out"]),
        sink("out"),
      ]);
      drop(root, "DecCus001", "a.xml", decXml());
      drop(root, "DecCus001", "b.xml", decXml());
      const [one, other] = await bench.arrived("out", 2);
      assert.equal((one?.document as { mine?: number } | undefined)?.mine, 1);
      const swapped = { ...one, document: other?.document } as Seen;
      bench.node("zip").receive(swapped);
      assert.equal((await bench.arrived("out", 3))[2]?.document?.id, other?.document?.id);
    });

    describe("with a receipt", () => {
      const at = new ReceiveFlow(bench);
      it("is put back, and the receipt is stored", async () => {
        const nodes = at.nodes().map((one) => (one.id === "parse" ? { ...one, wires: [["spoil"], ["spoil"]] } : one));
        await bench.load([...nodes, functionNode("spoil", "delete msg.delivery; return msg;", "store")]);
        const key = freshKey();
        await at.sent(key, "a.xml");
        await bench.publish(at.queue, accepted(key), {}, "m-1");
        await bench.one("stored");
        assert.equal(box(at.root, "DecCus001", "InBox").length, 1);
        assert.match(bench.logged(({ id }) => id === "store").join(), /SW-MESSAGE .*msg\.delivery/);
      });
    });
  });
}
