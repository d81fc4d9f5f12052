import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { connect } from "amqplib";
import { BrokerConnection } from "../../lib/amqp/connection.js";
import { handleOf } from "../../lib/boxes/context.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import { SYSTEM } from "../../lib/files/ports.js";
import { SYSTEM_IDS } from "../../lib/ids.js";
import type { DocumentRow } from "../../lib/ledger/index.js";
import { DocumentSender, type Sent } from "../../lib/send/sender.js";
import { sha256Of } from "../../lib/sha256.js";
import { type PrivateBroker, startPrivateBroker } from "../../scripts/private-broker.js";
import { openClient } from "../support/client.js";
import { FakeClock } from "../support/fake-clock.js";
import { keepQueues } from "../support/queues.js";
import { documentRow } from "../support/rows.js";
import { removeScratch, scratch } from "../support/scratch.js";
import { until } from "../support/until.js";

const COUNT = 1000;
const SIZE = 64 * 1024;
const QUEUE = "away";
const MINUTES = 10;

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** Bytes of Buffers that are alive. */
function buffers(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().arrayBuffers;
}

describe(`a broker that is away for ${MINUTES} minutes`, () => {
  let broker: PrivateBroker;
  let client: ImportClient;
  let sender: DocumentSender;
  let connection: BrokerConnection;
  const clock = new FakeClock();

  before(async function () {
    this.timeout(180_000);
    broker = await startPrivateBroker({ dir: scratch() });
    const own = await connect(broker.url);
    await (await own.createChannel()).assertQueue(QUEUE, { durable: true });
    await own.close();
    await keepQueues(broker);
    await broker.kill("SIGTERM");
    client = await openClient({}, { ...SYSTEM, clock });
  });
  after(async () => {
    await sender?.stop();
    await connection?.close();
    await client?.close();
    await broker?.stop();
    removeScratch();
  });

  /** A claimed document; every other one is changed on its way, as signing does, so that TempBox has not what is sent. */
  async function claimed(index: number): Promise<{ row: DocumentRow; payload: Buffer }> {
    const bytes = randomBytes(SIZE);
    const boxName = `${index}.xml`;
    writeFileSync(join(client.folders.of("DecCus001").box("TempBox"), boxName), bytes);
    const row = documentRow({
      id: SYSTEM_IDS.document(Date.now()),
      fileName: boxName,
      boxName,
      sha256: sha256Of(bytes),
      size: SIZE,
    });
    client.claims.inFlight.take(row.id, "flow");
    await client.ledger.claim(row);
    return { row, payload: index % 2 ? randomBytes(SIZE) : bytes };
  }

  it(`keeps handles only of ${COUNT} files, and sends each once when it is back`, async function () {
    this.timeout(540_000);
    const { host, port, vhost, user, password } = broker;
    connection = new BrokerConnection(
      { host, port, vhost, user, password, tls: undefined, heartbeat: 10, connectTimeout: 5, connectionName: "away" },
      clock,
    );
    const settings = { id: "send", exchange: "", queue: QUEUE, confirmTimeout: 30_000, giveUpAfter: 1_800_000 };
    sender = new DocumentSender(client, connection, { ...settings, attempts: 2, window: 50 });
    sender.start();
    const states: string[] = [];
    connection.on("state", (state) => states.push(state));
    connection.start();
    await until("the first try has failed", () => connection.state === "disconnected");

    const before = buffers();
    const hashes = new Map<string, string>();
    const sends: Promise<Sent>[] = [];
    let waiting = 0;
    for (let index = 0; index < COUNT; index++) {
      const { row, payload } = await claimed(index);
      hashes.set(row.id, sha256(payload));
      let waits = false;
      const onWait = () => {
        if (!waits) waiting++;
        waits = true;
      };
      sends.push(sender.send(handleOf(row), payload, { onWait }));
    }
    await until("all of them wait", () => waiting === COUNT);
    const tries = () => states.filter((state) => state === "connecting").length;
    const tried = tries();
    await clock.pass(MINUTES * 60_000, () => until("the try has ended", () => connection.state !== "connecting"));
    const held = buffers() - before;
    assert.ok(held < (COUNT * SIZE) / 20, `${(held / 1e6).toFixed(1)} MB of ${(COUNT * SIZE) / 1e6} MB are in memory`);
    const often = tries() - tried;
    assert.ok(often >= (MINUTES * 60) / 15 && often <= (MINUTES * 60) / 7.5 + 6, `${often} tries`);
    for (const id of hashes.keys()) assert.equal((await client.ledger.get(id))?.state, "claimed");

    await broker.restart();
    await until("it is connected", async () => {
      if (connection.state === "disconnected") await clock.pass(15_000);
      return connection.state === "connected";
    });
    const sent = await Promise.all(sends);
    for (const { row, payload } of sent) {
      assert.equal(row.state, "sent");
      assert.equal(sha256(payload as Buffer), hashes.get(row.id), "the flow has its bytes again");
      const events = (await client.ledger.story(row.id))?.events.map(({ event }) => event);
      assert.deepEqual(events, ["claimed", "sending", "sent"]);
    }
    const own = await connect(broker.url);
    const channel = await own.createChannel();
    for (let index = 0; index < COUNT; index++) {
      const message = await channel.get(QUEUE, { noAck: true });
      assert.ok(message, `only ${index} have arrived`);
      assert.equal(sha256(message.content), hashes.get(message.properties.messageId));
      hashes.delete(message.properties.messageId);
    }
    assert.equal(hashes.size, 0);
    assert.equal((await channel.checkQueue(QUEUE)).messageCount, 0);
    await own.close();
  });
});
