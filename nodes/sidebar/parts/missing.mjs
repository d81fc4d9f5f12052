// In the dialog of an import-client: all that is still missing before a first document can be sent, and a way to each.

import { takeOver } from "./changes.mjs";
import { el } from "./elements.mjs";
import { askForm, fieldOf } from "./form.mjs";
import { icon } from "./icons.mjs";
import { bilingual, failure, translate } from "./texts.mjs";
import { labelOf, offerButton, VariableFields } from "./variables.mjs";

/** Milliseconds of rest after the last change before it is looked at. */
const REST = 400;
const LOOKED_AT = /^sw-(import-client|mq-broker|card|folder-watch)$/;

/** The panel; it looks again after each change, and when the dialog is seen again after another one above it. */
export function missing(selector, client) {
  const place = $(selector)[0];
  const list = el("div");
  const said = el("div", { class: "sw-said", "aria-live": "polite" });
  place.classList.add("sw-form", "sw-missing");
  place.replaceChildren(el("h4", {}, translate("setup.title")), said, list);
  const fields = new VariableFields();
  let asked = 0;
  let timer;

  async function look() {
    const mine = ++asked;
    try {
      const found = await askForm("missing", client, { tried: fields.chosen() }, ({ type }) => LOOKED_AT.test(type));
      if (mine !== asked || !place.isConnected) return;
      show(groupsOf(found, client));
      place.dispatchEvent(new CustomEvent("looked", { detail: { production: found.production.includes(client.id) } }));
    } catch (error) {
      if (mine === asked) said.replaceChildren(el("p", { class: "sw-bad" }, failure(error)));
    }
  }

  /** This client first, then each other one that lacks something; what is being typed is left alone. */
  function show(groups) {
    said.replaceChildren(...summary(groups[0].gaps));
    const sign = JSON.stringify(groups.map(({ gaps, asked }) => [gaps, asked].flat().map(({ at, ...found }) => found)));
    const typing = list.contains(document.activeElement) ? document.activeElement : undefined;
    if (typing && list.dataset.sign === sign) return;
    list.dataset.sign = sign;
    const variables = fields.of(groups, look);
    list.replaceChildren(...groups.map((group, index) => el("section", {}, ...shown(group, index), variables[index])));
    if (groups.some(({ gaps }) => gaps.some(({ variable }) => variable))) list.append(fields.keep(look));
    if (typing?.isConnected) typing.focus();
  }

  const shown = ({ several, label, gaps }, index) => [
    several ? el("h5", {}, label) : "",
    index > 0 ? summary(gaps) : "",
    el(
      "ul",
      {},
      gaps.map((gap) => el("li", {}, ...gapLine(gap, client, look))),
    ),
  ];

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, REST);
  };
  $(place)
    .closest("form, .red-ui-tray-body")
    .on("change keyup", (event) => {
      if (!place.contains(event.target)) soon();
    });
  new IntersectionObserver(([entry]) => entry.isIntersecting && look()).observe(place);
}

/** What was found, by the client that it belongs to: the one of the dialog first, others only where they lack something. */
function groupsOf({ missing: gaps, asked }, client) {
  const groups = new Map([[client.id, { owner: client, gaps: [], asked: [] }]]);
  const add = (kind) => (found) => {
    const at = found.node === client.id ? client : RED.nodes.node(found.node);
    const owner = at.type === client.type ? at : (RED.nodes.node(at.client) ?? client);
    if (!groups.has(owner.id)) groups.set(owner.id, { owner, gaps: [], asked: [] });
    groups.get(owner.id)[kind].push({ ...found, at });
  };
  gaps.forEach(add("gaps"));
  asked.forEach(add("asked"));
  const [own, ...others] = [...groups.values()];
  const lacking = [own, ...others.filter((other) => other.gaps.length > 0)];
  const several = lacking.length > 1;
  return lacking.map((group) => ({ ...group, several, label: RED.utils.getNodeLabel(group.owner, group.owner.id) }));
}

function summary(gaps) {
  if (gaps.length === 0) return [el("p", { class: "sw-good" }, icon("check"), ` ${translate("setup.none")}`)];
  return [el("p", {}, translate("setup.some", { number: gaps.length }))];
}

/** Which node and field, as a button that leads there; what is wrong; the variable; what to do. */
function gapLine({ at: node, setting, variable, text, advice, offer }, client, look) {
  const short = node.type.replace(/^sw-/, "");
  const where = [node === client ? "" : node.name || node._def._(`${short}.palette`), labelOf(node, setting)]
    .filter(Boolean)
    .join(" · ");
  const take = () => {
    takeOver([{ ...(node === client ? { field: fieldOf(client, setting) } : { node }), setting, after: offer.value }]);
    look();
  };
  const way = {
    class: "red-ui-button red-ui-button-small sw-way",
    type: "button",
    onclick: () => lead(node, setting, client),
  };
  return [
    where ? el("button", way, where) : "",
    el("span", {}, ` ${bilingual(text)}`),
    variable && !bilingual(text).includes(variable) ? el("code", {}, variable) : "",
    offer && !variable ? offerButton(offer, take) : "",
    advice ? el("div", { class: "sw-advice" }, `→ ${bilingual(advice)}`) : "",
  ];
}

/** To the field, in this dialog or in that of the node, which is opened above it. */
function lead(node, setting, client) {
  if (node !== client) RED.editor.editConfig("", node.type, node.id);
  if (setting) focusSoon(node, setting, node === client ? 0 : 20);
}

/** A dialog that opens has its fields only after a while, and puts the focus to its first one then. */
function focusSoon(node, setting, tries) {
  const field = fieldOf(node, setting);
  const container = field.next(".red-ui-typedInput-container");
  const typed = container.find("input.red-ui-typedInput-input, button").filter(":visible").last();
  const seen = container.length > 0 ? typed : field;
  const there = seen.is(":visible") && !seen.closest(".red-ui-tray").is(":animated");
  if (there && seen[0] !== document.activeElement) {
    seen[0].scrollIntoView({ block: "center" });
    seen.trigger("focus");
  }
  if (tries > 0) setTimeout(() => focusSoon(node, setting, tries - 1), 50);
}
