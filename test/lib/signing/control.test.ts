import assert from "node:assert/strict";
import { verify, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import type { ImportClientError } from "../../../lib/errors.js";
import { blocksOf, crc16 } from "../../../lib/signing/control/framing.js";
import { openCard } from "../../../lib/signing/open.js";
import { signDocument } from "../../../lib/signing/profiles/index.js";
import type { CardSettings } from "../../../lib/signing/settings.js";
import { sm2PublicKey, sm2Sign, sm2Verify } from "../../../lib/signing/sm2.js";
import type { CardBackend } from "../../../lib/signing/types.js";
import { type ControlCardDouble, ControlDouble, rsaSigner } from "../../support/control-double.js";
import { RecordedPins } from "../../support/recorded-pins.js";
import { type MadeKey, makeKey } from "./keys.js";
import { sm2Scalar } from "./outside.js";
import { SHAPES } from "./shapes.js";
import { COMPANY, ownFolder, xmlsecVerify } from "./token.js";

const PIN = "88112233";
const DATA = Buffer.from("<SignedInfo/>");

function inner(expected: string, code = "C134") {
  return (error: ImportClientError): boolean => {
    assert.equal(error.code, code);
    assert.equal(error.details.inner, expected);
    assert.ok(!JSON.stringify([error.message, error.details, error.text]).includes(PIN));
    return true;
  };
}

describe("card control", () => {
  const { dir, done } = ownFolder();
  let rsa: MadeKey;
  let double: ControlDouble;
  let url: string;
  let card: CardBackend | undefined;
  let attempts: RecordedPins;

  const oldCard = (): ControlCardDouble => ({
    cardId: "8930000000002",
    certNo: "03000000000CDE6F",
    entId: COMPANY.code,
    entName: COMPANY.name,
    certificate: rsa.certificate,
    pin: PIN,
    tries: 2,
    sign: rsaSigner(rsa.key),
  });
  const open = (more: Partial<CardSettings> = {}): CardBackend => {
    card = openCard(
      { backend: "control", pin: PIN, module: "", token: "", keyFile: "", controlUrl: url, ...more },
      attempts,
    );
    return card;
  };

  before(() => {
    rsa = makeKey(dir, "old", "rsa1024");
  });
  after(done);
  beforeEach(async () => {
    double = new ControlDouble();
    double.card = oldCard();
    attempts = new RecordedPins();
    url = await double.start();
  });
  afterEach(async () => {
    await card?.close();
    await double.stop();
  });

  it("signs with the card's RSA-SHA1 and tells whose card it is, without the PIN", async () => {
    const identity = await open().identity();
    assert.ok(!double.calls.some(({ args }) => "passwd" in args));
    assert.equal(identity.certificateNumber, "03000000000cde6f");
    assert.equal(identity.companyCode, COMPANY.code);
    assert.equal(identity.cardNumber, "8930000000002");
    assert.deepEqual(identity.algorithms, ["rsa-sha1"]);
    const signature = await (card as CardBackend).sign("rsa-sha1", DATA);
    assert.ok(verify("sha1", DATA, new X509Certificate(rsa.certificate).publicKey, signature));
    assert.equal(signature.toString("base64").length, 172);
  });

  for (const form of ["nested", "nested-text", "flat", "flat-bare"] as const) {
    for (const ids of ["number", "string", "none"] as const) {
      it(`understands ${form} replies with ids as ${ids}, after a reply that names another method`, async () => {
        Object.assign(double.manners, { form, ids, wrongMethodFirst: form !== "flat-bare" });
        const signature = await open().sign("rsa-sha1", DATA);
        assert.ok(verify("sha1", DATA, new X509Certificate(rsa.certificate).publicKey, signature));
      });
    }
  }

  it("an XML signed through it is verified by xmlsec1; the suite follows the card", async () => {
    const xml = Buffer.from(SHAPES["3: xmldsig namespace, Object only"] as string);
    const { payload } = await signDocument(
      "xmldsig-object",
      { payload: xml, fileName: "a.xml", at: 0, messageType: "INV101" },
      open(),
    );
    assert.ok(payload.includes("http://www.w3.org/2000/09/xmldsig#rsa-sha1"));
    xmlsecVerify(dir, payload, rsa.certificateFile);
  });

  it("signs with an SM2 card: 88 characters, verified by sm-crypto-v2", async () => {
    const sm2 = makeKey(dir, "new", "sm2");
    const certificate = new X509Certificate(sm2.certificate).raw;
    double.card = {
      ...oldCard(),
      certificate: sm2.certificate,
      sign: (data) => sm2Sign(sm2Scalar(sm2), sm2PublicKey(certificate) as string, data),
    };
    const signature = await open().sign("sm2-sm3", DATA);
    assert.equal(signature.toString("base64").length, 88);
    assert.ok(await sm2Verify(certificate, DATA, signature));
  });

  it("large data goes in blocks, bytes that are no ASCII as base64", async () => {
    const big = Buffer.from("a".repeat(300_000));
    const signature = await open().sign("rsa-sha1", big);
    assert.ok(verify("sha1", big, new X509Certificate(rsa.certificate).publicKey, signature));
    assert.equal(double.blocks, 3);
    const bytes = Buffer.from("中文\0\xff", "latin1");
    const other = await (card as CardBackend).sign("rsa-sha1", bytes);
    assert.ok(verify("sha1", bytes, new X509Certificate(rsa.certificate).publicKey, other));
    assert.equal(double.countOf("SpcSignPemDataAsPem"), 1);
  });

  it("frames have the header of 128 characters", () => {
    const frames = blocksOf("abcdef", "0".repeat(36), 4);
    assert.equal(frames.length, 2);
    assert.equal(frames[0]?.length, 132);
    assert.equal(crc16("123456789"), "4B37");
    assert.ok(
      frames[1]?.startsWith(
        `BLOCKTXT${crc16("abcdef")}${crc16("ef")}0000000000000006000000020002${"0".repeat(36)}0002`,
      ),
    );
  });

  it("an empty PIN is C144 and opens no connection", async () => {
    await assert.rejects(open({ pin: "" }).sign("rsa-sha1", DATA), { code: "C144" });
    assert.equal(double.calls.length, 0);
  });

  it("a wrong PIN with 100 files waiting is one try, and none after a restart", async () => {
    (double.card as ControlCardDouble).pin = "1";
    const waiting = open();
    const results = await Promise.allSettled(Array.from({ length: 100 }, () => waiting.sign("rsa-sha1", DATA)));
    assert.equal(results.filter((r) => r.status === "rejected" && r.reason.code === "C134").length, 1);
    const first = results.find((r) => r.status === "rejected" && r.reason.code === "C134") as PromiseRejectedResult;
    inner("51571")(first.reason);
    assert.deepEqual(first.reason.official, [
      "[智能卡应用模块]输入口令错误，还可以重试一次:错误码=51571",
      "Err:Custom51571",
    ]);
    assert.equal(waiting.state, "closed");
    await waiting.close();
    await assert.rejects(open().sign("rsa-sha1", DATA), { code: "SW-PIN-BLOCKED" });
    assert.deepEqual(double.pinTries, [{ cardId: "8930000000002", right: false }]);
  });

  it("a PIN that is changed on the card while we run costs one try", async () => {
    await open().sign("rsa-sha1", DATA);
    (double.card as ControlCardDouble).pin = "changed";
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => (card as CardBackend).sign("rsa-sha1", DATA)),
    );
    assert.ok(results.every((r) => r.status === "rejected"));
    assert.equal(double.pinTries.filter(({ right }) => !right).length, 1);
  });

  const handshake = (error: ImportClientError): boolean => {
    assert.equal(error.code, "C141");
    assert.deepEqual(error.official, ["错误:卡控件通讯等待握手超时!"]);
    assert.ok(error.advice?.zh && error.advice.en);
    return true;
  };

  for (const manner of ["noOpen", "halfOpen"] as const) {
    it(`${manner}: connected again once, then C141 for all who wait; the next document goes through`, async () => {
      double.manners[manner] = true;
      const used = open({ timeouts: { connect: 200 } });
      const results = await Promise.allSettled(Array.from({ length: 20 }, () => used.sign("rsa-sha1", DATA)));
      for (const result of results) assert.ok(result.status === "rejected" && handshake(result.reason));
      assert.equal(double.connections, 2);
      assert.equal(double.calls.length, 0, "no PIN is sent");
      assert.equal(used.state, "absent");
      double.manners[manner] = false;
      assert.ok(await used.sign("rsa-sha1", DATA));
    });
  }

  it("control not running: C141 as well; back again: it signs", async () => {
    await double.stop();
    const used = open();
    await assert.rejects(used.sign("rsa-sha1", DATA), (error: ImportClientError) => {
      assert.equal(error.details.inner, "Base60408");
      return handshake(error);
    });
    assert.equal(used.state, "absent");
    await double.start();
    assert.ok(await used.sign("rsa-sha1", DATA));
    assert.deepEqual(
      attempts.rows.map(({ outcome }) => outcome),
      ["accepted"],
    );
  });

  it("a control that is started while it is looked for is found", async () => {
    await double.stop();
    const starting = createServer((socket) => socket.destroy()).listen(Number(new URL(url).port), "127.0.0.1");
    await once(starting, "listening");
    const signing = open().sign("rsa-sha1", DATA);
    await once(starting, "connection");
    await new Promise((resolve) => starting.close(resolve));
    await double.start();
    assert.ok(await signing);
  });

  it("speaks wss: a certificate that nobody vouches for is refused, with its CA named it signs", async () => {
    await double.stop();
    const server = makeKey(dir, "server", "rsa2048", "01", "IP:127.0.0.1");
    url = await double.start({ key: server.key, cert: server.certificate });
    await assert.rejects(open().sign("rsa-sha1", DATA), (error: ImportClientError) => {
      assert.match(error.text.en, /self.signed certificate/);
      return handshake(error);
    });
    assert.equal(double.calls.length, 0);
    assert.ok(await open({ controlCa: server.certificateFile }).sign("rsa-sha1", DATA));
    await assert.rejects(open({ controlCa: dir }).sign("rsa-sha1", DATA), handshake);
  });

  it("a reply with another call's id is not taken for the answer", async () => {
    double.manners.wrongIdFirst = true;
    const signature = await open().sign("rsa-sha1", DATA);
    assert.ok(verify("sha1", DATA, new X509Certificate(rsa.certificate).publicKey, signature));
  });

  it("a reply that comes too late is C141 and is not taken for the next call's", async () => {
    const used = open({ timeouts: { sign: 150 } });
    await used.sign("rsa-sha1", DATA);
    double.manners.late = true;
    double.manners.ids = "none";
    await assert.rejects(used.sign("rsa-sha1", Buffer.from("first")), { code: "C141" });
    double.release();
    double.manners.late = false;
    const next = await used.sign("rsa-sha1", Buffer.from("second"));
    assert.ok(verify("sha1", Buffer.from("second"), new X509Certificate(rsa.certificate).publicKey, next));
  });

  it("a first signature that is never answered closes the guard: the PIN may have been tried", async () => {
    double.manners.silent = true;
    const used = open({ timeouts: { sign: 100 } });
    await assert.rejects(used.sign("rsa-sha1", DATA), { code: "C141" });
    await assert.rejects(used.sign("rsa-sha1", DATA), { code: "SW-PIN-BLOCKED" });
    double.manners.silent = false;
    await used.release("seen at the card");
    assert.ok(await used.sign("rsa-sha1", DATA));
  });

  for (const manner of ["half", "drop"] as const) {
    it(`a reply that breaks off (${manner}) fails that call; the next one has a new connection`, async () => {
      const used = open();
      await used.sign("rsa-sha1", DATA);
      double.manners[manner] = true;
      await assert.rejects(used.sign("rsa-sha1", DATA), inner("CONTROL-LOST"));
      double.manners[manner] = false;
      assert.ok(await used.sign("rsa-sha1", DATA));
    });
  }

  it("card pulled: 50200, no PIN counted; put back: it signs; another card: refused without a PIN", async () => {
    const used = open();
    await used.sign("rsa-sha1", DATA);
    double.card = undefined;
    await assert.rejects(used.sign("rsa-sha1", DATA), inner("50200"));
    assert.equal(used.state, "absent");
    double.card = oldCard();
    assert.ok(await used.sign("rsa-sha1", DATA));
    double.card = { ...oldCard(), cardId: "8930000000099" };
    await assert.rejects(used.sign("rsa-sha1", DATA), inner("OTHER-CARD"));
    assert.equal(double.pinTries.filter(({ cardId }) => cardId === "8930000000099").length, 0);
    assert.equal(attempts.rows.filter(({ outcome }) => outcome === "refused").length, 0);
  });

  it("reader errors at the first signature are not taken for a try", async () => {
    double.manners.errors = ["复位失败:错误码=50070", "Err:Custom50070"];
    const used = open();
    await assert.rejects(used.sign("rsa-sha1", DATA), inner("50070"));
    double.manners.errors = undefined;
    assert.ok(await used.sign("rsa-sha1", DATA));
    assert.deepEqual(
      attempts.rows.map(({ outcome }) => outcome),
      ["not-tried", "accepted"],
    );
  });

  it("the control's words are passed on without the PIN in them", async () => {
    double.manners.errors = [`参数 ${PIN} 不对:错误码=99999`];
    await assert.rejects(open().sign("rsa-sha1", DATA), inner("99999"));
  });

  it("an algorithm that the card has not is refused before anything is sent", async () => {
    await assert.rejects(open().sign("rsa-sha256", DATA), inner("ALGORITHM"));
    assert.equal(double.pinTries.length, 0);
  });
});
