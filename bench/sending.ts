/**
 * What our way to the broker costs beside amqplib alone: confirmed sends a second on a private RabbitMQ, plain and TLS.
 *
 *     npx tsx bench/sending.ts [sends a round] [rounds]
 *
 * Serial: the next is published when the last one is confirmed. Pipelined: a hundred are on their way at once. Each send is
 * persistent, mandatory, 4 KB, with the headers of a declaration, to a durable queue.
 *
 * bare       amqplib's confirm channel with noDelay
 * publisher  the broker's publisher: returns matched, time limits, outcomes distinguished
 * sender     DocumentSender: two committed rows of the ledger around each publish, body read from TempBox
 * no delay off, in the last lines: amqplib alone without noDelay
 *
 * The ways take turns in each round, so that whatever else the machine does falls on all alike; printed are medians, and
 * the median ratio of each round's own pair.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ConfirmChannel, connect } from "amqplib";
import { BrokerConnection } from "../lib/amqp/connection.js";
import { amqpOptions, type BrokerSettings, socketOptions } from "../lib/amqp/settings.js";
import { handleOf } from "../lib/boxes/context.js";
import type { ImportClient } from "../lib/client/import-client.js";
import { SYSTEM_IDS } from "../lib/ids.js";
import type { DocumentRow } from "../lib/ledger/index.js";
import { DocumentSender } from "../lib/send/sender.js";
import { makeWire } from "../lib/send/wire.js";
import { sha256Of } from "../lib/sha256.js";
import { startPrivateBroker } from "../scripts/private-broker.js";
import { Authority } from "../test/support/authority.js";
import { openClient } from "../test/support/client.js";
import { documentRow } from "../test/support/rows.js";
import { scratch } from "../test/support/scratch.js";
import { median } from "./parts/median.js";

const COUNT = Number(process.argv[2] ?? 400);
const ROUNDS = Number(process.argv[3] ?? 9);
const QUEUE = "bench";
const AT_ONCE = 100;
const BODY = randomBytes(4096);

/** Sends one; resolves when it is confirmed, and rejects otherwise. */
type Send = () => Promise<void>;

function wire() {
  const row = documentRow({ clientKey: "D12345678901234567", sha256: "0" });
  return makeWire(handleOf(row), BODY, sha256Of(BODY), { sender: "bench", exchange: "", routingKey: QUEUE });
}

