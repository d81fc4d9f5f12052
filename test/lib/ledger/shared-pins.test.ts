import assert from "node:assert/strict";
import { join } from "node:path";
import { kindOf } from "../../../lib/codes.js";
import { ImportClientError } from "../../../lib/errors.js";
import { type Ledger, openLedger } from "../../../lib/ledger/index.js";
import { MachinePinAttempts } from "../../../lib/signing/guard-store.js";
import { markNotTried, PinGuard, pinFingerprint } from "../../../lib/signing/pin-guard.js";
import { ProcessPins } from "../../../lib/signing/process-pins.js";
import { isAnywhere } from "../../../lib/signing/token-names.js";
import { type PrivatePostgres, startPrivatePostgres } from "../../../scripts/private-postgres.js";
import { newPlace } from "../../support/postgres.js";
import { removeScratch, scratch } from "../../support/scratch.js";

const fault = (inner: string) => new ImportClientError("C134", { zh: "", en: "" }, { details: { inner } });
const HSM = ["pkcs11:Maker:HSM:0001", "certificate:00ff"];
const SECRET = "of the root";
const blocked = { code: "SW-PIN-BLOCKED" };

/** Several machines that reach one token: each has a record of its own, and all share that of their ledger (line 13). */
describe("PIN attempts of several machines in a shared ledger", () => {
  let postgres: PrivatePostgres;
  let place = "";
  let names = 0;
  const machines: { ledger: Ledger; record: MachinePinAttempts }[] = [];

  before(async function () {
    this.timeout(360_000);
    postgres = await startPrivatePostgres();
  });
  beforeEach(() => {
    place = newPlace(postgres);
  });
  afterEach(async () => {
    for (const { ledger, record } of machines.splice(0)) {
      record.close();
      await ledger.close();
      await ledger.instances?.leave();
    }
  });
  after(async () => {
    await postgres?.stop();
    removeScratch();
  });

  /** One of them: what it tried at the token, by PIN, and its way to that. */
  async function machine(secret = SECRET) {
    const ledger = await openLedger(place, { password: postgres.password });
    const { instances } = ledger;
    assert.ok(instances);
    instances.pins.useSecret(async () => secret);
    await instances.join(`instance ${++names}`, { host: `${names}`, pid: 1, boot: "", started: "" });
    const file = join(scratch(), "pins.db");
    const record = new MachinePinAttempts(() => file);
    machines.push({ ledger, record });
    const pins = new ProcessPins(record);
    const end = pins.share(instances.pins);
    const tried: string[] = [];
    const login = (pin: string, outcome: () => Promise<void>, tokens: readonly string[] = HSM) =>
      new PinGuard(pins, pin).login(tokens, () => {
        tried.push(pin);
        return outcome();
      });
    return { pins, tried, login, ledger, instances, end };
  }
  const good = async () => undefined;
  const wrong = async () => Promise.reject(fault("CKR_PIN_INCORRECT"));

  it("a PIN that was refused at one of them is tried by none, another PIN is", async () => {
    const [one, two] = [await machine(), await machine()];
    await assert.rejects(one.login("1", wrong), { code: "C134" });
    await assert.rejects(two.login("1", good), (error: ImportClientError) => {
      assert.equal(error.code, "SW-PIN-BLOCKED");
      assert.equal(error.details.inner, "CKR_PIN_INCORRECT");
      return true;
    });
    assert.deepEqual(two.tried, []);
    // By any of its names, over another driver.
    await assert.rejects(two.login("1", good, ["control:77", "certificate:00ff"]), blocked);
    await assert.rejects(new PinGuard(two.pins, "1").assertOpen(HSM), blocked);
    await two.login("2", good);
    await two.login("1", good, ["pkcs11:Maker:HSM:0002"]);
    assert.deepEqual(two.tried, ["2", "1"]);
  });

  it("what stands there is nobody's PIN who does not have the root's secret", async () => {
    const one = await machine();
    await assert.rejects(one.login("1", wrong), { code: "C134" });
    await assert.rejects(one.login("2", wrong, ["pkcs11:Maker:HSM:0002"]), { code: "C134" });
    const rows = await kept();
    assert.equal(rows.length, 2);
    for (const { salt, pin, secret } of rows) {
      assert.match(pin, /^[0-9a-f]{4}$/);
      for (const tried of ["1", "2"]) assert.notEqual(pin, await pinFingerprint(salt, tried));
      assert.ok(!`${salt}${pin}${secret}`.includes(SECRET));
    }
  });

  it("a PIN that was refused under another secret, or of an earlier version, closes it for every PIN until a person opens it", async () => {
    const [one, another] = [await machine(), await machine("of another root")];
    await assert.rejects(one.login("1", wrong), { code: "C134" });
    await assert.rejects(another.login("2", good), blocked);
    await assert.rejects(new PinGuard(another.pins, "2").assertOpen(HSM), blocked);
    await one.login("2", good);
    await another.pins.release(HSM, "checked");
    await another.login("2", good);
    await one.pins.refuse({ tokens: HSM, fingerprint: async () => "" }, "CKR_PIN_INCORRECT");
    await assert.rejects(one.login("3", good), blocked);
    assert.deepEqual([...one.tried, ...another.tried], ["1", "2", "2"]);
  });

  it("no PIN goes out without the secret, and one that is refused then closes it for every PIN", async () => {
    const [one, two] = [await machine(), await machine()];
    one.instances.pins.useSecret(() => Promise.reject(new Error("share away")));
    await assert.rejects(one.login("1", good), { code: "SW-PIN-GUARD" });
    assert.deepEqual(one.tried, []);
    await new PinGuard(one.pins, "1").close(HSM, "51571");
    await assert.rejects(two.login("2", good), blocked);
  });

  it("a signature that was refused for its PIN closes it for all, a person opens it for all", async () => {
    const [one, two] = [await machine(), await machine()];
    await one.login("1", good);
    await two.login("1", good);
    await new PinGuard(one.pins, "1").close(HSM, "51571");
    await assert.rejects(new PinGuard(two.pins, "1").assertOpen(HSM), blocked);
    await one.pins.release(HSM, "checked");
    await two.login("1", good);
    await one.login("1", good);
  });

  it("the token is one instance's for a login: whatever PIN another one has, it waits", async () => {
    const [one, two] = [await machine(), await machine()];
    let finish = () => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let begun = () => {};
    const inside = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const first = one.login("1", () => {
      begun();
      return held;
    });
    await inside;
    const order: string[] = [];
    const asked = two.instances.pins.begin({ tokens: HSM, fingerprint: async () => "2222" });
    assert.ok("closedBy" in (await asked));
    const second = two.login("2", async () => {
      order.push("second");
    });
    order.push("first");
    finish();
    await Promise.all([first, second]);
    assert.deepEqual(order, ["first", "second"]);
  });

  it("of requests that each carry the PIN one is under way at a time: one that was changed on the card is refused once", async () => {
    const [one, two] = [await machine(), await machine()];
    await one.login("1", good);
    await two.login("1", good);
    let begun = () => {};
    const inside = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let refuse = () => {};
    const refused = new Promise<void>((resolve) => {
      refuse = resolve;
    });
    let requests = 0;
    const request = async (guard: PinGuard) => {
      requests++;
      begun();
      await refused;
      await guard.close(HSM, "51571");
      throw fault("51571");
    };
    const guards = [new PinGuard(one.pins, "1"), new PinGuard(two.pins, "1")] as const;
    const first = guards[0].again(HSM, () => request(guards[0]));
    // By another of its names, for both are one process here, which asks in turn anyway.
    const second = inside.then(() => guards[1].again(["control:77", "certificate:00ff"], () => request(guards[1])));
    const both = Promise.allSettled([first, second]);
    await inside;
    // A login with another PIN waits as well.
    const asked = await two.instances.pins.begin({ tokens: HSM, fingerprint: async () => "2222" });
    assert.ok("closedBy" in asked && asked.closedBy.open);
    refuse();
    await both;
    await assert.rejects(first, { code: "C134" });
    await assert.rejects(second, blocked);
    assert.equal(requests, 1);
    assert.equal((await kept()).filter(({ pin }) => pin === "").length, 2, "no turn is left, only the two logins");
  });

  it("one that died in such a request closes nothing", async () => {
    const [one, two] = [await machine(), await machine()];
    await one.instances.pins.turn(HSM);
    await postgres.sql(`UPDATE ${schema()}.pin_attempts SET at = at - interval '1 minute'`);
    assert.equal(await new PinGuard(two.pins, "1").again(HSM, async () => "signed"), "signed");
    await two.login("2", good);
  });

  it("what certainly did not reach the token closes nothing", async () => {
    const [one, two] = [await machine(), await machine()];
    await assert.rejects(
      one.login("1", () => Promise.reject(markNotTried(fault("CARD-ABSENT")))),
      { code: "C134" },
    );
    await two.login("1", good);
  });

  it("one that died in its login counts as refused", async () => {
    const [one, two] = [await machine(), await machine()];
    await one.instances.pins.begin({ tokens: HSM, fingerprint: (salt) => pinFingerprint(salt, "1") });
    await postgres.sql(`UPDATE ${schema()}.pin_attempts SET at = at - interval '1 minute'`);
    await assert.rejects(two.login("1", good), blocked);
    await two.login("2", good);
    assert.deepEqual(two.tried, ["2"]);
  });

  it("no PIN of an instance that was taken over goes out: it cannot be written down", async () => {
    const [one, two] = [await machine(), await machine()];
    const waits = (error: ImportClientError) => error.code === "SW-PIN-GUARD" && kindOf(error) === "waits";
    const [frozen] = await two.instances.renew().then(({ others }) => others);
    await two.instances.takeOver([frozen?.id ?? ""], false);
    await assert.rejects(one.login("1", good), waits);
    assert.deepEqual(one.tried, []);
    // Nothing of that closes it: not here either.
    await two.login("1", good);
    one.end();
    await one.login("1", good);
  });

  it("an outcome that cannot be written is written later: once its instance has joined anew", async () => {
    const [one, two] = [await machine(), await machine()];
    await one.login("1", async () => {
      const { others } = await two.instances.renew();
      await two.instances.takeOver([others[0]?.id ?? ""], false);
    });
    const waiting = two.login("1", good);
    await one.instances.join("anew", { host: "anew", pid: 1, boot: "", started: "" });
    await waiting;
  });

  it("an outcome waits for a database that is away", async function () {
    this.timeout(540_000);
    const [one, two] = [await machine(), await machine()];
    await one.login("1", async () => {
      await postgres.halt();
      // Nobody waits for the database at the card.
      setTimeout(() => void postgres.restart(), 500);
    });
    await two.login("1", good);
  });

  it("names of a place of one machine are another token's on another machine", async () => {
    const [one, two] = [await machine(), await machine()];
    const here = ["control-at:wss://127.0.0.1:61232"];
    await assert.rejects(one.login("1", wrong, here), { code: "C134" });
    await two.login("1", good, here);
    const anywhere = ["control-at:wss://10.0.0.7:61232", "control:77", "sdf:00", "software-key:00", ...HSM];
    assert.ok(anywhere.every(isAnywhere));
    assert.ok(!["software:/a.pem", "spsecure-at:/lib/a.so", "control-at:ws://localhost:1", ...here].some(isAnywhere));
  });

  const kept = async () =>
    JSON.parse(
      await postgres.sql(
        `SELECT json_agg(found) FROM (SELECT salt, pin, secret FROM ${schema()}.pin_attempts) AS found`,
      ),
    ) as { salt: string; pin: string; secret: string }[];
  const schema = () => new URL(place).searchParams.get("schema") ?? "";
});
