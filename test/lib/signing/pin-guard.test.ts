import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { kindOf } from "../../../lib/codes.js";
import { ImportClientError } from "../../../lib/errors.js";
import { guardFile, guardFolders, guardWarning } from "../../../lib/signing/guard-place.js";
import { MachinePinAttempts } from "../../../lib/signing/guard-store.js";
import { markNotTried, PinGuard, pinFingerprint } from "../../../lib/signing/pin-guard.js";
import type { EarlierRefusal } from "../../../lib/signing/types.js";
import { RecordedPins } from "../../support/recorded-pins.js";
import { ownFolder, PIN } from "./token.js";

const fault = (inner: string) => new ImportClientError("C134", { zh: "", en: "" }, { details: { inner } });
const wrong = async () => Promise.reject(fault("51571"));
const good = async () => undefined;
const tryAt = (tokens: readonly string[], pin = "1") => ({
  tokens,
  fingerprint: (salt: string) => pinFingerprint(salt, pin),
});

describe("PIN guard", () => {
  let pins: RecordedPins;
  beforeEach(() => {
    pins = new RecordedPins();
  });
  afterEach(() => pins.close());
  const guard = (pin = "1") => new PinGuard(pins, pin);

  it("keeps 16 bits of a PIN, salted with the token", async () => {
    const kept = await pinFingerprint("token-1", PIN);
    assert.match(kept, /^[0-9a-f]{4}$/);
    assert.equal(await pinFingerprint("token-1", PIN), kept);
    assert.notEqual(await pinFingerprint("token-2", PIN), kept);
    assert.notEqual(await pinFingerprint("token-1", `${PIN}1`), kept);
  });

  it("writes the attempt down before the login and its result after", async () => {
    const during: string[] = [];
    await guard().login(["t"], async () => {
      during.push(pins.rows[0]?.outcome ?? "none");
    });
    assert.deepEqual(during, ["open"]);
    assert.equal(pins.rows[0]?.outcome, "accepted");
  });

  it("a refused login closes it for that PIN on that token, for every guard over the same record", async () => {
    await assert.rejects(guard().login(["t"], wrong), { code: "C134" });
    let calls = 0;
    const counted = async () => {
      calls++;
    };
    await assert.rejects(guard().login(["t"], counted), (error: ImportClientError) => {
      assert.equal(error.code, "SW-PIN-BLOCKED");
      assert.equal(error.details.inner, "51571");
      return true;
    });
    assert.equal(calls, 0);
    await guard("2").login(["t"], counted);
    await guard().login(["other"], counted);
    assert.equal(calls, 2);
    await guard().release(["t"], "checked by hand");
    assert.equal(pins.rows[0]?.reason, "checked by hand");
    await guard().login(["t"], counted);
    assert.equal(calls, 3);
  });

  it("knows a token by each of its names, and is released by each", async () => {
    await assert.rejects(guard().login(["pkcs11:a", "certificate:c"], wrong), { code: "C134" });
    for (const names of [["control:b", "certificate:c"], ["certificate:c"], ["pkcs11:a"]]) {
      await assert.rejects(guard().login(names, good), { code: "SW-PIN-BLOCKED" }, names.join());
      await assert.rejects(guard().assertOpen(names), { code: "SW-PIN-BLOCKED" });
    }
    await guard().login(["control:b", "certificate:other"], good);
    await guard("2").login(["control:b", "certificate:c"], good);
    await guard().release(["control:b", "certificate:c"], "checked");
    await guard().assertOpen(["pkcs11:a"]);
    await guard().login(["pkcs11:a", "certificate:c"], good);
  });

  it("an attempt that never ended counts as refused", async () => {
    const old = new RecordedPins(join(pins.path, ".."), () => Date.now() - 60_000);
    await old.begin(tryAt(["t"]));
    let calls = 0;
    const login = guard().login(["t"], async () => {
      calls++;
    });
    await assert.rejects(login, { code: "SW-PIN-BLOCKED" });
    assert.equal(calls, 0);
    await guard().release(["t"], "looked at");
    await guard().login(["t"], good);
    old.close();
  });

  it("an attempt of another process that is under way is waited for, and its outcome counts", async () => {
    for (const outcome of ["accepted", "refused"] as const) {
      const other = await pins.begin(tryAt([outcome]));
      await pins.release([outcome], "a release does not open what is going on");
      const told = guard()
        .login([outcome], good)
        .then(
          () => "signed in",
          (error: ImportClientError) => error.code,
        );
      setImmediate(() => void pins.end("id" in other ? other.id : "", outcome, ""));
      assert.equal(await told, outcome === "accepted" ? "signed in" : "SW-PIN-BLOCKED");
    }
  });

  it("a refusal that comes after a release closes the guard again", async () => {
    const then = { at: Date.now() - 60_000 };
    const slow = new RecordedPins(join(pins.path, ".."), () => then.at);
    const hanging = await slow.begin(tryAt(["t"]));
    await pins.release(["t"], "it hangs");
    await slow.end("id" in hanging ? hanging.id : "", "refused", "TIMEOUT");
    await assert.rejects(guard().login(["t"], good), { code: "SW-PIN-BLOCKED" });
    slow.close();
  });

  it("a fault from before the PIN reached the token leaves it open", async () => {
    await assert.rejects(guard().login(["t"], async () => Promise.reject(markNotTried(new Error("no token")))));
    assert.equal(pins.rows[0]?.outcome, "not-tried");
    await guard().login(["t"], good);
  });

  it("logins of one token wait for each other, so two flows make one attempt", async () => {
    let calls = 0;
    const refused = async () => {
      calls++;
      await new Promise(setImmediate);
      throw new Error("refused");
    };
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => guard().login(["t"], refused)));
    assert.equal(calls, 1);
    assert.equal(results.filter((r) => r.status === "rejected" && r.reason.code === "SW-PIN-BLOCKED").length, 19);
  });

  it("of many that ask at once over several connections to the record, one may", async () => {
    const others = Array.from({ length: 5 }, () => new RecordedPins(join(pins.path, "..")));
    const asked = await Promise.all(others.flatMap((one) => [one.begin(tryAt(["t"])), one.begin(tryAt(["t"]))]));
    const may = asked.flatMap((attempt) => ("id" in attempt ? [attempt.id] : []));
    assert.equal(may.length, 1);
    assert.ok(asked.every((attempt) => "id" in attempt || (attempt.closedBy.id === may[0] && attempt.closedBy.open)));
    for (const one of others) one.close();
  });

  it("keeps a fingerprint only of what closes it, and no attempt for ever", async () => {
    for (let round = 0; round < 120; round++) {
      const attempt = await pins.begin({ tokens: ["t"], fingerprint: async () => "abcd" });
      await pins.end("id" in attempt ? attempt.id : "", "accepted", "");
    }
    await assert.rejects(guard("2").login(["t"], wrong));
    const { rows } = pins;
    assert.ok(rows.length <= 102, String(rows.length));
    assert.deepEqual(
      rows.filter(({ pin }) => pin !== "").map(({ outcome }) => outcome),
      ["refused"],
    );
    await guard("2").release(["t"], "checked");
    assert.ok(pins.rows.every(({ pin }) => pin === ""));
  });
});

