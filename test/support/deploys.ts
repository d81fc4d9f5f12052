import type { Stage } from "./stage.js";

export type DeployType = "full" | "nodes" | "flows" | "reload";

type FlowNode = Record<string, unknown> & { id: string; type: string };

/** The flows of a running Node-RED, as its editor gets and deploys them. */
export class Deployer {
  private count = 0;

  constructor(private readonly stage: Stage) {}

  /** Deploys the running flows after a change to them. Rejects with what Node-RED says. */
  async deploy(type: DeployType, change: (nodes: FlowNode[]) => void = () => {}): Promise<void> {
    const url = `${this.stage.nodeRed.url}/flows`;
    const head = { "Node-RED-API-Version": "v2", "content-type": "application/json" };
    const current = (await (await fetch(url, { headers: head })).json()) as { flows: FlowNode[]; rev: string };
    change(current.flows);
    const response = await fetch(url, {
      method: "POST",
      headers: { ...head, "Node-RED-Deployment-Type": type },
      body: JSON.stringify({ flows: current.flows, rev: current.rev }),
    });
    if (!response.ok) throw new Error(`deploy ${type}: ${response.status} ${await response.text()}`);
  }

  /** Something about every node of a type is another: a deploy of changed nodes stops it and starts it anew. */
  touch(type: string): Promise<void> {
    const name = `deployed ${++this.count}`;
    return this.deploy("nodes", (nodes) => {
      for (const node of nodes) if (node.type === type) node.name = name;
    });
  }

  /** Takes the nodes of a type out by disabling them, or puts them back. */
  disable(type: string, disabled: boolean): Promise<void> {
    return this.deploy("nodes", (nodes) => {
      for (const node of nodes) if (node.type === type) node.d = disabled;
    });
  }
}
