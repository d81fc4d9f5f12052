import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BrokerConnection } from "../../../lib/amqp/connection.js";
import { handleOf } from "../../../lib/boxes/context.js";
import { letGo, ON_HOLD } from "../../../lib/boxes/put-off.js";
import { readSent } from "../../../lib/boxes/sent-bytes.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { codeOf } from "../../../lib/errors.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { DocumentSender } from "../../../lib/send/sender.js";
import { TakeUp } from "../../../lib/send/take-up.js";
import { makeWire } from "../../../lib/send/wire.js";
import { sha256Of } from "../../../lib/sha256.js";
import { openClient } from "../../support/client.js";
import { documentRow, step } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

describe("a document that no message carries", () => {
  let client: ImportClient;
  let sender: DocumentSender;
  let known: boolean;
  let takeUp: TakeUp;

  beforeEach(async () => {
    client = await openClient();
    const connection = new BrokerConnection({
      host: "127.0.0.1",
      port: 1,
      vhost: "/",
      user: "",
      password: "",
      tls: undefined,
      heartbeat: 2,
      connectTimeout: 1,
      connectionName: "test",
    });
    const settings = { exchange: "", queue: "q", confirmTimeout: 1000, giveUpAfter: 60_000, attempts: 1 };
    sender = new DocumentSender(client, connection, { ...settings, id: "node-a" });
    known = true;
    takeUp = new TakeUp(client, sender, { isKnownSender: () => known, onSent() {}, onFault() {} });
  });
  afterEach(async () => {
    takeUp.stop();
    await sender.stop();
    await client.close();
  });
  after(removeScratch);

  /** A claimed document, and what is to go out of it. */
  async function claimed(node: string): Promise<{ row: DocumentRow; wire: string; signed: Buffer }> {
    const claimed = Buffer.from("as claimed");
    const row = documentRow({ sha256: sha256Of(claimed), boxName: "a.xml" });
    writeFileSync(join(client.folders.of(row.business).box("TempBox"), "a.xml"), claimed);
    await client.ledger.claim(row);
    const signed = Buffer.from("as signed");
    const to = { sender: node, exchange: "", routingKey: "q" };
    return { row, signed, wire: JSON.stringify(makeWire(handleOf(row), signed, sha256Of(signed), to)) };
  }

  /** A document whose signed bytes were being sent by a node when everything stopped. */
  async function leftBy(node: string): Promise<DocumentRow> {
    const { row, wire } = await claimed(node);
    await client.ledger.transition(row.id, step("sending"), { wire }, { event: "sending" });
    return client.ledger.transition(row.id, step("unknown"), {}, { event: "unknown" });
  }

  it("left unknown is held, and never sent with other bytes, when its own are gone", async () => {
    const row = await leftBy("node-a");
    await assert.rejects(
      sender.send(handleOf(row), Buffer.from("as claimed")),
      (error) => codeOf(error) === "SW-UNKNOWN",
    );
    assert.equal((await client.ledger.get(row.id))?.state, "held");
  });

  it("left unknown is taken up by its own node, or by another when that is no more, and by one only", async () => {
    const row = await leftBy("node-b");
    assert.equal(takeUp.isOurs(row), false, "node-b is still there");
    known = false;
    assert.equal(takeUp.isOurs(row), true);
    client.claims.inFlight.take(row.id, "another");
    assert.equal(takeUp.isOurs(row), false);
  });

  it("ready is in no flow, and is sent as it was made ready", async () => {
    const { row, wire, signed } = await claimed("node-a");
    await client.spool.write(row.id, signed);
    await client.claims.ready(row.id, wire);
    assert.deepEqual(await client.ledger.waitingClaims(10), []);
    await takeUp.start();
    await until("it is on its way", () => sender.isSending(row.id));
    assert.ok(client.claims.inFlight.has(row.id));
    // It waits for a broker that is away, and gives its bytes up for nobody.
    assert.deepEqual(
      await readSent(client, (await client.ledger.get(row.id)) as DocumentRow, sha256Of(signed)),
      signed,
    );
  });

  it("that waited here when the link was given up is ready, bytes and all, for whoever has it", async () => {
    sender.start();
    const { row, signed } = await claimed("node-a");
    const [{ row: ready, wire }, unknown] = [await claimed("node-a"), await leftBy("node-a")];
    for (const { id } of [ready, unknown]) await client.spool.write(id, signed);
    await client.claims.ready(ready.id, wire);
    const rows = [row, ready, unknown];
    let waiting = 0;
    const sends = rows.map((one) =>
      sender.send(handleOf(one), signed, {
        onWait: () => {
          waiting++;
        },
      }),
    );
    const ended = Promise.allSettled(sends);
    await until("all of them wait for the broker", () => waiting === rows.length);
    Object.defineProperty(client.link, "follows", { value: true });
    client.link.emit("change");
    const codes = (await ended).map((end) => (end.status === "rejected" ? codeOf(end.reason) : end.status));
    assert.deepEqual(codes, ["SW-STOPPED", "SW-STOPPED", "SW-STOPPED"]);
    for (const { id } of rows) {
      const now = (await client.ledger.get(id)) as DocumentRow;
      assert.equal(now.state, id === unknown.id ? "unknown" : "claimed");
      assert.notEqual(now.wire, "");
      assert.deepEqual(await readSent(client, now, sha256Of(signed)), signed);
    }
  });

  it("ready goes through its flow again when what was to go out has gone, and when it is given back or put on hold", async () => {
    const { row, wire } = await claimed("node-a");
    const now = async () => {
      const { state, wire } = (await client.ledger.get(row.id)) as DocumentRow;
      return [state, wire];
    };
    await client.claims.ready(row.id, wire);
    await takeUp.start();
    await until("nothing is to go out any more", async () => (await now())[1] === "");
    assert.deepEqual(
      (await client.ledger.waitingClaims(10)).map(({ id }) => id),
      [row.id],
    );
    await client.claims.ready(row.id, wire);
    await client.claims.putOff(row.id, ON_HOLD);
    assert.deepEqual(await now(), ["held", ""]);
    await letGo(client, row, { event: "released", text: "" });
    await client.claims.ready(row.id, wire);
    await client.claims.giveBack(row.id, 60_000, ON_HOLD);
    assert.deepEqual(await now(), ["claimed", ""]);
  });

  it("is made ready while it is claimed, and not after", async () => {
    const row = await leftBy("node-a");
    await assert.rejects(client.claims.ready(row.id, "{}"), (error) => codeOf(error) === "SW-STATE");
    await assert.rejects(client.claims.unready(row.id), (error) => codeOf(error) === "SW-STATE");
  });
});
