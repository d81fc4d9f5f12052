import assert from "node:assert/strict";
import { createPublicKey, type KeyObject, verify, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { openCard } from "../../../lib/signing/open.js";
import { Pkcs11Card } from "../../../lib/signing/pkcs11/backend.js";
import type { CardSettings } from "../../../lib/signing/settings.js";
import { sm2Verify } from "../../../lib/signing/sm2.js";
import type { CardBackend } from "../../../lib/signing/types.js";
import type { SoftToken } from "../../../scripts/soft-token.js";
import { RecordedPins } from "../../support/recorded-pins.js";
import { TokenShim } from "../../support/token-shim.js";
import { until } from "../../support/until.js";
import { makeKey } from "./keys.js";
import { failing, ownFolder, ownToken, PIN, tokenSettings } from "./token.js";

const DATA = Buffer.from("data");

describe("a token that locks, is pulled, hangs and crashes", function () {
  // Each starts processes of the driver, which takes its time where others want the processors too.
  this.timeout(180_000);
  const { dir, done } = ownFolder();
  let token: SoftToken;
  let shim: TokenShim;
  let key: KeyObject;
  let attempts: RecordedPins;
  const cards: CardBackend[] = [];

  before(async () => {
    token = await ownToken(dir);
    shim = new TokenShim(dir, token);
    key = createPublicKey(readFileSync(token.certificateFile));
  });
  after(done);
  beforeEach(() => {
    shim.reset();
    attempts = new RecordedPins();
  });
  afterEach(async () => {
    for (const card of cards.splice(0)) await card.close();
  });

  const settings = (more: Partial<CardSettings> = {}): CardSettings =>
    tokenSettings(token, { module: shim.module, moduleEnvironment: shim.environment, ...more });
  const open = (more: Partial<CardSettings> = {}): CardBackend => {
    const card = openCard(settings(more), attempts);
    cards.push(card);
    return card;
  };
  const outcomes = (): string[] => attempts.rows.map(({ outcome }) => outcome);
  const signs = async (card: CardBackend): Promise<void> => {
    assert.ok(verify("sha256", DATA, key, await card.sign("rsa-sha256", DATA)));
  };

  for (const flags of ["with flags", "without flags"]) {
    it(`wrong PIN, ${flags}: 100 files, a second flow, a restart: one try in the token's own log`, async () => {
      if (flags === "without flags") shim.set("no-flags");
      const flows = [open({ pin: "wrong-1" }), open({ pin: "wrong-1" })];
      const sign = (index: number): Promise<Buffer> => (flows[index % 2] as CardBackend).sign("rsa-sha256", DATA);
      await Promise.allSettled(Array.from({ length: 100 }, (_, index) => sign(index)));
      for (const flow of flows) await flow.close();
      await assert.rejects(open({ pin: "wrong-1" }).sign("rsa-sha256", DATA), failing("SW-PIN-BLOCKED"));
      assert.deepEqual(shim.log, ["login refused"]);
      await signs(open());
      assert.deepEqual(shim.log, ["login refused", "login accepted"]);
    });
  }

  it("without a guard the same 100 files lock the card: the double does lock", async () => {
    shim.set("no-flags");
    const blind = {
      begin: async () => ({ id: "1" }),
      end: async () => undefined,
      refuse: async () => undefined,
      refusal: async () => undefined,
      release: async () => undefined,
    };
    const card = openCard(settings({ pin: "wrong-1" }), blind);
    cards.push(card);
    await Promise.allSettled(Array.from({ length: 10 }, () => card.sign("rsa-sha256", DATA)));
    assert.equal(shim.log.filter((line) => line === "login refused").length, 3);
    await assert.rejects(open().sign("rsa-sha256", DATA), failing("C134", "CKR_PIN_LOCKED"));
  });

  it("count low set by someone else: said as an event, one login goes ahead", async () => {
    shim.set("limit", "5");
    shim.set("wrong", "1");
    const card = open();
    const codes: string[] = [];
    card.onState(({ code }) => codes.push(code));
    await signs(card);
    assert.deepEqual(codes, ["COUNT-LOW", ""]);
    assert.deepEqual(shim.log, ["login accepted"]);
  });

  it("final try: no login until a person releases it, then one", async () => {
    shim.set("wrong", "2");
    const card = open();
    await assert.rejects(card.sign("rsa-sha256", DATA), failing("SW-PIN-BLOCKED", "FINAL-TRY"));
    await assert.rejects(card.sign("rsa-sha256", DATA), failing("SW-PIN-BLOCKED", "FINAL-TRY"));
    assert.equal(card.state, "closed");
    assert.deepEqual(shim.log, []);
    assert.deepEqual(new Set(outcomes()), new Set(["not-tried"]));
    await card.release("the PIN was looked up");
    await signs(card);
    assert.deepEqual(shim.log, ["login accepted"]);
    assert.equal(card.state, "ready");
  });

  it("locked: said as such, no login", async () => {
    shim.set("wrong", "3");
    const card = open();
    await assert.rejects(card.sign("rsa-sha256", DATA), failing("C134", "CKR_PIN_LOCKED"));
    assert.equal(card.state, "locked");
    assert.deepEqual(shim.log, []);
  });

  it("pulled and put back between two signatures: slot, session, login and key are found again", async () => {
    const card = open();
    await signs(card);
    shim.set("removed");
    await assert.rejects(card.sign("rsa-sha256", DATA), failing("C134", "TOKEN-ABSENT"));
    assert.equal(card.state, "absent");
    await assert.rejects(card.sign("rsa-sha256", DATA), failing("C134", "TOKEN-ABSENT"));
    shim.clear("removed");
    await signs(card);
    assert.equal(card.state, "ready");
    assert.deepEqual(shim.log, ["login accepted", "login accepted"]);
  });

  it("pulled in mid-sign: that signature fails, the next insert resumes", async () => {
    const card = open();
    await signs(card);
    shim.set("remove-in-sign");
    await assert.rejects(card.sign("rsa-sha256", DATA), failing("C134"));
    assert.equal(card.state, "absent");
    shim.clear("removed");
    await signs(card);
  });

  it("pulled in mid-login: counts as a try, whatever came of it", async () => {
    shim.set("remove-in-login");
    const card = open();
    await assert.rejects(card.sign("rsa-sha256", DATA), failing("C134", "CKR_DEVICE_REMOVED"));
    shim.clear("removed");
    await assert.rejects(card.sign("rsa-sha256", DATA), failing("SW-PIN-BLOCKED", "CKR_DEVICE_REMOVED"));
    assert.equal(shim.log.length, 1);
  });

  it("another card inserted: refused, and gets no PIN", async () => {
    const card = open();
    await signs(card);
    shim.set("removed");
    await assert.rejects(card.sign("rsa-sha256", DATA), failing("C134"));
    shim.clear("removed");
    shim.set("other-card");
    await assert.rejects(card.sign("rsa-sha256", DATA), failing("C134", "OTHER-CARD"));
    assert.deepEqual(shim.log, ["login accepted"]);
    shim.clear("other-card");
    await signs(card);
  });

  it("a driver that crashes in a signature: that call fails, the next one signs", async () => {
    const card = open();
    await signs(card);
    shim.set("crash-sign");
    const results = await Promise.allSettled([card.sign("rsa-sha256", DATA), card.sign("rsa-sha256", DATA)]);
    assert.equal(results[0]?.status, "rejected");
    failing("C134", "MODULE-CRASHED")((results[0] as PromiseRejectedResult).reason);
    assert.equal(results[1]?.status, "fulfilled");
    assert.deepEqual(shim.log, ["login accepted", "login accepted"]);
  });

  it("a driver that hangs in a signature is killed: C141, the outcome is not used, the next one signs", async () => {
    const card = open({ timeouts: { sign: 300 } });
    await signs(card);
    shim.set("hang-sign");
    await assert.rejects(card.sign("rsa-sha256", DATA), failing("C141"));
    shim.clear("hang-sign");
    await signs(card);
  });

  it("a driver that answers late, after it was given up: C141, and its answer is not taken for the next call's", async () => {
    const card = open({ timeouts: { sign: 1_000 } });
    await signs(card);
    shim.set("late-sign", "2500");
    const late = card.sign("rsa-sha256", Buffer.from("other data"));
    await assert.rejects(late, failing("C141"));
    shim.clear("late-sign");
    await signs(card);
  });

  it("a driver that takes its time within the limit is waited for; who is behind it waits too", async () => {
    const card = open({ timeouts: { sign: 3_000 } });
    await signs(card);
    shim.set("late-sign", "800");
    // Each has its own three seconds from the moment it is its turn: the last one waits longer than that in all.
    await Promise.all([signs(card), signs(card), signs(card), signs(card)]);
    assert.deepEqual(
      shim.log.filter((line) => line.startsWith("login")),
      ["login accepted"],
    );
  });

  it("a driver that hangs at the start: C141, no PIN counted", async function () {
    this.timeout(270_000);
    shim.set("hang-attach");
    const card = open({ timeouts: { connect: 2_500 } });
    await assert.rejects(card.sign("rsa-sha256", DATA), failing("C141"));
    assert.deepEqual(outcomes(), []);
    shim.clear("hang-attach");
    // On a busy machine the process alone may need longer than this card's limit.
    await until("a later call goes through", () => signs(card).then(() => true), 60_000);
  });

  it("a driver that hangs in the login: C141, counted as a try, also after a restart", async () => {
    shim.set("hang-login");
    await assert.rejects(open({ timeouts: { login: 300 } }).sign("rsa-sha256", DATA), failing("C141"));
    shim.clear("hang-login");
    await assert.rejects(open().sign("rsa-sha256", DATA), failing("SW-PIN-BLOCKED", "TIMEOUT"));
    assert.deepEqual(shim.log, ["hang-login"]);
  });

  it("kill -9 of the module's process during the login: counted as a try", async () => {
    shim.set("hang-login");
    const card = new Pkcs11Card(settings(), attempts);
    cards.push(card);
    await card.identity();
    const signing = assert.rejects(card.sign("rsa-sha256", DATA), failing("C134", "MODULE-CRASHED"));
    await shim.logged(1);
    assert.deepEqual(outcomes(), ["open"], "the attempt is written down before the token sees the PIN");
    process.kill(card.modulePid as number, "SIGKILL");
    await signing;
    assert.deepEqual(outcomes(), ["refused"]);
    shim.clear("hang-login");
    await assert.rejects(card.sign("rsa-sha256", DATA), failing("SW-PIN-BLOCKED"));
  });

  it("a token without the combined mechanisms signs a DigestInfo, with the same result", async () => {
    const whole = open();
    const expected = [await whole.sign("rsa-sha256", DATA), await whole.sign("rsa-sha1", DATA)];
    await whole.close();
    shim.set("only-raw");
    const card = open();
    assert.deepEqual([await card.sign("rsa-sha256", DATA), await card.sign("rsa-sha1", DATA)], expected);
  });

  it("SM2 by a vendor's mechanism number: raw r || s, and a wrong number is found by the self-test", async () => {
    const sm2 = makeKey(dir, "sm2", "sm2");
    const certificate = new X509Certificate(sm2.certificate).raw;
    const with2 = (mechanism: number, input: "data" | "digest"): CardBackend =>
      open({
        certificateFile: sm2.certificateFile,
        sm2Mechanism: { mechanism, input },
        moduleEnvironment: { ...shim.environment, SHIM_SM2_KEY: sm2.keyFile },
      });
    const card = with2(0x80000b02, "data");
    assert.deepEqual((await card.identity()).algorithms, ["sm2-sm3"]);
    const signature = await card.sign("sm2-sm3", DATA);
    assert.equal(signature.length, 64);
    assert.ok(await sm2Verify(certificate, DATA, signature));
    await assert.rejects(with2(0x40, "data").sign("sm2-sm3", DATA), failing("C134", "SELF-TEST"));
    await assert.rejects(with2(0x80000b02, "digest").sign("sm2-sm3", DATA), failing("C134", "SELF-TEST"));
    assert.deepEqual(new Set(outcomes()), new Set(["accepted"]), "a failed self-test is no refused PIN");
  });

  it("a certificate that is not the key's is found by the self-test", async () => {
    const other = makeKey(dir, "other", "rsa2048");
    const card = open({ certificateFile: other.certificateFile });
    await assert.rejects(card.sign("rsa-sha256", DATA), failing("C134", "SELF-TEST"));
  });

  it("a token with its own keypad logs in without a PIN of ours", async () => {
    shim.set("pinpad", PIN);
    await signs(open({ pin: "", pinPad: true }));
    assert.deepEqual(shim.log, ["login accepted"]);
    shim.clear("pinpad");
    await assert.rejects(open({ pin: "", pinPad: true }).sign("rsa-sha256", DATA), failing("C134", "NO-PIN-PAD"));
    assert.deepEqual(shim.log, ["login accepted"], "an empty PIN never reaches a token without keypad");
  });
}).timeout(60_000);
