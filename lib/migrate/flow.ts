import type { Bilingual } from "../errors.js";
import type { Plan } from "./plan.js";
import type { PlannedNode } from "./plan-draft.js";

/** A node of a flow file. */
export type FlowNode = Record<string, unknown> & { id: string; type: string };

/** A setting of a flow that a plan changes. */
export interface Change {
  node: string;
  name: string;
  setting: string;
  before: string;
  after: string;
}

/** Which settings of a flow's nodes a plan changes, and from what to what. Settings that nobody has set are no change worth a word. */
export function changesTo(flow: readonly FlowNode[], { values }: Pick<Plan, "values">): Change[] {
  const changes: Change[] = [];
  for (const node of flow) {
    const planned = values[node.type.replace(/^sw-/, "") as PlannedNode];
    if (!planned || !node.type.startsWith("sw-")) continue;
    for (const [setting, value] of Object.entries(planned)) {
      const before = String(node[setting] ?? "");
      const after = String(value);
      if (before !== after)
        changes.push({ node: node.type.slice("sw-".length), name: String(node.name ?? ""), setting, before, after });
    }
  }
  return changes;
}

/**
 * The example flow with a plan's settings: it can be imported in the editor or be Node-RED's flow file, and deploys. What the plan does
 * not know stays an environment variable, and a comment in it lists these. Secrets are in no flow file.
 */
export function flowOf(example: readonly FlowNode[], plan: Plan): FlowNode[] {
  const flow = example.map((node) => ({
    ...node,
    ...(node.type.startsWith("sw-") && plan.values[node.type.slice("sw-".length) as PlannedNode]),
  }));
  const first = flow.find(({ type }) => type === "comment");
  if (first) Object.assign(first, { name: TITLE, info: commentOf(plan) });
  return flow;
}

const TITLE = "由官方客户端的设置生成 / Made from the official client's settings (double-click)";

const both = ({ zh, en }: Bilingual) => (zh === en ? zh : `${zh} / ${en}`);

function commentOf({ items, questions }: Plan): string {
  const asked = questions.map(({ variable, text }) => `| ${variable} | ${both(text)} |`);
  const told = items.map(({ kind, from, text }) => `| ${KIND[kind]} | ${from} | ${both(text)} |`);
  return [
    "## 部署前还需设置的环境变量 / Environment variables that are still to be set",
    "",
    "| | |",
    "|---|---|",
    ...asked,
    "",
    "## 设置文件中的各项 / What became of the settings file",
    "",
    "| | | |",
    "|---|---|---|",
    ...told,
    "",
  ].join("\n");
}

const KIND = {
  taken: "采用 / taken",
  mapped: "转换 / mapped",
  left: "未采用 / left out",
  unknown: "不明 / not public",
};
