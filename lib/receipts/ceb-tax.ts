import { statusRecord, timeOf } from "./record.js";
import type { ReceiptFormat } from "./types.js";

/** Number -> the head of each entry. */
const HEADS: Readonly<Record<string, string>> = { CEB816Message: "TaxHeadRd", CEB818Message: "TaxHeadStatus" };

/**
 * 电子税单 CEB816 and its state CEB818 (formats/receipts.csv): they answer the inventory whose customs number they carry,
 * one entry an inventory. They report; without a status they are good.
 */
export const cebTax: ReceiptFormat = {
  format: "CEB816Message",
  matches: (root) => HEADS[root.name] !== undefined,
  parse(root) {
    const format = root.name;
    const entries = root.children.filter(({ name }) => name === "Tax");
    return (entries.length > 0 ? entries : [root]).map((tax) => {
      const head = tax.child(HEADS[format] as string);
      const field = (name: string) => head?.textAt(name) ?? "";
      const number = field("taxNo");
      const receipt = statusRecord({
        format,
        code: field("status"),
        text: [field("note"), number && `taxNo=${number}`].filter(Boolean).join("; "),
        clientKey: root.attributes.get("guid") ?? "",
        otherKeys: [field("guid")],
        customsNo: field("invtNo"),
        at: timeOf(field("returnTime")),
      });
      return { ...receipt, ok: receipt.ok || (receipt.code === "" && head !== undefined) };
    });
  },
};
