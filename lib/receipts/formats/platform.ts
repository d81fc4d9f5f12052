import { joined } from "../envelope.js";
import { handedOn } from "../platform.js";
import { statusRecord } from "../record.js";
import type { ReceiptFormat } from "../types.js";

/** `PlatImpRet` with nothing in it that any format knows. What its head may say of success is not public. */
export const formats: readonly ReceiptFormat[] = [
  {
    format: "PlatImpRet",
    title: { zh: "平台转发回执", en: "receipt that a platform hands on" },
    last: true,
    matches: (root) => root.name === "PlatImpRet",
    parse: (root) => [
      statusRecord({
        format: "PlatImpRet",
        code: "",
        clientKey: handedOn(root)?.messageId ?? "",
        text: joined(
          (root.child("RetHead")?.children ?? [])
            .filter(({ name, children }) => name !== "CopMsgId" && children.length === 0)
            .map(({ name, text }) => `${name}=${text.trim()}`),
        ),
      }),
    ],
  },
];
