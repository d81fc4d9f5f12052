// One receipt in a document's story.

import { el, line } from "./elements.mjs";
import { receiptButton } from "./files.mjs";
import { mayWrite } from "./host.mjs";
import { statusOf } from "./states.mjs";
import { bilingual, named, said, time, translate, translateKnown } from "./texts.mjs";

/** `fail` gets a request that went wrong. */
export function showReceipt(row, receipt, fail) {
  const tone = receipt.outcome === "unknown" ? "warn" : receipt.ok ? "good" : "bad";
  const kind = translateKnown("receipt", receipt.kind);
  const verdict = statusOf(receipt) || translate(`receipt.${tone}`);
  const about = receipt.part ? translate("receipt.part", { part: receipt.part }) : "";
  const came = receipt.receivedAt ? translate("receipt.received", { time: time(receipt.receivedAt) }) : "";
  const when = [time(receipt.at), came, receipt.format, receipt.text ? "" : receipt.code];
  const text = said(receipt);
  const advice = bilingual(receipt.advice);
  const place = `${receipt.folder}/InBox/${receipt.file}`;
  const download = mayWrite() && receiptButton(row, receipt, fail);
  return el(
    "div",
    { class: `sw-item sw-is-${tone}` },
    el("div", { class: `sw-${tone}` }, [named(kind, verdict), about].filter(Boolean).join(" · ")),
    el("time", {}, when.filter(Boolean).join(" · ")),
    text && el("div", {}, [receipt.code, text].filter(Boolean).join(" ")),
    advice && el("div", { class: "sw-advice" }, line("bulb", advice)),
    receipt.file && el("div", { class: "sw-muted" }, place, " ", download),
    receipt.matchedBy && matchedBy(receipt.matchedBy),
  );
}

/** How the document was found. Without a number of the document, or against one, it is a guess, and has to look like one. */
function matchedBy(how) {
  const guessed = ["oldest", "doubtful", "fileName", "time"].includes(how);
  const text = translate("matchedBy.text", { by: translateKnown("matchedBy", how) });
  const words = line(guessed ? "warn" : "link", text, guessed ? "" : "sw-muted");
  if (guessed) words.querySelector("svg").classList.add("sw-warn");
  return words;
}
