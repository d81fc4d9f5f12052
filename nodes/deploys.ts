import type { EventEmitter } from "node:events";
import type { NodeAPI } from "node-red";

/** Who hears of deploys, by the runtime's events: one listener for all nodes, of which there may be more than Node.js allows listeners. */
const hearers = new WeakMap<EventEmitter, Set<() => void>>();

/**
 * Calls after each deploy, also of what was changed alone, which gives a node other wires without making it anew. Returns what ends it.
 */
export function afterEachDeploy(RED: Pick<NodeAPI, "events">, hear: () => void): () => void {
  const mine = hearers.get(RED.events) ?? new Set<() => void>();
  if (!hearers.has(RED.events)) {
    hearers.set(RED.events, mine);
    RED.events.on("flows:started", () => {
      for (const one of [...mine]) one();
    });
  }
  mine.add(hear);
  return () => mine.delete(hear);
}
