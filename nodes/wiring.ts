import type { Node, NodeAPI, NodeDef } from "node-red";
import { bothLanguages } from "../lib/errors.js";
import { afterEachDeploy } from "./deploys.js";
import type { StatusLine } from "./runtime.js";

/** How a node of a document's way may stand in a flow: it begins it, it is one step of it, or it is a gate that has to be in it. */
type Part = "begins" | "step" | "gate";

interface Wired {
  id: string;
  d?: boolean;
  wires?: string[][];
  _alias?: string;
}

/**
 * Marks a node of a document's way from which nothing leads on: what leaves it there would stop without a word. A gate is marked, too,
 * while nothing leads to it: it lets no document wait. Said in its status as long as it is so, and in the log when something can arrive.
 */
export function markUnwired(
  RED: NodeAPI,
  node: Node,
  config: NodeDef,
  status: StatusLine,
  outputs = 1,
  part: Part = "step",
) {
  const isFed = (): boolean => {
    if (part === "begins") return true;
    const ids = [node.id, (config as Wired & NodeDef)._alias];
    let fed = false;
    RED.nodes.eachNode((other) => {
      const { d, wires = [] } = other as Wired & NodeDef;
      fed ||= d !== true && Array.isArray(wires) && wires.flat().some((id) => ids.includes(id));
    });
    return fed;
  };
  let before = "";
  const look = () => {
    const { wires = [] } = node as Node & { wires?: string[][] };
    const open = Array.from({ length: outputs }, (_, index) => index + 1).filter((port) => !wires[port - 1]?.length);
    const fed = isFed();
    const mark = fed && open.length > 0 ? "unwired" : part === "gate" && !fed ? "unplaced" : "";
    status.mark(mark);
    if (mark === "unwired" && before !== mark) {
      node.warn(
        bothLanguages({
          zh: `第 ${open.join("、")} 个出口没有连线：到达那里的消息不再往下走`,
          en: `output ${open.join(", ")} is not wired: what leaves there goes no further`,
        }),
      );
    }
    before = mark;
  };
  const stop = afterEachDeploy(RED, look);
  node.on("close", () => stop());
}
