import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Channel, connect, type GetMessage } from "amqplib";
import { BrokerConnection } from "../../lib/amqp/connection.js";
import type { BrokerSettings } from "../../lib/amqp/settings.js";
import { handleOf } from "../../lib/boxes/context.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import { releaseDocument } from "../../lib/client/person.js";
import { type FaultDetails, ImportClientError } from "../../lib/errors.js";
import { SYSTEM_IDS } from "../../lib/ids.js";
import type { DocumentRow } from "../../lib/ledger/index.js";
import { DocumentSender, type SendOptions, type Sent } from "../../lib/send/sender.js";
import { sha256Of } from "../../lib/sha256.js";
import { type PrivateBroker, startPrivateBroker } from "../../scripts/private-broker.js";
import { openClient } from "../support/client.js";
import { type Relay, relayTo } from "../support/relay.js";
import { documentRow } from "../support/rows.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { until } from "../support/until.js";

/** The largest message that the broker of these tests takes, below what goes alone from the start. */
const LIMIT = 100_000;
/** Milliseconds in which a broker answers however busy the machine is. */
const IN_TIME = 20_000;

describe("sends that the broker answers late, or refuses by themselves", () => {
  let broker: PrivateBroker;
  let relay: Relay;
  let client: ImportClient;
  let connection: BrokerConnection;
  let sender: DocumentSender;
  let own: Awaited<ReturnType<typeof connect>>;
  let queues: Channel;
  let queue: string;
  let count = 0;

  before(async function () {
    this.timeout(180_000);
    broker = await startPrivateBroker({ dir: scratch(), config: [`max_message_size = ${LIMIT}`] });
    own = await connect(broker.url, { noDelay: true });
    queues = await own.createChannel();
  });
  after(async () => {
    await own?.close();
    await broker?.stop();
    removeScratch();
  });
  beforeEach(() => {
    queue = `q${++count}`;
  });
  afterEach(async () => {
    await sender.stop();
    await connection.close();
    await client.close();
    await relay.close();
  });

  /** A client whose sender is connected through a relay. `confirmTimeout` in milliseconds: short where an answer is to be late. */
  async function start(
    onUncertain: "resend" | "hold",
    queueArguments: object = {},
    confirmTimeout = 400,
  ): Promise<void> {
    await queues.assertQueue(queue, { durable: true, arguments: queueArguments });
    relay = await relayTo(broker);
    client = await openClient({ onUncertain });
    const { vhost, user, password } = broker;
    const settings: BrokerSettings = {
      ...{ host: "127.0.0.1", port: relay.port, vhost, user, password, tls: undefined },
      ...{ heartbeat: 60, connectTimeout: 5, connectionName: "test" },
    };
    connection = new BrokerConnection(settings);
    sender = new DocumentSender(client, connection, {
      ...{ id: "send", exchange: "", queue, confirmTimeout, giveUpAfter: 0, attempts: 2 },
    });
    sender.start();
    connection.start();
    await until("it can send", () => sender.publisher.isOpen);
  }

  /** Claims a document with this body, and sends it. */
  async function send(body: Buffer, options: SendOptions = {}): Promise<{ id: string; sent: Promise<Sent> }> {
    const id = SYSTEM_IDS.document(Date.now());
    const row = documentRow({ id, fileName: `${id}.xml`, boxName: `${id}.xml`, sha256: sha256Of(body), clientKey: id });
    writeFileSync(join(client.folders.of(row.business).box("TempBox"), row.boxName), body);
    client.claims.inFlight.take(id, "flow");
    await client.ledger.claim(row);
    const sent = sender.send(handleOf(row), body, options);
    sent.catch(() => {});
    return { id, sent };
  }

  const events = async (id: string) => (await client.ledger.story(id))?.events.map(({ event }) => event);
  const depth = async () => (await queues.checkQueue(queue)).messageCount;
  const state = (id: string, wanted: DocumentRow["state"]) =>
    until(`${id} is ${wanted}`, async () => (await client.ledger.get(id))?.state === wanted);
  const fault = (sent: Promise<Sent>): Promise<{ code?: string; kind?: string | undefined; details?: FaultDetails }> =>
    sent.then(
      () => ({}),
      (error) => (error instanceof ImportClientError ? error : { code: String(error) }),
    );

  async function taken(): Promise<GetMessage[]> {
    const messages: GetMessage[] = [];
    for (let message = await queues.get(queue); message; message = await queues.get(queue)) messages.push(message);
    return messages;
  }

  describe("a late answer", () => {
    it("that confirms makes a document sent that is to be resent, and nothing goes twice", async () => {
      await start("resend");
      relay.hold();
      const { id, sent } = await send(randomBytes(1000));
      await state(id, "unknown");
      relay.flow();
      assert.equal((await sent).row.state, "sent");
      assert.deepEqual(await events(id), ["claimed", "sending", "unknown", "sent"]);
      assert.equal(await depth(), 1);
    });

    it("that confirms settles a document that is held for a person by now", async () => {
      await start("hold");
      relay.hold();
      const { id, sent } = await send(randomBytes(1000));
      assert.equal((await fault(sent)).code, "SW-UNKNOWN");
      assert.equal((await client.ledger.get(id))?.state, "held");
      relay.flow();
      const row = await until("it is settled", async () => {
        const now = await client.ledger.get(id);
        return now?.settled ? now : undefined;
      });
      assert.deepEqual([row.state, row.box, row.code], ["sent", "SentBox", ""]);
      assert.equal(await depth(), 1);
    });

    it("that confirms the first publish while it is being repeated ends the repeating", async () => {
      await start("resend");
      relay.hold();
      const { id, sent } = await send(randomBytes(1000));
      // The repeat waits for a channel of its own, which cannot open while nothing comes back.
      await until("it is repeated", async () => (await events(id))?.includes("resending"));
      relay.flow();
      assert.equal((await sent).row.state, "sent");
      await until("it has settled down", async () => (await events(id))?.at(-1) === "sent");
      assert.equal((await events(id))?.filter((event) => event === "sent").length, 1);
    });

    it("that confirms outweighs a person who gave the document up", async () => {
      await start("hold");
      relay.hold();
      const { id, sent } = await send(randomBytes(1000));
      assert.equal((await fault(sent)).code, "SW-UNKNOWN");
      await releaseDocument(client, id, { as: "failed", reason: "not seen on the page" });
      assert.equal((await client.ledger.get(id))?.state, "failed");
      relay.flow();
      await state(id, "sent");
    });

    it("that refuses makes it certain that a held document was not sent: it goes through its flow again", async () => {
      await start("hold", { "x-max-length": 1, "x-overflow": "reject-publish" });
      await (await send(randomBytes(10))).sent;
      relay.hold();
      const { id, sent } = await send(randomBytes(1000));
      assert.equal((await fault(sent)).code, "SW-UNKNOWN");
      relay.flow();
      await state(id, "claimed");
      assert.deepEqual(await events(id), ["claimed", "sending", "unknown", "held", "refused"]);
      assert.equal((await client.ledger.get(id))?.wire, "");
    });

    it("that refuses lets a document that was to be resent go as the first of its kind", async () => {
      await start("resend", { "x-max-length": 1, "x-overflow": "reject-publish" });
      await (await send(randomBytes(10))).sent;
      relay.hold();
      const { id, sent } = await send(randomBytes(1000));
      await state(id, "unknown");
      relay.flow();
      await state(id, "claimed");
      await queues.purgeQueue(queue);
      assert.equal((await sent).row.state, "sent");
      const [message] = await taken();
      assert.equal(message?.properties.headers?.possibleDuplicate, undefined);
    });
  });

  describe("a message that the broker does not take", () => {
    it("is refused alone: those behind it are sent anew, those before it said to be duplicates, none is held", async () => {
      await start("resend", {}, IN_TIME);
      const bodies = Array.from({ length: 21 }, (_, index) => randomBytes(index === 10 ? LIMIT + 1 : 1000));
      const sends = await Promise.all(bodies.map((body) => send(body)));
      const large = sends[10] as (typeof sends)[0];
      const refused = await fault(large.sent);
      assert.deepEqual([refused.code, refused.details], ["SW-SIZE", { size: LIMIT + 1, limit: LIMIT }]);
      assert.deepEqual((await client.ledger.get(large.id))?.state, "claimed");
      assert.deepEqual(await events(large.id), ["claimed", "sending", "refused"]);
      const others = sends.filter((one) => one !== large);
      for (const { sent } of others) assert.equal((await sent).row.state, "sent");
      const messages = await taken();
      const seen = new Set<string>();
      for (const { properties } of messages) {
        if (seen.has(properties.messageId)) assert.equal(properties.headers?.possibleDuplicate, "1");
        seen.add(properties.messageId);
      }
      assert.deepEqual([...seen].sort(), others.map(({ id }) => id).sort());

      // Its limit is known by now: the next one is refused before it harms anybody.
      const again = await Promise.all([LIMIT + 1, 1000, 1000].map((size) => send(randomBytes(size))));
      assert.equal((await fault((again[0] as (typeof sends)[0]).sent)).code, "SW-SIZE");
      for (const { id, sent } of again.slice(1)) {
        await sent;
        assert.deepEqual(await events(id), ["claimed", "sending", "sent"]);
      }
    });

    it("harms nobody when it is large or names a user: such go on a channel of their own", async () => {
      await start("resend", {}, IN_TIME);
      const userId = "somebody else";
      const bad = [
        await send(randomBytes(1024 * 1024 + 1)),
        await send(randomBytes(500), { fields: { headers: {}, properties: { userId } } }),
        await send(randomBytes(500), { fields: { headers: { CC: "no list" }, properties: { userId: broker.user } } }),
      ];
      const good = await Promise.all(Array.from({ length: 20 }, () => send(randomBytes(1000))));
      const faults = await Promise.all(bad.map(({ sent }) => fault(sent)));
      assert.deepEqual(
        faults.map(({ code, kind, details }) => [code, kind, details?.fault]),
        [
          ["SW-SIZE", undefined, undefined],
          ["C18", "waits", "unacceptable"],
          ["C18", "waits", "unacceptable"],
        ],
      );
      for (const { id, sent } of good) {
        await sent;
        assert.deepEqual(await events(id), ["claimed", "sending", "sent"]);
      }
      assert.equal(await depth(), 20);
    });

    it("is repeated alone after its channel was closed for it, and hits nobody a second time", async () => {
      await start("resend", {}, IN_TIME);
      // Not known by its size, so that all that are on their way are suspects.
      const fields = { headers: { CC: "no list" }, properties: {} };
      const sends = await Promise.all([
        send(randomBytes(500)),
        send(randomBytes(500), { fields }),
        send(randomBytes(500)),
      ]);
      for (const index of [0, 2]) assert.equal((await sends[index]?.sent)?.row.state, "sent");
      assert.ok(["SW-UNKNOWN", "C18"].includes((await fault((sends[1] as (typeof sends)[0]).sent)).code ?? ""));
      const neighbours = await Promise.all([sends[0], sends[2]].map(async (one) => events(one?.id as string)));
      for (const story of neighbours) {
        const unknown = story?.filter((event) => event === "unknown").length ?? 0;
        assert.ok(unknown <= 1, `unknown ${unknown} times: ${story}`);
      }
    });
  });

  it("has few bytes of large documents in memory: the others wait on the disk", async () => {
    await start("resend");
    sender = await withWindow();
    relay.hold();
    const size = 12 * 1024 * 1024;
    let waiting = 0;
    const onWait = () => waiting++;
    const sends = await Promise.all([1, 2, 3, 4].map(() => send(Buffer.alloc(size), { onWait })));
    const sending = async () => (await client.ledger.query({ state: "sending" })).length;
    await until("two are on their way", async () => (await sending()) === 2);
    await until("the others wait", () => waiting === 2);
    relay.flow();
    for (const { sent } of sends) assert.equal((await fault(sent)).code, "SW-SIZE");
  });

  async function withWindow(): Promise<DocumentSender> {
    await sender.stop();
    const settings = { id: "send", exchange: "", queue, confirmTimeout: IN_TIME, giveUpAfter: 0, attempts: 2 };
    const made = new DocumentSender(client, connection, settings);
    made.start();
    await until("it can send", () => made.publisher.isOpen);
    return made;
  }
});
