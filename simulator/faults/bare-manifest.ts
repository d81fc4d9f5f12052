import type { FaultRule } from "./types.js";

/** A manifest that was not zipped: the gateway knows neither its type nor its MessageID (faq 16). */
export const bareManifest: FaultRule = {
  id: "bare-manifest",
  source: "faq 16",
  check({ opened, document }) {
    if (opened.zipped || document.family !== "manifest") return undefined;
    return { kind: "refuse", code: "-900517", text: "报文中不存在MessageType端点", keyless: true };
  },
};
