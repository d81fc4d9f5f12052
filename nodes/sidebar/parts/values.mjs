// Beneath a field that names a variable: what that is now, or what is used as long as it has no value.

import { el } from "./elements.mjs";
import { askForm } from "./form.mjs";
import { translate } from "./texts.mjs";

/** Milliseconds of rest after the last change before it is asked again. */
const REST = 400;
/** The fields of each open dialog, by its form. */
const dialogs = new WeakMap();

/** `container`: the field as it is seen. */
export function showValue(input, container) {
  const node = RED.editor.getEditStack().at(-1);
  const form = input.closest("form")[0];
  if (!node || !form) return;
  if (!dialogs.has(form)) dialogs.set(form, new Values(form, node));
  dialogs.get(form).add(input, container);
}

class Values {
  #fields = new Map();
  #asked = 0;
  #timer;

  constructor(form, node) {
    this.form = form;
    this.node = node;
    // A value that is kept by the list of what is missing counts as well; its event is for that list alone.
    for (const event of ["change", "keyup", "looked"]) form.addEventListener(event, () => this.#soon(), true);
    $(form).on("change", () => this.#soon());
    this.#soon(0);
  }

  add(input, container) {
    const words = el("div", { class: "sw-form sw-now", id: `${input.attr("id")}-now`, hidden: true });
    container.after(words);
    container.find("input.red-ui-typedInput-input").attr("aria-describedby", words.id);
    this.#fields.set(input.attr("id").replace(/^node-(config-)?input-/, ""), words);
  }

  #soon(rest = REST) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), rest);
  }

  async #look() {
    if (!this.form.isConnected) return;
    const mine = ++this.#asked;
    const { node } = this;
    const belongs = ({ id, type }) => type === "sw-import-client" && id === node.client;
    // Whoever may not see it reads the variable's name, as everybody did.
    const { values } = await askForm("values", node, { node: node.id }, belongs).catch(() => ({ values: [] }));
    if (mine !== this.#asked) return;
    const found = new Map(values.map((value) => [value.setting, value]));
    for (const [setting, words] of this.#fields) {
      const text = said(found.get(setting));
      words.textContent = text;
      words.hidden = text === "";
    }
  }
}

function said(found) {
  if (!found) return "";
  const { isSet, value, from, other } = found;
  if (isSet) {
    const text = value === "" ? translate("value.hidden") : translate("value.set", { value });
    return from ? translate(other ? "value.instead" : `value.${from}`, { text }) : text;
  }
  return value === "" ? translate("value.none") : translate("value.usual", { value });
}
