import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeZip } from "../../../lib/archive/index.js";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { type Disk, SYSTEM_DISK } from "../../../lib/files/disk.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import { openClient } from "../../support/client.js";
import { FakeClock } from "../../support/fake-clock.js";
import { documentRow } from "../../support/rows.js";
import { removeScratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

const answer = (key: string, flag = "0", more = "") =>
  Buffer.from(
    `<CommonResponeMessage><SeqNo>${more}</SeqNo><EtpsPreentNo>${key}</EtpsPreentNo><DealFlag>${flag}</DealFlag></CommonResponeMessage>`,
  );

describe("the receipt's way back", () => {
  let client: ImportClient;
  let clock: FakeClock;
  /** What the disk says to each write, until it is well again. */
  let fault: string | undefined;
  /** When a file of an InBox was to be written. */
  let tries: number[];
  let notices: string[];
  let ended: string[];
  let deliveries = 0;

  const disk: Disk = {
    ...SYSTEM_DISK,
    write: async (path, bytes) => {
      if (/InBox/.test(path)) tries.push(clock.now());
      if (fault && /InBox/.test(path)) throw Object.assign(new Error(`${fault}: ${path}`), { code: fault });
      await SYSTEM_DISK.write(path, bytes);
    },
  };

  beforeEach(async () => {
    clock = new FakeClock();
    fault = undefined;
    tries = [];
    notices = [];
    ended = [];
    client = await openClient({}, { ...SYSTEM, clock, disk });
    client.on("notice", ({ code }) => notices.push(code));
    client.folders.of("Sas").make();
  });
  afterEach(async () => client.close());
  after(removeScratch);

  /** Files of all InBoxes. */
  const filed = () =>
    ["Sas", "Others"].flatMap((folder) => {
      const path = join(client.settings.root, folder, "InBox");
      return existsSync(path) ? readdirSync(path) : [];
    });

  function brought(body: Buffer, facts: { messageId?: string; business?: string } = {}): string {
    const id = `d${deliveries++}`;
    client.deliveries.add({
      id,
      queue: "q",
      messageId: `m${id}`,
      redelivered: false,
      receivedAt: clock.now(),
      type: "",
      fileName: "",
      business: "",
      body,
      // What was not stored before this may not be acknowledged.
      ack: () => ended.push(`ack ${id} ${filed().length}`),
      refuse: () => ended.push(`refuse ${id} ${filed().length}`),
      ...facts,
    });
    return id;
  }
  const sent = async (clientKey: string, seqNo = "") => {
    const at = clock.now();
    const row = documentRow({ clientKey, seqNo, messageType: "INV101", business: "Sas", state: "sent" });
    await client.ledger.claim({ ...row, claimedAt: at, sendingAt: at, sentAt: at, settled: true, box: "none" });
    await clock.pass(1000);
    return row.id;
  };
  /** Lets what is under way come to its end: the ledger commits in a thread of its own, and what is asked of it waits for that. */
  const settled = async () => {
    for (let turn = 0; turn < 30; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (turn % 3 === 0) await client.ledger.get("nobody");
    }
  };

  it("is: stored, then acknowledged, once however often it is settled", async () => {
    const document = await sent("K");
    const id = brought(answer("K"));
    await Promise.all([client.intake.settle(id), client.intake.settle(id), client.intake.settle(id)]);
    await client.intake.settle(id);
    assert.deepEqual(ended, [`ack ${id} 1`]);
    assert.equal((await client.ledger.get(document))?.state, "accepted");
    assert.equal(client.deliveries.size, 0);
  });

  it("keeps what cannot be stored, tries again after pauses that grow, and tells once", async () => {
    await sent("K");
    fault = "ENOSPC";
    const id = brought(answer("K"));
    await assert.rejects(client.intake.settle(id), { code: "ENOSPC" });
    await clock.pass(300_000, settled);
    assert.equal(client.deliveries.size, 1);
    assert.deepEqual([ended, notices], [[], []], "it was told by the one that asked");
    assert.deepEqual(client.standing.hindrances(), ["SW-FOLDER"]);
    assert.match(client.standing.list().at(-1)?.text.en ?? "", /disk is full/);
    const pauses = tries.slice(1).map((at, index) => at - (tries[index] as number));
    for (const [index, pause] of pauses.entries()) {
      const most = Math.min(60_000, 1000 * 2 ** index);
      assert.ok(pause >= most / 2 && pause <= most, `${index}: ${pause} of ${pauses}`);
    }
    assert.ok(pauses.length >= 9, pauses.join());
    fault = "EACCES";
    await clock.pass(60_000, settled);
    assert.deepEqual(notices, ["SW-FOLDER"], "another fault than the first");
    assert.match(client.standing.list().at(-1)?.text.en ?? "", /no permission/);
    fault = undefined;
    await clock.pass(60_000, settled);
    await until("it is stored", () => ended.length > 0);
    assert.deepEqual(ended, [`ack ${id} 1`]);
    assert.equal(client.deliveries.size, 0);
    assert.deepEqual(client.standing.hindrances(), []);
  });

  it("tries at once when it is asked again, and not a second time later", async () => {
    await sent("K");
    fault = "ENOSPC";
    const id = brought(answer("K"));
    await assert.rejects(client.intake.settle(id));
    fault = undefined;
    await client.intake.settle(id);
    await clock.pass(120_000, settled);
    assert.deepEqual(ended, [`ack ${id} 1`]);
  });

  it("writes nothing over a receipt that has taken the name meanwhile", async () => {
    await sent("K");
    fault = "ENOSPC";
    // Of one moment, for one document: both would have the same name.
    const [first, second] = [answer("K", "0", "S1"), answer("K", "0", "S2")];
    const [late, early] = [brought(first), brought(second)];
    await assert.rejects(client.intake.settle(late));
    fault = undefined;
    await client.intake.settle(early);
    await client.intake.settle(late);
    const inBox = join(client.settings.root, "Sas", "InBox");
    const kept = readdirSync(inBox).map((name) => readFileSync(join(inBox, name)));
    assert.deepEqual(kept.map(String).sort(), [first, second].map(String).sort());
  });

  it("brings a receipt that waited to its document's InBox when it is brought again, filed or not", async () => {
    const status = (key: string) =>
      Buffer.from(`<DEC_RESULT><CUS_CIQ_NO>${key}</CUS_CIQ_NO><CHANNEL>P</CHANNEL></DEC_RESULT>`);
    await client.intake.settle(brought(status("S1"), { messageId: "m1" }));
    fault = "ENOSPC";
    await assert.rejects(client.intake.settle(brought(status("S2"), { messageId: "m2" })));
    fault = undefined;
    for (const seqNo of ["S1", "S2"]) {
      await sent(`K${seqNo}`);
      const [row] = await client.ledger.query({ key: `K${seqNo}` });
      await client.ledger.update(row?.id as string, { seqNo, messageType: "DEC" });
    }
    await client.intake.settle(brought(status("S1"), { messageId: "m1" }));
    await client.intake.settle(brought(status("S2"), { messageId: "m2" }));
    const others = join(client.settings.root, "Others", "InBox");
    assert.deepEqual(readdirSync(others), []);
    assert.equal(readdirSync(join(client.settings.root, "Sas", "InBox")).length, 2);
  });

  it("leaves to the broker what its channel took away, and what a stop interrupts", async () => {
    await sent("K");
    fault = "ENOSPC";
    const [gone, left] = [brought(answer("K")), brought(answer("K2"))];
    await assert.rejects(client.intake.settle(gone));
    const later = assert.rejects(client.intake.settle(left), { code: "SW-STOPPED" });
    await settled();
    fault = undefined;
    client.deliveries.forget([gone]);
    client.intake.close();
    await later;
    await clock.pass(120_000, settled);
    assert.deepEqual([ended, filed()], [[], []]);
  });

  it("refuses what nothing can be read from, once it is kept with its reason", async () => {
    const [garbage, rejected] = [brought(Buffer.from("no receipt")), brought(answer("K"))];
    await client.intake.settle(garbage);
    await client.intake.settle(rejected, { code: "OWN-1", text: { zh: "不要", en: "not wanted" } });
    assert.deepEqual(ended, [`refuse ${garbage} 2`, `refuse ${rejected} 4`]);
    assert.equal(filed().filter((name) => name.endsWith(".reason.json")).length, 2);
  });

  it("takes the receipts out of a ZIP that a flow rejected for the rest of it", async () => {
    const document = await sent("K");
    const entries = [
      { name: "1.xml", bytes: answer("K") },
      { name: "2.xml", bytes: Buffer.from("no receipt") },
    ];
    const id = brought(await writeZip(entries, { at: 1_700_000_000_000 }));
    await client.intake.read(client.deliveries.get(id)?.body as Buffer, { deliveryId: id });
    await client.intake.settle(id, { code: "SW-RECEIPT", text: { zh: "不识", en: "unknown" } });
    assert.equal((await client.ledger.get(document))?.state, "accepted");
    assert.match(ended.join(), /^ack/);
  });

  it("gives each of two changes of one list an answer, also when both are read before one is stored", async () => {
    for (const same of [true, false]) {
      const key = same ? "SAME" : "OTHER";
      const changes = [await sent(key, "S1"), await sent(key, "S1")];
      const bodies = [answer(key, "0", "S1"), same ? answer(key, "0", "S1") : answer(key, "-1", "S1")];
      const ids = bodies.map((body) => brought(body));
      for (const id of ids) {
        const { body } = client.deliveries.get(id) ?? {};
        await client.intake.read(body as Buffer, { deliveryId: id });
      }
      await client.intake.settle(ids[0] as string);
      await client.intake.settle(ids[1] as string);
      const states = await Promise.all(changes.map(async (id) => (await client.ledger.get(id))?.state));
      assert.deepEqual(states, ["accepted", same ? "accepted" : "rejected"]);
      for (const id of changes) {
        const found = (await client.ledger.story(id))?.receipts.map(({ matchedBy }) => matchedBy);
        assert.deepEqual(found, ["oldest"], "it is a guess, and says so");
      }
    }
  });

  it("gives both their answers when these are stored at the same time", async () => {
    const changes = [await sent("TWIN", "S1"), await sent("TWIN", "S1"), await sent("TWIN", "S1")];
    const ids = changes.map((_, index) => brought(answer("TWIN", index === 2 ? "-1" : "0", "S1")));
    await Promise.all(ids.map((id) => client.intake.settle(id)));
    const stories = await Promise.all(changes.map((id) => client.ledger.story(id)));
    assert.deepEqual(
      stories.map((story) => story?.receipts.length),
      [1, 1, 1],
    );
    const states = stories.map((story) => story?.document.state).sort();
    assert.deepEqual(states, ["accepted", "accepted", "rejected"]);
  });

  it("takes a delivery that is brought again for the one that it was, though another document waits", async () => {
    const first = await sent("K", "S1");
    const id = brought(answer("K", "0", "S1"), { messageId: "same" });
    await client.intake.settle(id);
    const second = await sent("K", "S1");
    const again = brought(answer("K", "0", "S1"), { messageId: "same" });
    await client.intake.settle(again);
    assert.equal((await client.ledger.get(first))?.state, "accepted");
    assert.equal((await client.ledger.get(second))?.state, "sent");
    assert.equal(ended.length, 2);
  });

  it("tells a flow the document's own number where the receipt has none, and keeps what the receipt says", async () => {
    const id = await sent("K", "S1");
    await client.ledger.update(id, { messageType: "DEC" });
    const status = "<DEC_RESULT><CUS_CIQ_NO>S1</CUS_CIQ_NO><CHANNEL>P</CHANNEL></DEC_RESULT>";
    const [part] = await client.intake.read(Buffer.from(status), {});
    assert.deepEqual([part?.receipts[0]?.documentId, part?.receipts[0]?.clientKey], [id, "K"]);
    await client.intake.settle(brought(Buffer.from(status)));
    assert.equal((await client.ledger.story(id))?.receipts[0]?.clientKey, "");
  });

  for (const [what, code, syscall] of [
    ["a folder", "EACCES", "open"],
    ["a full disk", "ENOSPC", "write"],
  ] as const) {
    it(`says once what ${what} refuses, however many receipts meet it: the others are settled when they are stored`, async () => {
      const { write } = disk;
      disk.write = async (path) => {
        // What is refused when it is open is not named.
        const named = syscall === "open" ? { path } : {};
        throw Object.assign(new Error(`${code}: refused`), { code, syscall, ...named });
      };
      try {
        const ids = ["K1", "K2", "K3", "K4"].map((key) => brought(answer(key)));
        const ends = ids.map((id) => client.intake.settle(id).then(() => "stored", String));
        const first = await Promise.race(ends);
        assert.match(first, new RegExp(code));
        await settled();
        disk.write = write;
        await clock.pass(60_000, settled);
        const outcomes = await Promise.all(ends);
        assert.deepEqual(
          outcomes.map((end) => end === "stored").sort(),
          [false, true, true, true],
          outcomes.join("\n"),
        );
        assert.equal(client.deliveries.size, 0);
      } finally {
        disk.write = write;
      }
    });
  }

  it("tells of a code that nobody knows once, for good", async () => {
    await sent("K");
    await sent("K2");
    const unknown = (key: string, code: string) =>
      Buffer.from(`<DEC_RESULT><CLIENTSEQ_NO>${key}</CLIENTSEQ_NO><CHANNEL>${code}</CHANNEL></DEC_RESULT>`);
    for (const [key, code] of [
      ["K", "?"],
      ["K2", "?"],
      ["K", "?!"],
    ] as const) {
      await client.intake.settle(brought(unknown(key, code)));
    }
    await client.intake.settle(brought(Buffer.from("no receipt")));
    const ofCodes = () => notices.filter((code) => code === "SW-CODE").length;
    assert.equal(ofCodes(), 2);
    const { settings } = client;
    await client.close();
    client = await openClient(settings, { ...SYSTEM, clock, disk });
    client.on("notice", ({ code }) => notices.push(code));
    await client.intake.settle(brought(unknown("K9", "?")));
    assert.equal(ofCodes(), 2);
  });
});
