import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ClientOpening } from "../../../lib/client/opening.js";
import { SharedRoot } from "../../../lib/client/shared-root.js";
import { codeOf, type ImportClientError } from "../../../lib/errors.js";
import { SYSTEM } from "../../../lib/files/ports.js";
import { openLedger } from "../../../lib/ledger/index.js";
import type { OtherInstance } from "../../../lib/ledger/instances.js";
import { type PrivatePostgres, startPrivatePostgres } from "../../../scripts/private-postgres.js";
import { clientSettings } from "../../support/client.js";
import { Machines } from "../../support/machines.js";
import { newPlace } from "../../support/postgres.js";
import { removeScratch, scratch } from "../../support/scratch.js";
import { until } from "../../support/until.js";

describe("the root that several instances share", () => {
  let folder: string;
  beforeEach(() => {
    folder = scratch();
  });
  after(removeScratch);
  const file = (at = folder) => readFileSync(join(at, "shared-root.json"), "utf8").trim();
  const at = (where: string) => new SharedRoot(`/of/${where}`, where, SYSTEM);

  /** What is known of a leader. */
  function known({ root, token, before }: { root: string; token: string; before: string }): OtherInstance {
    const mark = { id: "a", host: "there", pid: 7, boot: "", started: "", over: false, left: false };
    return { ...mark, leads: true, awaySince: 0, gaveUp: false, root, token, before };
  }
  /** A renewal of one that leads: the ledger first, then the file. */
  async function renews(leader: SharedRoot): Promise<OtherInstance> {
    const said = leader.says(true);
    await leader.write();
    assert.ok(file().includes(said.token));
    return known(said);
  }

  it("is the same where what the leader writes is seen, now or a renewal ago", async () => {
    const [leader, other] = [at(folder), at(folder)];
    for (let renewal = 0; renewal < 3; renewal++) {
      other.look(await renews(leader), true);
      assert.ok(other.isSure);
      // The ledger has been told of the next one, and the file has not got it.
      other.look(known(leader.says(true)), true);
      assert.ok(other.isSure);
    }
    const next = leader.says(true);
    assert.equal(next.token, leader.says(true).token, "no other name before that one is written");
    // Whoever leads next says what its file said last, until its own name is there.
    const successor = known(other.says(true));
    assert.ok(successor.before !== "");
    const third = at(folder);
    third.look(successor, true);
    assert.ok(third.isSure);
  });

  it("is the same beside a new leader that is frozen before it has written, whatever the one before wrote last", async () => {
    const [leader, successor, third] = [at(folder), at(folder), at(folder)];
    const said = await renews(leader);
    for (const other of [successor, third]) other.look(said, true);
    // Nobody looks any more before it is killed.
    await renews(leader);
    const frozen = known(successor.says(true));
    for (let look = 0; look < 6; look++) third.look(frozen, true);
    assert.ok(third.isSure);
    third.look(frozen, false);
    assert.ok(third.isSure);
  });

  it("is the same beside one that comes to lead and dies before it has said anything, and known to be another it stays that", async () => {
    const [leader, other, stranger] = [at(folder), at(folder), at(scratch())];
    const said = await renews(leader);
    other.look(said, true);
    stranger.look(said, true);
    const silent = known({ root: "", token: "", before: "" });
    for (let look = 0; look < 6; look++) {
      for (const isAlive of [true, false]) {
        other.look(silent, isAlive);
        stranger.look(silent, isAlive);
        assert.ok(other.isSure);
        assert.equal(codeOf(stranger.fault), "SW-FOLDER");
      }
    }
  });

  it("is another where it is not seen: at once for one that has never seen it, else after some looks", async () => {
    const leader = at(folder);
    const copy = scratch();
    const said = await renews(leader);
    cpSync(folder, copy, { recursive: true });
    const [other, third] = [at(copy), at(copy)];
    // A copy is the same for a moment.
    other.look(said, true);
    assert.ok(other.isSure);
    await renews(leader);
    const now = await renews(leader);
    third.look(now, true);
    assert.equal(codeOf(third.fault), "SW-FOLDER");
    assert.match(
      third.fault?.text.en ?? "",
      /the root \/of\/.* of the instance there \(7\).* is not the folder \/of\//,
    );
    assert.ok(third.fault?.text.en.includes(folder) && third.fault.text.en.includes(copy));
    for (let look = 0; look < 3; look++) {
      other.look(now, true);
      assert.ok(!other.fault && !other.isSure, "it may be late");
    }
    other.look(now, true);
    assert.equal(codeOf(other.fault), "SW-FOLDER");
    // One that sees another root does not go on with what a dead one had.
    other.look(now, false);
    assert.equal(codeOf(other.fault), "SW-FOLDER");
    // The share is mounted.
    cpSync(folder, copy, { recursive: true });
    other.look(now, true);
    assert.ok(other.isSure);
    // Nor does a late name count, with a leader that is gone.
    other.look(known({ root: "x", token: "y", before: "" }), false);
    assert.ok(other.isSure);
  });

  it("one that leads has nobody to ask, one whose leader has said nothing waits", () => {
    const one = at(folder);
    one.look(undefined, false);
    assert.ok(one.isSure);
    one.look(known({ root: "", token: "", before: "" }), true);
    assert.match(one.fault?.text.en ?? "", /there \(7\) on this ledger has not said yet/);
    // It has died: nobody will ever say it.
    one.look(known({ root: "", token: "", before: "" }), false);
    assert.ok(one.isSure);
  });

  describe("with a ledger in PostgreSQL", function () {
    this.timeout(360_000);
    let postgres: PrivatePostgres;
    let machines: Machines;
    let ledger: string;
    const openings: ClientOpening[] = [];

    before(async () => {
      postgres = await startPrivatePostgres();
    });
    beforeEach(() => {
      machines = new Machines();
      ledger = newPlace(postgres);
    });
    afterEach(async () => {
      for (const opening of openings.splice(0)) await opening.close();
    });
    after(() => postgres?.stop());

    function start(root: string, host: string, usedRoots = "", clientId = "DEMO0001") {
      const { ports } = machines.start(host);
      const settings = clientSettings({ root, ledger, usedRoots, clientId });
      const opening = new ClientOpening(settings, ports, (place, options) =>
        openLedger(place, { ...options, password: postgres.password }),
      );
      openings.push(opening);
      opening.start();
      const passing = (what: string, done: () => unknown) =>
        until(what, async () => {
          await ports.clock.pass(500);
          return done();
        });
      const fault = async (text: RegExp): Promise<ImportClientError> => {
        await passing(`it says ${text}`, () => text.test(opening.fault?.text.en ?? ""));
        return opening.fault as ImportClientError;
      };
      const open = async () => {
        await passing("it is open", () => opening.client);
        return await opening.ready;
      };
      return { opening, passing, fault, open, clock: ports.clock };
    }
    const living = async () => {
      const { searchParams } = new URL(ledger);
      const sql = `SELECT count(*) FROM ${searchParams.get("schema")}.instances WHERE taken_by = '' AND isfinite(lease_until)`;
      return Number(await postgres.sql(sql));
    };

    it("one with another root joins nobody, whatever a person confirms, and goes on when it has the right one", async () => {
      const one = start(join(folder, "one"), "first");
      const client = await one.open();
      await one.passing("its name is in the root", () =>
        existsSync(join(folder, "one", ".single-window", "shared-root.json")),
      );
      const roots = join(folder, "roots.json");
      const empty = join(folder, "two");
      mkdirSync(empty);
      // One that it never had, and one that it had before.
      for (const used of ["", roots]) {
        if (used) writeFileSync(used, JSON.stringify({ [empty]: "an earlier one" }));
        const two = start(empty, "second", used);
        const fault = await two.fault(used ? /was used before, and is empty or away now/ : /is not the folder/);
        assert.equal(fault.code, "SW-FOLDER");
        if (!used) assert.ok(fault.text.en.includes(join(folder, "one")) && fault.text.en.includes(empty));
        assert.ok(fault.advice);
        const refused = (error: unknown) => /is not the folder|nothing of this kind to confirm/.test(String(error));
        await assert.rejects(two.opening.confirm("root", "it is a new one"), refused);
        assert.ok(!existsSync(join(empty, ".single-window", "root.json")));
        await two.opening.close();
      }
      assert.equal(await living(), 1);
      assert.equal(client.lease.fault, undefined);
      // The share is mounted.
      const three = start(join(folder, "one"), "second");
      await three.open();
      assert.equal(await living(), 2);
    });

    it("nor does one with a copy of it", async () => {
      const one = start(join(folder, "one"), "first");
      await one.open();
      await one.passing("its name is in the root", () =>
        existsSync(join(folder, "one", ".single-window", "shared-root.json")),
      );
      cpSync(join(folder, "one"), join(folder, "copy"), { recursive: true });
      // The last one counts too.
      const names = new Set<string>();
      await one.passing("its name is another one, twice", () => {
        names.add(file(join(folder, "one", ".single-window")));
        return names.size > 2;
      });
      const two = start(join(folder, "copy"), "second");
      await two.fault(/is not the folder/);
      assert.equal(await living(), 1);
    });

    it("one whose root becomes another stops, takes nothing over, and goes on when it is back", async () => {
      const one = start(join(folder, "one"), "first");
      await one.open();
      const two = start(join(folder, "one"), "second");
      const client = await two.open();
      // The one that leads goes on elsewhere, as with a share that is mounted anew.
      renameSync(join(folder, "one"), join(folder, "away"));
      cpSync(join(folder, "away"), join(folder, "one"), { recursive: true });
      renameSync(join(folder, "one", ".single-window", "shared-root.json"), join(folder, "aside.json"));
      writeFileSync(join(folder, "one", ".single-window", "shared-root.json"), JSON.stringify({ token: "of another" }));
      await two.fault(/is not the folder/);
      assert.throws(
        () => client.lease.assertHeld(),
        (error) => codeOf(error) === "SW-FOLDER",
      );
      // It is in nobody's way: else it would lead, in its folder, once the leader has gone.
      await two.passing("it has left", async () => (await living()) === 1);
      await two.passing("the leader has written again, and all is well", async () => {
        await one.clock.pass(500);
        return two.opening.fault === undefined;
      });
    });

    it("owner and root are not changed under one that is at work", async () => {
      const root = join(folder, "one");
      const one = start(root, "first");
      await one.open();
      const marker = () => readFileSync(join(root, ".single-window", "root.json"), "utf8");
      const before = marker();
      const two = start(root, "second", "", "demo0001");
      await two.fault(/belongs to test, DEMO0001, and test, demo0001 is set/);
      await assert.rejects(two.opening.confirm("owner", "it is written like this"), /at work with this ledger/);
      assert.equal(marker(), before);
      await one.opening.close();
      await two.opening.confirm("owner", "it is written like this").catch(() => undefined);
      await two.passing(
        "it waits for a person",
        () => two.opening.fault?.details.reason === "owner" || two.opening.client,
      );
      if (!two.opening.client) await two.opening.confirm("owner", "it is written like this");
      await two.open();
      assert.ok(readdirSync(join(root, ".single-window")).includes("root.json"));
      assert.notEqual(marker(), before);
    });
  });
});
