import { createHash } from "node:crypto";
import type { GetMessage } from "amqplib";
import { decXml } from "../../simulator/samples/index.js";
import { drop } from "./boxes.js";
import { brokerNode, catchAll, clientNode, type FlowNode, node, sink, watchNode } from "./flow-nodes.js";
import { Place } from "./place.js";
import { type Relay, relayTo } from "./relay.js";
import { until } from "./until.js";

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

  /** Runs `work` with a document on its way: the broker has it, and its confirm is held in the relay. */
  async withUnconfirmed(change: SendFlowChange, work: (relay: Relay) => Promise<void>): Promise<void> {
    const { bench } = this;
    const relay = await relayTo(bench.broker);
    try {
      await bench.load(this.nodes(change, { port: relay.port, heartbeat: 60 }));
      await bench.showing("send", "mq-send.status.connected");
      relay.hold();
      drop(this.root, "DecCus001", "a.xml", decXml());
      await until("the broker has the message", async () => (await bench.depth(this.queue)) === 1);
      await work(relay);
    } finally {
      await bench.unload();
      await relay.close();
    }
  }
}

export const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** A message's properties but its headers. */
export function withoutHeaders({ properties }: GetMessage): object {
  return { ...properties, headers: undefined };
}
