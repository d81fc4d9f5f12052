// One receipt in a document's story.

import { line } from "./elements.mjs";
import { bilingual, named, said, time, translate, translateKnown } from "./texts.mjs";

export function showReceipt(receipt, place) {
  const item = $("<div>", { class: `sw-item ${receipt.ok ? "sw-is-good" : "sw-is-bad"}` }).appendTo(place);
  const kind = translateKnown("receipt", receipt.kind);
  const verdict = receipt.statusText || translate(receipt.ok ? "receipt.good" : "receipt.bad");
  $("<div>")
    .addClass(receipt.ok ? "sw-good" : "sw-bad")
    .text(named(kind, verdict))
    .appendTo(item);
  const came = receipt.receivedAt ? translate("receipt.received", { time: time(receipt.receivedAt) }) : "";
  $("<time>")
    .text([time(receipt.at), came, receipt.format, receipt.text ? "" : receipt.code].filter(Boolean).join(" · "))
    .appendTo(item);
  const text = said(receipt);
  if (text) {
    $("<div>").text([receipt.code, text].filter(Boolean).join(" ")).appendTo(item);
  }
  const advice = bilingual(receipt.advice);
  if (advice) line("fa-lightbulb-o", advice, "").addClass("sw-advice").appendTo(item);
  if (receipt.file) $("<div>", { class: "sw-muted" }).text(`${receipt.folder}/InBox/${receipt.file}`).appendTo(item);
  if (receipt.matchedBy) matchedBy(receipt.matchedBy).appendTo(item);
}

/** How the document was found. Without a number of the document it is a guess, and has to look like one. */
function matchedBy(how) {
  const guessed = how === "fileName" || how === "time";
  const text = translate("matchedBy.text", { by: translateKnown("matchedBy", how) });
  const said = line(guessed ? "fa-exclamation-triangle" : "fa-link", text, guessed ? "" : "sw-muted");
  if (guessed) said.find("i").addClass("sw-warn");
  return said;
}
