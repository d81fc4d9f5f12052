// Why a client is not open or may not work, in its box, and what a person can decide about it after seeing what is open.

import { button, line } from "./elements.mjs";
import { askReason } from "./reason.mjs";
import { STATES, stateText } from "./states.mjs";
import { bilingual, named, translate, translateKnown } from "./texts.mjs";

/** What the runtime's reason asks a person for. */
const CONFIRMS = { owner: "owner", root: "root", damaged: "ledger" };

/** `done` is called after it was confirmed, `fail` gets a request that went wrong. */
export function showStanding(client, fault, box, { done, fail }) {
  const text = [fault.code, bilingual(fault.text), bilingual(fault.advice)].filter(Boolean).join(" · ");
  $("<div>", { class: "sw-problem", role: "alert" }).text(text).appendTo(box);
  const what = CONFIRMS[fault.reason];
  if (!what) return;
  const actions = $("<div>", { class: "sw-actions" }).appendTo(box);
  const place = $("<div>").appendTo(box);
  const path = `clients/${encodeURIComponent(client.id)}`;
  const name = client.name || client.clientId;
  const decide = () =>
    $.getJSON(`single-window/${path}`)
      .done((picture) => {
        const action = `confirm.${what}`;
        askReason(place, { action, request: `${path}/confirm`, name, more: { what }, done });
        showPicture(picture, place.find(".sw-reason"));
      })
      .fail(fail);
  button("fa-gavel", translate(`confirm.${what}.button`), decide).appendTo(actions);
}

/** What is open, above the question. */
function showPicture({ bound, set, counts, open, waiting }, form) {
  const facts = $("<div>", { class: "sw-picture" });
  const owner = ({ environment, clientId }) => `${translateKnown("environment", environment)}, ${clientId}`;
  if (bound) line("fa-home", named(translate("confirm.bound"), owner(bound))).appendTo(facts);
  line("fa-sliders", named(translate("confirm.set"), owner(set))).appendTo(facts);
  const states = counts ? STATES.filter((state) => counts[state] > 0) : [];
  const said = states.map((state) => `${stateText(state)} ${counts[state]}`).join(", ");
  line("fa-files-o", named(translate("confirm.documents"), said || translate("confirm.none"))).appendTo(facts);
  if (open > 0) line("fa-exclamation", translate("confirm.open", { count: open }), "sw-bad").appendTo(facts);
  if (waiting > 0) line("fa-exclamation", translate("confirm.waiting", { count: waiting }), "sw-bad").appendTo(facts);
  form.prepend(facts);
}