describe("the PIN guard's record", () => {
  const { dir, done } = ownFolder();
  after(done);
  let folders = 0;
  const fresh = () => {
    const folder = join(dir, String(folders++));
    mkdirSync(folder);
    return folder;
  };
  const unusable = (error: ImportClientError): boolean => {
    assert.equal(error.code, "SW-PIN-GUARD");
    assert.equal(kindOf(error), "waits");
    assert.match(error.advice?.zh ?? "", /SW_PIN_GUARD/);
    assert.match(error.advice?.en ?? "", /SW_PIN_GUARD/);
    return true;
  };
  const neverCalled = async () => assert.fail("a PIN was sent");

  it("is private, whatever the umask", async () => {
    const before = process.umask(0);
    try {
      const pins = new RecordedPins(fresh());
      await pins.begin(tryAt(["t"]));
      assert.equal(statSync(pins.path).mode & 0o777, 0o600);
      const made = guardFile({ environment: { SW_PIN_GUARD: join(dir, "made") }, platform: "linux", home: dir });
      assert.equal(statSync(join(made, "..")).mode & 0o777, 0o700);
      pins.close();
    } finally {
      process.umask(before);
    }
  });

  for (const [what, spoil] of Object.entries({
    "is no database": (path: string) => writeFileSync(path, "no database, not in the least ".repeat(100)),
    "is of a newer version": (path: string) => {
      const database = new Database(path);
      database.exec("PRAGMA user_version = 99");
      database.close();
    },
    "is a folder": (path: string) => mkdirSync(path),
    "has no folder": (path: string) => rmSync(join(path, ".."), { recursive: true }),
  })) {
    it(`that ${what}: no PIN is sent, SW-PIN-GUARD; mended, it goes on`, async () => {
      const pins = new RecordedPins(fresh());
      spoil(pins.path);
      const guard = new PinGuard(pins, "1");
      await assert.rejects(guard.login(["t"], neverCalled), unusable);
      await assert.rejects(guard.release(["t"], "reason"), unusable);
      await assert.rejects(guard.assertOpen(["t"]), unusable);
      await assert.rejects(pins.check(), unusable);
      rmSync(pins.path, { recursive: true, force: true });
      mkdirSync(join(pins.path, ".."), { recursive: true });
      await pins.check();
      await guard.login(["t"], good);
      pins.close();
    });
  }

  it("that another program holds: waited for without blocking, then SW-PIN-GUARD", async () => {
    const pins = new RecordedPins(fresh());
    await pins.check();
    const other = new Database(pins.path);
    other.exec("BEGIN IMMEDIATE");
    let turns = 0;
    const turning = setInterval(() => turns++, 20);
    const login = new PinGuard(pins, "1").login(["t"], neverCalled);
    await assert.rejects(login, unusable);
    clearInterval(turning);
    assert.ok(turns > 10, `the event loop turned ${turns} times`);
    other.exec("ROLLBACK");
    await new PinGuard(pins, "1").login(["t"], good);
    other.close();
    pins.close();
  }).timeout(45_000);

  it("an outcome that cannot be written is written later, and counts as refused until then", async () => {
    const pins = new RecordedPins(fresh());
    const away = `${pins.path}.away`;
    const hide = async () => {
      renameSync(pins.path, away);
      mkdirSync(pins.path);
    };
    const back = () => {
      rmSync(pins.path, { recursive: true });
      renameSync(away, pins.path);
    };
    await new PinGuard(pins, "1").login(["t"], hide);
    back();
    const other = new RecordedPins(join(pins.path, ".."), () => Date.now() + 60_000);
    assert.ok("closedBy" in (await other.begin(tryAt(["t"]))));
    await pins.check();
    assert.deepEqual(
      pins.rows.map(({ outcome }) => outcome),
      ["accepted"],
    );
    const refused = new PinGuard(pins, "2").login(["t"], async () => {
      await hide();
      return wrong();
    });
    await assert.rejects(refused, { code: "C134" }, "the card's own fault is told");
    back();
    await assert.rejects(new PinGuard(pins, "2").login(["t"], neverCalled), { code: "SW-PIN-BLOCKED" });
    for (const one of [pins, other]) one.close();
  });

  it("a refusal outlives a record that is removed while its login goes on", async () => {
    const pins = new RecordedPins(fresh());
    const removed = new PinGuard(pins, "1").login(["t", "c"], async () => {
      rmSync(pins.path);
      return wrong();
    });
    await assert.rejects(removed, { code: "C134" });
    const other = new RecordedPins(join(pins.path, ".."));
    await assert.rejects(new PinGuard(other, "1").login(["c"], neverCalled), { code: "SW-PIN-BLOCKED" });
    for (const one of [pins, other]) one.close();
  });

  it("a refusal outlives a record that is removed while its process goes on, and is written again", async () => {
    const pins = new RecordedPins(fresh());
    await assert.rejects(
      new PinGuard(pins, "1").login(["t", "c"], async () => wrong()),
      { code: "C134" },
    );
    rmSync(join(pins.path, ".."), { recursive: true });
    mkdirSync(join(pins.path, ".."));
    await assert.rejects(new PinGuard(pins, "1").login(["c"], neverCalled), { code: "SW-PIN-BLOCKED" });
    const other = new RecordedPins(join(pins.path, ".."));
    await assert.rejects(new PinGuard(other, "1").login(["t"], neverCalled), { code: "SW-PIN-BLOCKED" });
    await new PinGuard(pins, "2").login(["t"], async () => undefined);
    await pins.release(["t"], "the card has been looked at");
    await new PinGuard(other, "1").login(["t"], async () => undefined);
    for (const one of [pins, other]) one.close();
  });

  it("takes over what stands open in a ledger, once, before a PIN is sent", async () => {
    const pins = new RecordedPins(fresh());
    const pin = await pinFingerprint("pkcs11:a", "1");
    const refusals: EarlierRefusal[] = [{ token: "pkcs11:a", pin, at: 1, code: "CKR_PIN_INCORRECT" }];
    let asked = 0;
    let fails = true;
    const source = {
      handOver: async (take: (list: EarlierRefusal[]) => Promise<void>) => {
        asked++;
        await take(refusals);
        if (fails) throw new Error("the ledger is gone");
      },
    };
    pins.inherit(source);
    const guard = new PinGuard(pins, "1");
    await assert.rejects(guard.login(["pkcs11:a", "certificate:c"], neverCalled), { message: "the ledger is gone" });
    fails = false;
    const blocked = (error: ImportClientError) => error.details.inner === "CKR_PIN_INCORRECT";
    await assert.rejects(guard.login(["pkcs11:a", "certificate:c"], neverCalled), blocked);
    assert.equal(pins.rows.length, 1, "taken over twice, kept once");
    await guard.release(["pkcs11:a"], "checked");
    await guard.login(["pkcs11:a"], good);
    assert.equal(asked, 2);
    const stop = pins.inherit({ handOver: async () => assert.fail("a ledger that has closed is asked") });
    stop();
    await guard.login(["pkcs11:a"], good);
    pins.close();
  });

  it("no PIN and no key of it is in the file", async () => {
    const pins = new RecordedPins(fresh());
    await assert.rejects(new PinGuard(pins, PIN).login(["t"], wrong));
    await new PinGuard(pins, `${PIN}9`).login(["t"], good);
    const bytes = readFileSync(pins.path).toString("latin1");
    assert.ok(bytes.includes("51571"));
    assert.ok(!bytes.includes(PIN));
    pins.close();
  });

  describe("lies where", () => {
    const linux = (environment: NodeJS.ProcessEnv = {}) => ({ environment, platform: "linux" as const, home: fresh() });

    it("SW_PIN_GUARD says, and nowhere else", () => {
      const folder = join(dir, "said");
      assert.equal(guardFile(linux({ SW_PIN_GUARD: folder })), join(folder, "pin-guard.db"));
      const file = join(fresh(), "file");
      writeFileSync(file, "");
      assert.throws(() => guardFile(linux({ SW_PIN_GUARD: join(file, "below") })));
    });

    it("every account of the machine knows it, else where this one may write", () => {
      assert.deepEqual(
        guardFolders({
          environment: { ProgramData: "D:/Data", LOCALAPPDATA: "D:/u" },
          platform: "win32",
          home: "C:/u",
        }),
        {
          machine: join("D:/Data", "single-window"),
          user: join("D:/u", "single-window"),
        },
      );
      assert.deepEqual(guardFolders({ environment: {}, platform: "darwin", home: "/Users/u" }), {
        machine: "/Library/Application Support/single-window",
        user: "/Users/u/Library/Application Support/single-window",
      });
      assert.deepEqual(guardFolders({ environment: {}, platform: "linux", home: "/home/u" }), {
        machine: "/var/lib/single-window",
        user: "/home/u/.local/state/single-window",
      });
      const home = fresh();
      const windows = (ProgramData: string) => ({
        environment: { ProgramData, LOCALAPPDATA: join(home, "local") },
        platform: "win32" as const,
        home,
      });
      const shared = fresh();
      assert.equal(guardFile(windows(shared)), join(shared, "single-window", "pin-guard.db"));
      const closed = join(fresh(), "file");
      writeFileSync(closed, "");
      const own = join(home, "local", "single-window", "pin-guard.db");
      assert.equal(guardFile(windows(closed)), own);
      // What this account once began it goes on with: a closed guard does not open by another folder's being there.
      writeFileSync(own, "");
      assert.equal(guardFile(windows(shared)), own);
    });

    it("a container would lose it: said, unless it is set", () => {
      assert.match(guardWarning({ environment: {} }, true)?.en ?? "", /SW_PIN_GUARD .* volume/);
      assert.equal(guardWarning({ environment: { SW_PIN_GUARD: "/data" } }, true), undefined);
      assert.equal(guardWarning({ environment: {} }, false), undefined);
    });
  });

  it("is one for everybody in this process", async () => {
    const [one, other] = [new MachinePinAttempts(), new MachinePinAttempts()];
    const token = `control:${dir}`;
    await assert.rejects(new PinGuard(one, "1").login([token], wrong), { code: "C134" });
    await assert.rejects(new PinGuard(other, "1").login([token], neverCalled), { code: "SW-PIN-BLOCKED" });
    one.close();
    other.close();
  });
});
