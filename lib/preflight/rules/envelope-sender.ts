import { envelopePackage } from "../../business/envelope.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/** sender_id of the 金二 envelope is DXPESW + client ID (formats, inv101.csv). */
export const rule: Rule = {
  id: "envelope-sender",
  severity: "warning",
  kinds: ["INV101", "SAS121", "ICP101"],
  source: "formats",
  title: { zh: "sender_id 与客户端 ID 不一致", en: "sender_id is not this client's" },
  advice: { zh: "sender_id 应为 DXPESW + 客户端 ID。", en: "sender_id is DXPESW + client ID." },
  start({ root, client }) {
    if (client.clientId === "") return undefined;
    return {
      end(report) {
        const element = envelopePackage(root)?.at("EnvelopInfo/sender_id");
        const value = element?.text.trim() ?? "";
        if (!element || value === "" || value === `DXPESW${client.clientId}`) return;
        report({
          element,
          text: {
            zh: `sender_id 为 ${quote(value)}，应为 DXPESW${client.clientId}`,
            en: `sender_id is ${quote(value)}; it should be DXPESW${client.clientId}`,
          },
        });
      },
    };
  },
};
