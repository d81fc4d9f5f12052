// Connection, queues and card of a client as three lights, each with its word and what to do: nobody has to know the colours.

import { queuesOf } from "./brokers.mjs";
import { el } from "./elements.mjs";
import { icon } from "./icons.mjs";
import { bilingual, named, translate, translateKnown } from "./texts.mjs";

/** So many that wait are worth a look. */
const MANY = 100;
const WORSE = { good: 0, idle: 1, warn: 2, bad: 3 };

/** The worst of several, or the first. */
const worst = (lights) =>
  lights.reduce((found, light) => (found && WORSE[found.tone] >= WORSE[light.tone] ? found : light), undefined);

function connectionOf({ brokers = [], fault }) {
  if (fault) return { tone: "bad", text: translate("light.client"), advice: translate("light.advice.client") };
  const lights = brokers.map(({ state, code, fault: met }) => {
    if (state === "standby") return { tone: "idle", text: translateKnown("connection", state) };
    if (state === "connected" && !code) return { tone: "good", text: translateKnown("connection", state) };
    const text = [translateKnown("connection", state), code && translateKnown("fault", code)]
      .filter(Boolean)
      .join(" · ");
    return {
      tone: state === "connecting" ? "warn" : "bad",
      text,
      advice: (met && bilingual(met.advice)) || translate("light.advice.connection"),
    };
  });
  return worst(lights) ?? { tone: "idle", text: translate("light.none") };
}

function queueOf({ brokers = [] }) {
  const queues = brokers.flatMap(queuesOf);
  const known = queues.filter(({ depth }) => depth !== null && depth !== undefined);
  if (known.length === 0) return { tone: "idle", text: translate("light.unknown") };
  const sum = (use) => known.filter((queue) => queue.use === use).reduce((all, { depth }) => all + depth, 0);
  const text = translate("light.depths", { send: sum("send"), receive: sum("receive") });
  const much = known.some(({ depth }) => depth > MANY);
  return much ? { tone: "warn", text, advice: translate("light.advice.queue") } : { tone: "good", text };
}

function cardOf({ cards = [] }) {
  const lights = cards.map(({ state }) => {
    const text = translateKnown("card", state);
    if (state === "ready") return { tone: "good", text };
    if (state === "unknown") return { tone: "idle", text };
    return { tone: "bad", text, advice: translateKnown("light.advice.card", state) };
  });
  return worst(lights) ?? { tone: "idle", text: translate("light.none") };
}

/** The three lights of a client, as `status` describes it. */
export function showLights(status) {
  const lights = { connection: connectionOf(status), queue: queueOf(status), card: cardOf(status) };
  return el(
    "ul",
    { class: "sw-lights" },
    Object.entries(lights).map(([name, { tone, text, advice }]) =>
      el(
        "li",
        { class: `sw-light sw-light-${tone}` },
        icon({ good: "check", idle: "dot", warn: "warn", bad: "close" }[tone]),
        el("span", {}, named(translate(`light.${name}`), text)),
        advice && el("small", {}, `→ ${advice}`),
      ),
    ),
  );
}
