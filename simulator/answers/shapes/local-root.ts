import { el, fields } from "../../write-xml.js";
import type { Shape, Wanted } from "./types.js";
import { utf8 } from "./written.js";

const root = (of: Wanted, info: Record<string, string>) =>
  el("Root", fields({ resultFlag: 0, failCode: of.code, ...info, retData: "" }));
const CONNECTION = "连接:amqp://U_SW1:not-a-secret@rmq.chinaport.gov.cn:5671 错误：操作已超时。";

/** The official client's own failure receipt; it comes over no queue, but a folder may hold one (faq 10 to 13). */
export const localRoot: Shape = {
  format: "Root",
  answers: "",
  codes: ["C18", "C134", "C141", "C144"],
  variants: {
    failInfo: (of) => utf8(root(of, { failInfo: of.text })),
    FailInfo: (of) => utf8(root(of, { FailInfo: of.text })),
    "failInfo as a JSON array": (of) =>
      utf8(root(of, { failInfo: JSON.stringify([of.text, "Err:Custom51571"], null, 2) })),
    "with a connection string": (of) => utf8(root(of, { failInfo: CONNECTION })),
  },
  prefix: () => "Failed",
};
