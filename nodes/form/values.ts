import type { NodeAPI } from "node-red";
import { clientSettingsOf } from "../../lib/client/settings.js";
import { maskSecrets } from "../../lib/mask.js";
import { settingText, unsetVariable } from "../../lib/settings.js";
import { cardSettingsOf } from "../../lib/signing/read-settings.js";
import { brokerSettingsOf } from "../mq-broker/settings.js";
import { USUAL_QUEUE } from "./choices.js";
import type { Form, FormNode } from "./form.js";

/** What a setting that names a variable is now. */
export interface Value {
  setting: string;
  variable: string;
  /** Does the variable have a value? */
  isSet: boolean;
  /** That value, or what is used as long as there is none; empty where that is nothing, and for what is secret. */
  value: string;
  /** Where that comes from; empty while it has none. */
  from: "" | "node-red" | "process";
  /** The process has another value for it, which is not used. */
  other: boolean;
}

const SECRET = /PIN(?!G)|PASSW|SECRET/i;

/** What the runtime's own readers take where a setting has no value. Places that follow from a root are not known without one. */
const USUAL: Readonly<Record<string, (node: FormNode, form: Form, RED: NodeAPI) => Record<string, unknown>>> = {
  "sw-import-client": (node, form) => {
    const { ledger, logDir, ...others } = clientSettingsOf(form.settings(node)).settings;
    return others.root === "" ? others : { ...others, ledger, logDir };
  },
  "sw-mq-broker": (node, form, RED) => {
    const { tls, ...others } = brokerSettingsOf(RED, form.settings(node), { user: "", password: "" }).settings;
    return { ...others, useTls: tls !== undefined };
  },
  "sw-card": (node, form) => ({ ...cardSettingsOf(form.settings(node), "").settings }),
  "sw-mq-send": queueOf,
  "sw-mq-receive": queueOf,
};

function queueOf({ type, values }: FormNode, form: Form) {
  const client = form.node("sw-import-client", settingText(values.client));
  const id = client ? settingText(form.settings(client).clientId) : "";
  return id === "" ? {} : { queue: `${USUAL_QUEUE[type]}${id}` };
}

/** What every setting of a node that names a variable is now; nothing for a node that is not in the form. */
export function valuesOf(RED: NodeAPI, form: Form, id: string): Value[] {
  const node = form.all().find((one) => one.id === id);
  if (!node) return [];
  const settings = form.settings(node);
  const usual = USUAL[node.type]?.(node, form, RED) ?? {};
  return Object.entries(node.values).flatMap(([setting, kept]) => {
    const variable = unsetVariable(kept);
    if (variable === "") return [];
    const isSet = settings[setting] !== kept;
    const now = isSet ? settings[setting] : usual[setting];
    const value = SECRET.test(variable) || typeof now === "object" ? "" : maskSecrets(String(now ?? ""));
    return [{ setting, variable, isSet, value, ...form.source(node, variable) }];
  });
}
