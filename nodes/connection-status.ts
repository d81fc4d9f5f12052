import type { BrokerConnection } from "../lib/amqp/connection.js";
import type { BrokerFault } from "../lib/amqp/faults.js";
import type { ImportClientError } from "../lib/errors.js";
import type { StatusLine } from "./runtime.js";

/** Faults that a status names; every other one is shown as `disconnected`. */
const NAMED: readonly BrokerFault[] = ["dns", "tls", "login", "vhost", "exchange", "permission"];

/** Shows how the shared connection stands, in the words of the viewer's language. */
export function showConnection(status: StatusLine, connection: BrokerConnection): void {
  const { state, lastFault } = connection;
  const fault = lastFault?.details.fault as BrokerFault | undefined;
  if (state === "connected" && !lastFault) status.show("green", "dot", "connected");
  else if (state === "blocked") status.show("yellow", "dot", "blocked");
  else if (state !== "closed" && fault && NAMED.includes(fault)) status.show("red", "ring", fault);
  else if (state === "connecting") status.show("yellow", "ring", "connecting");
  else status.show("red", "ring", "disconnected");
}

/** A fault and what to do about it, for Node-RED's log: one line, both languages. */
export function spoken({ code, text, advice }: ImportClientError): string {
  const parts = advice ? [`${text.zh}。${advice.zh}`, `${text.en}. ${advice.en}`] : [text.zh, text.en];
  return `${code} ${parts.join(" / ")}`;
}
