import { dateTime } from "../china-time.js";
import { el, fields, type Markup, UTF8, writeXml } from "../write-xml.js";
import type { Answer } from "./types.js";

export interface Envelope {
  type: string;
  code: string;
  clientId: string;
  messageId: string;
  at: number;
  body: Markup;
  /** EnvelopInfo/business_id, which INV202 has. */
  businessId?: string;
  /** INV202 has no PocketInfo. */
  pocket?: boolean;
  /** One real INV201 has no XML declaration. */
  declaration?: boolean;
}

/** The envelope of the 金二 business receipts: `Package` in the xmldsig namespace, without a signature. */
export function envelope(of: Envelope): Answer {
  const root = el(
    "Package",
    [
      el(
        "EnvelopInfo",
        fields({
          version: "1.0",
          business_id: of.businessId,
          message_id: of.messageId,
          file_name: `${of.messageId}.INV`,
          message_type: of.type,
          sender_id: "DXPEDCINVT000001",
          receiver_id: `DXPESW${of.clientId}`,
          send_time: dateTime(of.at),
        }),
      ),
      el("DataInfo", [
        of.pocket === false
          ? undefined
          : el(
              "PocketInfo",
              fields({ pocket_id: of.messageId, total_pocket_qty: "1", cur_pocket_no: "1", is_unstructured: "" }),
            ),
        el("BussinessData", [of.body]),
      ]),
    ],
    { xmlns: "http://www.w3.org/2000/09/xmldsig#" },
  );
  return {
    kind: "business",
    format: of.type,
    code: of.code,
    body: Buffer.from(writeXml(root, { declaration: of.declaration === false ? "" : UTF8 }), "utf8"),
  };
}
