import assert from "node:assert/strict";
import { createPublicKey, verify, X509Certificate } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkCard } from "../../../lib/diagnose/card.js";
import { checkPrerequisites } from "../../../lib/diagnose/prerequisites.js";
import type { ImportClientError } from "../../../lib/errors.js";
import { openCard } from "../../../lib/signing/open.js";
import type { CardSettings } from "../../../lib/signing/settings.js";
import { sm2Verify } from "../../../lib/signing/sm2.js";
import type { CardBackend } from "../../../lib/signing/types.js";
import { type CardDouble, sdfDouble } from "../../support/card-doubles.js";
import { RecordedPins } from "../../support/recorded-pins.js";
import { makeKey } from "./keys.js";
import { opensslVerify } from "./outside.js";
import { COMPANY, failing, ownFolder } from "./token.js";

const DATA = Buffer.from("data 数据");

describe("sdf: an HSM by GM/T 0018", function () {
  this.timeout(180_000);
  const { dir, done } = ownFolder();
  let sm2: CardDouble;
  let attempts: RecordedPins;
  const cards: CardBackend[] = [];

  before(() => {
    sm2 = sdfDouble(dir, "sm2");
  });
  after(done);
  beforeEach(() => {
    sm2.library.reset();
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
  const signs = async ({ key }: CardDouble, card: CardBackend) => {
    const signature = await card.sign("sm2-sm3", DATA);
    opensslVerify(dir, "sm3", DATA, signature, key.certificateFile);
    assert.ok(await sm2Verify(new X509Certificate(key.certificate).raw, DATA, signature));
  };
  const logins = ({ library }: CardDouble) => library.log.filter((line) => line.startsWith("login"));

  it("signs with SM2: openssl and sm-crypto-v2 take it; one device, one password; the certificate is a file", async () => {
    const card = open(sm2);
    const identity = await card.identity();
    assert.deepEqual(sm2.library.log, ["device opened"]);
    assert.deepEqual(identity.algorithms, ["sm2-sm3"]);
    assert.equal(identity.companyCode, COMPANY.code);
    await Promise.all(Array.from({ length: 20 }, () => signs(sm2, card)));
    assert.deepEqual(sm2.library.log, ["device opened", "login accepted"]);
  });

  it("the connection test names what is missing, compares key and certificate, and sends no password", async () => {
    const settings = sm2.settings();
    const missing = await checkPrerequisites(undefined, { ...settings, certificateFile: "" }).catch((error) => error);
    assert.match(missing.text.en, /the path of the certificate file is not set/);
    const { text } = await checkCard(open(sm2));
    assert.match(text.en, /certificate valid until .* \(sdf\)$/);
    assert.deepEqual(logins(sm2), []);
    assert.deepEqual(attempts.rows, []);
  });

  for (const [layout, defines, kind] of [
    ["numbers of 256 bytes", ["FIXED=256"], "rsa2048"],
    ["numbers of 512 bytes", ["FIXED=512"], "rsa2048"],
    ["packed", [], "rsa2048"],
    ["numbers of 256 bytes, a short key", ["FIXED=256"], "rsa1024"],
    ["packed, a short key", [], "rsa1024"],
  ] as const) {
    it(`signs with RSA, whose structures are ${layout}`, async () => {
      const double = sdfDouble(dir, kind, defines);
      const card = open(double);
      const key = createPublicKey(double.key.certificate);
      for (const [algorithm, hash] of [
        ["rsa-sha256", "sha256"],
        ["rsa-sha1", "sha1"],
      ] as const) {
        const signature = await card.sign(algorithm, DATA);
        assert.ok(verify(hash, DATA, key, signature));
        opensslVerify(dir, hash, DATA, signature, double.key.certificateFile);
      }
      assert.deepEqual(logins(double), ["login accepted"]);
    });
  }

  it("the header with a further argument: by its setting; without it the self-test or the crash says so", async () => {
    const double = sdfDouble(dir, "sm2", ["EXTENDED"]);
    await signs(double, open(double, { sdfExtended: true }));
    await assert.rejects(open(double).sign("sm2-sm3", DATA), failing("C134"));
  });

  it("the vendor's settings: by a path, by an ini file, or in the folder where the process runs", async () => {
    const folder = join(dir, "vendor");
    mkdirSync(folder);
    const ini = join(folder, "vendor.ini");
    writeFileSync(ini, "[HSM]\n");
    for (const [defines, sdfConfig] of [
      [["WITH_PATH"], folder],
      [["WITH_INI"], ini],
    ] as const) {
      const double = sdfDouble(dir, "sm2", defines);
      await signs(double, open(double, { sdfConfig }));
      await assert.rejects(open(double).identity(), failing("C134", "SDR_OPENDEVICE"));
    }
    sm2.library.set("ini-here");
    await signs(sm2, open(sm2, { sdfConfig: ini }));
    await assert.rejects(open(sm2).identity(), failing("C134", "SDR_OPENDEVICE"));
  });

  it("a key that is not the certificate's is found before the password goes anywhere; so is one that is not there", async () => {
    const other = makeKey(dir, "other", "sm2");
    const wrong = open(sm2, { certificateFile: other.certificateFile });
    await assert.rejects(wrong.sign("sm2-sm3", DATA), failing("C134", "OTHER-KEY"));
    const rsa = makeKey(dir, "other-rsa", "rsa2048");
    await assert.rejects(
      open(sm2, { certificateFile: rsa.certificateFile }).identity(),
      failing("C134", "SDR_KEYTYPEERR"),
    );
    await assert.rejects(open(sm2, { sdfKeyIndex: 1 }).identity(), failing("C134", "SDR_KEYNOTEXIST"));
    await assert.rejects(open(sm2, { certificateFile: "" }).identity(), failing("C134", "CERTIFICATE-ABSENT"));
    assert.deepEqual(logins(sm2), []);
    assert.deepEqual(attempts.rows, []);
  });

  it("a wrong password: 100 files, a second flow, a restart: one try; a right one opens the guard", async () => {
    const flows = [open(sm2, { pin: "wrong-1" }), open(sm2, { pin: "wrong-1" })];
    const sign = (index: number) => (flows[index % 2] as CardBackend).sign("sm2-sm3", DATA);
    const results = await Promise.allSettled(Array.from({ length: 100 }, (_, index) => sign(index)));
    const codes = results.map((one) => ((one as PromiseRejectedResult).reason as ImportClientError).details.inner);
    assert.deepEqual([...new Set(codes)], ["SDR_PARDENY"]);
    for (const flow of flows) await flow.close();
    await assert.rejects(open(sm2, { pin: "wrong-1" }).sign("sm2-sm3", DATA), failing("SW-PIN-BLOCKED", "SDR_PARDENY"));
    assert.deepEqual(logins(sm2), ["login refused"]);
    await signs(sm2, open(sm2));
    assert.deepEqual(logins(sm2), ["login refused", "login accepted"]);
  });

  it("locked, by a code that only the vendor knows: closed, and not tried again", async () => {
    sm2.library.set("wrong", "5");
    const card = open(sm2);
    await assert.rejects(card.sign("sm2-sm3", DATA), failing("C134", "SDR_0x01010009"));
    assert.equal(card.state, "closed");
    await assert.rejects(card.sign("sm2-sm3", DATA), failing("SW-PIN-BLOCKED"));
    assert.deepEqual(logins(sm2), ["login locked"]);
  });

  for (const flag of ["lost", "right-lost"]) {
    it(`${flag}: everything is opened again, once, and the document is signed`, async () => {
      const card = open(sm2);
      await signs(sm2, card);
      sm2.library.set(flag);
      await signs(sm2, card);
      const once = ["device opened", "login accepted"];
      assert.deepEqual(sm2.library.log, [...once, ...once]);
    });
  }

  it("an HSM that is away: waits without a password, and goes on by itself", async () => {
    const card = open(sm2);
    await signs(sm2, card);
    sm2.library.set("away");
    await assert.rejects(card.sign("sm2-sm3", DATA), failing("C134", "SDR_OPENDEVICE"));
    assert.equal(card.state, "absent");
    sm2.library.clear("away");
    await signs(sm2, card);
    assert.deepEqual(logins(sm2), ["login accepted", "login accepted"]);
  });

  it("a library that crashes or hangs costs its process and one signature; a login that hangs counts as a try", async () => {
    const card = open(sm2, { timeouts: { sign: 2_000 } });
    await signs(sm2, card);
    sm2.library.set("crash-sign");
    await assert.rejects(card.sign("sm2-sm3", DATA), failing("C134", "MODULE-CRASHED"));
    await signs(sm2, card);
    sm2.library.set("hang-sign");
    await assert.rejects(card.sign("sm2-sm3", DATA), failing("C141"));
    sm2.library.clear("hang-sign");
    await signs(sm2, card);
    await card.close();
    sm2.library.set("hang-login");
    await assert.rejects(open(sm2, { timeouts: { login: 500 } }).sign("sm2-sm3", DATA), failing("C141"));
    sm2.library.clear("hang-login");
    await assert.rejects(open(sm2).sign("sm2-sm3", DATA), failing("SW-PIN-BLOCKED", "TIMEOUT"));
  });

  it("functions that are missing are named, and no password is used", async () => {
    const double = sdfDouble(dir, "sm2", ["NO_SIGN"]);
    await assert.rejects(open(double).sign("sm2-sm3", DATA), (error: ImportClientError) => {
      failing("C134", "FUNCTION-MISSING")(error);
      return /SDF_InternalSign_ECC/.test(error.details.driver ?? "");
    });
    assert.deepEqual(logins(double), []);
    await assert.rejects(open(sm2, { module: "/nowhere.so" }).identity(), failing("C134", "MODULE-NOT-LOADED"));
  });

  it("koffi not installed: C134 that says what to install", async () => {
    const hook = join(dir, "no-koffi.cjs");
    writeFileSync(
      hook,
      `const Module = require("node:module"); const load = Module._load;
       Module._load = function (name) {
         if (name === "koffi") throw Object.assign(new Error("Cannot find module 'koffi'"), { code: "MODULE_NOT_FOUND" });
         return load.apply(this, arguments);
       };`,
    );
    const environment = { ...sm2.settings().moduleEnvironment, NODE_OPTIONS: `--require ${hook}` };
    await assert.rejects(open(sm2, { moduleEnvironment: environment }).identity(), (error: ImportClientError) => {
      failing("C134", "KOFFI-MISSING")(error);
      return /npm install koffi/.test(error.advice?.en ?? "");
    });
  });
});
