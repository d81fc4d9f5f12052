import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClientError } from "../../../lib/errors.js";
import { moduleEnvironment } from "../../../lib/signing/module/environment.js";
import { openCard } from "../../../lib/signing/open.js";
import { Pkcs11Card } from "../../../lib/signing/pkcs11/backend.js";
import type { CardSettings } from "../../../lib/signing/settings.js";
import type { CardEvent } from "../../../lib/signing/types.js";
import { verifyWith } from "../../../lib/signing/verify.js";
import { makeSoftToken, type SoftToken } from "../../../scripts/soft-token.js";
import { RecordedPins } from "../../support/recorded-pins.js";
import { COMPANY, ownFolder, ownToken, PIN, tokenSettings } from "./token.js";

const DATA = Buffer.from("data");

describe("PKCS#11 card on SoftHSM2", () => {
  const { dir, done } = ownFolder();
  let token: SoftToken;
  before(async function () {
    this.timeout(90_000);
    token = await ownToken(dir);
  });
  after(done);

  it("the token is reused when it is good, and has no key file beside it", async () => {
    const before = readFileSync(token.certificateFile, "utf8");
    assert.deepEqual(await ownToken(dir), token);
    assert.equal(readFileSync(token.certificateFile, "utf8"), before);
    assert.ok(!readdirSync(`${dir}/token`).includes("key.pem"));
    assert.ok(existsSync(token.config));
  });

  it("an empty PIN is C144 and starts no process", async () => {
    const attempts = new RecordedPins();
    const card = openCard(tokenSettings(token, { pin: "" }), attempts);
    for (const call of [() => card.sign("rsa-sha256", DATA), () => card.identity()]) {
      await assert.rejects(call(), (error: ImportClientError) => {
        assert.equal(error.code, "C144");
        assert.equal(error.text.zh, "卡密码不能为空，请设置卡密码!");
        return true;
      });
    }
    assert.equal(attempts.rows.length, 0);
    await card.close();
    // The same without the outer guard does start one: the check above can fail.
    const bare = new Pkcs11Card(tokenSettings(token, { pin: "" }), attempts);
    await bare.identity();
    assert.notEqual(bare.modulePid, undefined);
    await bare.close();
  });

  it("identity reads the certificate without a login", async () => {
    const attempts = new RecordedPins();
    const card = openCard(tokenSettings(token), attempts);
    const identity = await card.identity();
    assert.equal(identity.companyCode, COMPANY.code);
    assert.equal(identity.companyName, COMPANY.name);
    assert.equal(identity.cardNumber, "8930000000001");
    assert.deepEqual(identity.algorithms, ["rsa-sha256", "rsa-sha1"]);
    assert.ok(identity.notAfter > Date.now());
    assert.equal(attempts.rows.length, 0);
    await card.close();
  });

  it("signs large documents beside small ones, each over its own bytes", async () => {
    const card = openCard(tokenSettings(token), new RecordedPins());
    const documents = [DATA, Buffer.alloc(5_000_000, "large"), Buffer.alloc(70_000, "other"), Buffer.from("small")];
    const { certificate } = await card.identity();
    const signatures = await Promise.all(documents.map((data) => card.sign("rsa-sha256", data)));
    for (const [index, data] of documents.entries()) {
      assert.ok(await verifyWith(certificate, "rsa-sha256", data, signatures[index] as Buffer), `document ${index}`);
    }
    await card.close();
  });

  it("finds the token by label, serial or slot among two, the key by label or id", async () => {
    const two = await ownToken(join(dir, "two"));
    const env = { ...process.env, SOFTHSM2_CONF: two.config };
    const util = (...args: string[]) => execFileSync("softhsm2-util", args, { env, encoding: "utf8" });
    util("--init-token", "--free", "--label", "other", "--so-pin", "12345678", "--pin", "000000");
    const shown =
      util("--show-slots")
        .split(/^Slot /m)
        .find((text) => /Label:\s+unit\b/.test(text)) ?? "";
    const slot = Number.parseInt(shown, 10);
    const serial = /Serial number:\s+(\w+)/.exec(shown)?.[1] ?? "";
    assert.ok(slot > 0 && serial !== "", shown);
    const ways: Partial<CardSettings>[] = [
      { token: "unit" },
      { token: serial },
      { token: "", slot },
      { keyLabel: "sign" },
      { keyId: "a1" },
      { token: serial, slot, keyLabel: "sign", keyId: "a1" },
    ];
    for (const way of ways) {
      const card = openCard(tokenSettings(two, way));
      assert.equal((await card.sign("rsa-sha256", DATA)).length, 256, JSON.stringify(way));
      await card.close();
    }
    const attempts = new RecordedPins();
    for (const [way, inner] of [
      [{ token: "" }, "TOKEN-AMBIGUOUS"],
      [{ token: "", slot: slot + 1 }, "TOKEN-ABSENT"],
      [{ token: "other", slot }, "TOKEN-ABSENT"],
    ] as const) {
      const card = openCard(tokenSettings(two, way), attempts);
      await assert.rejects(card.sign("rsa-sha256", DATA), ({ details }: ImportClientError) => details.inner === inner);
      await card.close();
    }
    assert.deepEqual(attempts.rows, [], "no PIN is tried on a token that is not sure to be ours");
  }).timeout(180_000);

  it("500 signatures at once need one login", async () => {
    const attempts = new RecordedPins();
    const card = openCard(tokenSettings(token), attempts);
    const signatures = await Promise.all(Array.from({ length: 500 }, () => card.sign("rsa-sha256", DATA)));
    assert.equal(new Set(signatures.map((signature) => signature.toString("hex"))).size, 1);
    assert.deepEqual(
      attempts.rows.map(({ outcome }) => outcome),
      ["accepted"],
    );
    assert.equal(card.state, "ready");
    await card.close();
  }).timeout(60_000);

  it("a wrong PIN with 100 files waiting is one attempt, and none after a restart or from a second flow", async () => {
    const attempts = new RecordedPins();
    const wrong = tokenSettings(token, { pin: "000000" });
    const [first, second] = [openCard(wrong, attempts), openCard(wrong, attempts)];
    const events: CardEvent[] = [];
    first.onState((event) => events.push(event));
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) => (index % 2 ? first : second).sign("rsa-sha256", DATA)),
    );
    const codes = results.map((result) => (result.status === "rejected" ? result.reason.code : "signed"));
    assert.equal(codes.filter((code) => code === "C134").length, 1);
    assert.equal(codes.filter((code) => code === "SW-PIN-BLOCKED").length, 99);
    const refused = results.map((r) => r.status === "rejected" && r.reason).find((e) => e.code === "C134");
    assert.equal(refused.details.inner, "CKR_PIN_INCORRECT");
    assert.equal(attempts.rows.length, 1);
    assert.equal(first.state, "closed");
    assert.equal(events.at(-1)?.state, "closed");
    await Promise.all([first.close(), second.close()]);

    const restarted = openCard(wrong, attempts);
    await assert.rejects(restarted.sign("rsa-sha256", DATA), { code: "SW-PIN-BLOCKED" });
    assert.equal(attempts.rows.length, 1);
    await restarted.release("the PIN was looked up");
    await assert.rejects(restarted.sign("rsa-sha256", DATA), { code: "C134" });
    assert.equal(attempts.rows.length, 2);
    await restarted.close();

    const corrected = openCard(tokenSettings(token), attempts);
    assert.equal((await corrected.sign("rsa-sha256", DATA)).length, 256);
    await corrected.close();
    assert.ok(!JSON.stringify([attempts.rows, events]).includes(PIN));
  }).timeout(60_000);

  it("a killed module process costs one signature and comes back", async () => {
    const attempts = new RecordedPins();
    const card = new Pkcs11Card(tokenSettings(token), attempts);
    await card.sign("rsa-sha256", DATA);
    const pid = card.modulePid as number;
    process.kill(pid, "SIGSTOP");
    const frozen = card.sign("rsa-sha256", DATA);
    const behind = card.sign("rsa-sha256", DATA);
    process.kill(pid, "SIGKILL");
    await assert.rejects(frozen, (error: ImportClientError) => {
      assert.equal(error.code, "C134");
      assert.equal(error.details.inner, "MODULE-CRASHED");
      return true;
    });
    assert.equal((await behind).length, 256, "a call that was not begun is made again");
    assert.notEqual(card.modulePid, pid);
    await card.close();
    assert.equal(card.modulePid, undefined);
  });

  it("a hung driver is killed at the time limit: C141, and the next call goes through", async () => {
    const card = new Pkcs11Card(tokenSettings(token, { timeouts: { sign: 300 } }), new RecordedPins());
    await card.sign("rsa-sha256", DATA);
    const pid = card.modulePid as number;
    process.kill(pid, "SIGSTOP");
    await assert.rejects(card.sign("rsa-sha256", DATA), { code: "C141" });
    assert.equal((await card.sign("rsa-sha256", DATA)).length, 256);
    assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
    await card.close();
  });

  it("a login that hangs counts as a try", async () => {
    const attempts = new RecordedPins();
    const card = new Pkcs11Card(tokenSettings(token, { timeouts: { login: 300 } }), attempts);
    await card.identity();
    process.kill(card.modulePid as number, "SIGSTOP");
    await assert.rejects(card.sign("rsa-sha256", DATA), { code: "C141" });
    assert.equal(attempts.rows[0]?.outcome, "refused");
    await assert.rejects(card.sign("rsa-sha256", DATA), { code: "SW-PIN-BLOCKED" });
    await card.close();
  });

  it("no module, no token, no key: C134 with its inner code, and no PIN is used", async () => {
    const cases: [Partial<Parameters<typeof openCard>[0]>, string][] = [
      [{ module: "/nowhere/lib.so" }, "MODULE-NOT-LOADED"],
      [{ token: "not there" }, "TOKEN-ABSENT"],
      [{ slot: 1 }, "TOKEN-ABSENT"],
    ];
    for (const [more, inner] of cases) {
      const attempts = new RecordedPins();
      const card = openCard(tokenSettings(token, more), attempts);
      await assert.rejects(card.sign("rsa-sha256", DATA), (error: ImportClientError) => {
        assert.equal(error.code, "C134");
        assert.equal(error.details.inner, inner);
        return true;
      });
      assert.equal(attempts.rows.length, 0);
      assert.equal(card.state, "absent");
      await card.close();
    }
    const attempts = new RecordedPins();
    const card = openCard(tokenSettings(token, { keyLabel: "other" }), attempts);
    await assert.rejects(
      card.sign("rsa-sha256", DATA),
      (error: ImportClientError) => error.details.inner === "KEY-ABSENT",
    );
    assert.equal(attempts.rows[0]?.outcome, "accepted", "the PIN was right");
    await card.close();
  });

  it("pkcs11js not installed: C134 that says what to install, and no PIN is used", async () => {
    const block = join(dir, "block.cjs");
    writeFileSync(
      block,
      `const { Module } = require("node:module"); const load = Module._load;
       Module._load = function (name, ...rest) {
         if (name === "pkcs11js") throw Object.assign(new Error("Cannot find module 'pkcs11js'"), { code: "MODULE_NOT_FOUND" });
         return load.call(this, name, ...rest);
       };`,
    );
    const attempts = new RecordedPins();
    const moduleEnvironment = { NODE_OPTIONS: `--require ${block}` };
    const card = openCard(tokenSettings(token, { moduleEnvironment }), attempts);
    await assert.rejects(card.sign("rsa-sha256", DATA), (error: ImportClientError) => {
      assert.equal(error.code, "C134");
      assert.equal(error.details.inner, "PKCS11JS-MISSING");
      assert.match(error.advice?.en ?? "", /npm install pkcs11js/);
      return true;
    });
    assert.equal(attempts.rows.length, 0);
    await card.close();
  });

  it("the demo token says in one line what is not installed", async () => {
    const { PATH } = process.env;
    process.env.PATH = dir;
    try {
      const options = { dir: join(dir, "none"), label: "x", pin: "1234", company: COMPANY };
      await assert.rejects(makeSoftToken(options), { message: /^softhsm2-util is not installed \(Debian: [^\n]*\)$/ });
    } finally {
      process.env.PATH = PATH;
    }
  });

  it("another card than the one named is refused", async () => {
    const card = openCard(tokenSettings(token, { certificateNumber: "03ff" }));
    await assert.rejects(
      card.sign("rsa-sha256", DATA),
      (error: ImportClientError) => error.details.inner === "OTHER-CARD",
    );
    await card.close();
  });

  it("the module's process gets neither the PIN nor our settings in its environment", async () => {
    const own = { PATH: "/bin", SW_CARD_PIN: PIN, SW_ROOT: "x", MY_PIN: `a${PIN}`, PGPASSWORD: "x", VENDOR_HOME: "/v" };
    assert.deepEqual(moduleEnvironment(own, { SOFTHSM2_CONF: "c" }, PIN), {
      PATH: "/bin",
      VENDOR_HOME: "/v",
      SOFTHSM2_CONF: "c",
    });
    process.env.SW_TEST_CARD = PIN;
    try {
      const card = new Pkcs11Card(tokenSettings(token), new RecordedPins());
      await card.sign("rsa-sha256", DATA);
      const pid = card.modulePid as number;
      for (const file of ["environ", "cmdline"]) {
        assert.ok(!readFileSync(`/proc/${pid}/${file}`, "latin1").includes(PIN), file);
      }
      await card.close();
    } finally {
      delete process.env.SW_TEST_CARD;
    }
  });
});
