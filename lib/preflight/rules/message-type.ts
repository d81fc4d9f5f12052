import { envelopePackage } from "../../business/envelope.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/**
 * The document says what it is in one more place. A manifest without Head/MessageType is what -900517
 * 报文中不存在MessageType端点 says literally (faq 16; the FAQ's own case is a manifest that was not zipped).
 */
export const rule: Rule = {
  id: "message-type",
  severity: "error",
  kinds: ["MT*", "INV101", "SAS121", "ICP101"],
  source: "faq 16",
  title: { zh: "报文类型缺失或不一致", en: "message type missing or contradictory" },
  advice: {
    zh: "请让报文头中的类型与命名空间（或 BussinessData 的内容）一致；舱单缺少 MessageType 会返回 -900517。",
    en: "Make the type in the head agree with the namespace (or with what BussinessData holds); a manifest without MessageType is answered by -900517.",
  },
  start({ kind, root, body }) {
    const type = kind?.type ?? "";
    const manifest = type.startsWith("MT");
    return {
      end(report) {
        const head = manifest ? body.child("Head") : envelopePackage(root)?.child("EnvelopInfo");
        const name = manifest ? "MessageType" : "message_type";
        const element = head?.child(name);
        const value = element?.text.trim() ?? "";
        if (!element || value === "") {
          report({
            element: element ?? head ?? body,
            severity: manifest ? undefined : "warning",
            text: { zh: `没有填写 ${name}，应为 ${type}`, en: `${name} is missing or empty; it should be ${type}` },
          });
        } else if (value.toUpperCase() !== type) {
          report({
            element,
            severity: "warning",
            text: {
              zh: `${name} 为 ${quote(value)}，报文内容却是 ${type}`,
              en: `${name} is ${quote(value)}, but the document is a ${type}`,
            },
          });
        } else if (!manifest && body.name !== kind?.root) {
          report({
            element,
            text: {
              zh: `message_type 为 ${type}，但 BussinessData 中没有 ${kind?.root}`,
              en: `message_type is ${type}, but there is no ${kind?.root} in BussinessData`,
            },
          });
        }
      },
    };
  },
};
