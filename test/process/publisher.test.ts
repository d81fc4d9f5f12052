import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "amqplib";
import type { PublishOutcome } from "../../lib/amqp/broker.js";
import { BrokerConnection } from "../../lib/amqp/connection.js";
import type { ConfirmedPublisher } from "../../lib/amqp/publisher.js";
import type { BrokerSettings } from "../../lib/amqp/settings.js";
import { type PrivateBroker, startPrivateBroker } from "../../scripts/private-broker.js";
import { keepQueues } from "../support/queues.js";
import { removeScratch, scratch } from "../support/scratch.js";

describe("confirmed publishing against a real broker", () => {
  let broker: PrivateBroker;
  let connection: BrokerConnection;
  let publisher: ConfirmedPublisher;
  let sent = 0;

  const settings = (): BrokerSettings => ({
    host: broker.host,
    port: broker.port,
    vhost: broker.vhost,
    user: broker.user,
    password: broker.password,
    tls: undefined,
    heartbeat: 2,
    connectTimeout: 5,
    connectionName: "test",
  });

  async function connected(): Promise<void> {
    while (!publisher.isOpen) await once(connection, "state");
  }

  function publish(queue: string, change: { timeout?: number; exchange?: string } = {}): Promise<PublishOutcome> {
    return publisher.publish({
      exchange: change.exchange ?? "",
      routingKey: queue,
      body: Buffer.from("x"),
      properties: { messageId: `m${sent++}` },
      timeout: change.timeout ?? 20_000,
    });
  }

  /** Runs something on a connection of the test's own. */
  async function aside<T>(
    work: (channel: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>["createChannel"]>>) => Promise<T>,
  ): Promise<T> {
    const own = await connect(broker.url, { noDelay: true });
    try {
      return await work(await own.createChannel());
    } finally {
      await own.close();
    }
  }

  before(async function () {
    this.timeout(180_000);
    broker = await startPrivateBroker({ dir: scratch() });
  });
  after(async () => {
    await broker.stop();
    removeScratch();
  });
  beforeEach(async () => {
    connection = new BrokerConnection(settings());
    publisher = connection.publisher({ exchange: "", queue: "" });
    publisher.start();
    connection.start();
    await connected();
  });
  afterEach(async () => {
    await publisher.stop();
    await connection.close();
  });

  it("confirms each message by itself, in one pipeline", async () => {
    await aside((channel) => channel.assertQueue("plain", { durable: true }));
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => publish("plain")));
    assert.ok(outcomes.every(({ kind }) => kind === "confirmed"));
    assert.equal((await aside((channel) => channel.checkQueue("plain"))).messageCount, 200);
    assert.equal(publisher.unconfirmed, 0);
  });

  it("refuses what the broker returns, although it acknowledges it", async () => {
    const outcome = await publish("no-such-queue");
    assert.equal(outcome.kind, "refused");
    assert.equal(outcome.kind === "refused" && outcome.fault, "queue");
  });

  it("refuses what a full queue rejects", async () => {
    const limits = { "x-max-length": 1, "x-overflow": "reject-publish" };
    await aside((channel) => channel.assertQueue("full", { durable: true, arguments: limits }));
    const outcomes = await Promise.all([publish("full"), publish("full"), publish("full")]);
    assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ["confirmed", "refused", "refused"]);
  });

  it("has a fault for as long as the broker refuses what is sent, and none once it has confirmed something", async () => {
    const limits = { "x-max-length": 1, "x-overflow": "reject-publish" };
    await aside((channel) => channel.assertQueue("stands", { durable: true, arguments: limits }));
    const seen: (string | undefined)[] = [];
    publisher.on("change", () => seen.push(publisher.fault?.details.fault));
    assert.equal((await publish("stands")).kind, "confirmed");
    for (let tries = 0; tries < 3; tries++) assert.equal((await publish("stands")).kind, "refused");
    assert.deepEqual(seen, ["full"], "told once");
    assert.ok(publisher.fault?.advice?.zh && publisher.fault.advice.en);
    assert.equal(connection.channelFault, publisher.fault, "who asks the connection hears the same");
    assert.ok(publisher.isOpen, "it is tried again");
    await aside((channel) => channel.purgeQueue("stands"));
    assert.equal((await publish("stands")).kind, "confirmed");
    assert.deepEqual(seen, ["full", undefined]);
    assert.equal(connection.channelFault, undefined);
  });

  it("has the account's fault while the broker does not let it send, however many messages were out", async function () {
    this.timeout(60_000);
    await aside((channel) => channel.assertQueue("allowed", { durable: true }));
    const allow = (write: string) =>
      broker.rabbitmqctl("set_permissions", "-p", broker.vhost, broker.user, ".*", write, ".*");
    await allow("^$");
    try {
      // Which of them the channel was closed for is not known, so each of them is unknown.
      const outcomes = await Promise.all([publish("allowed"), publish("allowed"), publish("allowed")]);
      assert.ok(
        outcomes.every(({ kind }) => kind !== "confirmed"),
        JSON.stringify(outcomes),
      );
      assert.equal(publisher.fault?.details.fault, "permission");
      while (!publisher.isOpen) await once(publisher, "change");
      assert.equal(connection.channelFault?.details.fault, "permission", "another channel is no other account");
    } finally {
      await allow(".*");
    }
    assert.equal((await publish("allowed")).kind, "confirmed");
    assert.equal(publisher.fault, undefined);
  });

  it("has no fault for a message that was refused for what it says of itself", async () => {
    await aside((channel) => channel.assertQueue("itself", { durable: true }));
    const outcome = await publisher.publish({
      ...{ exchange: "", routingKey: "itself", body: Buffer.from("x"), timeout: 20_000 },
      properties: { messageId: "itself", userId: "somebody-else" },
    });
    assert.equal(outcome.kind === "refused" && outcome.fault, "unacceptable");
    while (!publisher.isOpen) await once(publisher, "change");
    assert.equal(publisher.fault, undefined);
    assert.equal((await publish("itself")).kind, "confirmed");
  });

  it("calls innocent neighbours of a publish that closes the channel unknown, and opens another channel", async () => {
    await aside((channel) => channel.assertQueue("near", { durable: true }));
    const outcomes = await Promise.all([
      ...Array.from({ length: 5 }, () => publish("near")),
      publish("near", { exchange: "no-such-exchange" }),
      ...Array.from({ length: 5 }, () => publish("near")),
    ]);
    assert.ok(outcomes.every(({ kind }) => kind === "confirmed" || kind === "unknown"));
    const stored = (await aside((channel) => channel.checkQueue("near"))).messageCount;
    const confirmed = outcomes.filter(({ kind }) => kind === "confirmed").length;
    assert.ok(stored >= confirmed, "nothing is called confirmed that is not there");
    while (!publisher.isOpen) await new Promise((resolve) => setImmediate(resolve));
    assert.equal((await publish("near")).kind, "confirmed");
  });

  it("does not know what a frozen broker did, and that broker may well have it", async function () {
    this.timeout(180_000);
    await aside((channel) => channel.assertQueue("frozen", { durable: true }));
    broker.pause();
    const outcome = await publish("frozen", { timeout: 1000 }).finally(() => broker.resume());
    assert.equal(outcome.kind, "unknown");
    await aside(async (channel) => {
      while ((await channel.checkQueue("frozen")).messageCount === 0)
        await new Promise((resolve) => setTimeout(resolve, 50));
    });
  });

  it("does not know what was under way when the broker was killed, and connects again by itself", async function () {
    this.timeout(270_000);
    await aside((channel) => channel.assertQueue("killed", { durable: true }));
    await keepQueues(broker);
    broker.pause();
    const outcome = publish("killed");
    await broker.kill("SIGKILL");
    assert.equal((await outcome).kind, "unknown");
    assert.equal((await publish("killed")).kind, "unsent");
    await broker.restart();
    await connected();
    assert.equal((await publish("killed")).kind, "confirmed");
    assert.equal(connection.listenerCount("state"), 0, "no listener is left behind by a reconnect");
  });

  it("sends nothing while the broker blocks publishers", async function () {
    this.timeout(180_000);
    await aside((channel) => channel.assertQueue("blocked", { durable: true }));
    await broker.rabbitmqctl("set_vm_memory_high_watermark", "absolute", "1MB");
    // The broker blocks a connection when it publishes, so the first one may still go through or stay open.
    const first = publish("blocked", { timeout: 30_000 });
    while (connection.state !== "blocked") await once(connection, "state");
    assert.equal((await publish("blocked")).kind, "unsent");
    await broker.rabbitmqctl("set_vm_memory_high_watermark", "0.6");
    await connected();
    assert.equal((await first).kind, "confirmed");
    assert.equal((await publish("blocked")).kind, "confirmed");
  });
});
