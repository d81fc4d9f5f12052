// A message broker in the box of its client: its connection, and what waits in its queues.

import { line } from "./elements.mjs";
import { bilingual, named, translate, translateKnown } from "./texts.mjs";

export function showBroker(broker, box) {
  box.append(connectionLine(broker), ...queuesOf(broker).map(queueLine));
}

function connectionLine(broker) {
  const good = (broker.state === "connected" && !broker.code) || broker.state === "standby";
  const state = named(broker.name || translate("broker"), translateKnown("connection", broker.state));
  const fault = good || !broker.code ? "" : translateKnown("fault", broker.code);
  const advice = good || !broker.fault ? "" : bilingual(broker.fault.advice);
  return line("server", [state, fault, advice].filter(Boolean).join(" · "), good ? "sw-good" : "sw-bad");
}

export function queuesOf(broker) {
  if (broker.queues) return broker.queues;
  return broker.sendQueue ? [{ name: broker.sendQueue, use: "send", depth: broker.depth }] : [];
}

function queueLine({ name, use, depth }) {
  const known = depth !== null && depth !== undefined;
  return line(use === "send" ? "up" : "down", translate(`depth.${known ? use : "unknown"}`, { queue: name, depth }));
}
