import assert from "node:assert/strict";
import { join } from "node:path";
import { decXml } from "../../../simulator/samples/index.js";
import { brokerNode, cardNode, catchAll, clientNode, functionNode, node, sink } from "../../support/flow-nodes.js";
import type { RedBench } from "../../support/red-bench.js";
import { scratch } from "../../support/scratch.js";
import { message } from "../../support/watched-message.js";

/** The checks that a flow adds itself, before preflight and behind it. */
export function ownRules(bench: RedBench): void {
  let root: string;
  beforeEach(() => {
    root = join(scratch(), "ImpPath");
  });

  describe("sw-preflight, with a rule of the flow's own in a function node", () => {
    const good = () => message(decXml(), "a.xml", "DecCus001", "DEC");
    /** In front of preflight, and behind it, where card-sign and mq-send stand guard. */
    const flow = async (before: string, behind = "return msg;") => {
      await bench.load([
        clientNode(root),
        cardNode(bench.token),
        brokerNode(bench.broker),
        functionNode("before", before, "preflight"),
        node("sw-preflight", "preflight", { client: "client", rules: "{}" }, ["passed", "behind"], ["refused"]),
        functionNode("behind", behind, "sign", "send"),
        node("sw-card-sign", "sign", { card: "card" }, ["signed"]),
        node("sw-mq-send", "send", { client: "client", broker: "broker", queue: "nowhere" }, ["sent"]),
        ...["passed", "refused", "signed", "sent", "caught"].map((id) => sink(id)),
        catchAll("caught"),
      ]);
      bench.node("before").receive(good());
    };
    const push = (check: object) => `(msg.document.checks ??= []).push(${JSON.stringify(check)}); return msg;`;

    it("tells the client of each document's check and signature, and of what they ended in", async () => {
      await flow("return msg;");
      await bench.one("signed");
      const steps: string[] = [];
      const client = await bench.client();
      client.on("step", ({ document, step, from, to, code }) => {
        assert.ok(document.id !== "" && from <= to);
        steps.push(`${step} ${code}`.trim());
      });
      bench.node("before").receive(good());
      await bench.arrived("signed", 2);
      const bad = message(Buffer.from("<DecMessage/>"), "b.xml", "DecCus001", "DEC");
      bench.node("preflight").receive(bad);
      await bench.one("refused");
      assert.deepEqual(steps.slice(0, 2), ["checked", "signed"]);
      assert.match(steps[2] ?? "", /^checked SW-/);
    });

    it("refuses for an error found before it, with the function's rule, place and words", async () => {
      await flow(
        push({
          rule: "house-1",
          severity: "error",
          path: "DecMessage/DecHead",
          line: 7,
          text: { zh: "本公司规则", en: "house rule" },
          advice: { zh: "改", en: "mend it" },
        }),
      );
      const { fault } = await bench.one("refused");
      assert.equal(fault?.code, "SW-RULE-house-1");
      assert.match(fault?.text.en as string, /house rule, DecMessage\/DecHead \(line 7\)/);
      assert.deepEqual(fault?.advice, { zh: "改", en: "mend it" });
    });

    it("refuses for one with nothing but a text and for one it cannot read, and lets a warning pass", async () => {
      await flow(push({ text: "no good" }));
      assert.equal((await bench.one("refused")).fault?.code, "SW-RULE-OWN");
      await bench.unload();
      await flow('msg.document.checks = ["no good"]; return msg;');
      const { fault } = await bench.one("refused");
      assert.equal(fault?.code, "SW-RULE-OWN");
      assert.match(fault?.text.en ?? "", /^no good/);
      await bench.unload();
      await flow(push({ text: "so so", severity: "warning" }));
      const { document } = await bench.one("passed");
      assert.deepEqual(
        document?.checks?.map(({ rule, severity, text }) => [rule, severity, text.zh]),
        [["SW-RULE-OWN", "warning", "so so"]],
      );
      await bench.showing("preflight", "preflight.status.warned");
      await bench.unload();
      await flow("msg.document.checks = [null, {rule: 5}, 7]; return msg;");
      const refused = await bench.one("refused");
      assert.deepEqual(
        refused.document?.checks?.map(({ rule, severity }) => `${severity} ${rule}`),
        ["error SW-RULE-FAULT", "error SW-RULE-FAULT", "error SW-RULE-FAULT"],
      );
    });

    it("is heeded behind it too: neither signed nor sent", async () => {
      await flow("return msg;", push({ rule: "late", text: "too late for preflight" }));
      const caught = await bench.arrived("caught", 2);
      assert.deepEqual(caught.map(({ error }) => `${error?.source.id} ${error?.code}`).sort(), [
        "send SW-RULE-late",
        "sign SW-RULE-late",
      ]);
      assert.match(String(caught[0]?.error?.message), /too late for preflight/);
      assert.deepEqual([...bench.messages("signed"), ...bench.messages("sent")], []);
    });

    it("refuses behind it as well what cannot be read: neither signed nor sent", async () => {
      await flow("return msg;", "msg.document.checks = {price: 1}; return msg;");
      const caught = await bench.arrived("caught", 2);
      assert.deepEqual(
        caught.map(({ error }) => error?.code),
        ["SW-RULE-FAULT", "SW-RULE-FAULT"],
      );
      assert.match(String(caught[0]?.error?.message), /own check cannot be read: msg\.document\.checks is no array/);
      assert.deepEqual([...bench.messages("signed"), ...bench.messages("sent")], []);
    });
  });
}
