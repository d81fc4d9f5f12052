// A box for each client: its lights, connection, queues and cards, the connection test, and how many documents are in each state.

import { showBroker } from "./brokers.mjs";
import { showCard } from "./cards.mjs";
import { runDiagnosis } from "./diagnosis.mjs";
import { button, el, line } from "./elements.mjs";
import { get, mayWrite } from "./host.mjs";
import { icon } from "./icons.mjs";
import { showInstances } from "./instances.mjs";
import { showLights } from "./lights.mjs";
import { asksReason } from "./reason.mjs";
import { showStanding } from "./standing.mjs";
import { STATES, stateClass, stateText } from "./states.mjs";
import { named, time, translate, translateKnown } from "./texts.mjs";
import { showTroubles } from "./troubles.mjs";
import { showWaitingFiles } from "./waiting-files.mjs";

/**
 * `documents` is the list that the counts filter; `fail` gets a request that went wrong. `shows` tells which clients are shown, and hears
 * of all of them. `noAnswer` of what it returns says of all that is shown when it was so: who hears nothing may not read green lights.
 */
export function makeStatus(place, { documents, fail, shows = (clients) => clients }) {
  const old = el("div", { role: "status" });
  const boxes = el("div");
  let answeredAt = 0;
  const test = el("div", { "aria-live": "polite" });
  place.append(old, boxes, test);
  /** Whose details are open. */
  const opened = new Set();

  function show(clients) {
    const wanted = shows(clients);
    if (asksReason(boxes)) return;
    const focused = boxes.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    boxes.replaceChildren(...wanted.map(showClient));
    if (wanted.length === 0) boxes.append(el("p", { class: "sw-muted" }, translate("empty.clients")));
    if (focused) boxes.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  function showClient(status) {
    const { client, fault, standing, waiting, counts, countsAt = null, inFlight, brokers, cards, instances } = status;
    const box = el("div", { class: "sw-client" }, titleOf(client));
    const done = () => ask().catch(fail);
    if (fault) showStanding(client, fault, box, { done, fail });
    showTroubles(standing ?? [], box);
    showWaitingFiles(waiting, box);
    box.append(showLights(status));
    const details = el(
      "details",
      { open: opened.has(client.id) },
      el("summary", { "data-key": `details ${client.id}` }, translate("details")),
    );
    details.addEventListener("toggle", () => (details.open ? opened.add(client.id) : opened.delete(client.id)));
    for (const broker of brokers ?? []) showBroker(broker, details);
    for (const card of cards ?? []) showCard(card, box, done, details);
    showInstances(instances ?? [], details, box);
    details.append(line("tasks", translate("inFlight", { count: inFlight }), "sw-muted"));
    box.append(details);
    if (mayWrite()) box.append(el("div", { class: "sw-actions" }, testButton(client, test)));
    // Without an answer of the ledger they are as it said them last.
    if (countsAt) box.append(line("clock", translate("countsAt", { time: time(countsAt) }), "sw-warn"));
    if (countsAt === 0 && fault?.code === "SW-LEDGER")
      box.append(line("clock", translate("countsUnknown"), "sw-muted"));
    box.append(countsOf(counts ?? {}, documents.filter));
    return box;
  }

  async function ask() {
    const clients = await get("status");
    answeredAt = Date.now();
    boxes.classList.remove("sw-old");
    old.replaceChildren();
    show(clients);
  }

  function noAnswer() {
    if (answeredAt === 0 || boxes.classList.contains("sw-old")) return;
    boxes.classList.add("sw-old");
    old.append(line("clock", translate("statusAt", { time: time(answeredAt) }), "sw-warn"));
  }

  return { ask, noAnswer };
}

function titleOf(client) {
  const tone = client.environment === "production" ? "sw-production" : "sw-test";
  return el(
    "div",
    { class: "sw-client-title" },
    el("span", {}, client.name || client.clientId || client.id),
    client.environment && el("span", { class: `sw-badge ${tone}` }, translateKnown("environment", client.environment)),
    client.name && client.clientId && line("badge", client.clientId, "sw-muted"),
  );
}

/** The connection test of one client, below the boxes, where no refresh wipes it away. */
function testButton(client, place) {
  const run = async (event) => {
    const start = event.currentTarget;
    start.disabled = true;
    const result = el("div", { class: "sw-steps" });
    const close = button("close", translate("diagnosis.close"), () => place.replaceChildren(), {
      class: "red-ui-button-small sw-small sw-close",
    });
    const title = named(translate("diagnosis.run"), client.name || client.clientId);
    place.replaceChildren(el("h3", {}, title), close, result);
    await runDiagnosis({ client: client.id }, result);
    start.disabled = false;
  };
  return button("test", translate("diagnosis.run"), run, { "data-key": `test ${client.id}` });
}

/** A button for each state that documents are in, and one for what is late; it filters the list below. */
function countsOf(counts, filter) {
  const chip = (name, tone, text) => {
    const selected = filter.state() === name;
    return el(
      "button",
      {
        type: "button",
        class: `red-ui-button red-ui-button-small sw-button sw-small sw-chip ${selected ? "selected" : ""}`,
        "aria-pressed": String(selected),
        "data-key": `chip ${name}`,
        onclick: () => filter.toggleState(name),
      },
      icon(name === "late" ? "clock" : "dot", tone),
      el("span", {}, ` ${text}`),
    );
  };
  return el(
    "div",
    { class: "sw-counts" },
    STATES.filter((name) => (counts[name] ?? 0) > 0).map((name) =>
      chip(name, stateClass(name), `${stateText(name)} ${counts[name]}`),
    ),
    chip("late", "sw-warn", translate("late")),
  );
}
