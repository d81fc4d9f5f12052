import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { openClient } from "../../../lib/client/open.js";
import { readClientSettings } from "../../../lib/client/settings.js";
import { kindOf } from "../../../lib/codes.js";
import type { ImportClientError } from "../../../lib/errors.js";
import { Card } from "../../../lib/signing/card.js";
import { openCard } from "../../../lib/signing/open.js";
import { pinFingerprint } from "../../../lib/signing/pin-guard.js";
import type { Pkcs11Card } from "../../../lib/signing/pkcs11/backend.js";
import type { CardSettings } from "../../../lib/signing/settings.js";
import type { CardBackend } from "../../../lib/signing/types.js";
import type { SoftToken } from "../../../scripts/soft-token.js";
import { type ControlCardDouble, ControlDouble } from "../../support/control-double.js";
import { RecordedPins } from "../../support/recorded-pins.js";
import { TokenShim } from "../../support/token-shim.js";
import { COMPANY, ownFolder, ownToken, PIN, tokenSettings } from "./token.js";

const DATA = Buffer.from("data");
const BLOCKED = { code: "SW-PIN-BLOCKED" };

/** One token, seen by PKCS#11 and by a card control; what it saw of PINs is in the shim's log and in the double's tries. */
describe("one PIN guard for a machine", () => {
  const { dir, done } = ownFolder();
  let token: SoftToken;
  let shim: TokenShim;
  let double: ControlDouble;
  let controlUrl = "";
  const open: CardBackend[] = [];

  before(async function () {
    this.timeout(180_000);
    token = await ownToken(dir);
    shim = new TokenShim(dir, token);
  });
  after(done);
  beforeEach(async () => {
    shim.reset();
    double = new ControlDouble();
    double.card = {
      ...{ cardId: "8930000000001", certNo: "", entId: COMPANY.code, entName: COMPANY.name, pin: PIN, tries: 6 },
      certificate: readFileSync(token.certificateFile, "utf8"),
      sign: async (data) => data,
    };
    controlUrl = await double.start();
  });
  afterEach(async () => {
    for (const card of open.splice(0)) await card.close();
    await double.stop();
  });

  const pkcs11 = (more: Partial<CardSettings> = {}): CardSettings =>
    tokenSettings(token, { module: shim.module, moduleEnvironment: shim.environment, ...more });
  const control = (more: Partial<CardSettings> = {}): CardSettings => ({
    ...{ backend: "control", pin: PIN, module: "", token: "", keyFile: "", controlUrl, ...more },
  });
  const opened = (settings: CardSettings, pins?: RecordedPins): CardBackend => {
    const card = openCard(settings, pins);
    open.push(card);
    return card;
  };
  const wrongTries = () => double.pinTries.filter(({ right }) => !right).length;

  it("a PIN that PKCS#11 saw refused does not reach the same token over the control", async () => {
    const pin = "wrong-over-pkcs11";
    await assert.rejects(opened(pkcs11({ pin })).sign("rsa-sha256", DATA), { code: "C134" });
    const over = opened(control({ pin }));
    await assert.rejects(over.sign("rsa-sha1", DATA), BLOCKED);
    assert.equal(over.state, "closed");
    assert.deepEqual([shim.log, double.pinTries], [["login refused"], []]);
    await over.release("the holder was asked");
    await assert.rejects(opened(pkcs11({ pin })).sign("rsa-sha256", DATA), { code: "C134" });
    assert.deepEqual(shim.log, ["login refused", "login refused"]);
  });

  it("nor the other way round", async () => {
    const pin = "wrong-over-control";
    await assert.rejects(opened(control({ pin })).sign("rsa-sha1", DATA), { code: "C134" });
    await assert.rejects(opened(pkcs11({ pin })).sign("rsa-sha256", DATA), BLOCKED);
    assert.deepEqual([shim.log, double.pinTries.length], [[], 1]);
  });

  it("a control that tells no card number is known by its address", async () => {
    (double.card as ControlCardDouble).cardId = "";
    const pins = new RecordedPins();
    await assert.rejects(opened(control({ pin: "wrong" }), pins).sign("rsa-sha1", DATA), { code: "C134" });
    assert.match(pins.rows[0]?.tokens ?? "", new RegExp(`control-at:${controlUrl}`));
    pins.close();
  });

  it("a PIN that is changed on the card while two clients use it is tried once in all", async () => {
    const folder = join(dir, "two");
    mkdirSync(folder);
    const records = [new RecordedPins(folder), new RecordedPins(folder)];
    const clients = records.map((pins) => opened(control(), pins));
    for (const client of clients) await client.sign("rsa-sha1", DATA);
    (double.card as ControlCardDouble).pin = "changed";
    await assert.rejects((clients[0] as CardBackend).sign("rsa-sha1", DATA), { code: "C134" });
    await assert.rejects((clients[1] as CardBackend).sign("rsa-sha1", DATA), BLOCKED);
    assert.equal(wrongTries(), 1);
    for (const pins of records) pins.close();
  });

  it("an update takes over what a ledger keeps closed: no PIN after it either", async () => {
    const root = join(dir, "ImpPath");
    const settings = readClientSettings({ root, clientId: "GUARD001", environment: "test" });
    const { client: first } = await openClient(settings);
    await first.close();
    const pin = "wrong-before-the-update";
    const card = opened(pkcs11({ pin }));
    const seen = new RecordedPins();
    await opened(pkcs11(), seen).sign("rsa-sha256", DATA);
    const id = seen.rows[0]?.tokens.split("\n").find((name) => name.startsWith("pkcs11:")) ?? "";
    seen.close();
    shim.reset();
    const ledger = new Database(settings.ledger);
    ledger
      .prepare(
        "INSERT INTO pin_attempts (token, pin, at, outcome, code) VALUES (?, ?, 1, 'refused', 'CKR_PIN_INCORRECT')",
      )
      .run(id, await pinFingerprint(id, pin));

    const { client } = await openClient(settings);
    await assert.rejects(card.sign("rsa-sha256", DATA), BLOCKED);
    assert.deepEqual(shim.log, []);
    assert.equal(ledger.prepare("SELECT 1 FROM pin_attempts").get(), undefined);
    await client.close();
    rmSync(root, { recursive: true });
    await assert.rejects(card.sign("rsa-sha256", DATA), BLOCKED, "with a new ledger, or none, it stays closed");
    ledger.close();
  });

  it("a record that cannot be written: no PIN is sent, the document waits", async () => {
    const folder = join(dir, "unusable");
    mkdirSync(join(folder, "pin-guard.db"), { recursive: true });
    const unusable = (error: ImportClientError) => error.code === "SW-PIN-GUARD" && kindOf(error) === "waits";
    for (const settings of [pkcs11(), control()]) {
      const card = opened(settings, new RecordedPins(folder));
      const codes: string[] = [];
      card.onState(({ code }) => codes.push(code));
      await assert.rejects(card.sign(settings.backend === "control" ? "rsa-sha1" : "rsa-sha256", DATA), unusable);
      assert.deepEqual(codes, ["SW-PIN-GUARD"]);
    }
    assert.deepEqual([shim.log, double.pinTries], [[], []]);
  });

  it("card nodes of the same settings share one login; the last one ends it", async () => {
    const events: string[] = [];
    const cards = ["one", "other"].map(
      (name) => new Card(pkcs11(), { onState: ({ state }) => events.push(`${name} ${state}`) }),
    );
    const [one, other] = cards as [Card, Card];
    await Promise.all(cards.map((card) => card.backend.sign("rsa-sha256", DATA)));
    assert.equal(one.backend, other.backend);
    assert.deepEqual(events, ["one ready", "other ready"]);
    const { modulePid } = one.backend as Pkcs11Card;
    await one.close();
    assert.throws(() => one.backend, { code: "C134" }, "it does not start anew behind a node that has closed");
    await other.backend.sign("rsa-sha256", DATA);
    assert.equal((other.backend as Pkcs11Card).modulePid, modulePid);
    assert.deepEqual(shim.log, ["login accepted"]);
    const third = new Card(pkcs11({ keyLabel: "sign" }));
    assert.notEqual(third.backend, other.backend, "other settings are another session");
    await other.close();
    await third.close();
    assert.throws(() => process.kill(modulePid as number, 0), { code: "ESRCH" });
    assert.deepEqual(events, ["one ready", "other ready"], "a node that closes is no change of the card");
  });
}).timeout(90_000);
