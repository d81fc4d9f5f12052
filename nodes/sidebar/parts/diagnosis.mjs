// The connection test: its button in the dialogs of broker and card, and its table there and in the sidebar.

import { button, copyButton } from "./elements.mjs";
import { bilingual, failure, translate, translateKnown } from "./texts.mjs";
import { editedInDialog, undeployed, warnUndeployed } from "./undeployed.mjs";

/** The steps as a table of two columns, which fits the sidebar as well. */
function showSteps(target, answer) {
  target.empty();
  $("<p>")
    .addClass(answer.ok ? "sw-good" : "sw-bad")
    .text(translate(answer.ok ? "diagnosis.passed" : "diagnosis.failed"))
    .appendTo(target);
  const table = $("<table>").appendTo(target);
  const head = $("<tr>").appendTo($("<thead>").appendTo(table));
  for (const column of ["step", "text"]) {
    $("<th>", { scope: "col" })
      .text(translate(`diagnosis.${column}`))
      .appendTo(head);
  }
  const body = $("<tbody>").appendTo(table);
  for (const step of answer.steps ?? []) stepRow(step).appendTo(body);
  showCopies(answer, target);
}

function stepRow(step) {
  const row = $("<tr>");
  const [name, ...subject] = String(step.step).split(" ");
  const result = step.ok ? (step.warning ? "warn" : "good") : "bad";
  const first = $("<td>")
    .text([translateKnown("step", name), ...subject].join(" "))
    .appendTo(row);
  const verdict = $("<div>").appendTo(first);
  $("<span>")
    .addClass(`sw-${result}`)
    .text(translate(`diagnosis.${result}`))
    .appendTo(verdict);
  $("<span>", { class: "sw-ms" })
    .text(` ${Math.round(step.ms)} ms`)
    .appendTo(verdict);
  const said = $("<td>")
    .text([step.code, bilingual(step.text)].filter(Boolean).join(" "))
    .appendTo(row);
  const advice = bilingual(step.advice);
  if (advice) $("<div>", { class: "sw-advice" }).text(`→ ${advice}`).appendTo(said);
  return row;
}

function showCopies({ report, changeForm }, target) {
  const place = $("<p>", { class: "sw-copies" }).appendTo(target);
  const copied = translate("copied");
  if (report) copyButton(report, translate("diagnosis.copy"), copied).appendTo(place);
  if (changeForm) copyButton(changeForm, translate("diagnosis.copyForm"), copied).appendTo(place);
}

/** Asks the runtime for the test of these config nodes and shows what comes; resolves when it is there. */
export function runDiagnosis(wanted, result) {
  result.empty();
  $("<p>", { class: "sw-note" }).text(translate("diagnosis.running")).appendTo(result);
  const body = JSON.stringify(wanted);
  return $.ajax({ url: "single-window/diagnose", type: "POST", contentType: "application/json", data: body })
    .done((answer) => {
      showSteps(result, answer);
      if (undeployed()) warnUndeployed(result);
    })
    .fail((request) => {
      result.empty();
      $("<p>", { class: "sw-bad" }).text(failure(request)).appendTo(result);
    });
}

/** The "test connection" button with its table in the dialog of a config node; `wanted` gives the ids to test. */
export function diagnosis(selector, wanted, node) {
  const place = $(selector).empty();
  const start = button("fa-stethoscope", translate("diagnosis.run"), () => {
    start.prop("disabled", true);
    runDiagnosis(wanted(), result).always(() => {
      start.prop("disabled", false);
      if (node && editedInDialog(node)) warnUndeployed(result);
    });
  }).appendTo(place);
  $("<p>", { class: "sw-note" }).text(translate("diagnosis.deployed")).appendTo(place);
  const result = $("<div>", { class: "sw-steps", "aria-live": "polite" }).appendTo(place);
}
