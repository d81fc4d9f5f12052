import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A node of an example, as its file has it. */
export interface ExampleNode {
  id: string;
  type: string;
  z?: string;
  x?: number;
  y?: number;
  wires?: string[][];
  links?: string[];
  name?: string;
  info?: string;
  [property: string]: unknown;
}

const folder = join(__dirname, "..", "..", "examples");

/** Every example by its file's name, in the order of their numbers. */
export const examples: ReadonlyMap<string, ExampleNode[]> = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => [name, JSON.parse(readFileSync(join(folder, name), "utf8")) as ExampleNode[]]),
);

/** All examples as one flow: what has the id of a node that is there already, the shared client say, is that node. */
export function together(): ExampleNode[] {
  const nodes = [...examples.values()].flat();
  return structuredClone([...new Map(nodes.map((node) => [node.id, node])).values()]);
}

/** Puts a node of an example onto a wire of the sending tab, as the editor does with one that is pasted there. */
export function placeOnWire(
  nodes: Record<string, unknown>[],
  { file, name, from, to }: { file: string; name: string; from: string; to: string },
): ExampleNode {
  const all = nodes as ExampleNode[];
  const sending = all.find(({ type }) => type === "sw-mq-send")?.z;
  const [before, behind] = [from, to].map((type) => all.find((node) => node.type === type && node.z === sending));
  const gate = examples.get(file)?.find((node) => node.name?.startsWith(name));
  const wire = before?.wires?.find((targets) => targets.includes(behind?.id ?? ""));
  if (!before || !behind || !gate || !wire) throw new Error(`${file}: ${name} between ${from} and ${to}`);
  const placed = { ...structuredClone(gate), id: `${gate.id.slice(0, -4)}c0de`, z: sending, wires: [[behind.id]] };
  wire.splice(wire.indexOf(behind.id), 1, placed.id);
  nodes.push(placed);
  return placed;
}
