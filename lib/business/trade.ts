import type { XmlElement } from "../xml/scan.js";
import { envelopePackage, envelopeType } from "./envelope.js";
import { enveloped } from "./enveloped.js";
import { headOf, textInAnyCase } from "./keys.js";
import type { MessageKind } from "./types.js";

/** Own numbers of a head, the first that is there wins; `…PreentNo` of customs' own names is the 18-digit number. */
const OWN_NUMBERS = ["EtpsInnerInvtNo", "EtpsInnerNo", "EtpsPreentNo", "TrfoutEtpsInnerNo", "CnsnEtpsInnerNo"];
/** Numbers of the partner in a transfer: either company may be ours. */
const PARTNERS = ["TrfinEtpsInnerNo", "RcvgdEtpsInnerNo"];

/** What message types may look like: the name ends up in headers, rows and texts. */
const TYPE = /^[A-Z][A-Z0-9_-]{1,29}$/;

/** `SAS101`, `EMS111`: what enterprises send begins its number with 1; its approval is the same with 2 (formats/customs-side). */
const REQUEST = /^([A-Z]{3})1(\d\d)$/;

/** The business data of an envelope, whatever it is called; what says only how it is meant stands beside it. */
function envelopeData(root: XmlElement): XmlElement | undefined {
  const data = envelopePackage(root)?.at("DataInfo/BussinessData");
  return data?.children.find(({ name, children }) => name !== "DelcareFlag" && children.length > 0);
}

/**
 * Any other message in the envelope of 金关二期, known by nothing but its `message_type`: signed and packed as the listed ones.
 * Undefined for what is none.
 */
export function anyTradeKind(root: XmlElement): MessageKind | undefined {
  const type = envelopeType(root);
  if (!envelopeData(root) || !TYPE.test(type)) return undefined;
  const [, system, number] = REQUEST.exec(type) ?? [];
  const numbers = (element: XmlElement, names: readonly string[]) => {
    const data = envelopeData(element);
    return data ? names.map((name) => textInAnyCase(headOf(data), name)) : [];
  };
  return {
    ...enveloped(
      type,
      `金关二期报文 ${type}`,
      `message ${type} in the envelope of 金关二期`,
      system === undefined ? [] : [`${system}2${number}`],
    ),
    guessed: true,
    body: envelopeData,
    clientKey: (element) => numbers(element, OWN_NUMBERS).find(Boolean) ?? "",
    partKeys: (element) => numbers(element, PARTNERS),
  };
}
