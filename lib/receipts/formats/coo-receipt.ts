import { joined } from "../envelope.js";
import { importRecord, statusRecord, timeOf } from "../record.js";
import type { ReceiptFormat } from "../types.js";

const FORMAT = "Receipt";

/**
 * 原产地证回执 (domain 1.5). Channel 1 and 2 say whether the certificate was received; with Channel 6 the office's answer
 * is in CusRespData, and RepType is the status.
 */
export const formats: readonly ReceiptFormat[] = [
  {
    format: FORMAT,
    title: { zh: "原产地证回执", en: "certificate of origin" },
    matches: (root) => root.name === FORMAT && root.child("CertNo") !== undefined,
    parse(root) {
      const code = root.textAt("Channel");
      const clientKey = root.textAt("CertNo");
      const note = root.textAt("Note");
      const reply = root.child("CusRespData");
      if (code !== "6" && !reply) {
        const at = timeOf(root.textAt("ReceiveTime")) ?? timeOf(root.textAt("SendTime"));
        return [importRecord({ format: FORMAT, code, text: note, clientKey, at })];
      }
      const field = (name: string) => reply?.textAt(name) ?? "";
      const text = joined([note, field("RepCode"), field("RepAddMsg")]);
      const at = timeOf(field("RspGenTime")) ?? timeOf(root.textAt("SendTime"));
      return [{ ...statusRecord({ format: FORMAT, code: field("RepType"), text, clientKey, at }), code }];
    },
  },
];
