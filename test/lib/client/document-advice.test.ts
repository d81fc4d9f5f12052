import assert from "node:assert/strict";
import { adviceOn } from "../../../lib/client/document-advice.js";
import { meaningOf } from "../../../lib/codes.js";
import { neutral } from "../../../lib/errors.js";
import { CORRECT_PIN, cardFault, INSERT_CARD, pinBlocked } from "../../../lib/signing/faults.js";
import { certificateFault } from "../../../lib/signing/validity.js";

/** What is advised on a document that waits for this fault, by what its row keeps of it. */
const advised = ({ code, text }: { code: string; text: { zh: string; en: string } }, used?: string[]) =>
  [text.zh, text.en].map((said) => adviceOn({ code, text: said }, used));

describe("what to do about a document that waits for its card", () => {
  it("is what the inner code asks for, whichever backend met it", () => {
    for (const [inner, advice] of [
      ["TOKEN-ABSENT", INSERT_CARD],
      ["51590", INSERT_CARD],
      ["CKR_PIN_INCORRECT", CORRECT_PIN],
      ["51571", CORRECT_PIN],
    ] as const)
      assert.deepEqual(advised(cardFault(inner, neutral("卡（1）"), neutral("-"))), [advice, advice]);
  });

  it("is that of the backend in use, where several know the code", () => {
    const fault = cardFault("MODULE-NOT-LOADED", neutral("卡"), neutral("-"));
    const [sdf] = advised(fault, ["sdf"]);
    const [pkcs11] = advised(fault, ["pkcs11"]);
    assert.match(sdf?.zh ?? "", /SDF/);
    assert.match(pkcs11?.zh ?? "", /PKCS#11/);
  });

  it("is that of the certificate, and a general one for a code that nobody knows", () => {
    const expired = certificateFault({ notBefore: 1, notAfter: 2 }, 3);
    assert.ok(expired);
    assert.deepEqual(advised(expired)[0], expired.advice);
    const general = meaningOf("C134")?.action;
    for (const inner of ["CKR_WHATEVER", "constructor", ""])
      assert.deepEqual(advised(cardFault(inner, neutral("卡"), neutral("-")))[0], general);
  });

  it("says where the PIN is, that a changed one opens the guard, and that the same one is not to be tried", () => {
    const { advice } = pinBlocked("CKR_PIN_INCORRECT", neutral("-"));
    for (const said of [advice?.zh, meaningOf("SW-PIN-BLOCKED")?.action.zh])
      assert.match(said ?? "", /卡节点.*SW_CARD_PIN.*自动解除.*请勿人工解除/);
    // The card's own last try is another matter: a changed PIN does not open it.
    assert.doesNotMatch(pinBlocked("FINAL-TRY", neutral("-")).advice?.zh ?? "", /自动解除/);
  });
});
