import assert from "node:assert/strict";
import type { Diagnosis } from "../../../lib/diagnose/index.js";
import { ALWAYS, AskFlow, brokerSteps } from "../../support/ask-flow.js";
import { brokerNode, cardNode, clientNode, node, sink } from "../../support/flow-nodes.js";
import { RecordedPins } from "../../support/recorded-pins.js";
import type { RedBench, Seen } from "../../support/red-bench.js";
import { COMPANY, PIN } from "../../support/test-card.js";

export function diagnose(bench: RedBench): void {
  describe("sw-diagnose", () => {
    const at = new AskFlow(bench);

    const load = (broker: Record<string, unknown> = {}, card: Record<string, unknown> = {}, credentials = {}) =>
      bench.load(
        [
          clientNode(at.root),
          brokerNode(bench.broker, broker),
          cardNode(bench.token, card),
          node("sw-mq-send", "send", { client: "client", broker: "broker", queue: at.queue }),
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
        [...ALWAYS, ...brokerSteps(at.queue), "pin", "card"].map((step) => [step, true]),
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
        clientNode(at.root),
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
      await bench.aside((channel) => channel.deleteQueue(at.queue));
      await load();
      const failed = (await diagnosis()).steps.filter((step) => !step.ok);
      assert.deepEqual(
        failed.map(({ step, code }) => [step, code]),
        [[`queue ${at.queue}`, "C18"]],
      );
      assert.match(failed[0]?.text.zh as string, /队列不存在/);
    });
  });
}
