// A button beneath a field that shows what it may be filled with, as the runtime finds it on its machine.

import { button, el, whileDisabled } from "./elements.mjs";
import { askForm } from "./form.mjs";
import { bilingual, failure, translate } from "./texts.mjs";

const listOf = (text) => text.split(/[,，;；\s]+/).filter(Boolean);

/** Fills the field of a dialog; one that takes a variable becomes a plain text. */
function fill(input, value) {
  if (input.next(".red-ui-typedInput-container").length > 0) {
    input.typedInput("type", "str");
    input.typedInput("value", value);
  }
  input.val(value).trigger("change");
}

/** What the fields of a table offer while somebody types: the business folders with their names, as a list of the page's own. */
export async function folderCodes(id, node) {
  const { choices } = await askForm("choices", node, { kind: "folders", node: node.id }).catch(() => ({ choices: [] }));
  const options = choices.map(({ value, text }) => el("option", { value, label: bilingual(text) || undefined }));
  document.getElementById(id)?.replaceChildren(...options);
}

/** `kind` as the runtime knows it; `several`: the field takes a list, and each choice is added or taken out. */
export function pick(selector, kind, node, { several = false } = {}) {
  const input = $(selector);
  const label = $(`label[for="${input.attr("id")}"]`)
    .text()
    .trim();
  const choices = el("ul", { class: "sw-choices", "aria-live": "polite", hidden: true });
  const close = () => {
    choices.hidden = true;
    open.setAttribute("aria-expanded", "false");
  };

  function choose(value, pressed) {
    if (!several) {
      fill(input, value);
      close();
      open.focus();
      return;
    }
    const chosen = listOf(input.val());
    const without = chosen.filter((one) => one.toLowerCase() !== value.toLowerCase());
    const added = without.length === chosen.length;
    fill(input, (added ? [...chosen, value] : without).join(","));
    pressed.setAttribute("aria-pressed", String(added));
  }

  function choiceOf({ value, text, there }) {
    const chosen = several && listOf(input.val()).some((one) => one.toLowerCase() === value.toLowerCase());
    const said = [bilingual(text), there && translate("pick.there")].filter(Boolean).join(" · ");
    const press = (event) => choose(value, event.currentTarget);
    const state = several ? { "aria-pressed": String(chosen) } : {};
    return el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "sw-choice", onclick: press, ...state },
        el("b", {}, value),
        el("small", {}, said),
      ),
    );
  }

  async function show() {
    if (!choices.hidden) return close();
    const { choices: found, fault } = await askForm("choices", node, { kind, node: node.id });
    if (fault) return fail({ body: fault });
    choices.replaceChildren(
      ...(found.length > 0 ? found.map(choiceOf) : [el("li", { class: "sw-muted" }, translate("pick.none"))]),
    );
    choices.hidden = false;
    open.setAttribute("aria-expanded", "true");
  }

  /** Why nothing is shown to choose from. */
  const fail = (error) => {
    choices.replaceChildren(el("li", { class: "sw-bad" }, failure(error)));
    choices.hidden = false;
  };
  const open = button("more", translate("pick.button"), (event) => whileDisabled(event.currentTarget, show, fail), {
    class: "red-ui-button-small sw-small",
    "aria-expanded": "false",
    "aria-label": label ? `${translate("pick.button")} ${label}` : undefined,
  });
  $("<div>", { class: "sw-form sw-pick" }).append(open, choices).appendTo(input.closest(".form-row"));
}
