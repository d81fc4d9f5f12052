// Which receipt a document waits for, and for how long.

import { icon } from "./icons.mjs";
import { translate } from "./texts.mjs";

/** Minutes after which a wait is shown as long; what people are warned of is set in a documents node. */
const LONG_WAIT = { import: 30, business: 1440 };

function missingReceipt(row) {
  if (row.state === "sent" && !row.importReceiptAt) return "import";
  if (row.state === "accepted" && !row.businessReceiptAt) return "business";
  return undefined;
}

/** The receipt that a document waits for (faq 9: which of the two), in words, and whether that is long. */
export function waitOf(row) {
  const missing = missingReceipt(row);
  const since = missing === "import" ? row.sentAt : row.importReceiptAt;
  if (!missing || !since) return undefined;
  const minutes = Math.max(0, Math.floor((Date.now() - since) / 60000));
  const text = translate(`waiting.${missing}`, { time: span(minutes) });
  return { missing, late: minutes >= LONG_WAIT[missing], text };
}

function span(minutes) {
  if (minutes < 120) return translate("span.minutes", { number: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return translate("span.hours", { number: hours });
  return translate("span.days", { number: Math.floor(hours / 24) });
}

/** A sign in the warning's colour before letters that can be read. */
export function markLate(element, late) {
  if (!late) return element;
  element.classList.add("sw-late");
  element.prepend(icon("clock", "sw-warn"), " ");
  return element;
}
