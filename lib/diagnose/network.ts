import { networkInterfaces } from "node:os";
import type { Finding } from "./step.js";

const WIRELESS = /^(wl|wlan|wifi|wi-fi|ath|ra\d)|wireless|无线|wlan/i;

/** Active adapters but loopback and the bridges of virtual machines and containers. */
const VIRTUAL = /^(lo|docker|veth|br-|virbr|vmnet|vboxnet|cni|flannel|tun|tap|utun|llw|awdl)|loopback|vEthernet/i;

/** Two cards or a wireless one bind the official client to the wrong device (faq B2). */
export function checkAdapters(interfaces = networkInterfaces()): Finding {
  const names = Object.entries(interfaces)
    .filter(([name, addresses]) => !VIRTUAL.test(name) && (addresses ?? []).some((address) => !address.internal))
    .map(([name]) => name);
  const wireless = names.filter((name) => WIRELESS.test(name));
  const list = names.join(", ") || "-";
  const text = { zh: `已启用的网卡：${list}`, en: `active network adapters: ${list}` };
  if (names.length <= 1 && wireless.length === 0) return { text };
  return {
    text,
    warning: true,
    advice: {
      zh: "官方客户端不支持双网卡和无线网络：绑定前请禁用多余的网卡和无线网卡。",
      en: "The official client allows neither two network cards nor wireless: disable the others before binding.",
    },
  };
}
