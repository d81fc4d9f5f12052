// One receipt in a document's story.

import { line } from "./elements.mjs";
import { bilingual, named, said, time, translate, translateKnown } from "./texts.mjs";

export function showReceipt(receipt, place) {
  const tone = receipt.outcome === "unknown" ? "warn" : receipt.ok ? "good" : "bad";
  const item = $("<div>", { class: `sw-item sw-is-${tone}` }).appendTo(place);
  const kind = translateKnown("receipt", receipt.kind);
  const verdict = receipt.statusText || translate(`receipt.${tone}`);
  const about = receipt.part ? translate("receipt.part", { part: receipt.part }) : "";
  $("<div>")
    .addClass(`sw-${tone}`)
    .text([named(kind, verdict), about].filter(Boolean).join(" · "))
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
  const guessed = ["oldest", "fileName", "time"].includes(how);
  const text = translate("matchedBy.text", { by: translateKnown("matchedBy", how) });
  const said = line(guessed ? "fa-exclamation-triangle" : "fa-link", text, guessed ? "" : "sw-muted");
  if (guessed) said.find("i").addClass("sw-warn");
  return said;
}
