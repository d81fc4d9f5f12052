import { sep } from "node:path";
import type { BrokerAddress } from "../amqp/settings.js";
import type { ImportClientError } from "../errors.js";
import { configError } from "../settings.js";
import { realPath } from "./separation.js";
import type { ClientSettings } from "./settings.js";

/** What a demo tells its Node-RED: SW_DEMO, its folder, is empty or absent in real work. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Keeps a client that runs in the demo inside it, whatever its dialog says: the test environment, root and ledger below
 * the demo's folder. Its broker is answered by a simulator, so a real file would get invented receipts there. Throws
 * SW-CONFIG, naming the setting.
 */
export function assertInDemo(
  settings: Pick<ClientSettings, "environment" | "root" | "ledger">,
  { SW_DEMO }: Environment,
): void {
  if (!SW_DEMO) return;
  if (settings.environment !== "test") throw notInDemo("environment", settings.environment);
  for (const setting of ["root", "ledger"] as const) {
    if (!realPath(settings[setting]).startsWith(realPath(SW_DEMO) + sep)) throw notInDemo(setting, settings[setting]);
  }
}

/** The same for a broker: samples, signed with the demo's card, reach no other than the demo's. Throws SW-CONFIG. */
export function assertDemoBroker(hosts: readonly BrokerAddress[], environment: Environment): void {
  const { SW_DEMO, SW_AMQP_HOST, SW_AMQP_PORT } = environment;
  if (!SW_DEMO) return;
  const other = hosts.find(({ host, port }) => host !== SW_AMQP_HOST || String(port) !== SW_AMQP_PORT);
  if (other !== undefined) throw notInDemo("host", `${other.host}:${other.port}`);
}

function notInDemo(setting: string, value: string): ImportClientError {
  return configError(
    setting,
    `这是演示（没有 SW_AMQP_HOST），不能使用 ${setting}：${value}`,
    `this is the demo (without SW_AMQP_HOST), which does not take ${setting}: ${value}`,
  );
}
