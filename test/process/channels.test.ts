import assert from "node:assert/strict";
import { type Channel, connect } from "amqplib";
import type { Consumer } from "../../lib/amqp/broker.js";
import { BrokerConnection } from "../../lib/amqp/connection.js";
import { queueDepth } from "../../lib/amqp/queue-depth.js";
import { type PrivateBroker, startPrivateBroker } from "../../scripts/private-broker.js";
import { type Relay, relayTo } from "../support/relay.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { until } from "../support/until.js";

const USERS = 60;

describe("channels of those who come and go while the connection is made", () => {
  let broker: PrivateBroker;
  let relay: Relay;
  let connection: BrokerConnection;
  let own: Awaited<ReturnType<typeof connect>>;
  let queues: Channel;

  before(async function () {
    this.timeout(180_000);
    broker = await startPrivateBroker({ dir: scratch() });
    own = await connect(broker.url, { noDelay: true });
    queues = await own.createChannel();
    for (let number = 0; number < USERS; number++) await queues.assertQueue(`q${number}`, { durable: false });
  });
  after(async () => {
    await own?.close();
    await broker?.stop();
    removeScratch();
  });
  beforeEach(async () => {
    relay = await relayTo(broker);
    // Every step of the opening takes a while, and the users fall in between.
    relay.delay(5);
    const { vhost, user, password } = broker;
    connection = new BrokerConnection({
      ...{ host: "127.0.0.1", port: relay.port, vhost, user, password, tls: undefined },
      ...{ heartbeat: 60, connectTimeout: 5, connectionName: "test" },
    });
  });
  afterEach(async () => {
    await connection.close();
    await relay.close();
  });

  const ready = new Set<string>();
  let times = 0;

  function reader(queue: string): Consumer {
    return connection.consumer(
      {
        ...{ queue, prefetch: 1, exclusive: false, unreadable: "park" },
        headers: { fileName: "fileName", business: "business" },
      },
      {
        onDelivery() {},
        onGone: () => ready.delete(queue),
        onFault() {},
        onShared() {},
        onReady: () => {
          ready.add(queue);
          times++;
        },
      },
    );
  }

  /** Consumers of each queue, as the broker counts them. */
  async function consumers(): Promise<number[]> {
    const counts: number[] = [];
    for (let number = 0; number < USERS; number++) counts.push((await queues.checkQueue(`q${number}`)).consumerCount);
    return counts;
  }

  const aWhile = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  it("are one for each, also of those who begin in the middle of a connect or of a reconnect", async () => {
    const readers = Array.from({ length: USERS }, (_, number) => reader(`q${number}`));
    const some = USERS / 3;
    for (const one of readers.slice(0, some)) one.start();
    connection.start();
    await until("the first ones read", () => ready.size > 0);
    for (const one of readers.slice(some, 2 * some)) {
      one.start();
      await aWhile(1);
    }
    await until("they read", () => ready.size === 2 * some && connection.state === "connected");
    const twice = async () => (await consumers()).some((count) => count > 1);
    assert.equal(await twice(), false);
    times = 0;
    relay.cut();
    await until("the first ones read again", () => times > 0);
    for (const one of readers.slice(2 * some)) {
      one.start();
      await aWhile(1);
    }
    await until("all read", () => ready.size === USERS && connection.state === "connected");
    await until("the broker counts each once", async () => (await consumers()).every((count) => count === 1));
    await Promise.all(readers.map((one) => one.stop()));
  });

  it("are gone only when a line that was being made as its user left the broker has come to its end", async () => {
    relay.hold();
    connection.start();
    await until("the broker is asked", () => relay.open() === 1);
    await connection.suspend();
    let gone = false;
    const ended = connection.gone().then(() => {
      gone = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(!gone && relay.open() === 1);
    relay.flow();
    await ended;
    await until("no line is left", () => relay.open() === 0);
    assert.equal(connection.state, "disconnected");
    // Later ones, and one that stood.
    connection.start();
    await until("it is connected", () => connection.state === "connected");
    void connection.suspend();
    await connection.gone();
    await until("no line is left", () => relay.open() === 0);
  });

  it("leave none behind, whenever it is that their users stop", async () => {
    connection.start();
    const stopping: Promise<void>[] = [];
    for (let number = 0; number < USERS; number++) {
      const one = reader(`q${number}`);
      one.start();
      await aWhile(number % 12);
      stopping.push(one.stop());
    }
    await Promise.all(stopping);
    // What was being opened when it was stopped is closed as soon as it is open.
    await until("nobody reads any more", async () => (await consumers()).every((count) => count === 0));
    const channels = async () =>
      (await broker.rabbitmqctl("list_channels", "pid", "user")).split("import-client").length - 1;
    await until("no channel is left but the test's own", async () => (await channels()) === 1);
    await until("it stays so", async () => (await consumers()).every((count) => count === 0));
  });

  it("tells no depth of a queue while the broker is frozen, and waits for none until the connection is given up", async () => {
    connection.start();
    await until("it is connected", () => connection.state === "connected");
    assert.equal(await queueDepth(connection, "q0"), 0);
    broker.pause();
    try {
      assert.equal(await queueDepth(connection, "q0"), null);
      assert.equal(connection.state, "connected");
    } finally {
      broker.resume();
    }
    await until("it tells again", async () => (await queueDepth(connection, "q0")) === 0);
  });
});
