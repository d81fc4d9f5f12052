import type { FaultRule } from "./types.js";

/** Local headers without sizes or time, or with a data descriptor: the document stays at 成功发往海关 (faq 17). */
export const zipHeaders: FaultRule = {
  id: "zip-headers",
  source: "faq 17",
  check({ opened }) {
    const [first] = opened.headerFaults;
    return first === undefined ? undefined : { kind: "stick", why: first };
  },
};
