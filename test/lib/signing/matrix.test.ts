import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportClientError } from "../../../lib/errors.js";
import { openCard } from "../../../lib/signing/open.js";
import { PROFILE_NAMES, signDocument } from "../../../lib/signing/profiles/index.js";
import { SUITES, type Suite } from "../../../lib/signing/profiles/suites.js";
import type { CardSettings } from "../../../lib/signing/settings.js";
import { sm2PublicKey, sm2Sign } from "../../../lib/signing/sm2.js";
import type { CardBackend, SignResult } from "../../../lib/signing/types.js";
import { sdfDouble, spSecureDouble } from "../../support/card-doubles.js";
import { ControlDouble, rsaSigner } from "../../support/control-double.js";
import { RecordedPins } from "../../support/recorded-pins.js";
import { TokenShim } from "../../support/token-shim.js";
import { type MadeKey, makeKey } from "./keys.js";
import { opensslVerify, sm2Scalar } from "./outside.js";
import { ACD, CEB, DEC, NPTS, SHAPES } from "./shapes.js";
import { COMPANY, ownFolder, ownToken, PIN, tokenSettings, xmlsecVerify } from "./token.js";

const BACKENDS = ["pkcs11", "control", "software", "spsecure", "sdf"] as const;
type Backend = (typeof BACKENDS)[number];

const DOCUMENTS: Record<string, string> = {
  detached: DEC,
  "xmldsig-object": SHAPES["4: lists first"] as string,
  "dec-sign": DEC,
  ceb: CEB,
  "import-info": NPTS,
  "oper-info": ACD,
};

const HASH = { "rsa-sha1": "sha1", "rsa-sha256": "sha256", "sm2-sm3": "sm3" } as const;

interface Row {
  profile: string;
  suite: string;
  cells: Record<Backend, string>;
  verifier: string;
}

/** The table of docs/signing.md. */
function tableRows(): Row[] {
  const text = readFileSync(join(__dirname, "../../../docs/signing.md"), "utf8");
  return [...text.matchAll(/^\| `([a-z0-9-]+)` \| `([a-z0-9-]+)` \|(.+)\|$/gm)].map(
    ([, profile = "", suite = "", rest = ""]) => {
      const [verifier = "", ...cells] = rest.split(" | ").reverse();
      const names = [...BACKENDS].reverse();
      return {
        profile,
        suite,
        cells: Object.fromEntries(names.map((name, index) => [name, cells[index]?.trim() ?? ""])) as Row["cells"],
        verifier: verifier.trim(),
      };
    },
  );
}

/** Where an XML signature is in a signed document; canonical forms are libxml2's own. */
async function xmlSignature(xml: Buffer, profile: string): Promise<{ info: Buffer; reference: Buffer; text: string }> {
  const { XmlDocument } = await import("libxml2-wasm");
  const namespaces = { ds: "http://www.w3.org/2000/09/xmldsig#" };
  const document = XmlDocument.fromString(xml.toString("utf8"));
  try {
    const info = document.get("//ds:SignedInfo", namespaces)?.canonicalizeToString() ?? "";
    if (profile === "xmldsig-object") {
      const object = document.get("/ds:Signature/ds:Object", namespaces)?.canonicalizeToString() ?? "";
      return { info: Buffer.from(info), reference: Buffer.from(object), text: xml.toString() };
    }
    const bare = XmlDocument.fromString(xml.toString("utf8").replace(/<ds:Signature[\s\S]*<\/ds:Signature>/, ""));
    try {
      const whole = bare.canonicalizeToString({ withComments: false });
      return { info: Buffer.from(info), reference: Buffer.from(whole), text: xml.toString() };
    } finally {
      bare.dispose();
    }
  } finally {
    document.dispose();
  }
}

