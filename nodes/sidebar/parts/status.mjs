// A box for each client: its connection, queues and cards, the connection test, and how many documents are in each state.

import { showBroker } from "./brokers.mjs";
import { showCard } from "./cards.mjs";
import { runDiagnosis } from "./diagnosis.mjs";
import { button, line } from "./elements.mjs";
import { asksReason } from "./reason.mjs";
import { showStanding } from "./standing.mjs";
import { STATES, stateClass, stateText } from "./states.mjs";
import { named, translate, translateKnown } from "./texts.mjs";

/** `documents` is the list that the counts filter; `fail` gets a request that went wrong. */
export function makeStatus(place, { documents, fail }) {
  const boxes = $("<div>", { "aria-live": "off" }).appendTo(place);
  const test = $("<div>", { "aria-live": "polite" }).appendTo(place);

  function show(clients) {
    if (asksReason(boxes)) return;
    boxes.empty();
    if (clients.length === 0) {
      $("<p>", { class: "sw-muted" }).text(translate("empty.clients")).appendTo(boxes);
    }
    for (const status of clients) showClient(status).appendTo(boxes);
  }

  function showClient({ client, fault, counts, inFlight, brokers, cards }) {
    const box = $("<div>", { class: "sw-client" });
    showTitle(client, box);
    if (fault) showStanding(client, fault, box, { done: () => ask().fail(fail), fail });
    for (const broker of brokers ?? []) showBroker(broker, box);
    for (const card of cards ?? []) showCard(card, box, () => ask().fail(fail));
    line("fa-tasks", translate("inFlight", { count: inFlight }), "sw-muted").appendTo(box);
    testButton(client, test).appendTo($("<div>", { class: "sw-actions" }).appendTo(box));
    showCounts(counts ?? {}, documents, box);
    return box;
  }

  function ask() {
    return $.getJSON("single-window/status").then(show);
  }

  return { ask };
}

function showTitle(client, box) {
  const title = $("<div>", { class: "sw-client-title" }).appendTo(box);
  $("<span>")
    .text(client.name || client.clientId || client.id)
    .appendTo(title);
  const tone = client.environment === "production" ? "sw-bad" : "sw-good";
  $("<span>", { class: `sw-badge ${tone}` })
    .text(translateKnown("environment", client.environment))
    .appendTo(title);
  if (client.name) line("fa-id-badge", client.clientId, "sw-muted").appendTo(box);
}

/** The connection test of one client, below the boxes, where no refresh wipes it away. */
function testButton(client, place) {
  const start = button("fa-stethoscope", translate("diagnosis.run"), () => {
    start.prop("disabled", true);
    place.empty();
    const title = $("<h4>")
      .text(named(translate("diagnosis.run"), client.name || client.clientId))
      .appendTo(place);
    const result = $("<div>", { class: "sw-steps" }).appendTo(place);
    runDiagnosis({ client: client.id }, result).always(() => start.prop("disabled", false));
    button("fa-times", translate("diagnosis.close"), () => place.empty())
      .addClass("red-ui-button-small")
      .css("float", "right")
      .appendTo(title);
  });
  return start;
}

/** A button for each state that documents are in; it filters the list below. */
function showCounts(counts, documents, box) {
  const chips = $("<div>", { class: "sw-counts" }).appendTo(box);
  for (const state of STATES.filter((name) => (counts[name] ?? 0) > 0)) {
    const selected = documents.state() === state;
    const chip = button("fa-circle", `${stateText(state)} ${counts[state]}`, () => documents.toggleState(state));
    chip.find("i").addClass(stateClass(state));
    chip
      .addClass("red-ui-button-small")
      .toggleClass("selected", selected)
      .attr("aria-pressed", String(selected))
      .appendTo(chips);
  }
}
