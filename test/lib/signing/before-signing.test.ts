import assert from "node:assert/strict";
import { inspect } from "../../../lib/business/inspect.js";
import { assertMaySign, checkBeforeSigning } from "../../../lib/signing/before-signing.js";
import type { CardIdentity } from "../../../lib/signing/types.js";
import { DEMO_IDENTITY, decXml, invtXml } from "../../../simulator/samples/index.js";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 0, 15);
const card = (more: Partial<CardIdentity> = {}): CardIdentity => ({
  cardNumber: "8930000000001",
  certificateNumber: "01",
  certificate: Buffer.alloc(0),
  notBefore: NOW - DAY,
  notAfter: NOW + 300 * DAY,
  holder: "",
  companyCode: DEMO_IDENTITY.customsCode,
  companyName: "",
  algorithms: ["rsa-sha256"],
  ...more,
});
const invt = (cardNumber = "8930000000001") => invtXml({ identity: { ...DEMO_IDENTITY, cardNumber } });
const dec = () => decXml({ identity: { ...DEMO_IDENTITY, cardNumber: "8930000000001" } });

describe("checks before signing", () => {
  const found = async (identity: CardIdentity, xml: Buffer, waived: string[] = []) =>
    checkBeforeSigning(identity, await inspect(xml, "a.xml"), { now: NOW, waived }).map(
      ({ rule, severity, path }) => `${severity} ${rule.slice("SW-RULE-card-".length)} ${path.split("/").pop()}`,
    );

  it("finds nothing in a document of the card's company", async () => {
    assert.deepEqual(await found(card(), invt()), []);
    assert.deepEqual(await found(card(), dec()), []);
  });

  it("refuses an inventory list with another company or card, and only warns where preflight does", async () => {
    assert.deepEqual(await found(card({ companyCode: "1100000000" }), invt()), [
      "error company OperCusRegCode",
      "error company InputCode",
    ]);
    const numbers = await found(card(), invt("8930000000009"));
    assert.ok(numbers.includes("error number IcCardNo"), numbers.join());
    assert.deepEqual(
      [...new Set((await found(card(), invt("8930000000009"), ["card-number"])).map((line) => line.split(" ")[0]))],
      ["warning"],
    );
    const declaration = await found(card({ cardNumber: "8930000000009" }), dec());
    assert.ok(
      declaration.every((line) => line === "warning number ICCode") && declaration.length === 1,
      `${declaration}`,
    );
  });

  it("does not compare a token's serial number, nor who entered the declaration of an inventory list", async () => {
    assert.deepEqual(await found(card({ cardNumber: "0123456789abcdef" }), invt()), []);
    const entered = Buffer.from(
      invt()
        .toString("utf8")
        .replace(
          "</InvtHeadType>",
          "</InvtHeadType><InvtDecHeadType><InputCode>1100000000</InputCode></InvtDecHeadType>",
        ),
    );
    assert.deepEqual(await found(card(), entered), []);
  });

  it("warns of a certificate that ends soon, also where the document cannot be read", () => {
    const soon = checkBeforeSigning(card({ notAfter: NOW + 10 * DAY }), undefined, { now: NOW });
    assert.deepEqual(
      soon.map(({ severity }) => severity),
      ["warning"],
    );
    assertMaySign(soon);
  });
});
