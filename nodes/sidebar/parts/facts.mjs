// What is known of a document, as a list of names and values.

import { copyText, el, signButton } from "./elements.mjs";
import { instanceName } from "./instances.mjs";
import { statusOf } from "./states.mjs";
import { time, translate, translateKnown } from "./texts.mjs";
import { markLate, waitOf } from "./waiting.mjs";

export function showFacts(row, packets) {
  const list = el("dl");
  const fact = (name, value) => addFact(list, name, value);
  fact("environment", translateKnown("environment", row.environment));
  fact("clientId", row.clientId);
  fact("business", row.business);
  fact("messageType", row.messageType);
  fact("clientKey", row.clientKey);
  fact("seqNo", row.seqNo)?.append(" ", copyNumber(row.seqNo));
  fact("customsNo", row.customsNo);
  fact("status", [row.statusCode, statusOf(row)].filter(Boolean).join(" "));
  fact("parts", partsOf(row));
  fact("packets", packetsOf(packets));
  fact("instance", row.instance && instanceName(row.instance));
  fact("attempt", String(row.attempt ?? ""));
  fact("duplicate", row.possibleDuplicate ? translate("yes") : "");
  fact("box", row.box && row.box !== "none" ? `${row.box}/${row.boxName}` : "");
  fact("until", row.state === "held" ? time(row.retryAt) : "");
  fact("claimedAt", time(row.claimedAt));
  fact("sentAt", time(row.sentAt));
  receiptFact(list, row, "import", row.importReceiptAt);
  receiptFact(list, row, "business", row.businessReceiptAt);
  fact("id", row.id);
  return list;
}

/** Orders, lists or bills that are answered one by one; which of them is refused stands in the document's text. */
function partsOf({ parts, partsGood, partsRefused }) {
  if (!(parts > 1)) return "";
  return translate("parts", { parts, good: partsGood, refused: partsRefused, open: parts - partsGood - partsRefused });
}

/** A large document that was cut into packets: are they all there? */
function packetsOf(packets) {
  if (!packets) return "";
  const { of, there, missing, complete } = packets;
  if (complete) return translate("packets.complete", { of });
  return translate("packets.missing", { of, there: there.length, missing: missing.join(", ") });
}

/** Gives the place of the value back; an empty value has none. */
function addFact(list, name, value) {
  if (!value) return undefined;
  const place = el("dd", {}, value);
  list.append(el("dt", {}, translate(`fact.${name}`)), place);
  return place;
}

/** People paste it into the Single Window's query (faq 21). */
function copyNumber(value) {
  return signButton("copy", translate("copy"), () => copyText(value, translate("copied")), { class: "sw-copy" });
}

/** When a receipt came, or for how long it is waited for. */
function receiptFact(list, row, kind, at) {
  const wait = waitOf(row);
  const waits = wait?.missing === kind;
  const notYet = waits ? `${translate("notYet")} · ${wait.text}` : row.sentAt ? translate("notYet") : "";
  const place = addFact(list, `${kind}ReceiptAt`, time(at) || notYet);
  if (place) markLate(place, waits && wait.late);
}
