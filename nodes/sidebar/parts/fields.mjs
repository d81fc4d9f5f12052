// Fields of a dialog that take a value or the name of an environment variable.

import { translate } from "./texts.mjs";

/** Keeps `${NAME}` in the saved input while the person sees a variable's name. */
function withVariable(selector, types, plain) {
  const input = $(selector);
  const saved = String(input.val() ?? "");
  const name = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(saved)?.[1];
  input.typedInput({ default: name ? "env" : plain, types });
  input.typedInput("type", name ? "env" : plain);
  input.typedInput("value", name ?? saved);
  const keep = () => {
    const value = input.typedInput("value");
    const whole = input.typedInput("type") === "env" && /^[A-Za-z_][A-Za-z0-9_]*$/.test(value);
    input.val(whole ? `\${${value}}` : value);
  };
  input.on("change keyup paste", keep);
  keep();
  // The label names and leads to the field that is seen, not the hidden one. Its text is translated only later.
  const container = input.next(".red-ui-typedInput-container");
  const label = $(`label[for="${input.attr("id")}"]`);
  label.attr("id", `${input.attr("id")}-label`);
  container.find("input.red-ui-typedInput-input, button").attr("aria-labelledby", label.attr("id"));
  label.on("click", (event) => {
    event.preventDefault();
    container.find("input.red-ui-typedInput-input:visible, button:visible").last().trigger("focus");
  });
}

export function typed(selector) {
  withVariable(selector, ["str", "env"], "str");
}

export function choice(selector, options) {
  const list = { value: "choice", label: translate("choice"), icon: "fa fa-list", options };
  withVariable(selector, [list, "env"], "choice");
}
