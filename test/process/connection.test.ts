import assert from "node:assert/strict";
import { once } from "node:events";
import { type Channel, connect } from "amqplib";
import type { Consumer, ConsumerOptions, Delivery } from "../../lib/amqp/broker.js";
import { BrokerConnection } from "../../lib/amqp/connection.js";
import type { BrokerSettings } from "../../lib/amqp/settings.js";
import type { ImportClientError } from "../../lib/errors.js";
import { freePort } from "../../scripts/ports.js";
import { type PrivateBroker, startPrivateBroker } from "../../scripts/private-broker.js";
import { Authority } from "../support/authority.js";
import { FakeClock } from "../support/fake-clock.js";
import { relayTo } from "../support/relay.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { until } from "../support/until.js";

describe("the connection against a real broker", () => {
  let broker: PrivateBroker;
  let authority: Authority;
  const open: BrokerConnection[] = [];
  const aside: (() => Promise<unknown>)[] = [];

  before(async function () {
    this.timeout(180_000);
    authority = new Authority("Test CA");
    const server = authority.issue("broker.test", { names: ["broker.test", "localhost", "IP:127.0.0.1"] });
    const tls = { ca: authority.certificate, cert: server.certificate, key: server.key, verify: true };
    broker = await startPrivateBroker({ dir: scratch(), tls });
  });
  afterEach(async () => {
    for (const close of aside.splice(0)) await close();
    for (const connection of open.splice(0)) await connection.close();
  });
  after(async () => {
    await broker?.stop();
    removeScratch();
  });

  const settings = (change: Partial<BrokerSettings> = {}): BrokerSettings => ({
    host: broker.host,
    port: broker.port,
    vhost: broker.vhost,
    user: broker.user,
    password: broker.password,
    tls: undefined,
    heartbeat: 1,
    connectTimeout: 5,
    connectionName: "test",
    ...change,
  });

  function connection(change: Partial<BrokerSettings> = {}, clock?: FakeClock): BrokerConnection {
    const made = new BrokerConnection(settings(change), clock);
    open.push(made);
    return made;
  }

  async function reaches(one: BrokerConnection, state: string): Promise<void> {
    while (one.state !== state) await once(one, "state");
  }

  /** A channel of the test's own. */
  async function channel(): Promise<Channel> {
    const own = await connect(broker.url, { noDelay: true });
    own.on("error", () => {});
    aside.push(() => own.close().catch(() => undefined));
    const made = await own.createChannel();
    made.on("error", () => {});
    return made;
  }

  const queueType = async (name: string) =>
    (await broker.rabbitmqctl("list_queues", "name", "type")).split("\n").find((line) => line.startsWith(`${name}\t`));

  it("goes to the next host when one cannot be reached, and begins with the first again when it is lost", async () => {
    const relay = await relayTo(broker);
    const dead = await freePort();
    const others = [{ host: "127.0.0.1", port: relay.port }];
    const one = connection({ host: "127.0.0.1", port: dead, others });
    const seen: number[] = [];
    one.on("state", (state) => state === "connecting" && seen.push(one.target.port));
    one.start();
    await reaches(one, "connected");
    assert.equal(one.target.port, relay.port);
    relay.cut();
    await reaches(one, "disconnected");
    await reaches(one, "connected");
    assert.deepEqual(seen.slice(0, 4), [dead, relay.port, dead, relay.port]);
    await one.close();
    await relay.close();
  });

  it("names the host that failed, not the one that comes next", async () => {
    const [first, second] = [await freePort(), await freePort()];
    const clock = new FakeClock();
    const one = connection({ port: first, others: [{ host: "127.0.0.1", port: second }] }, clock);
    const ports: unknown[] = [];
    one.on("state", (state, fault) => state === "disconnected" && ports.push(fault?.details.port));
    one.start();
    await until("both were tried", () => clock.next() !== undefined);
    assert.deepEqual(ports, [first, second]);
    assert.equal(one.lastFault?.details.fault, "refused");
  });

  it("tries a refused login slowly, up to minutes, and an absent network within seconds", async () => {
    for (const [change, fault, first, longest] of [
      [{ password: "wrong" }, "login", 5000, 300_000],
      [{ vhost: "no-such" }, "vhost", 5000, 300_000],
      [{ port: await freePort() }, "refused", 250, 15_000],
    ] as const) {
      const clock = new FakeClock();
      const one = connection(change, clock);
      const pauses: number[] = [];
      one.start();
      for (let round = 0; round < 9; round++) {
        await until(`try ${round} has failed`, () => clock.next() !== undefined);
        assert.equal(one.lastFault?.details.fault, fault);
        pauses.push(clock.next() as number);
        await clock.pass(clock.next() as number);
      }
      pauses.forEach((pause, round) => {
        const most = Math.min(longest, first * 2 ** round);
        assert.ok(pause >= most / 2 && pause <= most, `${fault}: pause ${round} is ${pause}`);
      });
      // Jitter: a thousand clients must not come back at the same moment.
      assert.ok(new Set(pauses.slice(-3)).size > 1, `${fault}: ${pauses.join(", ")}`);
      await one.close();
    }
  });

  it("does not loop quickly when it is thrown out as soon as it is in", async () => {
    const relay = await relayTo(broker);
    const clock = new FakeClock();
    const one = connection({ port: relay.port }, clock);
    const pauses: number[] = [];
    one.start();
    for (let round = 0; round < 6; round++) {
      await reaches(one, "connected");
      relay.cut();
      await reaches(one, "disconnected");
      pauses.push(clock.next() as number);
      await clock.pass(clock.next() as number);
    }
    assert.ok((pauses[5] as number) >= 4000, pauses.join(", "));
    await reaches(one, "connected");
    await clock.pass(6000);
    relay.cut();
    await reaches(one, "disconnected");
    assert.ok((clock.next() as number) <= 250, "one that lasted begins anew");
    await one.close();
    await relay.close();
  });

  it("is named, limited and kept alive as it is set", async () => {
    const one = connection({ connectionName: "import-client 测试", frameMax: 8192, channelMax: 7, heartbeat: 3 });
    one.start();
    await reaches(one, "connected");
    const list = await broker.rabbitmqctl(
      "list_connections",
      "client_properties",
      "frame_max",
      "channel_max",
      "timeout",
    );
    const line = list.split("\n").find((text) => /\t8192\t7\t3$/.test(text.trim()));
    assert.ok(line, list);
  });

  it("connects over TLS with its CA and a client certificate, and says what is missing without", async () => {
    const client = authority.issue("client", { for: "client", names: [] });
    const { readFileSync } = await import("node:fs");
    const [cert, key] = [readFileSync(client.certificate), readFileSync(client.key)];
    const port = broker.tlsPort as number;
    const good = connection({ port, tls: { ca: authority.pem, cert, key, servername: "broker.test" } });
    const publisher = good.publisher({ exchange: "", queue: "" });
    publisher.start();
    good.start();
    await reaches(good, "connected");
    await (await channel()).assertQueue("over-tls", { durable: true });
    const outcome = await publisher.publish({
      exchange: "",
      routingKey: "over-tls",
      body: Buffer.alloc(300_000, 1),
      properties: { messageId: "m" },
      timeout: 10_000,
    });
    assert.equal(outcome.kind, "confirmed");
    await publisher.stop();
    const clock = new FakeClock();
    const without = connection({ port, tls: { ca: authority.pem } }, clock);
    without.start();
    await until("it is refused", () => clock.next() !== undefined);
    assert.match(String(without.lastFault?.details.fault), /^tls/);
    const stranger = connection({ port, tls: { cert, key } }, new FakeClock());
    stranger.start();
    await reaches(stranger, "disconnected");
    assert.equal(stranger.lastFault?.details.fault, "tls-ca");
  });

  it("declares nothing unless it is told to, and never touches a queue that is there", async () => {
    const own = await channel();
    await own.assertQueue("there", { durable: true, arguments: { "x-max-length": 5 } });
    for (const [declare, queue, made] of [
      ["no", "made-no", undefined],
      ["classic", "made-classic", "classic"],
      ["quorum", "made-quorum", "quorum"],
      ["quorum", "there", "classic"],
    ] as const) {
      const one = connection({ declare });
      const publisher = one.publisher({ exchange: "", queue });
      publisher.start();
      one.start();
      await reaches(one, "connected");
      assert.equal((await queueType(queue))?.split("\t")[1], made, `${declare} ${queue}`);
      const { kind } = await publisher.publish({
        exchange: "",
        routingKey: queue,
        body: Buffer.from("x"),
        properties: { messageId: queue },
        timeout: 10_000,
      });
      assert.equal(kind, made ? "confirmed" : "unsent", queue);
      assert.equal(publisher.fault?.details.fault, made ? undefined : "queue", queue);
      await publisher.stop();
    }
  });

  it("publishes nothing to an exchange that is missing, rather than leave every outcome unknown", async () => {
    const one = connection({}, new FakeClock());
    const publisher = one.publisher({ exchange: "no-such", queue: "" });
    publisher.start();
    one.start();
    await reaches(one, "connected");
    assert.equal(publisher.isOpen, false);
    assert.equal(publisher.fault?.details.fault, "exchange");
    const own = await channel();
    await own.assertExchange("no-such", "direct", { durable: false });
    await (one.clock as FakeClock).pass(1000);
    await until("it has opened", () => publisher.isOpen);
    await own.deleteExchange("no-such");
    await publisher.stop();
  });

  describe("receiving", () => {
    interface Reader {
      consumer: Consumer;
      got: Delivery[];
      gone: string[];
      faults: unknown[];
      shared: (ImportClientError | undefined)[];
      ready: number;
    }

    async function reader(
      one: BrokerConnection,
      queue: string,
      change: Partial<ConsumerOptions> = {},
    ): Promise<Reader> {
      const options: ConsumerOptions = {
        queue,
        prefetch: 5,
        exclusive: false,
        unreadable: "park",
        headers: { fileName: "fileName", business: "business" },
        ...change,
      };
      const seen: Omit<Reader, "consumer"> = { got: [], gone: [], faults: [], shared: [], ready: 0 };
      const made: Reader = Object.assign(seen, {
        consumer: one.consumer(options, {
          onDelivery: (delivery) => seen.got.push(delivery),
          onGone: (ids) => seen.gone.push(...ids),
          onFault: (error) => seen.faults.push(error.details.fault),
          onReady: () => {
            seen.ready++;
          },
          onShared: (error) => seen.shared.push(error),
        }),
      });
      aside.push(() => made.consumer.stop());
      made.consumer.start();
      one.start();
      return made;
    }

    for (const [what, options] of [
      ["an ordinary queue", {}],
      ["a queue with a single active consumer", { "x-single-active-consumer": true }],
      ["a quorum queue", { "x-queue-type": "quorum" }],
    ] as const) {
      it(`tells of another reader of ${what}, with the advice to unbind, and when it has gone`, async () => {
        const queue = `shared ${what}`;
        const own = await channel();
        await own.assertQueue(queue, { durable: true, arguments: options });
        const { consumerTag } = await own.consume(queue, () => {});
        const clock = new FakeClock();
        const one = connection({}, clock);
        const mine = await reader(one, queue);
        // An own reader of a connection that broke may still be counted: strangers are believed at the second look.
        await until("it has looked", () => clock.waits.includes(3000));
        assert.deepEqual(mine.shared, []);
        const second = await reader(one, queue);
        await until("the second reads", () => second.ready === 1);
        await clock.pass(3000);
        const told = await until("it is told", () => mine.shared[0] as ImportClientError | undefined);
        assert.equal(told.details.fault, "shared");
        assert.match(told.advice?.zh ?? "", /解除设备绑定/);
        await own.cancel(consumerTag);
        await until("it is told that it has gone", async () => {
          await clock.pass(30_000);
          return mine.shared.length > 1;
        });
        assert.equal(mine.shared.at(-1), undefined, "our own second reader is no stranger");
      });
    }

    it("has the queue for itself when it is set so, and says when another has it", async () => {
      const own = await channel();
      await own.assertQueue("alone", { durable: true });
      const one = connection();
      const mine = await reader(one, "alone", { exclusive: true });
      await until("it reads", () => mine.ready === 1);
      await assert.rejects(
        own.consume("alone", () => {}),
        /ACCESS_REFUSED/,
      );
      const other = await reader(connection(), "alone");
      await until("it is told", () => other.faults.length > 0);
      assert.deepEqual(other.faults[0], "exclusive");
    });

    it("gives what cannot be read to the dead-letter exchange when it is set so, and acknowledges the rest", async () => {
      const own = await channel();
      await own.assertExchange("dead", "fanout", { durable: false });
      await own.assertQueue("dead", { durable: false });
      await own.bindQueue("dead", "dead", "");
      for (const [queue, unreadable, dead] of [
        ["letters-park", "park", 0],
        ["letters-reject", "reject", 1],
      ] as const) {
        await own.assertQueue(queue, { durable: true, arguments: { "x-dead-letter-exchange": "dead" } });
        const mine = await reader(connection(), queue, { unreadable });
        for (const text of ["good", "bad"]) own.sendToQueue(queue, Buffer.from(text));
        await until("both have come", () => mine.got.length === 2);
        mine.got[0]?.ack();
        mine.got[1]?.refuse();
        await mine.consumer.stop();
        await until("the dead letter has come", async () => (await own.checkQueue("dead")).messageCount === dead);
        assert.equal((await own.checkQueue(queue)).messageCount, 0, queue);
      }
      const letter = await own.get("dead", { noAck: true });
      assert.equal(letter ? letter.content.toString() : "", "bad");
    });

    it("reads again when its queue was deleted and has come back", async () => {
      const own = await channel();
      await own.assertQueue("comes-back", { durable: true });
      const mine = await reader(connection(), "comes-back");
      await until("it reads", () => mine.ready === 1);
      await own.deleteQueue("comes-back");
      await until("it is told", () => mine.faults.includes("queue"));
      await own.assertQueue("comes-back", { durable: true });
      await until("it reads again", () => mine.ready === 2);
      own.sendToQueue("comes-back", Buffer.from("x"));
      await until("it has come", () => mine.got.length === 1);
    });

    it("takes file name and business from the headers that are set", async () => {
      const own = await channel();
      await own.assertQueue("headers", { durable: true });
      const mine = await reader(connection(), "headers", { headers: { fileName: "File", business: "Folder" } });
      own.sendToQueue("headers", Buffer.from("x"), {
        type: "T",
        headers: { File: "a.xml", Folder: "Sas", fileName: "no" },
      });
      await until("it has come", () => mine.got.length === 1);
      const { type, fileName, business } = mine.got[0] as Delivery;
      assert.deepEqual([type, fileName, business], ["T", "a.xml", "Sas"]);
    });
  });
});
