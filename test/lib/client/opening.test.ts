import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LEASE } from "../../../lib/client/lease-file.js";
import { ClientOpening } from "../../../lib/client/opening.js";
import type { ClientSettings } from "../../../lib/client/settings.js";
import { codeOf, type ImportClientError } from "../../../lib/errors.js";
import { clientSettings } from "../../support/client.js";
import { Machines } from "../../support/machines.js";
import { documentRow } from "../../support/rows.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

const code = (wanted: string) => (error: unknown) => codeOf(error) === wanted;

/** A client that is being opened by a process of its own. */
class Process {
  readonly opening: ClientOpening;
  readonly faults: (ImportClientError | undefined)[] = [];
  readonly notices: string[] = [];

  constructor(
    settings: ClientSettings,
    readonly machine: ReturnType<Machines["start"]>,
  ) {
    this.opening = new ClientOpening(settings, machine.ports);
    this.opening.on("fault", (fault) => this.faults.push(fault));
    this.opening.on("notice", ({ text }) => this.notices.push(text.en));
    this.opening.start();
  }

  get clock() {
    return this.machine.ports.clock;
  }

  /** Lets time pass until something holds. */
  async passing(what: string, done: () => unknown): Promise<void> {
    await until(what, async () => {
      await this.clock.pass(500);
      return done();
    });
  }

  /** Why it does not work now. */
  waits(codeWanted: string): Promise<void> {
    return this.passing(codeWanted, () => this.opening.fault?.code === codeWanted);
  }

  async open() {
    await this.passing("it is open", () => this.opening.client);
    return await this.opening.ready;
  }
}

