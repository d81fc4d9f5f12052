// In the dialog of an import-client: all that is still missing before a first document can be sent, and a way to each.

import { button, el } from "./elements.mjs";
import { askForm, fieldOf, setGlobally } from "./form.mjs";
import { icon } from "./icons.mjs";
import { bilingual, failure, translate } from "./texts.mjs";

/** Milliseconds of rest after the last change before it is looked at. */
const REST = 400;
const SECRET = /PIN|PASSWORD|SECRET/;

/** The panel; it looks again after each change, and when the dialog is seen again after another one above it. */
export function missing(selector, client) {
  const place = $(selector)[0];
  const list = el("div", { "aria-live": "polite" });
  const variables = el("div");
  place.classList.add("sw-form", "sw-missing");
  place.replaceChildren(el("h4", {}, translate("setup.title")), list, variables);
  let asked = 0;
  let timer;

  async function look() {
    const mine = ++asked;
    try {
      const belongs = (node) => !node.client || node.client === client.id;
      const { missing: gaps, production } = await askForm("missing", client, {}, belongs);
      if (mine !== asked || !place.isConnected) return;
      list.replaceChildren(...shown(gaps, client));
      offer(gaps);
      place.dispatchEvent(new CustomEvent("looked", { detail: { production: production.includes(client.id) } }));
    } catch (error) {
      if (mine === asked) list.replaceChildren(el("p", { class: "sw-bad" }, failure(error)));
    }
  }

  /** A field for each variable that has no value; what is being typed is left alone. */
  function offer(gaps) {
    const names = [...new Set(gaps.map(({ variable }) => variable).filter(Boolean))];
    if (variables.contains(document.activeElement) && names.join() === variables.dataset.names) return;
    variables.dataset.names = names.join();
    variables.replaceChildren(...(names.length === 0 ? [] : variablesForm(names, look)));
  }

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

function shown(gaps, client) {
  if (gaps.length === 0) return [el("p", { class: "sw-good" }, icon("check"), ` ${translate("setup.none")}`)];
  return [
    el("p", {}, translate("setup.some", { number: gaps.length })),
    el(
      "ul",
      {},
      gaps.map((gap) => el("li", {}, ...gapLine(gap, client))),
    ),
  ];
}

/** Which node and field, as a button that leads there; what is wrong; the variable; what to do. */
function gapLine({ node: id, setting, variable, text, advice }, client) {
  const node = id === client.id ? client : RED.nodes.node(id);
  const short = node.type.replace(/^sw-/, "");
  const label = setting ? node._def._(`${short}.label.${setting}`) : "";
  const where = [node === client ? "" : node.name || node._def._(`${short}.palette`), label]
    .filter(Boolean)
    .join(" · ");
  const way = {
    class: "red-ui-button red-ui-button-small sw-way",
    type: "button",
    onclick: () => lead(node, setting, client),
  };
  return [
    where ? el("button", way, where) : "",
    el("span", {}, ` ${bilingual(text)}`),
    variable && !bilingual(text).includes(variable) ? el("code", {}, variable) : "",
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

/** Values for the variables, which go into Node-RED's global environment. */
function variablesForm(names, done) {
  const inputs = names.map((name) => {
    const type = SECRET.test(name) ? "password" : "text";
    return [name, el("input", { type, id: `sw-variable-${name}`, autocomplete: "off" })];
  });
  const take = () => {
    const given = inputs.map(([name, input]) => [name, input.value.trim()]).filter(([, value]) => value !== "");
    if (given.length === 0) return;
    setGlobally(Object.fromEntries(given), (name) => SECRET.test(name));
    RED.notify(translate("setup.taken"), "success");
    done();
  };
  return [
    el("p", {}, translate("setup.variables")),
    ...inputs.map(([name, input]) =>
      el("div", { class: "sw-variable" }, el("label", { for: `sw-variable-${name}` }, el("code", {}, name)), input),
    ),
    el("p", {}, button("check", translate("setup.take"), take)),
  ];
}
