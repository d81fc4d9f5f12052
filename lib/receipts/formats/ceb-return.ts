import { OWN_NUMBERS } from "../../business/ceb.js";
import type { XmlElement } from "../../xml/scan.js";
import { answersOf, importRecord, recordByCode, timeOf } from "../record.js";
import type { ParsedReceipt, ReceiptFormat } from "../types.js";

/** Relatives with a shape of their own. */
const OTHERS = new Set(["792", "816", "818", "900"]);

/** Customs' number of what was declared. */
const CUSTOMS = ["invtNo", "rkdNo", "sumNo"];

function numberOf(root: XmlElement): string {
  return /^CEB(\d{3})Message$/.exec(root.name)?.[1] ?? "";
}

function firstOf(element: XmlElement, names: readonly string[]): string {
  return names.map((name) => element.textAt(name)).find(Boolean) ?? "";
}

/**
 * Cross-border receipts CEBnn2 and their even-numbered relatives: up to 100 returns in one, each of which answers an order
 * or list of its own, maybe of another message. Keys: the guid of the head that it answers, the producer's numbers, and last
 * the guid on the root, which is the receipt's own with some platforms and the sent message's with others. returnStatus
 * says whether the port took it (import) or what customs says (business); by `lib/advice`.
 */
const cebReturn: ReceiptFormat = {
  format: "CEBnn2",
  title: {
    zh: "跨境电商回执 (CEB312, 412, 512, 514, 622, 624, 626, 712, 214, 216, 304, 404, 506, 508, 510, 604, 606, 608, 702)",
    en: "cross-border e-commerce: returns",
  },
  matches: (root) => !OTHERS.has(numberOf(root)) && numberOf(root) !== "" && answersOf(root.name).length > 0,
  parse(root) {
    const returns = root.children.filter((child) => child.child("returnStatus") !== undefined);
    return (returns.length > 0 ? returns : [root]).map((entity) => parseReturn(root, entity));
  },
};

function parseReturn(root: XmlElement, entity: XmlElement): ParsedReceipt {
  const guid = entity.textAt("guid");
  return recordByCode({
    format: root.name,
    code: entity.textAt("returnStatus"),
    text: entity.textAt("returnInfo"),
    ...cebKeys(root, entity, guid),
    seqNo: entity.textAt("preNo"),
    customsNo: firstOf(entity, CUSTOMS),
    at: timeOf(entity.textAt("returnTime")),
  });
}

/** By what a return or a tax document finds the message that it answers, and which part of it it is about. */
export function cebKeys(
  root: XmlElement,
  entity: XmlElement | undefined,
  guid: string,
): Pick<ParsedReceipt, "clientKey" | "otherKeys" | "part"> {
  const whole = root.attributes.get("guid") ?? "";
  const own = OWN_NUMBERS.map((name) => entity?.textAt(name) ?? "").filter(Boolean);
  // The guid of the answer itself is often one of its own: alone it may find the message, and says nothing when it does not.
  return { clientKey: guid || (own.length > 0 ? whole : ""), otherKeys: [...own, whole], part: own[0] ?? guid };
}

/** CEB900: the message could not be read at all. It names the message and its type. */
const formatError: ReceiptFormat = {
  format: "CEB900Message",
  title: { zh: "跨境电商报文格式错误回执", en: "cross-border e-commerce: format error" },
  matches: (root) => numberOf(root) === "900",
  parse(root) {
    const entity = root.child("MessageReturn") ?? root;
    const number = /\d{3}/.exec(entity.textAt("oriMessageType"))?.[0];
    const code = entity.textAt("returnStatus");
    return [
      importRecord({
        format: "CEB900Message",
        outcome: "refused",
        code,
        text: entity.textAt("returnInfo"),
        clientKey: root.attributes.get("guid") ?? "",
        otherKeys: [entity.textAt("guid"), entity.textAt("oriCopMsgId")],
        answers: number === undefined ? answersOf("CEB900Message") : [`CEB${number}`],
        at: timeOf(entity.textAt("returnTime")),
      }),
    ];
  },
};

export const formats: readonly ReceiptFormat[] = [cebReturn, formatError];
