import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ImportClient } from "../../../lib/client/import-client.js";
import { LeaseFile } from "../../../lib/client/lease-file.js";
import { openClient } from "../../../lib/client/open.js";
import type { Notice } from "../../../lib/client/reports.js";
import type { ClientSettings } from "../../../lib/client/settings.js";
import { checkLedger } from "../../../lib/diagnose/ledger.js";
import { ImportClientError } from "../../../lib/errors.js";
import { SYSTEM_DISK } from "../../../lib/files/disk.js";
import { type Ports, SYSTEM } from "../../../lib/files/ports.js";
import { SYSTEM_HOST } from "../../../lib/host.js";
import { clientSettings } from "../../support/client.js";
import { removeScratch, scratch } from "../../support/scratch.js";

describe("a SQLite ledger and a network share", () => {
  let settings: ClientSettings;
  const opened: ImportClient[] = [];
  const notices: Notice[] = [];

  beforeEach(() => {
    settings = clientSettings();
    mkdirSync(settings.root);
    notices.length = 0;
  });
  afterEach(async () => {
    for (const client of opened.splice(0)) await client.close();
  });
  after(removeScratch);

  /** The root lies on a share, whatever the test's disk is. */
  const onShare = (): Ports => {
    const network = (path: string) => (path.startsWith(settings.root) ? "nfs4" : "");
    return { ...SYSTEM, disk: { ...SYSTEM_DISK, network } };
  };
  async function open(ports = onShare(), change: Partial<ClientSettings> = {}): Promise<ImportClient> {
    const onNotice = (notice: Notice) => void notices.push(notice);
    const { client } = await openClient({ ...settings, ...change }, { ports, onNotice });
    opened.push(client);
    return client;
  }
  const close = async (client: ImportClient) => {
    opened.splice(opened.indexOf(client), 1);
    await client.close();
  };
  const refusedForShare = (error: unknown) => {
    assert.ok(error instanceof ImportClientError, String(error));
    assert.equal(error.code, "SW-CONFIG", error.message);
    assert.equal(error.details.reason, "share");
    assert.match(error.advice?.zh ?? "", /PostgreSQL/);
    assert.match(error.advice?.en ?? "", /PostgreSQL/);
    return true;
  };

  it("a new ledger is not begun on one, and nothing is made there", async () => {
    await assert.rejects(open(), refusedForShare);
    assert.ok(!existsSync(dirname(settings.ledger)));
  });

  it("a root on one with its ledger on a local disk is a good one", async () => {
    const ledger = join(scratch(), "ledger.db");
    const client = await open(onShare(), { ledger });
    assert.deepEqual(notices, []);
    assert.equal((await checkLedger(client)).warning, undefined);
    await close(client);
    await open(onShare(), { ledger });
  });

  it("one that lies there from earlier goes on, and it is said at each start and in the connection test", async () => {
    await close(await open(SYSTEM));
    const client = await open();
    assert.equal(notices.length, 1);
    assert.match(notices[0]?.text.en ?? "", /lies on a network share \(nfs4\)/);
    const { warning, advice } = await checkLedger(client);
    assert.equal(warning, true);
    assert.match(advice?.en ?? "", /local disk/);
  });

  it("a second machine is not kept waiting for it: it is refused, with what to use instead", async () => {
    await close(await open(SYSTEM));
    const other = { ...SYSTEM_HOST, mark: () => ({ ...SYSTEM_HOST.mark(), host: "another" }) };
    mkdirSync(join(settings.root, ".single-window"), { recursive: true });
    const lease = new LeaseFile(join(settings.root, ".single-window", "lease.json"), { ...SYSTEM, host: other });
    assert.equal(lease.take(), undefined);
    try {
      await assert.rejects(open(), refusedForShare);
      await assert.rejects(
        open(SYSTEM),
        (error) => error instanceof ImportClientError && error.code === "SW-OWNER",
        "on a local disk it waits",
      );
    } finally {
      lease.release();
    }
    await open();
  });
});
