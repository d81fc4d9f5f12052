import type { NodeAPI } from "node-red";
import { codeOf, type Fault } from "../../lib/errors.js";
import { faultOf } from "../../lib/fault.js";
import { settingText } from "../../lib/settings.js";
import { answer } from "../admin.js";
import { type Choice, choicesFor } from "./choices.js";
import { askedIn } from "./company.js";
import { diagnoseForm } from "./diagnose.js";
import { Form } from "./form.js";
import { inProduction, missingIn } from "./missing.js";
import { valuesOf } from "./values.js";

/** Choices; `fault` says why there are none: a card that is not there yet is an ordinary finding. */
async function foundOut(find: () => Promise<Choice[]>): Promise<{ choices: Choice[]; fault: Fault | null }> {
  try {
    return { choices: await find(), fault: null };
  } catch (error) {
    if (codeOf(error) === "SW-REQUEST") throw error;
    return { choices: [], fault: faultOf(error) };
  }
}

/**
 * What the dialogs ask about settings that are not deployed yet. They tell of files and variables of this machine, so they are for whoever
 * may deploy: Node-RED's own permission `flows.write`. Registered once a runtime.
 */
export function registerFormRoutes(RED: NodeAPI): void {
  const may = RED.auth.needsPermission("flows.write");
  const post = (path: string, work: (form: Form, body: Record<string, unknown>) => Promise<unknown>) =>
    RED.httpAdmin.post(
      `/single-window/form/${path}`,
      may,
      answer(async ({ body }) => work(new Form(RED, body), (body ?? {}) as Record<string, unknown>)),
    );
  post("missing", async (form) => ({
    missing: await missingIn(RED, form),
    asked: askedIn(form),
    production: inProduction(form),
  }));
  post("values", async (form, body) => ({ values: valuesOf(RED, form, settingText(body.node)) }));
  post("diagnose", (form, body) =>
    diagnoseForm(RED, form, { broker: settingText(body.broker), card: settingText(body.card) }),
  );
  post("choices", (form, body) => foundOut(() => choicesFor(form, settingText(body.kind), settingText(body.node))));
}
