import type { Broker } from "../lib/amqp/broker.js";
import type { BrokerError } from "../lib/amqp/faults.js";
import type { Link } from "../lib/client/link.js";
import { type ImportClientError, withAdvice } from "../lib/errors.js";
import type { StatusLine } from "./runtime.js";

/** Families of faults that a status names (`tls-expired` is of `tls`); every other one is shown as `disconnected`. */
const NAMED = ["dns", "tls", "login", "vhost", "exchange", "queue", "permission"];

/** Faults by which a broker that is connected does not take what is sent. */
const UNTAKEN: readonly string[] = ["full", "timeout"];

/**
 * Shows how the shared connection stands, in the words of the viewer's language; `fault`: what keeps this node from its work
 * although the connection stands. Where another instance has the link there is none, and that is as it should be.
 */
export function showConnection(
  status: StatusLine,
  { state, lastFault }: Broker,
  link: Link,
  fault?: BrokerError,
): void {
  if (link.follows) {
    status.show("grey", "ring", "standby");
    return;
  }
  const why = lastFault ?? fault;
  const family = why?.details.fault.replace(/-.*/, "") ?? "";
  if (state === "connected" && !why) status.show("green", "dot", "connected");
  else if (state === "connected" && UNTAKEN.includes(family)) status.show("red", "ring", "untaken");
  else if (state === "blocked") status.show("yellow", "dot", "blocked");
  else if (state !== "closed" && NAMED.includes(family)) status.show("red", "ring", family);
  else if (state === "connecting") status.show("yellow", "ring", "connecting");
  else status.show("red", "ring", "disconnected");
}

/** A fault and what to do about it, for Node-RED's log: one line, both languages. */
export function spoken(error: ImportClientError): string {
  const { zh, en } = withAdvice(error);
  return `${error.code} ${zh} / ${en}`;
}
