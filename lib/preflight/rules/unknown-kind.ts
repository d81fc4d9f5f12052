import { BUSINESSES } from "../../business/index.js";
import { quote } from "../quote.js";
import type { Rule } from "../types.js";

/** Not among the message types of this package: it can be sent, but nothing in it was checked. */
export const rule: Rule = {
  id: "unknown-kind",
  severity: "warning",
  kinds: [],
  source: "domain A",
  title: { zh: "无法识别的报文类型", en: "message type not recognised" },
  advice: {
    zh: "报文内容未按业务规则检查；请确认根元素、命名空间和 message_type（或 Head/MessageType）是否正确。",
    en: "The document was not checked by any business rule; see that root, namespace and message_type (or Head/MessageType) are right.",
  },
  start({ kind, root }) {
    if (kind) return undefined;
    return {
      end(report) {
        const namespace = root.namespace === "" ? "" : ` {${quote(root.namespace)}}`;
        const meant = rootInOtherCase(root.name);
        report({
          element: root,
          text: {
            zh: `无法识别的报文：根元素 ${quote(root.name)}${namespace}${meant && `；名称区分大小写，应为 ${meant}`}`,
            en: `document not recognised: root ${quote(root.name)}${namespace}${meant && `; names are case-sensitive, it should be ${meant}`}`,
          },
        });
      },
    };
  },
};

/** The known root that differs in upper and lower case only; empty where there is none. */
function rootInOtherCase(name: string): string {
  const lower = name.toLowerCase();
  const kinds = BUSINESSES.flatMap(({ kinds }) => kinds);
  return kinds.find(({ root }) => root !== name && root.toLowerCase() === lower)?.root ?? "";
}
