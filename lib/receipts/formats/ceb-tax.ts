import { joined } from "../envelope.js";
import { statusRecord, timeOf } from "../record.js";
import type { ReceiptFormat } from "../types.js";
import { cebKeys } from "./ceb-return.js";

/** Number -> the head of each entry. */
const HEADS: Readonly<Record<string, string>> = { CEB816Message: "TaxHeadRd", CEB818Message: "TaxHeadStatus" };

/**
 * 电子税单 CEB816 and its state CEB818 (formats/receipts.csv): they answer the inventory whose customs number they carry,
 * one entry an inventory. A tax document without a status reports, and that is good.
 */
const cebTax: ReceiptFormat = {
  format: "CEB816Message",
  title: { zh: "电子税单及其状态 (CEB816, CEB818)", en: "cross-border e-commerce: tax document and its state" },
  matches: (root) => HEADS[root.name] !== undefined,
  parse(root) {
    const format = root.name;
    const entries = root.children.filter(({ name }) => name === "Tax");
    return (entries.length > 0 ? entries : [root]).map((tax) => {
      const head = tax.child(HEADS[format] as string);
      const field = (name: string) => head?.textAt(name) ?? "";
      const number = field("taxNo");
      return statusRecord({
        format,
        code: field("status"),
        ...(head && format === "CEB816Message" && field("status") === "" && { outcome: "good" }),
        text: joined([field("note"), number && `taxNo=${number}`]),
        ...cebKeys(root, head, field("guid")),
        part: field("invtNo"),
        customsNo: field("invtNo"),
        at: timeOf(field("returnTime")),
      });
    });
  },
};

export const formats: readonly ReceiptFormat[] = [cebTax];
