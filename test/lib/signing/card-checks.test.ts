import assert from "node:assert/strict";
import { cardFacts, checkCard } from "../../../lib/signing/card-checks.js";
import type { CardIdentity } from "../../../lib/signing/types.js";
import { scanXml } from "../../../lib/xml/scan.js";

const DAY = 86_400_000;
const END = Date.UTC(2026, 11, 31);
const CARD: CardIdentity = {
  cardNumber: "8930000000001",
  certificateNumber: "03",
  certificate: Buffer.alloc(0),
  notBefore: Date.UTC(2024, 0, 1),
  notAfter: END,
  holder: "",
  companyCode: "4403960000",
  companyName: "",
  algorithms: ["rsa-sha256"],
};
const NOW = Date.UTC(2026, 0, 1);

function rules(xml: string, card: CardIdentity = CARD, now = NOW): string[] {
  return checkCard(card, cardFacts(scanXml(Buffer.from(xml))), { now }).map(
    ({ rule, severity, path, line }) => `${severity} ${rule} ${path}:${line}`,
  );
}

describe("card against document", () => {
  const good =
    "<M><H><InputCode>4403960000</InputCode>\n<IcCardNo>8930000000001</IcCardNo></H><OperCusRegCode> 4403960000 </OperCusRegCode><ICCode/></M>";

  it("says nothing of a document of the card's own company", () => assert.deepEqual(rules(good), []));

  it("faq 19: InputCode and OperCusRegCode are the card's company", () => {
    assert.deepEqual(rules(good.replaceAll("4403960000", "4403969999")), [
      "error SW-RULE-card-company M/H/InputCode:1",
      "error SW-RULE-card-company M/OperCusRegCode:2",
    ]);
  });

  it("faq 20: the card number in the document is the card's", () => {
    assert.deepEqual(rules(good.replace("8930000000001", "8930000000009")), [
      "error SW-RULE-card-number M/H/IcCardNo:2",
    ]);
  });

  it("compares nothing that the card does not tell", () => {
    assert.deepEqual(rules(good.replaceAll("0000", "1111"), { ...CARD, companyCode: "", cardNumber: "" }), []);
  });

  it("warns of the expiry from 30 days before, to the millisecond", () => {
    const at = (now: number): string[] => rules(good, CARD, now);
    assert.deepEqual(at(END - 30 * DAY - 1), []);
    assert.deepEqual(at(END - 30 * DAY), ["warning SW-RULE-card-expiry :0"]);
    assert.deepEqual(at(END - 1), ["warning SW-RULE-card-expiry :0"]);
    assert.deepEqual(at(END), ["error SW-RULE-card-expiry :0"]);
    assert.deepEqual(at(CARD.notBefore - 1), ["error SW-RULE-card-expiry :0"]);
    assert.deepEqual(at(CARD.notBefore), []);
  });
});