describe("profile x suite x backend, as the table of docs/signing.md has it", () => {
  const { dir, done } = ownFolder();
  const cards: Record<string, { card: CardBackend; certificateFile: string }> = {};
  const doubles: ControlDouble[] = [];

  const control = async (made: MadeKey, sign: (data: Buffer) => Promise<Buffer>): Promise<CardBackend> => {
    const double = new ControlDouble();
    doubles.push(double);
    const company = { entId: COMPANY.code, entName: COMPANY.name };
    const { certificate } = made;
    double.card = { cardId: "8930000000002", certNo: "01691f7f", ...company, certificate, pin: PIN, tries: 2, sign };
    const controlUrl = await double.start();
    return openCard({ backend: "control", pin: PIN, module: "", token: "", keyFile: "", controlUrl });
  };
  const software = ({ keyFile, certificateFile }: MadeKey): CardSettings => ({
    ...{ backend: "software", pin: "", module: "", token: "", controlUrl: "" },
    ...{ keyFile, certificateFile },
  });

  before(async function () {
    this.timeout(360_000);
    const token = await ownToken(dir);
    const shim = new TokenShim(dir, token);
    const rsa = makeKey(dir, "rsa", "rsa1024");
    const sm2 = makeKey(dir, "sm2", "sm2");
    const publicKey = sm2PublicKey(new X509Certificate(sm2.certificate).raw) as string;
    const vendor = tokenSettings(token, {
      module: shim.module,
      certificateFile: sm2.certificateFile,
      sm2Mechanism: { mechanism: 0x80000b02, input: "data" },
      moduleEnvironment: { ...shim.environment, SHIM_SM2_KEY: sm2.keyFile },
    });
    const put = (name: string, card: CardBackend, certificateFile: string): void => {
      cards[name] = { card, certificateFile };
    };
    put("pkcs11 rsa", openCard(tokenSettings(token)), token.certificateFile);
    put("pkcs11 sm2", openCard(vendor), sm2.certificateFile);
    put("control rsa", await control(rsa, rsaSigner(rsa.key)), rsa.certificateFile);
    put("control sm2", await control(sm2, (data) => sm2Sign(sm2Scalar(sm2), publicKey, data)), sm2.certificateFile);
    put("software rsa", openCard(software(rsa)), rsa.certificateFile);
    put("software sm2", openCard(software(sm2)), sm2.certificateFile);
    for (const kind of ["rsa", "sm2"] as const) {
      const card = spSecureDouble(dir, kind === "rsa" ? "rsa1024" : kind);
      const hsm = sdfDouble(dir, kind === "rsa" ? "rsa2048" : kind);
      put(`spsecure ${kind}`, openCard(card.settings(), new RecordedPins()), card.key.certificateFile);
      put(`sdf ${kind}`, openCard(hsm.settings(), new RecordedPins()), hsm.key.certificateFile);
    }
  });
  after(async () => {
    for (const { card } of Object.values(cards)) await card.close();
    for (const double of doubles) await double.stop();
    done();
  });

  /** Verifies by programs that share no code with us; throws when the signature does not hold. */
  async function verifyWith(
    verifier: string,
    profile: string,
    suite: Suite,
    signed: SignResult,
    certificateFile: string,
  ): Promise<void> {
    const hash = HASH[suite.algorithm];
    const { payload, signature } = signed;
    const check = (data: Buffer, value: string) =>
      opensslVerify(dir, hash, data, Buffer.from(value, "base64"), certificateFile);
    if (verifier === "xmlsec1") {
      xmlsecVerify(dir, payload, certificateFile);
      return;
    }
    if (verifier === "libxml2, openssl") {
      const { info, reference, text } = await xmlSignature(payload, profile);
      check(info, /<(?:ds:)?SignatureValue>([^<]+)</.exec(text)?.[1] ?? "");
      const digest = Buffer.from(/<(?:ds:)?DigestValue>([^<]+)</.exec(text)?.[1] ?? "", "base64");
      const hashOf = suite.name === "sm2-sm3" ? "sm3" : "sha1";
      assert.deepEqual(digest, createHash(hashOf).update(reference).digest());
      return;
    }
    assert.equal(verifier, "openssl");
    if (profile === "detached") {
      assert.ok(signature);
      check(payload, signature.value);
      return;
    }
    const value = /<Sign>([^<]+)<\/Sign>/.exec(payload.toString())?.[1] ?? "";
    check(Buffer.from(payload.toString().replace(value, "")), value);
  }

  const rows = tableRows();

  it("has a row for every profile and suite", () => {
    const wanted = PROFILE_NAMES.flatMap((profile) => SUITES.map(({ name }) => `${profile} ${name}`));
    assert.deepEqual(rows.map(({ profile, suite }) => `${profile} ${suite}`).sort(), wanted.sort());
  });

  for (const { profile, suite: suiteName, cells, verifier } of rows) {
    for (const backend of BACKENDS) {
      it(`${profile}, ${suiteName}, ${backend}: ${cells[backend]} (${verifier})`, async () => {
        const suite = SUITES.find(({ name }) => name === suiteName) as Suite;
        const { card, certificateFile } =
          cards[`${backend} ${suite.algorithm === "sm2-sm3" ? "sm2" : "rsa"}`] ?? assert.fail(backend);
        const payload = Buffer.from(DOCUMENTS[profile] as string);
        const request = { payload, fileName: "a.xml", at: 0, messageType: "" };
        const signing = signDocument(profile, request, card, { suite: suiteName, input: "bytes" });
        const refused = { "too long": "SIGNATURE-TOO-LONG", "card cannot": "ALGORITHM" }[cells[backend]];
        if (refused) {
          await assert.rejects(signing, ({ details }: ImportClientError) => details.inner === refused);
          return;
        }
        assert.equal(cells[backend], "yes");
        const signed = await signing;
        await verifyWith(verifier, profile, suite, signed, certificateFile);
        // What the producer wrote is there byte for byte.
        const [first = "", ...others] = (DOCUMENTS[profile] as string).match(/<!\[CDATA\[[\s\S]*?\]\]>/g) ?? [];
        for (const part of [first, ...others]) assert.ok(part !== "" && signed.payload.includes(part));
        const forged = Buffer.from(signed.payload.toString().replace("<![CDATA[", "<![CDATA[0"));
        await assert.rejects(
          verifyWith(verifier, profile, suite, { ...signed, payload: forged }, certificateFile),
          "a changed document is noticed",
        );
      });
    }
  }
}).timeout(60_000);
