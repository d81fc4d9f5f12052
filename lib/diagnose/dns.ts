import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { BrokerAddress } from "../amqp/settings.js";
import type { Finding } from "./step.js";

/** The addresses behind a host name, as the operating system finds them. */
export async function checkName({ host }: BrokerAddress): Promise<Finding> {
  if (isIP(host)) return { text: { zh: `${host}（IP 地址，无需解析）`, en: `${host} (an address, no name)` } };
  const found = await lookup(host, { all: true });
  const list = `${host} → ${found.map(({ address }) => address).join(", ")}`;
  return { text: { zh: list, en: list } };
}
