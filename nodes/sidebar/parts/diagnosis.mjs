// The connection test: its button in the dialogs of broker and card, and its table there, in the sidebar and on the page.

import { button, copyText, el } from "./elements.mjs";
import { askForm } from "./form.mjs";
import { request } from "./host.mjs";
import { bilingual, failure, translate, translateKnown } from "./texts.mjs";
import { undeployed, warnUndeployed } from "./undeployed.mjs";

/** The steps as a table of two columns, which fits the sidebar as well. */
function showSteps(target, answer) {
  const heads = ["step", "text"].map((column) => el("th", { scope: "col" }, translate(`diagnosis.${column}`)));
  const tone = answer.ok ? "sw-good" : "sw-bad";
  target.replaceChildren(
    el("p", { class: tone }, translate(answer.ok ? "diagnosis.passed" : "diagnosis.failed")),
    el("table", {}, el("thead", {}, el("tr", {}, heads)), el("tbody", {}, (answer.steps ?? []).map(stepRow))),
    copies(answer),
  );
}

function stepRow(step) {
  const [name, ...subject] = String(step.step).split(" ");
  const result = step.ok ? (step.warning ? "warn" : "good") : "bad";
  const advice = bilingual(step.advice);
  return el(
    "tr",
    {},
    el(
      "td",
      {},
      [translateKnown("step", name), ...subject].join(" "),
      el(
        "div",
        {},
        el("span", { class: `sw-${result}` }, translate(`diagnosis.${result}`)),
        el("span", { class: "sw-ms" }, ` ${Math.round(step.ms)} ms`),
      ),
    ),
    el(
      "td",
      {},
      [step.code, bilingual(step.text)].filter(Boolean).join(" "),
      advice && el("div", { class: "sw-advice" }, `→ ${advice}`),
    ),
  );
}

function copies({ report, changeForm }) {
  const copyButton = (text, label) => text && button("copy", label, () => copyText(text, translate("copied")));
  return el(
    "p",
    { class: "sw-copies" },
    copyButton(report, translate("diagnosis.copy")),
    copyButton(changeForm, translate("diagnosis.copyForm")),
  );
}

/** Shows what a test says, also that it failed; resolves when it is there. */
async function showTest(result, test) {
  result.replaceChildren(el("p", { class: "sw-note" }, translate("diagnosis.running")));
  try {
    showSteps(result, await test());
  } catch (error) {
    result.replaceChildren(el("p", { class: "sw-bad" }, failure(error)));
  }
}

/** Asks the runtime for the test of these config nodes as they are deployed. */
export async function runDiagnosis(wanted, place) {
  const result = place.jquery ? place[0] : place;
  await showTest(result, async () => (await request("diagnose", { method: "POST", body: wanted })).data);
  if (undeployed()) warnUndeployed(result);
}

/** The "test connection" button with its table in the dialog of a broker or card: tests what stands there, deployed or not. */
export function diagnosis(selector, wanted, node) {
  const result = el("div", { class: "sw-steps", "aria-live": "polite" });
  const run = async (event) => {
    const start = event.currentTarget;
    start.disabled = true;
    await showTest(result, () => askForm("diagnose", node, wanted));
    start.disabled = false;
  };
  document
    .querySelector(selector)
    .replaceChildren(
      button("test", translate("diagnosis.run"), run),
      el("p", { class: "sw-note" }, translate("diagnosis.form")),
      result,
    );
}
