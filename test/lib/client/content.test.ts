import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { handleOf } from "../../../lib/boxes/context.js";
import { documentContent, documentFile, documentXml } from "../../../lib/client/content.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { makeWire } from "../../../lib/send/wire.js";
import { sha256Of } from "../../../lib/sha256.js";
import { decXml } from "../../../simulator/samples/index.js";
import { openClient } from "../../support/client.js";
import { documentRow } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";

const CLAIMED = decXml();
const SENT = Buffer.concat([CLAIMED, Buffer.from("<!-- signed -->")]);
const OTHER = Buffer.concat([CLAIMED, Buffer.from("<!-- changed -->")]);

describe("what a person is shown of a document", () => {
  let client: ImportClient;
  let row: DocumentRow;
  let path = "";
  before(async () => {
    client = await openClient();
  });
  after(async () => {
    await client.close();
    removeScratch();
  });

  /** A document that was sent, as these bytes, and lies in SentBox as it was claimed. */
  async function sentAs(body: Buffer): Promise<void> {
    const document = documentRow({ sha256: sha256Of(CLAIMED), fileName: "a.xml", state: "sent", sentAt: 1 });
    const wire = makeWire(handleOf(document), body, sha256Of(body), { sender: "mq", exchange: "", routingKey: "q" });
    row = { ...document, box: "SentBox", boxName: `${document.id}.xml`, settled: true, wire: JSON.stringify(wire) };
    await client.ledger.enter(row, { event: "recovered" });
    path = join(client.folders.of(row.business).box("SentBox"), row.boxName);
    writeFileSync(path, CLAIMED);
    if (body === CLAIMED) return;
    await client.spool.write(row.id, body);
    client.spool.keep(row.id, wire.properties.messageId);
  }

  const shown = async () => {
    const { name, bytes, source } = await documentFile(client, row.id);
    const xml = await documentXml(client, row.id);
    const content = await documentContent(client, row.id);
    assert.deepEqual([xml.source, content.source, xml.text], [source, source, bytes.toString("utf8")]);
    return { name, bytes, source };
  };

  it("is its file, as long as that is what was claimed", async () => {
    await sentAs(SENT);
    assert.deepEqual(await shown(), { name: "a.xml", bytes: CLAIMED, source: "as-claimed" });
  });

  it("is what was sent, where the file was changed since and that is kept", async () => {
    await sentAs(SENT);
    writeFileSync(path, OTHER);
    assert.deepEqual(await shown(), { name: "sent_a.xml", bytes: SENT, source: "sent" });
  });

  it("is the changed file, which is said, where nothing else is kept, or that was changed as well", async () => {
    await sentAs(CLAIMED);
    writeFileSync(path, OTHER);
    const changed = { name: "changed_a.xml", bytes: OTHER, source: "changed" };
    assert.deepEqual(await shown(), changed);
    await sentAs(SENT);
    writeFileSync(path, OTHER);
    writeFileSync(client.spool.keptPath(row.id), OTHER);
    assert.deepEqual(await shown(), changed);
  });
});
