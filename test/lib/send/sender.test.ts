import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BrokerConnection } from "../../../lib/amqp/connection.js";
import { handleOf } from "../../../lib/boxes/context.js";
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

describe("a send that was left unknown", () => {
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
    const settings = { exchange: "", queue: "q", confirmTimeout: 1000, giveUpAfter: 1000, attempts: 1 };
    sender = new DocumentSender(client, connection, { ...settings, id: "node-a" });
    known = true;
    takeUp = new TakeUp(client, sender, { isKnownSender: () => known, onSent() {}, onFault() {} });
  });
  afterEach(async () => {
    await sender.stop();
    await client.close();
  });
  after(removeScratch);

  /** A document whose signed bytes were being sent by a node when everything stopped. */
  async function leftBy(node: string): Promise<DocumentRow> {
    const claimed = Buffer.from("as claimed");
    const row = documentRow({ sha256: sha256Of(claimed), boxName: "a.xml" });
    writeFileSync(join(client.folders.of(row.business).box("TempBox"), "a.xml"), claimed);
    await client.ledger.claim(row);
    const signed = Buffer.from("as signed");
    const to = { sender: node, exchange: "", routingKey: "q" };
    const wire = makeWire(handleOf(row), signed, sha256Of(signed), to);
    await client.ledger.transition(row.id, step("sending"), { wire: JSON.stringify(wire) }, { event: "sending" });
    return client.ledger.transition(row.id, step("unknown"), {}, { event: "unknown" });
  }

  it("is held, and never sent with other bytes, when its own are gone", async () => {
    const row = await leftBy("node-a");
    await assert.rejects(
      sender.send(handleOf(row), Buffer.from("as claimed")),
      (error) => codeOf(error) === "SW-UNKNOWN",
    );
    assert.equal((await client.ledger.get(row.id))?.state, "held");
  });

  it("is taken up by its own node, or by another when that is no more, and by one only", async () => {
    const row = await leftBy("node-b");
    assert.equal(takeUp.isOurs(row), false, "node-b is still there");
    known = false;
    assert.equal(takeUp.isOurs(row), true);
    client.claims.inFlight.take(row.id, "another");
    assert.equal(takeUp.isOurs(row), false);
  });
});
