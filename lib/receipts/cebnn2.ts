import { outcomeOf, statusText } from "../advice/index.js";
import type { XmlElement } from "../xml/scan.js";
import { answersOf, record, timeOf } from "./record.js";
import type { ParsedReceipt, ReceiptFormat } from "./types.js";

/** Relatives with a shape of their own. */
const OTHERS = new Set(["792", "816", "818", "900"]);

/** Statuses of the electronic port itself: the message was taken. What customs says comes as 100 and above. */
const TAKEN = new Set(["1", "2", "3"]);

/** Numbers of the producer's own that a return repeats. */
const OWN = ["guid", "copNo", "coElNo", "orderNo", "payTransactionId", "payNo", "logisticsNo"];
/** Customs' number of what was declared. */
const CUSTOMS = ["invtNo", "rkdNo", "sumNo"];

function numberOf(root: XmlElement): string {
  return /^CEB(\d{3})Message$/.exec(root.name)?.[1] ?? "";
}

function firstOf(element: XmlElement, names: readonly string[]): string {
  for (const name of names) {
    const text = element.textAt(name);
    if (text !== "") return text;
  }
  return "";
}

/**
 * Cross-border receipts CEBnn2 and their even-numbered relatives: up to 100 returns in one, each of which may answer
 * another document. Keys: the message's guid, then each return's own guid and numbers. returnStatus 1 to 3 and every
 * negative one say whether the message was taken (import); the others are customs' (business).
 */
export const cebReturn: ReceiptFormat = {
  format: "CEBnn2",
  matches: (root) => !OTHERS.has(numberOf(root)) && numberOf(root) !== "" && answersOf(root.name).length > 0,
  parse(root) {
    const returns = root.children.filter((child) => child.child("returnStatus") !== undefined);
    return (returns.length > 0 ? returns : [root]).map((entity) => parseReturn(root, entity));
  },
};

function parseReturn(root: XmlElement, entity: XmlElement): ParsedReceipt {
  const format = root.name;
  const code = entity.textAt("returnStatus");
  const outcome = outcomeOf(format, code);
  const importing = TAKEN.has(code) || code.startsWith("-") || code === "";
  return record({
    kind: importing ? "import" : "business",
    format,
    ok: outcome === "good" || outcome === "notice",
    code,
    text: entity.textAt("returnInfo"),
    clientKey: root.attributes.get("guid") ?? "",
    otherKeys: OWN.map((name) => entity.textAt(name)),
    seqNo: entity.textAt("preNo"),
    customsNo: firstOf(entity, CUSTOMS),
    statusCode: code,
    statusText: statusText(format, code)?.zh ?? "",
    at: timeOf(entity.textAt("returnTime")),
  });
}

/** CEB900: the message could not be read at all. It names the message and its type. */
export const cebFormatError: ReceiptFormat = {
  format: "CEB900Message",
  matches: (root) => numberOf(root) === "900",
  parse(root) {
    const entity = root.child("MessageReturn") ?? root;
    const type = entity.textAt("oriMessageType");
    const number = /\d{3}/.exec(type)?.[0];
    const code = entity.textAt("returnStatus");
    return [
      record({
        kind: "import",
        format: "CEB900Message",
        ok: false,
        code,
        text: entity.textAt("returnInfo"),
        clientKey: root.attributes.get("guid") ?? "",
        otherKeys: [entity.textAt("guid"), entity.textAt("oriCopMsgId")],
        statusCode: code,
        statusText: statusText("CEB900Message", code)?.zh ?? "",
        answers: number === undefined ? answersOf("CEB900Message") : [`CEB${number}`],
        at: timeOf(entity.textAt("returnTime")),
      }),
    ];
  },
};
