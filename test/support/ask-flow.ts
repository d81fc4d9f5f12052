import { decXml, freshKey } from "../../simulator/samples/index.js";
import { drop } from "./boxes.js";
import { brokerNode, catchAll, clientNode, type FlowNode, node, sink, watchNode } from "./flow-nodes.js";
import { Place } from "./place.js";
import type { Seen } from "./red-bench.js";

/** Documents that were sent through a flow, and a documents node that is asked about them. */
export class AskFlow extends Place {
  /** folder-watch, mq-send, settle; a documents node for questions; `more` nodes; settings of the broker's. */
  nodes(more: FlowNode[] = [], broker: Record<string, unknown> = {}): FlowNode[] {
    return [
      clientNode(this.root),
      brokerNode(this.bench.broker, { name: "代理", ...broker }),
      watchNode({ businesses: "DecCus001,Rmft" }, "claimed"),
      sink("claimed", "send"),
      node("sw-mq-send", "send", { client: "client", broker: "broker", queue: this.queue }, ["settle"]),
      node("sw-settle", "settle", { client: "client", outcome: "auto", retryAfter: 0 }, ["settled"]),
      sink("settled"),
      node("sw-documents", "documents", { client: "client", mode: "query" }, ["answer"]),
      sink("answer"),
      catchAll("caught"),
      sink("caught"),
      ...more,
    ];
  }

  /** Everything fails instead of being sent. */
  failing(): FlowNode[] {
    const nodes = this.nodes();
    (nodes.find(({ id }) => id === "claimed") as FlowNode).wires = [["fail"]];
    return [...nodes, node("sw-settle", "fail", { client: "client", outcome: "failed" }, ["settled"])];
  }

  /** Sends a declaration; resolves to its id when it is settled. */
  async sent(name: string, key = freshKey(), business = "DecCus001"): Promise<string> {
    const before = this.bench.messages("settled").length;
    drop(this.root, business, name, decXml({ key, goods: 1 }));
    const message = (await this.bench.arrived("settled", before + 1))[before];
    return message?.document?.id as string;
  }

  /** What the documents node answers. */
  async ask(question: object): Promise<Seen> {
    const before = this.bench.messages("answer").length;
    this.bench.node("documents").receive({ payload: question });
    return (await this.bench.arrived("answer", before + 1))[before] as Seen;
  }
}

export const idsOf = (payload: unknown): string[] => (payload as { id: string }[]).map(({ id }) => id);

/** Steps of a connection test that are tried whatever is asked for. */
export const ALWAYS = ["client", "folders", "ledger", "prerequisites", "network", "environment"];

/** Those of a broker with one queue. */
export const brokerSteps = (queue: string): string[] => [
  ...["dns", "tcp", "amqp", "login", "vhost", `queue ${queue}`],
  ...["round-trip", "clock"],
];
