// The production environment in the dialog of an import-client: in red, and only after a person has said so.

import { button, el } from "./elements.mjs";
import { icon } from "./icons.mjs";
import { translate } from "./texts.mjs";

/** `field` is the saved input of the environment; `panel` says whether a variable in it means production. */
export function production(field, panel) {
  const input = $(field);
  const note = el("div", { class: "sw-form sw-live", role: "alert", hidden: true });
  $(note).insertAfter(input.closest(".form-row"));
  const saved = input.val();
  let agreed = saved === "production";

  function show(live) {
    const ask = live && !agreed && input.val() === "production";
    note.hidden = !live;
    const buttons = el(
      "p",
      { class: "sw-copies" },
      button("check", translate("production.yes"), yes),
      button("back", translate("production.no"), no),
    );
    const said = translate(ask ? "production.ask" : "production.live");
    note.replaceChildren(el("p", {}, icon("warn"), ` ${said}`), ...(ask ? [buttons] : []));
    if (ask) note.querySelector("button:last-child").focus();
  }

  function yes() {
    agreed = true;
    show(true);
  }

  function no() {
    // What was saved: a choice, or the name of a variable.
    const name = /^\$\{(.*)\}$/.exec(saved)?.[1];
    input.typedInput("type", name ? "env" : "choice");
    input.typedInput("value", name ?? (saved === "production" ? "test" : saved));
    show(false);
  }

  /** Nobody has agreed: the dialog is saved as it was before. */
  const settle = () => {
    if (input.val() === "production" && !agreed) no();
  };

  input.on("change", () => {
    if (input.val() === "production") return show(true);
    agreed = false;
    show(false);
  });
  $(panel).on("looked", ({ originalEvent }) => {
    if (input.val() !== "production") show(originalEvent.detail.production);
  });
  show(input.val() === "production");
  return settle;
}
