import { existsSync } from "node:fs";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { faqAdvice } from "../advice/faq.js";
import type { Finding } from "./step.js";

/** Names that wireless adapters have on Windows, macOS and Linux. */
const WIRELESS = /^(wl|wlan|wifi|wi-fi|ath|ra\d)|wireless|无线|wlan/i;

/** Loopback and the bridges of virtual machines and containers are no network cards. */
const VIRTUAL = /^(lo|docker|veth|br-|virbr|vmnet|vboxnet|cni|flannel|tun|tap|utun|llw|awdl)|loopback|vEthernet/i;

type Interfaces = Readonly<Record<string, NetworkInterfaceInfo[] | undefined>>;

/** Active adapters with their addresses; two of them, or a wireless one, unbind the official client (faq B2). */
export function checkAdapters(interfaces: Interfaces = networkInterfaces(), wireless = isWireless): Finding {
  const active = Object.entries(interfaces)
    .map(([name, addresses]) => ({ name, addresses: (addresses ?? []).filter(({ internal }) => !internal) }))
    .filter(({ name, addresses }) => !VIRTUAL.test(name) && addresses.length > 0);
  const radios = active.filter(({ name }) => wireless(name)).map(({ name }) => name);
  const list = active
    .map(({ name, addresses }) => {
      const shown = addresses.find(({ family }) => family === "IPv4") ?? addresses[0];
      return `${name} (${shown?.mac} ${shown?.address})`;
    })
    .join(", ");
  const text = {
    zh: `已启用的网卡 ${active.length} 块：${list || "-"}${radios.length ? `；无线：${radios.join(", ")}` : ""}`,
    en: `${active.length} active network adapter(s): ${list || "-"}${radios.length ? `; wireless: ${radios.join(", ")}` : ""}`,
  };
  if (active.length <= 1 && radios.length === 0) return { text };
  return { text, warning: true, advice: faqAdvice("B2") };
}

/** Linux says it outright; elsewhere the name has to. */
function isWireless(name: string): boolean {
  return WIRELESS.test(name) || existsSync(`/sys/class/net/${name}/wireless`);
}
