import type { XmlElement } from "../xml/scan.js";
import { envelopeBody, envelopeOperation, envelopePackage, envelopeType } from "./envelope.js";
import { TRADE_IMPORT } from "./trade-receipts.js";
import type { MessageKind } from "./types.js";

/**
 * The element with the message: by its type's name, else the first one below `BussinessData`. Customs' own schemas name it
 * by the type, enterprises otherwise.
 */
function messageOf(root: XmlElement, type: string): XmlElement | undefined {
  const data = envelopePackage(root)?.at("DataInfo/BussinessData");
  return envelopeBody(root, type) ?? data?.children.find(({ name }) => name !== "DelcareFlag");
}

/**
 * A 金关二期 message of which the envelope and customs' own schema are known (formats/customs-side/): signed and packed as
 * 核注清单, its own number wherever its head has it. `receipts`: formats of customs' answers.
 */
export function enveloped(type: string, zh: string, en: string, receipts: readonly string[]): MessageKind {
  return {
    type,
    title: { zh, en },
    root: type,
    matches: (root) => envelopeType(root) === type || envelopeBody(root, type) !== undefined,
    body: (root) => messageOf(root, type),
    clientKey: (root) => {
      const message = messageOf(root, type);
      const own = message?.find("EtpsPreentNo") ?? message?.find("etpsPreentNo");
      return own?.text.trim() ?? "";
    },
    operation: envelopeOperation,
    zip: "required",
    signing: "xmldsig-object",
    receipts: { import: TRADE_IMPORT, business: receipts },
  };
}
