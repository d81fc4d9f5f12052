// The form that asks a person why: to resend or release a document, to open the PIN guard of a card. The reason is kept.

import { button } from "./elements.mjs";
import { failure, translate } from "./texts.mjs";

/** Is such a form open in a place? It outlives a refresh. */
export const asksReason = (place) => place.find(".sw-reason").length > 0;

/**
 * `action` names the texts. `request` is the path below `single-window/`, `more` goes with it. `choices` is what to release a document
 * as. `done` comes after the runtime did it.
 */
export function askReason(place, { action, request, name, choices, more, done }) {
  place.empty();
  const form = $("<form>", { class: "sw-reason" }).appendTo(place);
  const reason = reasonField(form, action);
  const as = choices && choiceField(form, action, choices);
  const buttons = $("<div>", { class: "sw-actions" }).appendTo(form);
  button("fa-check", translate(`${action}.confirm`), () => {})
    .attr("type", "submit")
    .appendTo(buttons);
  button("fa-times", translate("cancel"), () => place.empty()).appendTo(buttons);
  reason.trigger("focus");
  form.on("submit", (event) => {
    event.preventDefault();
    const text = String(reason.val()).trim();
    if (!text) return reason.trigger("focus");
    form.find("button").prop("disabled", true);
    send(request, { ...more, reason: text, ...(as && { as: as.val() }) })
      .done(() => {
        const said = $("<span>").text(translate(`${action}.done`, { name }));
        RED.notify(said, { type: "success", timeout: 4000 });
        place.empty();
        done();
      })
      .fail((refused) => showRefusal(form, refused));
  });
}

function reasonField(form, action) {
  const id = `sw-reason-${action.replace(".", "-")}`;
  $("<label>", { for: id })
    .text(translate(`${action}.reason`))
    .appendTo(form);
  return $("<textarea>", { id, required: true, maxlength: 500 }).appendTo(form);
}

function choiceField(form, action, choices) {
  const id = `sw-reason-${action}-as`;
  $("<label>", { for: id }).text(translate("release.as")).appendTo(form);
  const field = $("<select>", { id }).appendTo(form);
  for (const choice of choices) {
    $("<option>", { value: choice })
      .text(translate(`release.${choice}`))
      .appendTo(field);
  }
  return field;
}

function send(request, body) {
  const data = JSON.stringify(body);
  return $.ajax({ url: `single-window/${request}`, type: "POST", contentType: "application/json", data });
}

function showRefusal(form, refused) {
  form.find("button").prop("disabled", false);
  form.find(".sw-problem").remove();
  $("<div>", { class: "sw-problem", role: "alert" }).text(failure(refused)).appendTo(form);
}
