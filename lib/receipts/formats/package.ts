import { listedKindOf } from "../../business/index.js";
import type { XmlElement } from "../../xml/scan.js";
import { childOf, fieldOf, isType, joined, openPackage, type PackageReceipt, withEnvelope } from "../envelope.js";
import { looksLikeSeqNo, statusRecord, timeOf } from "../record.js";
import type { ParsedReceipt, ReceiptFormat } from "../types.js";
import { approvalRecord } from "./approvals.js";
import { packetRecord } from "./packets.js";

/** What enterprises send: 1xx of every system, and these of 快件. */
const SENT = new Set(["EXP301", "EXP307"]);

/** Names of a result, of its text, of its time, in the messages of the family. */
const RESULTS = ["manageResult", "OpResult", "RtnFlag", "PROC_RESULT"];
const TEXTS = ["rmk", "Notes", "reason", "PROC_DESC"];
const TIMES = ["manageDate", "OpTime", "createDate", "OP_TIME"];

/**
 * Every package that no other format knows and that is no document of ours: new types come, and nobody is helped by hearing
 * that it was not recognised. It is named by its own type; its result is read as the other types of its kind have it, and
 * where no list explains the code it says nothing of success.
 */
export const formats: readonly ReceiptFormat[] = [
  {
    format: "Package",
    title: { zh: "金关二期其他回执", en: "any other receipt of the package family" },
    last: true,
    matches(root) {
      const type = openPackage(root)?.type;
      if (type === undefined || SENT.has(type) || (isType(type) && type[3] === "1")) return false;
      return listedKindOf(root) === undefined;
    },
    parse(root) {
      const opened = openPackage(root);
      return opened ? withEnvelope(opened, recordOf(opened)) : [];
    },
  },
];

function recordOf(opened: PackageReceipt): ParsedReceipt {
  const { type, body } = opened;
  if (childOf(body, "MsgReceResult")) return packetRecord(type, opened);
  if (childOf(body, "HdeApprResult")) return approvalRecord(type, body, { head: "" });
  const carrier = carrierOf(body);
  const first = (names: readonly string[]) => names.map((name) => fieldOf(carrier, name)).find(Boolean) ?? "";
  const number = first(["etpsPreentNo", "PreEntryId", "invPreentNo"]);
  return statusRecord({
    format: type,
    code: first(RESULTS),
    text: joined(TEXTS.map((name) => fieldOf(carrier, name))),
    ...(looksLikeSeqNo(number) ? { seqNo: number } : { clientKey: number }),
    customsNo: first(["businessId", "bizNo", "EntryId"]),
    at: timeOf(first(TIMES)),
  });
}

/** The element that holds a result; the body where none does. */
function carrierOf(body: XmlElement): XmlElement {
  for (const element of body.walk()) {
    if (RESULTS.some((name) => fieldOf(element, name) !== "")) return element;
  }
  return body;
}
