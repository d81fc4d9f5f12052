// One document's story: what is known of it, its receipts and events, and what a person can do with it.

import { bundleButton } from "./bundle.mjs";
import { button, section } from "./elements.mjs";
import { showFacts } from "./facts.mjs";
import { askReason, asksReason } from "./reason.mjs";
import { showReceipt } from "./receipts.mjs";
import { ENDED_STATES, stateMark } from "./states.mjs";
import { said, time, translate, translateKnown } from "./texts.mjs";
import { markLate } from "./waiting.mjs";

/** `back` is called by its button, `fail` with a request that went wrong. */
export function makeStory(place, { back, fail }) {
  /** Id of the document whose story is open. */
  let open = null;

  const backButton = () => button("fa-arrow-left", translate("back"), back).addClass("sw-back");

  function show({ document: row, events, receipts, packets }) {
    if (asksReason(place)) return;
    const focused = place.find(".sw-back:focus").length > 0;
    place.empty();
    const first = backButton().appendTo(place);
    if (focused) first.trigger("focus");
    showHead(row, place);
    showActions(row, place, { done: () => ask().fail(fail), fail });
    showFacts(row, place, packets);
    section(place, translate("receipts"), receipts, translate("empty.receipts"), (receipt) =>
      showReceipt(receipt, place),
    );
    section(place, translate("events"), events, "", (event) => showEvent(event, place));
  }

  /** Asks for the open document; an answer that comes after another one was opened is dropped. */
  function ask() {
    const wanted = open;
    return $.getJSON(`single-window/documents/${encodeURIComponent(wanted)}`).then((story) => {
      if (open === wanted) show(story);
    });
  }

  return {
    ask,
    isOpen: () => open !== null,
    open(id) {
      open = id;
      place.empty().show();
      backButton().appendTo(place).trigger("focus");
      ask().fail(fail);
    },
    close() {
      open = null;
      place.hide().empty();
    },
  };
}

function showHead(row, place) {
  $("<h4>").css("overflow-wrap", "anywhere").text(row.fileName).appendTo(place);
  stateMark(row.state).appendTo(place);
  const problem = [row.code, said(row)].filter(Boolean).join(" ");
  if (problem) $("<div>", { class: "sw-problem" }).text(problem).appendTo(place);
}

function showActions(row, place, { done, fail }) {
  const actions = $("<div>", { class: "sw-actions" }).appendTo(place);
  const form = $("<div>").appendTo(place);
  const path = `documents/${encodeURIComponent(row.id)}`;
  const ask = (action, choices) =>
    askReason(form, { action, request: `${path}/${action}`, name: row.fileName, choices, done });
  if (row.settled && ENDED_STATES.includes(row.state)) {
    button("fa-repeat", translate("resend.button"), () => ask("resend")).appendTo(actions);
  }
  if (row.settled && row.state === "failed" && row.code === "SW-DUP") {
    button("fa-share", translate("override.button"), () => ask("override")).appendTo(actions);
  }
  if (row.state === "held") {
    const release = () => ask("release", ["resend", "sent", "failed"]);
    button("fa-unlock", translate("release.button"), release).appendTo(actions);
  }
  bundleButton(row, fail).appendTo(actions);
}

function showEvent(event, place) {
  const overdue = event.event === "overdue";
  const item = $("<div>", { class: "sw-item" }).appendTo(place);
  $("<time>").text(time(event.at)).appendTo(item);
  $("<span>")
    .text(` ${translateKnown("event", event.event)}`)
    .appendTo(item);
  markLate(item, overdue);
  const text = overdue ? translateKnown("missing", event.text) : said(event);
  const line = [event.code, text].filter(Boolean).join(" ");
  if (line) $("<div>").text(line).appendTo(item);
}
