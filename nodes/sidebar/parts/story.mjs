// One document's story: where it stands, why and what to do, its receipts and events, its content, and what a person can do with it.

import { actionButtons } from "./actions.mjs";
import { contentOf } from "./content.mjs";
import { button, el, line, section } from "./elements.mjs";
import { showFacts } from "./facts.mjs";
import { archiveButton, bundleButton } from "./files.mjs";
import { get, mayWrite } from "./host.mjs";
import { asksReason } from "./reason.mjs";
import { showReceipt } from "./receipts.mjs";
import { isOnItsWay, isWaiting, standingMark } from "./states.mjs";
import { bilingual, said, time, translate, translateKnown } from "./texts.mjs";
import { markLate } from "./waiting.mjs";

/** `back` is called by its button, `fail` with a request that went wrong. */
export function makeStory(place, { back, fail }) {
  /** Id of the document whose story is open. */
  let open = null;
  /** Its content, once it is there: a refresh leaves it open. */
  let content = [];
  /** What it waits for may change without a change of its own. */
  let mayWait = false;

  const backButton = () => button("back", translate("back"), back, { class: "sw-back" });

  function show({ document: row, events, receipts, packets, advice, waitsFor = [] }, first) {
    if (asksReason(place)) return;
    mayWait = isOnItsWay(row);
    const focused = place.contains(document.activeElement) ? document.activeElement : undefined;
    if (first) content = contentOf(row, fail);
    const form = el("div");
    const head = [
      place.querySelector(".sw-back") ?? backButton(),
      el("h2", { class: "sw-title" }, row.fileName),
      standingMark(row),
      ...whyOf(row, receipts, advice),
      ...waitsFor.flatMap(showHindrance),
      el(
        "div",
        { class: "sw-actions" },
        actionButtons([row], form, () => ask().catch(fail)),
        mayWrite() && bundleButton(row, fail),
        mayWrite() && archiveButton(row, fail),
      ),
      form,
      showFacts(row, packets),
    ];
    place.replaceChildren(...head, ...content);
    const receiptOf = (receipt) => showReceipt(row, receipt, fail);
    section(place, translate("receipts"), receipts, translate("empty.receipts"), receiptOf);
    section(place, translate("events"), events, "", showEvent);
    // Only what stays in the document keeps the focus by itself.
    if (focused && place.contains(focused)) focused.focus({ preventScroll: true });
  }

  /** Asks for the open document; an answer that comes after another one was opened is dropped. */
  async function ask(first = false) {
    const wanted = open;
    const story = await get(`documents/${encodeURIComponent(wanted)}`);
    if (open === wanted) show(story, first);
  }

  return {
    ask: () => ask(),
    isOpen: () => open !== null,
    /** Does a change of these documents, or of how the clients stand (`status`), concern it? */
    shows: ({ documents, all, status }) => open !== null && (all || documents.includes(open) || (status && mayWait)),
    open(id) {
      open = id;
      const first = backButton();
      place.replaceChildren(first);
      place.hidden = false;
      first.focus();
      return ask(true).catch(fail);
    },
    close() {
      open = null;
      content = [];
      place.hidden = true;
      place.replaceChildren();
    },
  };
}

/** Why it stands where it stands, and what to do: as the newest receipt advises, else as its code means. */
function whyOf(row, receipts, advice) {
  const newest = (wanted) => receipts.findLast((receipt) => receipt.outcome === "refused" && wanted(receipt) !== "");
  const refusal = newest(({ advice: given }) => bilingual(given));
  // Of one that customs refused the row has the status alone.
  const reason = row.code || row.statusOutcome !== "refused" ? row : newest(said);
  const problem = reason ? [reason.code, said(reason)].filter(Boolean).join(" ") : "";
  const isBad = row.state === "rejected" || row.state === "failed" || row.statusOutcome === "refused";
  const what = (isBad && bilingual(refusal?.advice)) || bilingual(advice);
  return [
    problem &&
      el("div", { class: row.state === "held" || isWaiting(row) ? "sw-problem sw-note" : "sw-problem" }, problem),
    what && el("div", { class: "sw-what" }, line("bulb", what)),
  ].filter(Boolean);
}

/** What stops all of its client, and with it this document. */
function showHindrance({ code, text, advice }) {
  const waits = translate("waits", { reason: [code, bilingual(text)].filter(Boolean).join(" ") });
  return [
    el("div", { class: "sw-problem sw-note" }, waits),
    advice && el("div", { class: "sw-what" }, line("bulb", bilingual(advice))),
  ].filter(Boolean);
}

function showEvent(event) {
  const overdue = event.event === "overdue";
  const text = overdue ? translateKnown("missing", event.text) : said(event);
  const words = [event.code, text].filter(Boolean).join(" ");
  const item = el(
    "div",
    { class: "sw-item" },
    el("time", {}, time(event.at)),
    el("span", {}, ` ${translateKnown("event", event.event)}`),
    words && el("div", {}, words),
  );
  return markLate(item, overdue);
}