async function bare(settings: BrokerSettings, noDelay: boolean): Promise<{ send: Send; close(): Promise<void> }> {
  const model = await connect(amqpOptions(settings), { ...socketOptions(settings), noDelay });
  model.on("error", () => {});
  const channel: ConfirmChannel = await model.createConfirmChannel();
  const send = () =>
    new Promise<void>((resolve, reject) => {
      const { properties } = wire();
      channel.publish("", QUEUE, BODY, { ...properties, mandatory: true }, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  return { send, close: () => model.close() };
}

async function ours(settings: BrokerSettings, client: ImportClient) {
  const connection = new BrokerConnection(settings);
  const publisher = connection.publisher({ exchange: "", queue: QUEUE });
  const sender = new DocumentSender(client, connection, {
    id: "bench",
    exchange: "",
    queue: QUEUE,
    confirmTimeout: 30_000,
    giveUpAfter: 0,
    attempts: 0,
    window: AT_ONCE,
  });
  publisher.start();
  sender.start();
  connection.start();
  while (connection.state !== "connected") await once(connection, "state");
  const rows: DocumentRow[] = [];
  const box = client.folders.of("DecCus001").box("TempBox");
  mkdirSync(box, { recursive: true });
  writeFileSync(join(box, "bench.xml"), BODY);
  return {
    publish: async () => {
      const { kind } = await publisher.publish({ ...wire(), body: BODY, timeout: 30_000 });
      if (kind !== "confirmed") throw new Error(kind);
    },
    /** Claims so many documents, which is not measured. */
    prepare: async (count: number) => {
      const claims = Array.from({ length: count }, () => {
        const row = documentRow({ id: SYSTEM_IDS.document(Date.now()), sha256: sha256Of(BODY), boxName: "bench.xml" });
        rows.push(row);
        // As in a flow: whoever holds the claim moves the file, which is not measured either.
        client.claims.inFlight.take(row.id, "bench");
        return client.ledger.claim(row, { sameKey: false });
      });
      await Promise.all(claims);
    },
    send: async () => {
      const row = rows.pop() as DocumentRow;
      await sender.send(handleOf(row), BODY);
    },
    close: async () => {
      await sender.stop();
      await publisher.stop();
      await connection.close();
    },
  };
}

/** Sends a second. */
async function rate(count: number, atOnce: number, send: Send): Promise<number> {
  const begin = performance.now();
  let left = count;
  const lane = async () => {
    while (left-- > 0) await send();
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return count / ((performance.now() - begin) / 1000);
}

async function main(): Promise<void> {
  const authority = new Authority("Bench CA");
  const issued = authority.issue("localhost", { names: ["localhost", "IP:127.0.0.1"] });
  const tls = { ca: authority.certificate, cert: issued.certificate, key: issued.key };
  const broker = await startPrivateBroker({ dir: scratch(), tls });
  const client = await openClient();
  const columns = ["", "bare", "publisher", "ratio", "sender", "ratio"];
  const lines: string[][] = [columns];
  try {
    const { host, port, vhost, user, password, tlsPort } = broker;
    const plain: BrokerSettings = {
      ...{ host, port, vhost, user, password, tls: undefined },
      ...{ heartbeat: 60, connectTimeout: 10, connectionName: "bench" },
    };
    const encrypted: BrokerSettings = {
      ...plain,
      host: "localhost",
      port: tlsPort as number,
      tls: { ca: authority.pem },
    };
    const setUp = await connect(broker.url);
    setUp.on("error", () => {});
    await (await setUp.createChannel()).assertQueue(QUEUE, { durable: true });
    const purge = await setUp.createChannel();
    for (const [line, settings] of [
      ["plain", plain],
      ["TLS", encrypted],
    ] as const) {
      const alone = await bare(settings, true);
      const own = await ours(settings, client);
      const slow = await bare(settings, false);
      for (const [way, atOnce] of [
        ["serial", 1],
        ["pipelined", AT_ONCE],
      ] as const) {
        const count = atOnce === 1 ? COUNT : COUNT * 5;
        const figures: [bare: number, publisher: number, sender: number][] = [];
        // The first round warms up and does not count.
        for (let round = 0; round <= ROUNDS; round++) {
          await own.prepare(count);
          const measured = { bare: 0, publisher: 0, sender: 0 };
          const ways: [keyof typeof measured, Send][] = [
            ["bare", alone.send],
            ["publisher", own.publish],
            ["sender", own.send],
          ];
          // Another one begins each time.
          for (let turn = 0; turn < ways.length; turn++) {
            const [name, send] = ways[(turn + round) % ways.length] as [keyof typeof measured, Send];
            measured[name] = await rate(count, atOnce, send);
            await purge.purgeQueue(QUEUE);
          }
          if (round > 0) figures.push([measured.bare, measured.publisher, measured.sender]);
        }
        const of = (index: 0 | 1 | 2) => median(figures.map((figure) => figure[index])).toFixed(0);
        const ratio = (index: 1 | 2) => median(figures.map((figure) => figure[index] / figure[0])).toFixed(2);
        lines.push([`${line}, ${way}`, of(0), of(1), ratio(1), of(2), ratio(2)]);
      }
      lines.push([`${line}, serial, noDelay off`, (await rate(40, 1, slow.send)).toFixed(0), "", "", "", ""]);
      await own.close();
      await alone.close();
      await slow.close();
    }
    await setUp.close();
  } finally {
    await client.close();
    await broker.stop();
  }
  console.log(`confirmed sends a second; ${COUNT} a round serially, ${COUNT * 5} pipelined, ${ROUNDS} rounds`);
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => (line[index] as string).length)));
  for (const line of lines) {
    console.log(
      line
        .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[index] as number)))
        .join("  "),
    );
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
