import assert from "node:assert/strict";
import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { openClient } from "../../../lib/client/open.js";
import type { ClientSettings } from "../../../lib/client/settings.js";
import { type Ports, SYSTEM } from "../../../lib/files/ports.js";
import { readDelivery } from "../../../lib/intake/read.js";
import { storeReceipt } from "../../../lib/intake/store.js";
import { type OpenLedger, openLedger } from "../../../lib/ledger/index.js";
import { decXml, freshKey } from "../../../simulator/samples/index.js";
import { clientSettings } from "../../support/client.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { Watching } from "../../support/watching.js";

describe("a ledger that lacks what boxes know, and was brought up to them by half when the process ended", () => {
  let settings: ClientSettings;
  let key: string;
  let place: number;
  let reported: string[];
  let open: ImportClient[];

  async function start(opens?: OpenLedger, disk: Ports["disk"] = SYSTEM.disk): Promise<ImportClient> {
    const onNotice = ({ text }: { text: { en: string } }) => reported.push(text.en);
    const { client } = await openClient(settings, { ports: { ...SYSTEM, disk }, onNotice, openLedger: opens });
    open.push(client);
    return client;
  }

  beforeEach(async () => {
    reported = [];
    open = [];
    settings = clientSettings({ root: join(scratch(), "ImpPath") });
    key = freshKey();
    await (await start()).close();
    copyFileSync(settings.ledger, `${settings.ledger}.backup`);
    const client = await start();
    const folder = client.folders.of("DecCus001");
    folder.make();
    writeFileSync(join(folder.box("OutBox"), "one.xml"), decXml({ key, goods: 1 }));
    const watching = new Watching(client);
    await watching.until(() => watching.claims.length === 1);
    await watching.watch.stop();
    const { id } = watching.first;
    await client.claims.send(id, "{}", false, "");
    await client.ledger.transition(id, { from: ["sending"], to: "sent" }, { sentAt: Date.now() }, { event: "sent" });
    await client.claims.settle(id);
    const xml = `<DecImportResponse xmlns="http://www.chinaport.gov.cn/dec"><ResponseCode>0</ResponseCode><ClientSeqNo>${key}</ClientSeqNo><SeqNo>S00000000000000001</SeqNo></DecImportResponse>`;
    const delivery = { body: Buffer.from(xml), fileName: "", business: "", messageId: "m", receivedAt: Date.now() };
    for (const part of await readDelivery(client, delivery)) await storeReceipt(client, delivery, part);
    place = await client.ledger.place();
    await client.close();
    for (const end of ["", "-wal", "-shm"]) rmSync(settings.ledger + end, { force: true });
  });
  afterEach(async () => {
    for (const client of open) await client.close();
  });
  after(removeScratch);

  for (const [what, lose, said] of [
    ["older", () => copyFileSync(`${settings.ledger}.backup`, settings.ledger), /the ledger is an older copy/],
    ["new", () => {}, /the ledger is new/],
  ] as const) {
    it(`(${what}) is rebuilt to the end, whatever it has come to meanwhile`, async () => {
      lose();
      const read: Ports["disk"]["read"] = (path) => {
        if (path.includes("/InBox/")) throw new Error("stopped here");
        return SYSTEM.disk.read(path);
      };
      await assert.rejects(start(undefined, { ...SYSTEM.disk, read }), /stopped here/);
      reported = [];
      const client = await start(async (...how) => {
        const ledger = await openLedger(...how);
        // As after so many files.
        const [row] = await ledger.query({ limit: 1 });
        while ((await ledger.place()) <= place) await ledger.update(row?.id ?? "", {}, { event: "recovered" });
        return ledger;
      });
      assert.equal((await client.ledger.byClientKey("DecCus001", "DEC", key))[0]?.state, "accepted");
      assert.match(reported.join("\n"), said);
    });
  }
});
