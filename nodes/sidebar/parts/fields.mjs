// Fields of a dialog that take a value or the name of an environment variable.

import { translate } from "./texts.mjs";
import { showValue } from "./values.mjs";

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
  showValue(input, container);
  sayWhatIsWrong(input, container);
}

/** The words of a field's validator, beneath it: those that the editor shows hang on the saved input, which nobody sees. */
function sayWhatIsWrong(input, container) {
  const node = RED.editor.getEditStack().at(-1);
  const property = input.attr("id").replace(/^node-(config-)?input-/, "");
  const validate = node?._def.defaults[property]?.validate;
  const fields = container.find("input.red-ui-typedInput-input, button");
  const words = $("<div>", { class: "sw-form sw-wrong", role: "alert", id: `${input.attr("id")}-wrong` }).insertAfter(
    container,
  );
  const look = () => {
    const said = validate?.call(node, input.val(), {});
    const wrong = input.hasClass("input-error") && typeof said === "string";
    words.text(wrong ? said : "").toggle(wrong);
    fields.attr({ "aria-invalid": String(wrong), "aria-errormessage": wrong ? words.attr("id") : null });
  };
  new MutationObserver(look).observe(input[0], { attributeFilter: ["class"] });
  // Another mistake may follow upon the first, with the field marked all the time.
  input.on("change keyup paste", () => setTimeout(look));
  look();
}

export function typed(selector) {
  withVariable(selector, ["str", "env"], "str");
}

export function choice(selector, options) {
  const list = { value: "choice", label: translate("choice"), icon: "fa fa-list", options };
  withVariable(selector, [list, "env"], "choice");
}
