import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ImportClient } from "../../../lib/client/import-client.js";
import { resendDocument } from "../../../lib/client/person.js";
import { SYSTEM_DISK } from "../../../lib/files/disk.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import type { DocumentRow } from "../../../lib/ledger/index.js";
import { sha256Of } from "../../../lib/sha256.js";
import { clientSettings } from "../../support/client.js";
import { documentRow } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";

const BYTES = Buffer.from("<DecMessage/>");
const WORD = { reason: "海关要求" };

describe("a person's resend", () => {
  let client: ImportClient;
  /** What the disk says to the next copy. */
  let refuseCopy: string | undefined;
  const disk = {
    ...SYSTEM_DISK,
    copy: (from: string, to: string) => {
      if (refuseCopy) throw Object.assign(new Error("no space"), { code: refuseCopy });
      SYSTEM_DISK.copy(from, to);
    },
  };
  const open = async (settings = clientSettings()) => {
    client = (await ImportClient.open(settings, { ...SYSTEM, disk })).client;
    client.folders.of("DecCus001").make();
  };

  beforeEach(async () => {
    refuseCopy = undefined;
    await open();
  });
  afterEach(async () => client.close());
  after(removeScratch);

  const tempBox = () => readdirSync(join(client.settings.root, "DecCus001", "TempBox"));

  /** A document that was sent; its file lies in SentBox. */
  async function sent(): Promise<DocumentRow> {
    const row = documentRow({ sha256: sha256Of(BYTES) });
    await client.ledger.claim(row);
    writeFileSync(join(client.settings.root, "DecCus001", "TempBox", row.boxName), BYTES);
    await client.claims.send(row.id, "{}", false, "");
    await client.ledger.transition(
      row.id,
      { from: ["sending"], to: "sent" },
      { sentAt: Date.now() },
      { event: "sent" },
    );
    return client.claims.settle(row.id);
  }

  it("has its row before its file: what cannot be committed leaves no file", async () => {
    const { id } = await sent();
    const { transition } = client.ledger;
    client.ledger.transition = async () => {
      throw Object.assign(new Error("disk I/O error"), { code: "SW-LEDGER" });
    };
    await assert.rejects(resendDocument(client, id, WORD), { code: "SW-LEDGER" });
    client.ledger.transition = transition;
    assert.deepEqual(tempBox(), []);
    assert.deepEqual([(await client.ledger.get(id))?.state, (await client.ledger.get(id))?.settled], ["sent", true]);
  });

  it("is not given out before its file is there", async () => {
    const { id } = await sent();
    const seen: boolean[] = [];
    client.on("change", (row, { event }) => {
      const given = client.claims.inFlight.has(id);
      if (event === "resend")
        seen.push(given || existsSync(join(client.settings.root, "DecCus001", "TempBox", row.boxName)));
    });
    await resendDocument(client, id, WORD);
    assert.deepEqual(seen, [true]);
    assert.equal(client.claims.inFlight.has(id), false);
    assert.deepEqual(tempBox(), [`${id}__a.xml`]);
  });

  it("goes on after a stop, or a full disk, between its row and its file", async () => {
    const { id } = await sent();
    refuseCopy = "ENOSPC";
    await assert.rejects(resendDocument(client, id, WORD), { code: "ENOSPC" });
    assert.deepEqual(tempBox(), []);
    refuseCopy = undefined;
    const { settings } = client;
    await client.close();
    await open(settings);
    const row = await client.ledger.get(id);
    assert.deepEqual([row?.state, row?.settled, row?.attempt], ["claimed", false, 2]);
    assert.deepEqual(tempBox(), [row?.boxName]);
    assert.deepEqual(readFileSync(join(settings.root, "DecCus001", "TempBox", row?.boxName ?? "")), BYTES);
    assert.equal((await client.ledger.query({})).length, 1);
  });

  it("is done once when it is asked for twice at the same time", async () => {
    const { id } = await sent();
    const results = await Promise.allSettled([resendDocument(client, id, WORD), resendDocument(client, id, WORD)]);
    assert.deepEqual(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    assert.deepEqual(tempBox(), [`${id}__a.xml`]);
    assert.equal((await client.ledger.get(id))?.attempt, 2);
  });

  it("of two documents with one name has a file for each", async () => {
    const [one, other] = [await sent(), await sent()];
    await Promise.all([resendDocument(client, one.id, WORD), resendDocument(client, other.id, WORD)]);
    const names = [(await client.ledger.get(one.id))?.boxName, (await client.ledger.get(other.id))?.boxName];
    assert.deepEqual(tempBox().sort(), names.sort());
    assert.equal(new Set(names).size, 2);
  });
});
