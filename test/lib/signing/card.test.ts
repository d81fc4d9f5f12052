import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { kindOf } from "../../../lib/codes.js";
import type { ImportClientError } from "../../../lib/errors.js";
import { Card } from "../../../lib/signing/card.js";
import type { CardSettings } from "../../../lib/signing/settings.js";
import { signOnCard } from "../../../lib/signing/sign-on-card.js";
import type { CardIdentity } from "../../../lib/signing/types.js";
import { decXml } from "../../../simulator/samples/index.js";
import { type MadeKey, makeKey } from "./keys.js";
import { COMPANY, ownFolder } from "./token.js";

const DAY = 86_400_000;

/** A card as flows use it, here a key file; `now` is this machine's clock. */
describe("a card", () => {
  const { dir, done } = ownFolder();
  let made: MadeKey;
  let identity: CardIdentity;
  let now: number;
  const cards: Card[] = [];
  const reported: string[] = [];
  before(async () => {
    made = makeKey(dir, "key", "rsa2048");
    const card = new Card(settings());
    identity = await card.identity();
    await card.close();
  });
  after(done);
  beforeEach(() => {
    now = Date.now();
    reported.length = 0;
  });
  afterEach(async () => {
    for (const card of cards.splice(0)) await card.close();
  });

  const settings = (more: Partial<CardSettings> = {}): CardSettings => ({
    ...{ backend: "software", pin: "", module: "", token: "", controlUrl: "" },
    ...{ keyFile: made.keyFile, certificateFile: made.certificateFile },
    ...more,
  });
  const opened = (more: Partial<CardSettings> = {}) => {
    const listener = {
      onState: ({ state, code }: { state: string; code: string }) => reported.push(`${state} ${code}`.trim()),
      onWarning: (code: string) => reported.push(`warning ${code}`),
    };
    const card = new Card(settings(more), listener, () => now);
    cards.push(card);
    return card;
  };
  const sign = (card: Card) =>
    signOnCard(card, {
      profile: "detached",
      options: {},
      request: { payload: decXml(), fileName: "a.xml", at: 0, messageType: "DEC" },
      inspection: undefined,
      waived: [],
    });
  const waits =
    (inner: string, advice: RegExp) =>
    (error: ImportClientError): boolean => {
      assert.deepEqual([error.code, error.details.inner, kindOf(error)], ["C134", inner, "waits"]);
      assert.match(error.advice?.zh ?? "", advice);
      assert.ok(error.advice?.en);
      return true;
    };

  it("the clock was set back: the document waits, and is signed once it is right", async () => {
    const card = opened();
    now = identity.notBefore - DAY;
    await assert.rejects(sign(card), waits("CERTIFICATE-NOT-YET-VALID", /日期和时间/));
    assert.deepEqual(reported.at(-1), "not-yet-valid CERTIFICATE-NOT-YET-VALID");
    now = identity.notBefore;
    assert.ok((await sign(card)).signature);
    assert.equal(card.status().code, "");
  });

  it("the clock was set forward, or the certificate has ended: the document waits, with the advice for both", async () => {
    const card = opened();
    now = identity.notAfter;
    await assert.rejects(sign(card), waits("CERTIFICATE-EXPIRED", /日期和时间.*延期/));
    assert.equal(card.status().state, "expired");
    now = identity.notAfter - 40 * DAY;
    assert.ok((await sign(card)).signature);
    assert.equal(card.status().state, "ready");
  });

  it("is not ready while the clock makes its certificate invalid, though nobody signs", async () => {
    const card = opened();
    await sign(card);
    const told = reported.length;
    assert.equal(card.status().state, "ready");
    now = identity.notAfter;
    assert.deepEqual([card.status().state, card.status().code], ["expired", "CERTIFICATE-EXPIRED"]);
    await card.identity();
    assert.equal(card.status().state, "expired", "read again for a test of the connection");
    now = identity.notBefore - DAY;
    card.look();
    now = identity.notBefore;
    card.look();
    card.look();
    assert.deepEqual(reported.slice(told), [
      "expired CERTIFICATE-EXPIRED",
      "not-yet-valid CERTIFICATE-NOT-YET-VALID",
      "ready",
    ]);
    // What it was told by the backend while it was open.
    now = identity.notAfter;
    const heard: string[] = [];
    const leave = card.onState(({ state }) => heard.push(state));
    await card.identity();
    leave();
    now = identity.notBefore;
    card.look();
    assert.deepEqual(heard, ["expired"]);
  });

  it("warns once a day from 30 days before the certificate's end", async () => {
    const card = opened();
    now = identity.notAfter - 30 * DAY;
    const { checks } = await sign(card);
    assert.equal(checks.find(({ rule }) => rule === "SW-RULE-card-expiry")?.severity, "warning");
    await sign(card);
    now += DAY;
    await sign(card);
    assert.equal(reported.filter((line) => line === "warning SW-RULE-card-expiry").length, 2);
  });

  it("tells whose it is, remembers that, and looks for a card that is not there every 30 seconds only", async () => {
    const card = opened();
    assert.deepEqual(await card.facts(), { companyCode: COMPANY.code, cardNumber: "8930000000002" });
    const { holder, notAfter, companyCode } = card.status();
    assert.deepEqual([holder, notAfter, companyCode], [COMPANY.name, identity.notAfter, COMPANY.code]);

    const missing = makeKey(dir, "missing", "rsa1024");
    const { keyFile, certificateFile } = missing;
    rmSync(keyFile);
    const absent = opened({ keyFile, certificateFile });
    assert.equal(await absent.facts(), undefined);
    makeKey(dir, "missing", "rsa1024");
    now += 29_999;
    assert.equal(await absent.facts(), undefined);
    now += 1;
    assert.equal((await absent.facts())?.companyCode, COMPANY.code);
  });

  it("is released with a reason only", async () => {
    const card = opened();
    await assert.rejects(card.release(" "), { code: "SW-REQUEST" });
    await card.release("looked at");
  });
});
