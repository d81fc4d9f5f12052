// The form that asks a person why: to resend, release or hold documents, to open the PIN guard of a card. The reason is kept.

import { button, el } from "./elements.mjs";
import { notify, request as send } from "./host.mjs";
import { failure, named, translate } from "./texts.mjs";

/** Is such a form open in a place? It outlives a refresh. */
export const asksReason = (place) => place.querySelector(".sw-reason") !== null;

/**
 * `action` names the texts. `request` is the path below `single-window/`, `more` goes with it; for several at once `requests` is a list of
 * `{request, name}`. `choices` is what to release a document as, `timed` asks for an end, `risk` for a word
 * of its own: `{words, agree, as}`. `done` comes after the runtime did it.
 */
export function askReason(place, { action, request, requests, name, choices, risk, more, timed, done }) {
  const all = requests ?? [{ request, name }];
  const reason = reasonField(action);
  const as = choices && choiceField(action, choices);
  const until = timed && untilField(action);
  const agreed = risk && el("input", { type: "checkbox", required: true });
  const form = el(
    "form",
    { class: "sw-reason" },
    all.length > 1 && el("p", {}, translate("several", { count: all.length })),
    el("label", { for: reason.id }, translate(`${action}.reason`)),
    reason,
    as && [el("label", { for: as.id }, translate("release.as")), as],
    until && [el("label", { for: until.id }, translate("hold.until")), until],
    risk && [
      el("div", { class: "sw-problem sw-note" }, ...risk.words.map((words) => el("div", {}, words))),
      el("label", { class: "sw-agree" }, agreed, ` ${risk.agree}`),
    ],
    el(
      "div",
      { class: "sw-actions" },
      button("check", translate(`${action}.confirm`), undefined, { type: "submit" }),
      button("close", translate("cancel"), () => place.replaceChildren()),
    ),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = reason.value.trim();
    if (!text) return reason.focus();
    if (agreed && !agreed.checked) return agreed.focus();
    form.querySelector(".sw-problem")?.remove();
    disable(form, true);
    const at = until?.value ? new Date(until.value).getTime() : 0;
    const body = {
      ...more,
      reason: text,
      ...(as && { as: as.value }),
      ...(risk && { as: risk.as }),
      ...(at > 0 && { until: at }),
    };
    const refused = await each(all, body);
    disable(form, false);
    if (refused.length > 0) {
      form.append(
        el(
          "div",
          { class: "sw-problem", role: "alert" },
          refused.map((words) => el("div", {}, words)),
        ),
      );
      if (refused.length < all.length) done();
      return;
    }
    notify(
      all.length > 1
        ? translate("severalDone", { count: all.length })
        : translate(`${action}.done`, { name: all[0].name }),
    );
    place.replaceChildren();
    done();
  });
  place.replaceChildren(form);
  reason.focus();
}

/** One after the other; what was refused comes back in words. */
async function each(all, body) {
  const refused = [];
  for (const { request, name } of all) {
    try {
      await send(request, { method: "POST", body });
    } catch (error) {
      refused.push(all.length > 1 ? named(name, failure(error)) : failure(error));
    }
  }
  return refused;
}

function disable(form, disabled) {
  for (const control of form.querySelectorAll("button")) control.disabled = disabled;
}

const idOf = (action) => `sw-reason-${action.replace(".", "-")}`;

function reasonField(action) {
  return el("textarea", { id: idOf(action), required: true, maxlength: 500 });
}

function choiceField(action, choices) {
  const options = choices.map((choice) =>
    el("option", { value: choice === "go" ? "resend" : choice }, translate(`release.${choice}`)),
  );
  return el("select", { id: `${idOf(action)}-as` }, options);
}

function untilField(action) {
  return el("input", { id: `${idOf(action)}-until`, type: "datetime-local" });
}
