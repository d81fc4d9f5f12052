// A message broker in the box of its client: its connection, and what waits in its queues.

import { line } from "./elements.mjs";
import { named, translate, translateKnown } from "./texts.mjs";

export function showBroker(broker, box) {
  connectionLine(broker).appendTo(box);
  for (const queue of queuesOf(broker)) queueLine(queue).appendTo(box);
}

function connectionLine(broker) {
  const good = broker.state === "connected";
  const state = named(broker.name || translate("broker"), translateKnown("connection", broker.state));
  const fault = good || !broker.code ? "" : translateKnown("fault", broker.code);
  return line("fa-server", [state, fault].filter(Boolean).join(" · "), good ? "sw-good" : "sw-bad");
}

function queuesOf(broker) {
  if (broker.queues) return broker.queues;
  return broker.sendQueue ? [{ name: broker.sendQueue, use: "send", depth: broker.depth }] : [];
}

function queueLine({ name, use, depth }) {
  const known = depth !== null && depth !== undefined;
  const icon = use === "send" ? "fa-arrow-up" : "fa-arrow-down";
  return line(icon, translate(`depth.${known ? use : "unknown"}`, { queue: name, depth }));
}
