import { createHash } from "node:crypto";
import type { GetMessage } from "amqplib";
import { brokerNode, catchAll, clientNode, type FlowNode, node, sink, watchNode } from "./flow-nodes.js";
import { Place } from "./place.js";

/** What a test sets otherwise, by node. */
export interface SendFlowChange {
  send?: object;
  watch?: Record<string, unknown>;
  settle?: object;
  client?: Record<string, unknown>;
}

/** Sending in a root and over a queue of the test's own. */
export class SendFlow extends Place {
  /** folder-watch, mq-send, settle, with Catch to a second settle and a Complete node on mq-send. */
  nodes(change: SendFlowChange = {}, broker: Record<string, unknown> = {}): FlowNode[] {
    return [
      clientNode(this.root, change.client),
      brokerNode(this.bench.broker, broker),
      watchNode(change.watch ?? {}, "claimed"),
      sink("claimed", "send"),
      node(
        "sw-mq-send",
        "send",
        {
          client: "client",
          broker: "broker",
          queue: this.queue,
          confirmTimeout: 30,
          giveUpAfter: 1800,
          attempts: 2,
          ...change.send,
        },
        ["sent"],
      ),
      sink("sent", "settle"),
      node("sw-settle", "settle", { client: "client", outcome: "sent" }, ["settled"]),
      sink("settled"),
      node("complete", "complete", { scope: ["send"] }, ["completed"]),
      sink("completed"),
      catchAll("caught"),
      sink("caught", "fail"),
      node("sw-settle", "fail", { client: "client", outcome: "auto", retryAfter: 0, retryTimes: 3, ...change.settle }, [
        "failed",
      ]),
      sink("failed"),
    ];
  }
}

export const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** A message's properties but its headers. */
export function withoutHeaders({ properties }: GetMessage): object {
  return { ...properties, headers: undefined };
}
