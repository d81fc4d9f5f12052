import type { FaultRule } from "./types.js";

/** 核注清单 is taken as a ZIP only (domain 0, item 9); what happens to a bare one is not known: no answer (assumed). */
export const bareInventory: FaultRule = {
  id: "bare-inventory",
  source: "domain 0, item 9; the silence is assumed",
  check({ opened, document }) {
    if (opened.zipped || document.family !== "inv") return undefined;
    return { kind: "silence", why: "核注清单 outside a ZIP" };
  },
};
