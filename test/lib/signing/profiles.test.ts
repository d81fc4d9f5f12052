import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createPublicKey, verify, X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readZip, writeZip } from "../../../lib/archive/index.js";
import { openCard } from "../../../lib/signing/open.js";
import { signDocument } from "../../../lib/signing/profiles/index.js";
import type { CardBackend, SignRequest } from "../../../lib/signing/types.js";
import { readXml } from "../../../lib/xml/read.js";
import type { SoftToken } from "../../../scripts/soft-token.js";
import { invtXml } from "../../../simulator/samples/index.js";
import { SHAPES } from "./shapes.js";
import { ownFolder, ownToken, tokenSettings, xmlsecVerify } from "./token.js";

describe("signing profiles on a SoftHSM2 token", () => {
  const { dir, done } = ownFolder();
  let token: SoftToken;
  let card: CardBackend;

  before(async function () {
    this.timeout(90_000);
    token = await ownToken(dir);
    card = openCard(tokenSettings(token));
  });
  after(async () => {
    await card.close();
    done();
  });

  const request = (payload: Buffer, fileName = "a.xml"): SignRequest => ({
    payload,
    fileName,
    at: Date.UTC(2026, 0, 2, 3, 4, 6),
    messageType: "INV101",
  });

  it("detached: openssl and node:crypto verify the signature over the bytes sent", async () => {
    const payload = Buffer.from("报关单 bytes\r\n\0");
    const { payload: same, signature } = await signDocument("detached", request(payload), card);
    assert.ok(signature);
    assert.deepEqual(same, payload);
    assert.equal(signature.algorithm, "rsa-sha256");
    assert.match(signature.value, /^[A-Za-z0-9+/=]+$/);
    const certificate = new X509Certificate(Buffer.from(signature.certificate, "base64"));
    assert.equal(signature.certificateNumber, certificate.serialNumber.toLowerCase());
    assert.ok(verify("sha256", payload, certificate.publicKey, Buffer.from(signature.value, "base64")));

    const keyFile = join(dir, "public.pem");
    writeFileSync(
      keyFile,
      createPublicKey(readFileSync(token.certificateFile)).export({ type: "spki", format: "pem" }),
    );
    writeFileSync(join(dir, "data"), payload);
    writeFileSync(join(dir, "signature"), Buffer.from(signature.value, "base64"));
    const said = execFileSync("openssl", [
      ...["dgst", "-sha256", "-verify", keyFile, "-signature", join(dir, "signature"), join(dir, "data")],
    ]);
    assert.match(said.toString(), /Verified OK/);
    assert.ok(!verify("sha256", Buffer.from("other"), certificate.publicKey, Buffer.from(signature.value, "base64")));
  });

  for (const [name, xml] of Object.entries(SHAPES)) {
    for (const options of [{}, { suite: "rsa-sha1" }, { withComments: true }]) {
      it(`xmldsig-object, shape ${name}, ${JSON.stringify(options)}: xmlsec1 verifies it`, async () => {
        const { payload } = await signDocument("xmldsig-object", request(Buffer.from(xml)), card, options);
        xmlsecVerify(dir, payload, token.certificateFile);
        const text = payload.toString();
        const order = ["<SignedInfo", "<SignatureValue", "<KeyInfo", "<Object"].map((tag) =>
          text.search(new RegExp(tag.replace("<", "<(ds:)?"))),
        );
        assert.deepEqual(
          order,
          [...order].sort((a, b) => a - b),
        );
        assert.equal(text.match(/<(ds:)?SignedInfo/g)?.length, 1);
        // What the producer wrote stands there byte for byte, CDATA and empty elements as they were.
        const inside = (whole: string): string => whole.slice(whole.indexOf("<Package"), whole.indexOf("</Package>"));
        assert.equal(inside(text), inside(xml));
        assert.ok(text.includes("<![CDATA[螺丝 <M4> & 螺母]]>"));
        assert.equal(
          text.slice(text.indexOf("</Package>")).replace(/<\/Object><\/Signature>(?=\r)/, ""),
          xml.slice(xml.indexOf("</Package>")),
        );
        const again = await signDocument("xmldsig-object", request(payload), card, options);
        assert.deepEqual(again.payload, payload, "signing what is signed gives the same bytes");
      });
    }
  }

  it("xmldsig-object: a changed byte inside Object is noticed by xmlsec1", async () => {
    const xml = Buffer.from(SHAPES["3: xmldsig namespace, Object only"] as string);
    const { payload } = await signDocument("xmldsig-object", request(xml), card);
    const forged = Buffer.from(payload.toString().replace("00001234", "00001235"));
    assert.throws(() => xmlsecVerify(dir, forged, token.certificateFile), /FAIL|failed/i);
  });

  it("xmldsig-object: KeyName is the certificate number, the certificate one line", async () => {
    const xml = Buffer.from(SHAPES["3: xmldsig namespace, Object only"] as string);
    const text = (await signDocument("xmldsig-object", request(xml), card)).payload.toString();
    const { certificateNumber, certificate } = await card.identity();
    assert.ok(text.includes(`<KeyName>${certificateNumber}</KeyName>`));
    assert.ok(certificateNumber.length <= 32);
    assert.ok(text.includes(`<X509Certificate>${certificate.toString("base64")}</X509Certificate>`));
    assert.ok(text.includes('<Reference URI="#String">'));
  });

  it("xmldsig-object: UTF-16 and UTF-8 with byte order mark stay what they are", async () => {
    const xml = (SHAPES["3: xmldsig namespace, Object only"] as string).replace('encoding="UTF-8" ', "");
    for (const bytes of [
      Buffer.from(`\ufeff${xml}`),
      Buffer.from(`\ufeff${xml}`, "utf16le"),
      Buffer.from(`\ufeff${xml}`, "utf16le").swap16(),
    ]) {
      const { payload } = await signDocument("xmldsig-object", request(bytes), card);
      xmlsecVerify(dir, payload, token.certificateFile);
      assert.deepEqual(payload.subarray(0, 40), bytes.subarray(0, 40));
    }
  });

  it("xmldsig-object: a GB2312 document stays GB2312", async () => {
    const xml = `<?xml version="1.0" encoding="GB2312"?><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><Object Id="String"><Package><a>`;
    const bytes = Buffer.concat([
      Buffer.from(xml),
      Buffer.from("d6d0b9fa", "hex"),
      Buffer.from("</a></Package></Object></Signature>"),
    ]);
    const { payload } = await signDocument("xmldsig-object", request(bytes), card);
    xmlsecVerify(dir, payload, token.certificateFile);
    assert.ok(payload.includes(Buffer.from("d6d0b9fa", "hex")));
  });

  it("xmldsig-object: a ZIP is signed inside, the other entries are identical", async () => {
    const pdf = Buffer.from("%PDF-1.4 not touched");
    const xml = Buffer.from(SHAPES["1: no namespace, SignedInfo complete but empty"] as string);
    const zip = await writeZip(
      [
        { name: "核注.xml", bytes: xml },
        { name: "a.pdf", bytes: pdf },
      ],
      { at: 0 },
    );
    const signed = await signDocument("xmldsig-object", request(zip, "a.zip"), card);
    const entries = await readZip(signed.payload);
    assert.deepEqual(
      entries.map(({ name }) => name),
      ["核注.xml", "a.pdf"],
    );
    assert.deepEqual(entries[1]?.bytes, pdf);
    xmlsecVerify(dir, entries[0]?.bytes as Buffer, token.certificateFile);
    const repeat = await signDocument("xmldsig-object", request(zip, "a.zip"), card);
    assert.deepEqual(repeat.payload, signed.payload);
  });

  it("xmldsig-object: a large document, opened before or not", async () => {
    const xml = invtXml({ goods: 100 });
    const { payload } = await signDocument("xmldsig-object", request(xml), card);
    xmlsecVerify(dir, payload, token.certificateFile);
    const known = { xml: Buffer.from(xml), root: await readXml(xml) };
    const again = await signDocument("xmldsig-object", { ...request(xml), known }, card);
    assert.deepEqual(again.payload, payload);
    const other = invtXml({ goods: 101 });
    const signed = await signDocument("xmldsig-object", { ...request(other), known }, card);
    xmlsecVerify(dir, signed.payload, token.certificateFile);
    assert.ok(signed.payload.length > payload.length);
  });

  it("xmldsig-object refuses what it cannot sign, and signs nothing", async () => {
    const wrong: [string, string][] = [
      ["<DecMessage/>", "SW-XSD"],
      ['<Signature xmlns="urn:other"><Object/></Signature>', "SW-XSD"],
      ["<Signature/>", "SW-XSD"],
      ["<Signature><Object></Signature>", "SW-XSD"],
    ];
    for (const [xml, code] of wrong) {
      await assert.rejects(signDocument("xmldsig-object", request(Buffer.from(xml)), card), { code });
    }
    const zip = await writeZip([{ name: "a.pdf", bytes: Buffer.from("x") }], { at: 0 });
    await assert.rejects(signDocument("xmldsig-object", request(zip, "a.zip"), card), { code: "SW-ZIP" });
  });
});
