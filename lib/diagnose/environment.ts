import { sharedPlace } from "../client/separation.js";
import type { ClientSettings } from "../client/settings.js";
import { configError } from "../settings.js";
import type { Finding } from "./step.js";

/** One import client of this Node-RED, with the queues that its flows use (`host:port/vhost/queue`). */
export interface Neighbour {
  name: string;
  settings: Pick<ClientSettings, "environment" | "clientId" | "root" | "ledger" | "boxPaths">;
  queues: readonly string[];
}

/**
 * Which import clients run side by side (faq 4). The official client wants one environment a machine; ours keeps them apart
 * by root, ledger and queues. Rejects with SW-CONFIG, naming both, when two share one of these.
 */
export function checkEnvironments(clients: readonly Neighbour[]): Finding {
  for (const [index, one] of clients.entries()) {
    for (const other of clients.slice(index + 1)) {
      const shared = sharedBy(one, other);
      if (!shared) continue;
      throw configError(
        "root, ledger, queues",
        `${nameOf(one)} 与 ${nameOf(other)} 共用 ${shared}`,
        `${nameOf(one)} and ${nameOf(other)} share ${shared}`,
      );
    }
  }
  const list = clients.map(nameOf).join(", ") || "-";
  const text = {
    zh: `导入客户端 ${clients.length} 个：${list}`,
    en: `${clients.length} import client(s): ${list}`,
  };
  if (new Set(clients.map(({ settings }) => settings.environment)).size < 2) return { text };
  return {
    text,
    warning: true,
    advice: {
      zh: "测试和生产环境并存：根目录、台账和队列已分开。官方客户端不能在同一台电脑上同时安装两种环境。",
      en: "Test and production side by side: root, ledger and queues are apart. The official client allows only one of them on a machine.",
    },
  };
}

function nameOf({ name, settings }: Neighbour): string {
  const { environment, clientId } = settings;
  return [name, `${clientId} (${environment})`].filter(Boolean).join(" ");
}

function sharedBy(one: Neighbour, other: Neighbour): string | undefined {
  const place = sharedPlace(one.settings, other.settings);
  if (place === "box") return one.settings.boxPaths.map(({ path }) => path).join(", ");
  return place ? one.settings[place] : one.queues.find((queue) => other.queues.includes(queue));
}
