import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { connect } from "amqplib";
import { testBroker } from "../../lib/diagnose/broker.js";
import { ConnectionBench } from "../support/connection-bench.js";
import { scratch } from "../support/scratch.js";
import { until } from "../support/until.js";

describe("connection test: account and queues", function () {
  this.timeout(360_000);
  const at = new ConnectionBench();
  const anything = { configure: ".*", write: ".*", read: ".*" };
  const nothing = { configure: "^$", write: "^$", read: "^$" };

  /** Users with a password, virtual hosts and rights of the broker, all with one start of RabbitMQ's tool. */
  async function define(definitions: Record<"users" | "permissions", object[]> & { vhosts?: object[] }): Promise<void> {
    const file = join(scratch(), "definitions.json");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(definitions));
    await at.broker.rabbitmqctl("import_definitions", file);
  }

  before(() =>
    define({
      vhosts: [{ name: "foreign" }],
      users: [
        { name: "guest-of-none", password: "x", tags: [] },
        { name: "one", password: "x", tags: [], limits: { "max-connections": 1 } },
        { name: "poor", password: "x", tags: [] },
      ],
      permissions: [
        { user: "one", vhost: "/", ...anything },
        { user: "poor", vhost: "/", ...nothing },
      ],
    }),
  );

  describe("the account", () => {
    it("names a refused login, and the running connection goes on once it is put right", async () => {
      await at.says("wrong password", at.plain({ user: "later", password: "wrong" }), "login", "login");
      const settings = at.plain({ user: "later", password: "put right" });
      await at.survives(settings, "login", () =>
        define({
          users: [{ name: "later", password: "put right", tags: [] }],
          permissions: [{ user: "later", vhost: "/", ...anything }],
        }),
      );
    });

    it("tells a missing virtual host from one that is not ours and from a full account", async () => {
      await at.says("virtual host missing", at.plain({ vhost: "no such" }), "vhost", "vhost");
      await at.survives(at.plain({ vhost: "no such" }), "vhost");
      const foreign = at.plain({ vhost: "foreign", user: "guest-of-none", password: "x" });
      await at.says("virtual host not ours", foreign, "vhost", "vhost-refused");
      await at.survives(foreign, "vhost-refused");
      const one = at.plain({ user: "one", password: "x" });
      const elsewhere = await connect({ hostname: one.host, port: one.port, username: "one", password: "x" });
      try {
        const failed = await at.says("account in use elsewhere", one, "vhost", "limit");
        assert.match(failed.advice?.zh ?? "", /解除设备绑定/);
        await at.survives(one, "limit", () => elsewhere.close());
      } finally {
        await elsewhere.close().catch(() => undefined);
      }
    });

    it("says what a poor account may not do, and that this is no failure", async () => {
      await at.aside((channel) => channel.assertQueue("closed", { durable: false }));
      const { steps, failed } = await at.run("no right to make a queue", at.plain({ user: "poor", password: "x" }), [
        at.queue("closed"),
      ]);
      assert.equal(failed, undefined, JSON.stringify(steps, null, 1));
      assert.match(steps.find(({ step }) => step === "round-trip")?.text.zh ?? "", /不能建立临时队列/);
      assert.match(steps.find(({ step }) => step === "clock")?.text.zh ?? "", /没有给出时间/);
    });
  });

  describe("queues", () => {
    it("names a missing one, and looks at the others all the same", async () => {
      await at.aside((channel) => channel.assertQueue("there", { durable: false }));
      const queues = [at.queue("not-there"), at.queue("there")];
      const failed = await at.says("queue missing", at.plain(), "queue not-there", "queue", queues);
      assert.match(failed.text.en, /no queue 'not-there'/);
      const { steps } = await testBroker(at.plain(), queues);
      assert.match(steps.find(({ step }) => step === "queue there")?.text.en ?? "", /0 waiting, 0 consumers/);
    });

    it("names one that another connection has for itself, with the advice of faq 6", async () => {
      const owner = await connect(at.broker.url);
      const channel = await owner.createChannel();
      await channel.assertQueue("taken", { exclusive: true });
      try {
        const failed = await at.says("queue exclusively taken", at.plain(), "queue taken", "exclusive", [
          at.queue("taken"),
        ]);
        assert.match(failed.advice?.zh ?? "", /解除设备绑定/);
      } finally {
        await owner.close();
      }
    });

    it("warns of a reader of our receive queue that is not ours, and of a backlog in the send queue", async () => {
      const reader = await connect(at.broker.url);
      const channel = await reader.createChannel();
      await channel.assertQueue("receipts", { durable: false });
      await channel.consume("receipts", () => {});
      try {
        const shared = await at.run("receive queue read elsewhere", at.plain(), [at.queue("receipts", "receive", 0)]);
        const step = shared.steps.find((one) => one.step === "queue receipts");
        assert.deepEqual([step?.ok, step?.warning], [true, true]);
        assert.match(step?.advice?.zh ?? "", /解除设备绑定/);
        const { steps } = await testBroker(at.plain(), [at.queue("receipts", "receive", 1)]);
        assert.equal(steps.find((one) => one.step === "queue receipts")?.warning, undefined);
      } finally {
        await reader.close();
      }
      await at.aside(async (one) => {
        await one.assertQueue("full", { durable: false });
        for (let count = 0; count <= 1000; count++) one.sendToQueue("full", Buffer.from("x"));
        await until("all are in it", async () => (await one.checkQueue("full")).messageCount === 1001);
      });
      const backlog = await at.run("send queue backs up", at.plain(), [at.queue("full")]);
      const step = backlog.steps.find((one) => one.step === "queue full");
      assert.deepEqual([step?.ok, step?.warning], [true, true]);
      assert.match(step?.text.zh ?? "", /积压 1001/);
    });

    it("a broker that is out of memory is named by the round trip, and takes messages again later", async () => {
      await at.broker.rabbitmqctl("set_vm_memory_high_watermark", "absolute", "1MB");
      try {
        await until("the alarm is on", async () =>
          /memory/i.test(await at.broker.rabbitmqctl("eval", "rabbit_alarm:get_alarms().")),
        );
        const failed = await at.says("memory alarm", at.plain(), "round-trip", "blocked");
        assert.match(failed.text.en, /memory/);
      } finally {
        await at.broker.rabbitmqctl("set_vm_memory_high_watermark", "0.6");
      }
      await until(
        "it passes again",
        async () => (await testBroker(at.plain(), [])).steps.every(({ ok }) => ok),
        30_000,
      );
    });
  });
});
