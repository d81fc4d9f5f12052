import { randomBytes } from "node:crypto";
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

  /** Deletes the nodes of a type, and the wires to them; resolves to what puts them back as they were. */
  async remove(type: string): Promise<() => Promise<void>> {
    let removed: FlowNode[] = [];
    await this.deploy("nodes", (nodes) => {
      removed = nodes.filter((node) => node.type === type);
      for (const { id } of removed)
        nodes.splice(
          nodes.findIndex((node) => node.id === id),
          1,
        );
    });
    return () =>
      this.deploy("nodes", (nodes) => {
        const there = new Set(nodes.map(({ id }) => id));
        nodes.push(...removed.filter(({ id }) => !there.has(id)));
      });
  }

  /** Gives the nodes of a type new ids, as an import of the same flow does; what names them names the new ones. */
  renumber(type: string): Promise<void> {
    return this.deploy("nodes", (nodes) => {
      const ids = nodes.filter((node) => node.type === type).map(({ id }) => id);
      let text = JSON.stringify(nodes);
      for (const id of ids) text = text.replaceAll(`"${id}"`, `"${randomBytes(8).toString("hex")}"`);
      nodes.splice(0, nodes.length, ...(JSON.parse(text) as FlowNode[]));
    });
  }

  /** Something about every tab is another: a deploy of changed flows stops all that is on them. */
  touchTabs(): Promise<void> {
    const info = `deployed ${++this.count}`;
    return this.deploy("flows", (nodes) => {
      for (const node of nodes) if (node.type === "tab") node.info = info;
    });
  }
}
