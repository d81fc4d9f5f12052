import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { type Disk, SYSTEM_DISK } from "../../../lib/files/disk.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import { sha256InTurns, sha256Of } from "../../../lib/sha256.js";
import { clientSettings, openClient } from "../../support/client.js";
import { FakeClock } from "../../support/fake-clock.js";
import { Random } from "../../support/random.js";
import { documentRow } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";

const DOCUMENTS = 150;
const PREFETCH = 20;

interface Message {
  id: string;
  body: Buffer;
}

const imported = (key: string, seqNo: string) =>
  `<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>0</ResponseCode><ClientSeqNo>${key}</ClientSeqNo><SeqNo>${seqNo}</SeqNo></DecImportResponse>`;
const status = (seqNo: string, channel: string) =>
  `<DEC_RESULT><CUS_CIQ_NO>${seqNo}</CUS_CIQ_NO><CHANNEL>${channel}</CHANNEL></DEC_RESULT>`;

describe("a burst of receipts with doubles, garbage and large bodies", () => {
  let client: ImportClient;
  after(removeScratch);
  afterEach(async () => client?.close());

  it("is stored whole, each once, over faults of the disk and stops", async () => {
    const seed = Number(process.env.SW_SEED) || Date.now() & 0x7fffffff;
    console.log(`      seed ${seed}`);
    const random = new Random(seed);
    const clock = new FakeClock();
    let writes = 0;
    let writing = 0;
    const disk: Disk = {
      ...SYSTEM_DISK,
      write: async (path, bytes) => {
        if (/InBox/.test(path) && ++writes % 23 === 0) throw Object.assign(new Error("full"), { code: "ENOSPC" });
        writing++;
        await SYSTEM_DISK.write(path, bytes).finally(() => writing--);
      },
    };
    const settings = clientSettings();
    const open = async () => {
      client = await openClient(settings, { ...SYSTEM, clock, disk });
    };
    await open();
    client.folders.of("DecCus001").make();

    const messages: Message[] = [];
    const expected = new Map<string, string[]>();
    for (let index = 0; index < DOCUMENTS; index++) {
      const [key, seqNo] = [`K${index}`, `I${String(index).padStart(17, "0")}`];
      const at = clock.now();
      const row = documentRow({ clientKey: key, state: "sent", settled: true, box: "none" });
      await client.ledger.claim({ ...row, claimedAt: at, sendingAt: at, sentAt: at });
      const bodies = [imported(key, seqNo), status(seqNo, "L"), status(seqNo, "R")].map((xml) => Buffer.from(xml));
      expected.set(row.id, bodies.map(sha256Of).sort());
      for (const body of bodies) messages.push({ id: `m${messages.length}`, body });
    }
    const garbage = new Set<string>();
    for (let index = 0; index < 60; index++) {
      const body = index === 0 ? randomBytes(50 * 1024 * 1024) : Buffer.from(`<Unheard>${index}</Unheard>`);
      garbage.add(sha256Of(body));
      messages.push({ id: `g${index}`, body });
    }
    // Brought again under its own id, and over another route.
    for (let index = 0; index < 100; index++) {
      const { id, body } = random.pick(messages.slice(0, DOCUMENTS * 3));
      messages.push({ id: index % 2 === 0 ? id : `route-${index}`, body });
    }
    for (let at = messages.length - 1; at > 0; at--) {
      const other = random.between(0, at);
      [messages[at], messages[other]] = [messages[other] as Message, messages[at] as Message];
    }

    const queue = [...messages];
    const out = new Map<string, Message>();
    let deliveries = 0;
    let stops = 0;
    const pending = new Set<string>();
    const settle = (id: string) => {
      pending.add(id);
      client.intake
        .settle(id)
        .catch(() => undefined)
        .finally(() => pending.delete(id));
    };
    /** What a full disk refuses waits for the clock to go on, beside the first that was told of it. */
    const settled = async () => {
      for (let still = 0; still < 20 && pending.size > 0; still++) {
        const before = pending.size;
        await new Promise((done) => setImmediate(done));
        if (writing > 0 || pending.size !== before) still = 0;
      }
    };
    while (queue.length + out.size > 0) {
      while (out.size < PREFETCH && queue.length > 0) {
        const message = queue.shift() as Message;
        const id = `d${deliveries++}`;
        out.set(id, message);
        const facts = { queue: "q", redelivered: false, receivedAt: clock.now(), type: "", fileName: "", business: "" };
        const end = () => void out.delete(id);
        client.deliveries.add({ id, messageId: message.id, body: message.body, ...facts, ack: end, refuse: end });
        settle(id);
      }
      if (random.between(0, 9) === 0) {
        // The process stops in the middle of it; the broker brings what was not acknowledged again.
        stops++;
        await client.close();
        await settled();
        queue.push(...out.values());
        out.clear();
        await open();
        continue;
      }
      await settled();
      await clock.pass(60_000, async () => {
        for (const id of out.keys()) settle(id);
        await settled();
      });
    }

    for (const [id, hashes] of expected) {
      const receipts = (await client.ledger.story(id))?.receipts ?? [];
      assert.deepEqual(receipts.map(({ sha256 }) => sha256).sort(), hashes, id);
      for (const { folder, file, filed, sha256 } of receipts) {
        assert.ok(filed, file);
        assert.equal(sha256Of(readFileSync(join(settings.root, folder, "InBox", file))), sha256);
      }
      assert.equal((await client.ledger.get(id))?.state, "accepted");
    }
    const others = readdirSync(join(settings.root, "Others", "InBox"));
    const kept = others
      .filter((name) => !name.endsWith(".json"))
      .map((name) => sha256Of(readFileSync(join(settings.root, "Others", "InBox", name))));
    assert.deepEqual([...new Set(kept)].sort(), [...garbage].sort());
    assert.equal(kept.length, garbage.size, "each once, and nothing else is left there");
    console.log(`      ${messages.length} deliveries, ${stops} stops, ${writes} writes`);
  }).timeout(360_000);

  it("is worked on in short steps, whatever the size of a body", async () => {
    client = await openClient();
    const body = Buffer.alloc(50 * 1024 * 1024, 0x20);
    let turns = 0;
    let counting = true;
    const count = () => {
      turns++;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    client.deliveries.add({
      ...{ id: "d", queue: "q", messageId: "m", redelivered: false, receivedAt: Date.now(), type: "" },
      ...{ fileName: "", business: "", body, ack: () => {}, refuse: () => {} },
    });
    await client.intake.settle("d");
    counting = false;
    // A turn after each megabyte that is hashed, and after each that is written.
    assert.ok(turns >= 90, `${turns} turns`);
    assert.equal(await sha256InTurns(body, SYSTEM.clock), sha256Of(body));
    const [name = ""] = readdirSync(join(client.settings.root, "Others", "InBox"));
    const reason = readFileSync(join(client.settings.root, "Others", "InBox", `${name}.reason.json`), "utf8");
    assert.equal(JSON.parse(reason).code, "SW-SIZE");
  });

  it("is not read when it holds more receipts than any, and is kept", async () => {
    client = await openClient();
    const returns = "<OrderReturn><guid>x</guid><returnStatus>2</returnStatus></OrderReturn>".repeat(1001);
    const body = Buffer.from(`<CEB312Message guid="g">${returns}</CEB312Message>`);
    const [part] = await client.intake.read(body, {});
    assert.deepEqual([part?.receipts.length, part?.reason?.code, part?.bytes], [0, "SW-SIZE", body]);
  });
});