describe("opening a client", () => {
  let root: string;
  let machines: Machines;
  const processes: Process[] = [];
  const start = (change: Partial<ClientSettings> = {}, host = "here") => {
    const process = new Process(clientSettings({ root, ...change }), machines.start(host));
    processes.push(process);
    return process;
  };
  beforeEach(() => {
    root = join(scratch(), "ImpPath");
    machines = new Machines();
  });
  afterEach(async () => {
    for (const { opening } of processes.splice(0)) await opening.close();
  });
  after(removeScratch);

  describe("one process a root", () => {
    it("the second one says who has it, and takes over by itself when that one ends", async () => {
      const one = start();
      const client = await one.open();
      const two = start({ missingAfter: 0 });
      await two.waits("SW-OWNER");
      assert.match(two.opening.fault?.text.en ?? "", /in use by process 101 on here/);
      await client.ledger.claim(documentRow());
      await one.opening.close();
      const next = await two.open();
      assert.equal(next.lease.fault, undefined);
      assert.equal((await next.ledger.unsettled()).length, 0, "its file was nowhere");
      assert.equal(two.faults.length, 2, "reported once, and that it is over");
    });

    it("takes over from one that was killed, and what that left open", async () => {
      const one = start();
      const client = await one.open();
      await client.ledger.claim(documentRow({ state: "sending", sendingAt: 1 }));
      const two = start();
      await two.waits("SW-OWNER");
      one.machine.end();
      const next = await two.open();
      assert.equal((await next.ledger.unsettled())[0]?.state, "unknown");
    });

    it("one that was frozen for longer than its lease finds out before it claims, sends or settles", async () => {
      const one = start();
      const client = await one.open();
      const row = documentRow();
      client.folders.of("DecCus001").make();
      writeFileSync(join(root, "DecCus001", "TempBox", row.boxName), "x");
      await client.ledger.claim(row);
      const two = start();
      await two.waits("SW-OWNER");
      await two.passing("it takes over", () => two.opening.client);
      const next = await two.opening.ready;
      one.clock.skip(LEASE.lasts * 2);
      const fault = { code: "SW-TEST", text: { zh: "x", en: "x" } };
      await assert.rejects(client.claims.send(row.id, "{}", false, ""), code("SW-FENCED"));
      await assert.rejects(client.claims.settle(row.id), code("SW-FENCED"));
      await assert.rejects(client.claims.fail(row.id, fault), code("SW-FENCED"));
      await assert.rejects(client.claims.giveBack(row.id, 0, fault), code("SW-FENCED"));
      await assert.rejects(client.ledger.setFact("x", "y"), code("SW-FENCED"), "whatever else it does");
      assert.equal((await next.ledger.get(row.id))?.state, "claimed");
      // It waits for its turn like any other, and goes on when that comes.
      await one.waits("SW-OWNER");
      await next.claims.fail(row.id, fault);
      await two.opening.close();
      await one.passing("it goes on", () => one.opening.fault === undefined);
      await assert.rejects(client.claims.send(row.id, "{}", false, ""), code("SW-STATE"));
      assert.equal((await client.ledger.get(row.id))?.settled, true);
    });

    it("one that loses its root between the commit of a send and the send takes that back", async () => {
      const one = start();
      const client = await one.open();
      const row = documentRow();
      await client.ledger.claim(row);
      const { transition } = client.ledger;
      client.ledger.transition = async (...step) => {
        const after = await transition.apply(client.ledger, step);
        if (after.state === "sending") renameSync(join(root, ".single-window"), join(root, ".away"));
        one.clock.skip(LEASE.trusted + 1);
        return after;
      };
      await assert.rejects(client.claims.send(row.id, "{}", false, ""), code("SW-FENCED"));
      assert.equal((await client.ledger.get(row.id))?.state, "claimed");
      renameSync(join(root, ".away"), join(root, ".single-window"));
    });

    it("a frozen one that nobody replaced goes on, and its documents too", async () => {
      const one = start();
      const client = await one.open();
      const row = documentRow();
      await client.ledger.claim(row);
      one.clock.skip(60_000);
      assert.equal((await client.claims.send(row.id, "{}", false, "")).state, "sending");
    });
  });

  describe("one owner a root", () => {
    const production = { environment: "production" } as const;
    const prepare = async () => {
      const one = start();
      const client = await one.open();
      const rows = [
        documentRow({ fileName: "c.xml", boxName: "c.xml" }),
        documentRow({ fileName: "u.xml", boxName: "u.xml" }),
      ];
      client.folders.of("DecCus001").make();
      for (const row of rows) {
        writeFileSync(join(root, "DecCus001", "TempBox", row.boxName), row.boxName);
        await client.ledger.claim(row);
      }
      const [claimed, unknown] = rows as [(typeof rows)[0], (typeof rows)[0]];
      await client.claims.send(unknown.id, "{}", false, "");
      await one.opening.close();
      return { claimed, unknown };
    };

    it("another environment or client ID is refused with both names, whichever of root and ledger says so", async () => {
      await prepare();
      const other = start(production);
      await other.waits("SW-OWNER");
      assert.match(
        other.opening.fault?.text.en ?? "",
        /ImpPath belongs to test, DEMO0001, and production, DEMO0001 is set/,
      );
      await other.opening.close();
      const third = start({ clientId: "OTHER" });
      await third.waits("SW-OWNER");
      assert.match(third.opening.fault?.text.en ?? "", /test, DEMO0001.*test, OTHER/);
      await third.opening.close();
      rmSync(join(root, ".single-window"), { recursive: true });
      const fourth = start(production);
      await fourth.waits("SW-OWNER");
      assert.match(fourth.opening.fault?.text.en ?? "", /the ledger belongs to test, DEMO0001/);
    });

    it("another spelling of the client ID is refused with both, and nothing is written anew", async () => {
      await prepare();
      const marker = () => readFileSync(join(root, ".single-window", "root.json"), "utf8");
      const before = marker();
      const refused = async (text: RegExp) => {
        const other = start({ clientId: "demo0001" });
        await other.waits("SW-OWNER");
        assert.match(other.opening.fault?.text.en ?? "", text);
        assert.match(other.opening.fault?.advice?.en ?? "", /Set the client ID .* to DEMO0001;/);
        await other.opening.close();
      };
      await refused(/ImpPath belongs to test, DEMO0001, and test, demo0001 is set/);
      assert.equal(marker(), before);
      // The ledger has it too.
      rmSync(join(root, ".single-window"), { recursive: true });
      await refused(/the ledger belongs to test, DEMO0001, and test, demo0001 is set/);
      const same = start();
      assert.equal((await (await same.open()).ledger.unsettled()).length, 2);
      await same.opening.close();
      // The first one may have been the slip: a person says so, and what is open is no stranger's.
      const other = start({ clientId: "demo0001" });
      await other.waits("SW-OWNER");
      await other.opening.confirm("owner", "the account is written like this");
      const rows = await (await other.opening.ready).ledger.unsettled();
      assert.deepEqual(
        rows.map(({ code }) => code),
        ["", ""],
      );
    });

    it("a root of an earlier version is known by its newest document", async () => {
      const { claimed } = await prepare();
      rmSync(join(root, ".single-window"), { recursive: true });
      const { default: Database } = await import("libsql");
      const database = new Database(join(root, ".ledger", "ledger.db"));
      database.exec("DELETE FROM facts");
      database.close();
      const other = start(production);
      await other.waits("SW-OWNER");
      await other.opening.close();
      const same = start();
      const client = await same.open();
      assert.equal((await client.ledger.get(claimed.id))?.state, "claimed");
      assert.deepEqual(same.notices, []);
    });

    it("is changed by a person who sees what is open; nothing of the old one is ever sent by the new one", async () => {
      const { claimed, unknown } = await prepare();
      mkdirSync(join(root, "DecCus001", "OutBox"), { recursive: true });
      writeFileSync(join(root, "DecCus001", "OutBox", "waits.xml"), "<a/>");
      const other = start(production);
      await other.waits("SW-OWNER");
      const picture = await other.opening.picture();
      assert.deepEqual(picture.bound, { environment: "test", clientId: "DEMO0001" });
      assert.deepEqual(picture.set, { environment: "production", clientId: "DEMO0001" });
      assert.deepEqual([picture.counts?.claimed, picture.counts?.sending, picture.open, picture.waiting], [1, 1, 2, 1]);
      await assert.rejects(other.opening.confirm("owner", " "), code("SW-REQUEST"));
      await assert.rejects(other.opening.confirm("ledger", "why not"), code("SW-REQUEST"));
      const after = await other.opening.confirm("owner", "the test is over");
      assert.deepEqual(after.bound, { environment: "production", clientId: "DEMO0001" });
      const client = await other.opening.ready;
      const ended = await client.ledger.get(claimed.id);
      assert.deepEqual([ended?.state, ended?.code, ended?.box], ["failed", "SW-OWNER", "FailBox"]);
      assert.equal((await client.ledger.get(unknown.id))?.state, "held");
      await other.opening.close();
      const old = start();
      await old.waits("SW-OWNER");
    });

    it("a document that was claimed for test cannot be sent by production, whatever way its row came there", async () => {
      const one = start(production);
      const client = await one.open();
      const row = documentRow({ environment: "test" });
      await client.ledger.claim(row);
      await assert.rejects(client.claims.send(row.id, "{}", false, ""), code("SW-OWNER"));
      assert.equal((await client.ledger.get(row.id))?.state, "claimed");
    });
  });

  describe("a root that is away", () => {
    it("is not taken for a new one where it was used before; it goes on when it is back", async () => {
      const usedRoots = join(scratch(), "roots.json");
      const one = start({ usedRoots });
      const first = await one.open();
      const row = documentRow();
      first.folders.of("DecCus001").make();
      writeFileSync(join(root, "DecCus001", "TempBox", row.boxName), "x");
      await first.ledger.claim(row);
      await one.opening.close();
      renameSync(root, `${root}-mounted`);
      for (const make of [() => {}, () => mkdirSync(root)]) {
        make();
        const two = start({ usedRoots });
        await two.waits("SW-FOLDER");
        await two.opening.close();
      }
      assert.deepEqual(readdirSync(root), [], "nothing was made in the empty mount point");
      const two = start({ usedRoots });
      await two.waits("SW-FOLDER");
      rmSync(root, { recursive: true });
      renameSync(`${root}-mounted`, root);
      const client = await two.open();
      assert.equal((await client.ledger.get(row.id))?.state, "claimed");
    });

    it("is known by a ledger that lies elsewhere, too", async () => {
      const ledger = join(scratch(), "ledger.db");
      const one = start({ ledger });
      await one.open();
      await one.opening.close();
      renameSync(root, `${root}-mounted`);
      mkdirSync(root);
      const two = start({ ledger });
      await two.waits("SW-FOLDER");
      // A person says that it is a new one.
      await two.opening.confirm("root", "the disk was replaced");
      assert.equal(two.opening.fault, undefined);
      await two.opening.close();
      const three = start({ ledger });
      await three.open();
    });

    it("while it is worked on stops the work, is reported once, and work goes on without a restart", async () => {
      const one = start({ ledger: join(scratch(), "ledger.db") });
      const client = await one.open();
      const row = documentRow();
      client.folders.of("DecCus001").make();
      writeFileSync(join(root, "DecCus001", "TempBox", row.boxName), "x");
      await client.ledger.claim(row);
      renameSync(root, `${root}-mounted`);
      mkdirSync(root);
      await one.waits("SW-FOLDER");
      await one.clock.pass(60_000);
      await assert.rejects(client.claims.send(row.id, "{}", false, ""), code("SW-FOLDER"));
      assert.equal(one.faults.length, 1);
      assert.deepEqual(readdirSync(root), []);
      rmSync(root, { recursive: true });
      renameSync(`${root}-mounted`, root);
      await one.passing("it goes on", () => one.opening.fault === undefined);
      assert.equal((await client.claims.send(row.id, "{}", false, "")).state, "sending");
      assert.equal(one.faults.length, 2);
    });

    it("is tried again when a first try failed for whatever reason", async () => {
      writeFileSync(root, "a file stands where the root should be");
      const one = start();
      await one.waits("SW-FOLDER");
      rmSync(root);
      await one.open();
    });
  });
});
