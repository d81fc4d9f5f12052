import assert from "node:assert/strict";
import { createPublicKey, verify, X509Certificate } from "node:crypto";
import { checkCard } from "../../../lib/diagnose/card.js";
import { checkPrerequisites } from "../../../lib/diagnose/prerequisites.js";
import type { ImportClientError } from "../../../lib/errors.js";
import { openCard } from "../../../lib/signing/open.js";
import type { CardSettings } from "../../../lib/signing/settings.js";
import { sm2Verify } from "../../../lib/signing/sm2.js";
import type { CardBackend } from "../../../lib/signing/types.js";
import { type CardDouble, spSecureDouble } from "../../support/card-doubles.js";
import { ControlDouble, rsaSigner } from "../../support/control-double.js";
import { RecordedPins } from "../../support/recorded-pins.js";
import { opensslVerify } from "./outside.js";
import { COMPANY, failing, ownFolder, PIN } from "./token.js";

const DATA = Buffer.from("data 数据");

describe("spsecure: the card's own library", function () {
  this.timeout(180_000);
  const { dir, done } = ownFolder();
  let rsa: CardDouble;
  let sm2: CardDouble;
  let attempts: RecordedPins;
  const cards: CardBackend[] = [];

  before(() => {
    rsa = spSecureDouble(dir, "rsa1024");
    sm2 = spSecureDouble(dir, "sm2");
  });
  after(done);
  beforeEach(() => {
    for (const { library } of [rsa, sm2]) library.reset();
    attempts = new RecordedPins();
  });
  afterEach(async () => {
    for (const card of cards.splice(0)) await card.close();
  });

  const open = (double: CardDouble, more: Partial<CardSettings> = {}): CardBackend => {
    const card = openCard(double.settings(more), attempts);
    cards.push(card);
    return card;
  };
  const signs = async (card: CardBackend) => {
    const key = createPublicKey(rsa.key.certificate);
    assert.ok(verify("sha1", DATA, key, await card.sign("rsa-sha1", DATA)));
  };

  it("an RSA card signs with SHA-1, one PIN a session; it says whose it is before any PIN", async () => {
    const card = open(rsa);
    const identity = await card.identity();
    assert.deepEqual(rsa.library.log, []);
    assert.equal(identity.certificateNumber, "03000000000cde6f");
    assert.equal(identity.cardNumber, "8930000000002");
    assert.deepEqual([identity.companyCode, identity.companyName], [COMPANY.code, COMPANY.name]);
    assert.deepEqual(identity.algorithms, ["rsa-sha1"]);
    await Promise.all(Array.from({ length: 20 }, () => signs(card)));
    opensslVerify(dir, "sha1", DATA, await card.sign("rsa-sha1", DATA), rsa.key.certificateFile);
    assert.deepEqual(rsa.library.log, ["login accepted"]);
    await assert.rejects(card.sign("rsa-sha256", DATA), failing("C134", "ALGORITHM"));
  });

  it("the connection test names what is missing, reads the card, and sends no PIN", async () => {
    const settings = rsa.settings();
    const missing = await checkPrerequisites(undefined, { ...settings, module: "/nowhere.dll" }).catch(
      (error) => error,
    );
    assert.match(missing.text.en, /the SPSecureAPI library is not there or cannot be read: \/nowhere\.dll/);
    assert.match((await checkPrerequisites(undefined, settings)).text.en, /koffi/);
    const { text } = await checkCard(open(rsa));
    assert.match(text.en, /4403960000 \/ 8930000000002, certificate valid until .* \(spsecure\)$/);
    assert.deepEqual(rsa.library.log, []);
    assert.deepEqual(attempts.rows, []);
  });

  for (const [shape, input] of [
    ["r || s", "data"],
    ["DER", "data"],
    ["r || s", "digest"],
  ] as const) {
    it(`an SM2 card signs the ${input}, its answer is ${shape}: openssl and sm-crypto-v2 take it`, async () => {
      if (shape === "DER") sm2.library.set("der");
      const card = open(sm2, { sm2Input: input });
      const signature = await card.sign("sm2-sm3", DATA);
      assert.equal(signature.length, 64);
      opensslVerify(dir, "sm3", DATA, signature, sm2.key.certificateFile);
      assert.ok(await sm2Verify(new X509Certificate(sm2.key.certificate).raw, DATA, signature));
    });
  }

  it("a certificate in base64 is one, too; fields that a build does not have stay empty", async () => {
    const bare = spSecureDouble(dir, "rsa1024", ["BARE"]);
    bare.library.set("base64");
    const identity = await open(bare).identity();
    assert.equal(identity.certificateNumber, "03000000000cde6f");
    assert.equal(identity.companyCode, COMPANY.code, "by the certificate");
  });

  it("what has to be there and is not: C134 with the function's name, and no PIN is used", async () => {
    const broken = spSecureDouble(dir, "rsa1024", ["NO_SIGN"]);
    const card = open(broken);
    await assert.rejects(card.sign("rsa-sha1", DATA), (error: ImportClientError) => {
      failing("C134", "FUNCTION-MISSING")(error);
      return /SpcSignData/.test(error.details.driver ?? "");
    });
    assert.deepEqual(broken.library.log, []);
    const digests = open(spSecureDouble(dir, "sm2", ["BARE"]), { sm2Input: "digest" });
    await assert.rejects(digests.sign("sm2-sm3", DATA), failing("C134", "FUNCTION-MISSING"));
    await assert.rejects(open(rsa, { module: "/nowhere.so" }).identity(), failing("C134", "MODULE-NOT-LOADED"));
  });

  for (const [build, flag, inner] of [
    ["gives the error", "", "51571"],
    ["gives the tries that are left", "tries-left", "PIN-REFUSED"],
    ["says them in a third argument", "third-argument", "51571"],
  ] as const) {
    it(`a wrong PIN, with a build that ${build}: 100 files, a second flow, a restart: one try`, async () => {
      if (flag) rsa.library.set(flag);
      const flows = [open(rsa, { pin: "wrong-1" }), open(rsa, { pin: "wrong-1" })];
      const sign = (index: number) => (flows[index % 2] as CardBackend).sign("rsa-sha1", DATA);
      const results = await Promise.allSettled(Array.from({ length: 100 }, (_, index) => sign(index)));
      const refused = results.map((one) => (one as PromiseRejectedResult).reason as ImportClientError);
      const [tried, ...more] = refused.filter(({ code }) => code === "C134");
      assert.equal(more.length, 0);
      failing("C134", inner)(tried as ImportClientError);
      await assert.rejects(open(rsa, { pin: "wrong-1" }).sign("rsa-sha1", DATA), failing("SW-PIN-BLOCKED"));
      assert.deepEqual(rsa.library.log, ["login refused"]);
      await signs(open(rsa));
    });
  }

  it("locked: said by its own code as a refused PIN, and not tried again", async () => {
    rsa.library.set("wrong", "3");
    const card = open(rsa);
    await assert.rejects(card.sign("rsa-sha1", DATA), failing("C134", "51572"));
    await assert.rejects(card.sign("rsa-sha1", DATA), failing("SW-PIN-BLOCKED", "51572"));
    assert.deepEqual(rsa.library.log, ["login locked"]);
    assert.equal(card.state, "closed");
  });

  it("a PIN that the control saw refused does not reach the same card over the library", async () => {
    const double = new ControlDouble();
    const { certificate, key } = rsa.key;
    const who = { entId: COMPANY.code, entName: COMPANY.name };
    double.card = {
      cardId: "8930000000002",
      certNo: "x",
      ...who,
      certificate,
      pin: PIN,
      tries: 3,
      sign: rsaSigner(key),
    };
    const controlUrl = await double.start();
    const over = openCard({ ...rsa.settings({ pin: "wrong-1" }), backend: "control", controlUrl }, attempts);
    cards.push(over);
    await assert.rejects(over.sign("rsa-sha1", DATA), failing("C134"));
    await assert.rejects(open(rsa, { pin: "wrong-1" }).sign("rsa-sha1", DATA), failing("SW-PIN-BLOCKED"));
    assert.deepEqual(rsa.library.log, []);
    await over.close();
    await double.stop();
  });

  it("pulled and put back, and another program's meanwhile: waits without a PIN, and goes on by itself", async () => {
    const card = open(rsa);
    await signs(card);
    for (const [flag, inner] of [
      ["removed", "51590"],
      ["rival", "50200"],
    ] as const) {
      rsa.library.set(flag);
      await assert.rejects(card.sign("rsa-sha1", DATA), failing("C134", inner));
      assert.equal(card.state, "absent");
      await assert.rejects(card.sign("rsa-sha1", DATA), failing("C134", inner));
      rsa.library.clear(flag);
      await signs(card);
    }
    assert.deepEqual(rsa.library.log, ["login accepted", "login accepted", "login accepted"]);
    assert.equal(attempts.rows.filter(({ outcome }) => outcome !== "accepted").length, 0);
  });

  it("pulled in mid-sign: that one is tried again from the start; in mid-login: counts as a try", async () => {
    const card = open(rsa);
    await signs(card);
    rsa.library.set("remove-in-sign");
    await assert.rejects(card.sign("rsa-sha1", DATA), failing("C134", "51590"));
    rsa.library.clear("removed");
    await signs(card);
    await card.close();
    rsa.library.set("remove-in-login");
    const next = open(rsa);
    await assert.rejects(next.sign("rsa-sha1", DATA), failing("C134", "51591"));
    rsa.library.clear("removed");
    await assert.rejects(next.sign("rsa-sha1", DATA), failing("SW-PIN-BLOCKED", "51591"));
  });

  it("another card inserted: refused, and gets no PIN", async () => {
    const card = open(rsa);
    await signs(card);
    rsa.library.set("removed");
    await assert.rejects(card.sign("rsa-sha1", DATA), failing("C134"));
    rsa.library.clear("removed");
    rsa.library.set("other-card");
    await assert.rejects(card.sign("rsa-sha1", DATA), failing("C134", "OTHER-CARD"));
    assert.deepEqual(rsa.library.log, ["login accepted"]);
  });

  it("a library that crashes or hangs costs its process and one signature; a login that hangs counts as a try", async () => {
    const card = open(rsa, { timeouts: { sign: 2_000, login: 2_000 } });
    await signs(card);
    rsa.library.set("crash-sign");
    await assert.rejects(card.sign("rsa-sha1", DATA), failing("C134", "MODULE-CRASHED"));
    await signs(card);
    rsa.library.set("hang-sign");
    await assert.rejects(card.sign("rsa-sha1", DATA), failing("C141"));
    rsa.library.clear("hang-sign");
    await signs(card);
    await card.close();
    rsa.library.set("hang-login");
    await assert.rejects(open(rsa, { timeouts: { login: 500 } }).sign("rsa-sha1", DATA), failing("C141"));
    rsa.library.clear("hang-login");
    await assert.rejects(open(rsa).sign("rsa-sha1", DATA), failing("SW-PIN-BLOCKED", "TIMEOUT"));
  });

  it("an algorithm that the card does not have is found by the self-test", async () => {
    const card = open(rsa, { controlAlgorithm: "rsa-sha256" });
    await assert.rejects(card.sign("rsa-sha256", DATA), failing("C134", "SELF-TEST"));
  });
});
