import type { Node, NodeAPI } from "node-red";
import { bothLanguages } from "../lib/errors.js";
import { settingText } from "../lib/settings.js";

/** Of the process alone, whatever Node-RED's own environment says. */
const OF_PROCESS = new Set(["SW_PIN_GUARD", "SW_METRICS_TOKEN", "SW_DATA"]);

/** Names that were told last: the same ones are told once a process. */
let told = "";

/** A variable of the process as a setting is read; empty where there is none. */
export const inProcess = (name: string): string => settingText(process.env[name]);

/**
 * Warns of variables that the process and Node-RED's own environment (global, of a flow or a group) both have, with different values: Node-RED
 * takes its own, and whoever changed the other one would wait in vain. Names alone are told, some are secret.
 */
export function warnOverridden(RED: NodeAPI, node: Node): void {
  const taken = (name: string) => settingText(RED.util.evaluateNodeProperty(name, "env", node, {}));
  const names = Object.keys(process.env)
    .filter((name) => name.startsWith("SW_") && !OF_PROCESS.has(name) && inProcess(name) !== "")
    .filter((name) => ![inProcess(name), ""].includes(taken(name)))
    .sort();
  const list = names.join(", ");
  if (list === told) return;
  told = list;
  if (list === "") return;
  node.warn(
    bothLanguages({
      zh: `${list}：Node-RED 环境变量（菜单“设置 → 环境配置”）中的值与进程的环境变量不同，采用的是前者；要用进程的值，请在 Node-RED 中删除该变量后部署`,
      en: `${list}: Node-RED's own environment (menu Settings → Environment) has another value than the process's; Node-RED's is used. To use the process's, remove the variable there and deploy`,
    }),
  );
}
