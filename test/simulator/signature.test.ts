import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type OpenedEntry, open } from "../../simulator/open.js";
import { decXml, invtZip } from "../../simulator/samples/index.js";
import { cardOf, checkDetached, checkEnveloping, Trust } from "../../simulator/signature.js";
import { type CompanyCard, companyCard } from "./company-card.js";

describe("simulator: signature", () => {
  let card: CompanyCard;
  let other: CompanyCard;
  let trust: Trust;
  let signed: string;

  before(async () => {
    card = companyCard();
    other = companyCard();
    trust = Trust.fromFiles([card.certificateFile]);
    const entry = open(await card.signInvt(await invtZip())).entries[0] as OpenedEntry;
    signed = entry.bytes.toString("utf8");
  });
  after(() => {
    card.remove();
    other.remove();
  });

  const enveloping = (xml: string, by = trust, now?: number) => checkEnveloping(Buffer.from(xml, "utf8"), by, now);

  it("takes a detached signature over exactly these bytes", () => {
    const body = decXml({ goods: 1 });
    const headers = card.headersFor(body);
    assert.equal(checkDetached(body, headers, trust).state, "valid");
    const changed = Buffer.from(body);
    changed.writeUInt8(changed.readUInt8(100) ^ 1, 100);
    assert.equal(checkDetached(changed, headers, trust).state, "invalid");
    assert.equal(checkDetached(body, { ...headers, signatureAlgorithm: "rsa-sha1" }, trust).state, "invalid");
    assert.equal(checkDetached(body, { ...headers, signatureAlgorithm: "none" }, trust).state, "invalid");
    assert.equal(checkDetached(body, { ...headers, certificate: "AAAA" }, trust).state, "invalid");
    assert.equal(checkDetached(body, {}, trust).state, "missing");
    const swapped = { ...headers, certificate: other.certificate.raw.toString("base64") };
    assert.equal(checkDetached(body, swapped, new Trust([])).state, "invalid");
  });

  it("takes only trusted certificates, inside their time", () => {
    const body = decXml({ goods: 1 });
    assert.equal(checkDetached(body, other.headersFor(body), trust).state, "invalid");
    assert.equal(checkDetached(body, other.headersFor(body), new Trust([])).state, "valid");
    const year = 365 * 86_400_000;
    assert.equal(checkDetached(body, card.headersFor(body), trust, Date.now() + year).state, "invalid");
    assert.equal(checkDetached(body, card.headersFor(body), trust, Date.now() - year).state, "invalid");
  });

  it("takes the client's XML signature of a 核注清单", async () => {
    const check = await enveloping(signed);
    assert.equal(check.state, "valid", JSON.stringify(check));
    // White space in base64 and around the signed parts is nobody's business; inside them it is.
    const spaced = signed.replace(/<SignatureValue>([^<]{20})/, "<SignatureValue>\n$1\n");
    assert.notEqual(spaced, signed);
    assert.equal((await enveloping(spaced)).state, "valid");
  });

  it("refuses an XML that was changed after it was signed", async () => {
    const cases: [string, string | RegExp, string][] = [
      ["a value", /<SysId>Z7/, "<SysId>B1"],
      ["white space in Object", "<Package>", "<Package> "],
      ["the digest", /<DigestValue>./, "<DigestValue>#"],
      ["the signature", /<SignatureValue>..../, "<SignatureValue>AAAA"],
      ["the reference", 'URI="#String"', 'URI=""'],
      ["the object's id", 'Id="String"', 'Id="Other"'],
      ["an attribute of SignedInfo", "<SignedInfo>", '<SignedInfo Id="x">'],
      ["a second Object", "</Signature>", '<Object Id="Two"/></Signature>'],
    ];
    for (const [what, from, to] of cases) {
      const changed = signed.replace(from, to);
      assert.notEqual(changed, signed, what);
      assert.equal((await enveloping(changed)).state, "invalid", what);
    }
  });

  /** Written by hand in canonical form (XML-C14N 1.0), so that no canonicaliser had a part in it. */
  const byHand = (uris: readonly string[]): string => {
    const xmldsig = "http://www.w3.org/2000/09/xmldsig#";
    const content = "<Package><a>文字</a><b></b></Package>";
    const digest = createHash("sha256").update(`<Object xmlns="${xmldsig}" Id="String">${content}</Object>`);
    const value = digest.digest("base64");
    const references = uris.map(
      (uri) =>
        `<Reference URI="${uri}"><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod><DigestValue>${value}</DigestValue></Reference>`,
    );
    const info = `<CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"></CanonicalizationMethod><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod>${references.join("")}`;
    const signature = card.sign(Buffer.from(`<SignedInfo xmlns="${xmldsig}">${info}</SignedInfo>`, "utf8"));
    const key = `<KeyInfo><KeyName>${card.certificate.serialNumber}</KeyName></KeyInfo>`;
    return `<Signature xmlns="${xmldsig}"><SignedInfo>${info}</SignedInfo><SignatureValue>${signature}</SignatureValue>${key}<Object Id="String">${content.replace("<b></b>", "<b/>")}</Object></Signature>`;
  };

  it("takes a signature written by hand, with one reference and to this Object", async () => {
    assert.deepEqual((await enveloping(byHand(["#String"]))).state, "valid");
    for (const uris of [["#String", "#String"], [""], ["#Other"], []]) {
      assert.equal((await enveloping(byHand(uris))).state, "invalid", JSON.stringify(uris));
    }
  });

  it("tells an unsigned XML from a wrong one, and an untrusted key from a trusted one", async () => {
    const [bare] = open(await invtZip()).entries;
    assert.equal((await checkEnveloping(bare?.bytes as Buffer, trust)).state, "missing");
    const [foreign] = open(await other.signInvt(await invtZip())).entries;
    assert.equal((await checkEnveloping(foreign?.bytes as Buffer, trust)).state, "invalid");
    assert.equal((await enveloping(signed, trust, Date.now() + 365 * 86_400_000)).state, "invalid");
  });

  it("finds a certificate that is only named", async () => {
    const named = signed.replace(/<X509Data>[\s\S]*?<\/X509Data>/, "");
    assert.match(named, /<KeyName>/);
    assert.equal((await enveloping(named)).state, "valid");
    assert.equal((await enveloping(named.replace(/<KeyName>/, "<KeyName>12"))).state, "invalid");
  });

  it("reads company and card number off a certificate", () => {
    assert.deepEqual(cardOf(card.certificate), { companyCode: "4403960000", cardNumber: "8900000000017" });
  });
});
