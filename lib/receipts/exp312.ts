import type { XmlElement } from "../xml/scan.js";
import { packageFormat } from "./envelope.js";
import { timeOf } from "./record.js";

/** 公路舱单回执 (domain 1.3). Its fields are not public: looked for under the names that its neighbours use. */
export const exp312 = packageFormat("EXP312", (body) => ({
  code: first(body, ["OpResult", "ReplyCode", "StatementCode", "Code", "Result"]),
  text: first(body, ["Notes", "Note", "StatementDescription", "Text", "ReplyNote"]),
  clientKey: first(body, ["MessageID", "MessageId"]),
  otherKeys: [first(body, ["JourneyID", "VoyageNo"]), first(body, ["BillNo"])],
  at: timeOf(first(body, ["OpTime", "NoticeDate", "SendTime"])),
}));

function first(body: XmlElement, names: readonly string[]): string {
  for (const name of names) {
    const text = body.find(name)?.text.trim();
    if (text) return text;
  }
  return "";
}
