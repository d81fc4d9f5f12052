import type { FaultRule } from "./types.js";

export const NOT_LISTED = "非白名单用户或者ic卡号不合法，请检查";

/** No signature, one that does not verify, or a certificate that is not trusted or has expired (faq 20). */
export const signature: FaultRule = {
  id: "signature",
  source: "faq 20; for 报关单 and 舱单 the text is assumed",
  check({ document, signature: check }) {
    if (check.state === "valid" || check.state === "unchecked") return undefined;
    return { kind: "refuse", code: document.family === "dec" ? "1" : "-1", text: NOT_LISTED };
  },
};
