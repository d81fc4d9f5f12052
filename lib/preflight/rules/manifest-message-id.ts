import { quote } from "../quote.js";
import type { Rule } from "../types.js";

const FORM = /^CN_([A-Z0-9]+)_1p0_.+_\d{17}$/;

/** `CN_<MT>_1p0_<filing code>_<yyyyMMddHHmmssSSS>` (domain 1.3); regional systems have others, hence a warning. */
export const rule: Rule = {
  id: "manifest-message-id",
  severity: "warning",
  kinds: ["MT*"],
  source: "domain 1.3",
  title: { zh: "舱单 MessageID 不符合命名规则", en: "MessageID of a manifest breaks the naming rule" },
  advice: {
    zh: "MessageID 应为 CN_<报文类型>_1p0_<备案号>_<yyyyMMddHHmmssSSS>，且每份报文唯一。",
    en: "MessageID is CN_<type>_1p0_<filing code>_<yyyyMMddHHmmssSSS>, unique for each document.",
  },
  start({ kind, body }) {
    return {
      end(report) {
        const element = body.at("Head/MessageID");
        const value = element?.text.trim() ?? "";
        if (!element || value === "") return;
        const match = FORM.exec(value);
        if (match && match[1] === kind?.type) return;
        report({
          element,
          text: match
            ? {
                zh: `MessageID 中的报文类型是 ${quote(match[1] ?? "")}，报文是 ${kind?.type}`,
                en: `MessageID carries type ${quote(match[1] ?? "")}, the document is a ${kind?.type}`,
              }
            : {
                zh: `MessageID“${quote(value)}”不符合命名规则`,
                en: `MessageID "${quote(value)}" breaks the naming rule`,
              },
        });
      },
    };
  },
};
