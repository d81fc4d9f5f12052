import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createPrivateKey, createPublicKey, verify, X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClientError } from "../../../lib/errors.js";
import { openCard } from "../../../lib/signing/open.js";
import { type ProfileOptions, signDocument } from "../../../lib/signing/profiles/index.js";
import type { CardSettings } from "../../../lib/signing/settings.js";
import { sm2Raw, sm2Verify, sm3 } from "../../../lib/signing/sm2.js";
import type { CardBackend, SignRequest } from "../../../lib/signing/types.js";
import { canonicalDocument, canonicalElement } from "../../../lib/xml/c14n.js";
import { openXml } from "../../../lib/xml/encoding.js";
import { scanXml } from "../../../lib/xml/scan.js";
import { RecordedPins } from "../../support/recorded-pins.js";
import { type MadeKey, makeKey } from "./keys.js";
import { opensslVerify, sm2Der } from "./outside.js";
import { CEB, DEC, SHAPES } from "./shapes.js";
import { COMPANY, ownFolder, xmlsecVerify } from "./token.js";

const DATA = Buffer.from("data 数据");

describe("key files", () => {
  const { dir, done } = ownFolder();
  let rsa: MadeKey;
  let small: MadeKey;
  let sm2: MadeKey;
  before(() => {
    rsa = makeKey(dir, "rsa", "rsa2048");
    small = makeKey(dir, "small", "rsa1024");
    sm2 = makeKey(dir, "sm2", "sm2");
  });
  after(done);

  const settings = (made: MadeKey, more: Partial<CardSettings> = {}): CardSettings => ({
    backend: "software",
    pin: "",
    module: "",
    token: "",
    controlUrl: "",
    keyFile: made.keyFile,
    certificateFile: made.certificateFile,
    ...more,
  });
  const request = (xml: string): SignRequest => ({
    payload: Buffer.from(xml),
    fileName: "a.xml",
    at: 0,
    messageType: "",
  });
  const signed = async (profile: string, xml: string, card: CardBackend, options?: ProfileOptions): Promise<string> =>
    (await signDocument(profile, request(xml), card, options)).payload.toString();

  it("RSA: both algorithms, verified by node:crypto; the state says that it is no card", async () => {
    const card = openCard(settings(rsa));
    const codes: string[] = [];
    card.onState(({ code }) => codes.push(code));
    for (const [algorithm, hash] of [
      ["rsa-sha1", "sha1"],
      ["rsa-sha256", "sha256"],
    ] as const) {
      assert.ok(verify(hash, DATA, createPublicKey(rsa.certificate), await card.sign(algorithm, DATA)));
    }
    assert.equal((await card.identity()).companyCode, COMPANY.code);
    assert.deepEqual(codes, ["SOFTWARE-KEY"]);
    await assert.rejects(card.sign("sm2-sm3", DATA), (error: ImportClientError) => error.details.inner === "ALGORITHM");
  });

  it("SM2: openssl verifies what sm-crypto-v2 signed", async () => {
    const signature = await openCard(settings(sm2)).sign("sm2-sm3", DATA);
    assert.equal(signature.length, 64);
    const certificate = new X509Certificate(sm2.certificate).raw;
    assert.ok(await sm2Verify(certificate, DATA, signature));
    assert.ok(!(await sm2Verify(certificate, Buffer.from("other"), signature)));
    assert.deepEqual(sm2Raw(sm2Der(signature)), signature);
    opensslVerify(dir, "sm3", DATA, signature, sm2.certificateFile);
    assert.throws(() => opensslVerify(dir, "sm3", Buffer.from("other"), signature, sm2.certificateFile));
  });

  it("an encrypted key: its password is needed, and a wrong one is tried once", async () => {
    const keyFile = join(dir, "encrypted.pem");
    execFileSync("openssl", [
      "pkcs8",
      "-topk8",
      "-in",
      rsa.keyFile,
      "-out",
      keyFile,
      "-passout",
      "pass:right",
      "-v2",
      "aes256",
    ]);
    const made = { ...rsa, keyFile };
    assert.ok(await openCard(settings(made, { keyPassword: "right" })).sign("rsa-sha256", DATA));
    assert.ok(await openCard(settings(made, { pin: "right" })).sign("rsa-sha256", DATA));
    await assert.rejects(openCard(settings(made)).sign("rsa-sha256", DATA), { code: "C144" });
    const attempts = new RecordedPins();
    const wrong = openCard(settings(made, { keyPassword: "wrong" }), attempts);
    await assert.rejects(wrong.sign("rsa-sha256", DATA), { code: "C134" });
    await assert.rejects(wrong.sign("rsa-sha256", DATA), { code: "SW-PIN-BLOCKED" });
    assert.equal(attempts.rows.length, 1);
    assert.equal(wrong.state, "closed");

    // One of some 250 looks right by its padding.
    const pem = readFileSync(keyFile, "utf8");
    const looksRight = (passphrase: string) => {
      try {
        return createPrivateKey({ key: pem, passphrase }) === undefined;
      } catch (error) {
        return !/bad decrypt/.test(String(error));
      }
    };
    let count = 0;
    while (!looksRight(`wrong ${count}`)) count++;
    const lucky = openCard(settings(made, { keyPassword: `wrong ${count}` }), new RecordedPins());
    await assert.rejects(lucky.sign("rsa-sha256", DATA), (error: ImportClientError) => {
      return error.details.inner === "KEY-PASSWORD";
    });
    await assert.rejects(lucky.sign("rsa-sha256", DATA), { code: "SW-PIN-BLOCKED" });
  });

  for (const [name, how] of [
    ["of today", []],
    ["with 3DES", ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"]],
    ["of the old kind (RC2)", ["-legacy"]],
  ] as const) {
    it(`a PKCS#12 file ${name} is refused with the line that makes PEM of it; what it makes is read`, async () => {
      for (const made of [rsa, sm2]) {
        const file = join(dir, "key.p12");
        const certificates = join(dir, "chain.pem");
        // An issuer's certificate in front.
        writeFileSync(certificates, small.certificate + made.certificate);
        const exported = ["pkcs12", "-export", "-inkey", made.keyFile, "-in", certificates, "-out", file];
        // It tells of the certificate that is not the key's.
        execFileSync("openssl", [...exported, "-passout", "pass:密码1", ...how], { stdio: "ignore" });
        let line = "";
        const given = { keyFile: file, certificateFile: undefined };
        await assert.rejects(openCard(settings(rsa, given)).identity(), (error: ImportClientError) => {
          assert.equal(error.details.inner, "KEY-PKCS12");
          line = /openssl [^（(]+/.exec(error.advice?.en ?? "")?.[0].trim() ?? "";
          assert.ok(error.advice?.zh.includes(line));
          return true;
        });
        await assert.rejects(
          openCard(settings(rsa, { certificateFile: file })).identity(),
          (error: ImportClientError) => error.details.inner === "KEY-PKCS12",
        );
        const legacy = name.includes("RC2") ? ["-legacy"] : [];
        const [program = "", ...args] = line.split(" ");
        execFileSync(program, [...args, ...legacy, "-passin", "pass:密码1", "-passout", "pass:密码2"], { cwd: dir });
        const pem = { keyFile: join(dir, "key.pem"), certificateFile: undefined };
        const card = openCard(settings(rsa, { ...pem, keyPassword: "密码2" }));
        const { certificate } = await card.identity();
        assert.deepEqual(certificate, new X509Certificate(made.certificate).raw);
        const signature = await card.sign(made === sm2 ? "sm2-sm3" : "rsa-sha256", DATA);
        if (made === sm2) assert.ok(await sm2Verify(certificate, DATA, signature));
        else assert.ok(verify("sha256", DATA, createPublicKey(made.certificate), signature));
      }
    });
  }

  it("that no key file is set is said as that, with its variable", async () => {
    const card = openCard(settings(rsa, { keyFile: "" }));
    await assert.rejects(card.identity(), ({ text, advice }: ImportClientError) => {
      assert.match(text.zh, /没有填写密钥文件的路径/);
      return /SW_CARD_KEYFILE/.test(advice?.zh ?? "");
    });
  });

  it("what is wrong with the files is said, without their content", async () => {
    const noKey = join(dir, "no-key");
    writeFileSync(noKey, Buffer.from("3082", "hex"));
    const cases: [Partial<CardSettings>, string][] = [
      [{ keyFile: join(dir, "absent.pem") }, "KEY-UNREADABLE"],
      [{ keyFile: noKey }, "KEY-FORMAT"],
      [{ keyFile: rsa.certificateFile }, "KEY-UNREADABLE"],
      [{ certificateFile: undefined }, "CERTIFICATE-ABSENT"],
      [{ certificateFile: small.certificateFile }, "KEY-MISMATCH"],
    ];
    for (const [more, inner] of cases) {
      await assert.rejects(openCard(settings(rsa, more)).identity(), (error: ImportClientError) => {
        assert.equal(error.code, "C134");
        assert.equal(error.details.inner, inner);
        return true;
      });
    }
  });

  for (const suite of ["sm2-sm3", "sm2-sm3-old"]) {
    it(`xmldsig-object with ${suite}: value and digest are right by their own computation`, async () => {
      const text = await signed("xmldsig-object", SHAPES["4: lists first"] as string, openCard(settings(sm2)), {
        suite,
      });
      const source = openXml(Buffer.from(text));
      const root = scanXml(source);
      const info = root.child("SignedInfo");
      const object = root.child("Object");
      assert.ok(info && object);
      const value = Buffer.from(root.textAt("SignatureValue"), "base64");
      assert.equal(value.length, 64);
      assert.ok(await sm2Verify(new X509Certificate(sm2.certificate).raw, await canonicalElement(source, info), value));
      const digest = Buffer.from(info.textAt("Reference/DigestValue"), "base64");
      const canonical = await canonicalElement(source, object);
      if (suite === "sm2-sm3") assert.deepEqual(digest, await sm3(canonical));
      else assert.equal(digest.length, 20);
      assert.ok(
        text.includes(suite === "sm2-sm3" ? "chinaport.gov.cn/2022/04/xmldsig#sm2-sm3" : "2000/09/xmldsig#sm2-sm3"),
      );
    });
  }

  for (const options of [{}, { suite: "rsa-sha1" }, { withComments: true }]) {
    it(`ceb ${JSON.stringify(options)}: xmlsec1 verifies the enveloped signature, also when signed again`, async () => {
      const card = openCard(settings(rsa));
      const text = await signed("ceb", CEB, card, options);
      xmlsecVerify(dir, Buffer.from(text), rsa.certificateFile);
      assert.equal(text.replace(/<ds:Signature[\s\S]*<\/ds:Signature>/, ""), CEB);
      assert.equal(await signed("ceb", text, card, options), text);
    });
  }

  it("dec-sign: the three kinds of bytes; certificate number and signature in their fields", async () => {
    const card = openCard(settings(small));
    const key = createPublicKey(small.certificate);
    for (const input of ["canonical", "bytes", "client-key"] as const) {
      const text = await signed("dec-sign", DEC, card, { input });
      const value = /<Sign>([^<]+)<\/Sign>/.exec(text)?.[1] ?? "";
      assert.equal(value.length, 172);
      assert.ok(text.includes("<ClientSeqNo>000123</ClientSeqNo><Sign>"));
      assert.ok(text.includes("</SignDate><Certificate>03000000000cde6f</Certificate></DecSign>"));
      const unsigned = Buffer.from(text.replace(value, ""));
      const data = {
        canonical: await canonicalDocument(unsigned),
        bytes: unsigned,
        "client-key": Buffer.from("000123"),
      }[input];
      assert.ok(verify("sha256", data, key, Buffer.from(value, "base64")), input);
      assert.equal(await signed("dec-sign", text, card, { input }), text);
      assert.equal(text.replace(/<Sign>.*<\/Sign>|<Certificate>.*<\/Certificate>/g, ""), DEC);
    }
  });

  it("dec-sign: a signature that the field does not hold is refused", async () => {
    await assert.rejects(
      signed("dec-sign", DEC, openCard(settings(rsa))),
      (error: ImportClientError) => error.details.inner === "SIGNATURE-TOO-LONG",
    );
  });

  it("import-info and oper-info fill their Sign", async () => {
    const card = openCard(settings(rsa));
    const npts = await signed(
      "import-info",
      "<EmlMessage><ImportInfo><OpType>S</OpType><Sign/></ImportInfo></EmlMessage>",
      card,
    );
    assert.match(npts, /<OpType>S<\/OpType><Sign>[A-Za-z0-9+/=]{344}<\/Sign><\/ImportInfo>/);
    const acd = await signed(
      "oper-info",
      "<ImportAgrRequest><OperInfo><CopCusCode>1</CopCusCode><OperType>0</OperType></OperInfo></ImportAgrRequest>",
      card,
    );
    assert.match(acd, /<CopCusCode>1<\/CopCusCode><Sign>[A-Za-z0-9+/=]{344}<\/Sign><OperType>/);
    await assert.rejects(signed("oper-info", "<a/>", card), { code: "SW-XSD" });
  });

  it("an unknown profile or suite is a wrong setting", async () => {
    const card = openCard(settings(rsa));
    assert.throws(() => signDocument("nope", request("<a/>"), card), RangeError);
    assert.throws(() => signDocument("toString", request("<a/>"), card), RangeError);
    assert.throws(() => signDocument("ceb", request("<a/>"), card, { suite: "md5" }), RangeError);
  });
});
