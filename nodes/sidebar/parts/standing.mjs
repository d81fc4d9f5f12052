// Why a client is not open or may not work, in its box, and what a person can decide about it after seeing what is open.

import { button, el, line } from "./elements.mjs";
import { get } from "./host.mjs";
import { askReason } from "./reason.mjs";
import { STATES, stateText } from "./states.mjs";
import { bilingual, named, translate, translateKnown } from "./texts.mjs";

/** What the runtime's reason asks a person for. */
const CONFIRMS = { owner: "owner", root: "root", damaged: "ledger" };

/** `done` is called after it was confirmed, `fail` gets a request that went wrong. */
export function showStanding(client, fault, box, { done, fail }) {
  // Whoever reads the page has no editor to put a setting right in.
  const where = fault.code === "SW-CONFIG" ? translate(globalThis.RED ? "incomplete.editor" : "incomplete.page") : "";
  const advice = where || bilingual(fault.advice);
  const text = [fault.code, bilingual(fault.text), advice].filter(Boolean).join(" · ");
  box.append(el("div", { class: "sw-problem", role: "alert" }, text));
  const what = CONFIRMS[fault.reason];
  if (!what) return;
  const place = el("div");
  const path = `clients/${encodeURIComponent(client.id)}`;
  const name = client.name || client.clientId;
  const decide = async () => {
    try {
      const picture = await get(path);
      askReason(place, { action: `confirm.${what}`, request: `${path}/confirm`, name, more: { what }, done });
      place.querySelector(".sw-reason").prepend(pictureOf(picture));
    } catch (error) {
      fail(error);
    }
  };
  box.append(el("div", { class: "sw-actions" }, button("gavel", translate(`confirm.${what}.button`), decide)), place);
}

/** What is open, above the question. */
function pictureOf({ bound, set, counts, open, waiting }) {
  const owner = ({ environment, clientId }) => `${translateKnown("environment", environment)}, ${clientId}`;
  const states = counts ? STATES.filter((state) => counts[state] > 0) : [];
  const said = states.map((state) => `${stateText(state)} ${counts[state]}`).join(", ");
  return el(
    "div",
    { class: "sw-picture" },
    bound && line("home", named(translate("confirm.bound"), owner(bound))),
    line("sliders", named(translate("confirm.set"), owner(set))),
    line("files", named(translate("confirm.documents"), said || translate("confirm.none"))),
    open > 0 && line("mark", translate("confirm.open", { count: open }), "sw-bad"),
    waiting > 0 && line("mark", translate("confirm.waiting", { count: waiting }), "sw-bad"),
  );
}
