import type { ParsedReceipt } from "../../../../lib/receipts/index.js";

/** A receipt as it comes, and what must be read from it. */
export interface Sample {
  name: string;
  xml: string;
  expected: Partial<ParsedReceipt>[];
}

export const DSIG = "http://www.w3.org/2000/09/xmldsig#";

/** Times in receipts are China's. */
export const china = (text: string) => Date.parse(`${text}+08:00`);

/** The envelope of package receipts around their data. */
export const envelope = (type: string, body: string, root = "Package", ns = "", place = "BussinessData") =>
  `<${root}${ns}><EnvelopInfo><version>1.0</version><message_id>m1</message_id><file_name>original.INV</file_name><message_type>${type}</message_type><sender_id>CUS0000</sender_id><receiver_id>DXPESWDEMO0001</receiver_id><send_time>2024-01-02T03:04:05</send_time></EnvelopInfo><DataInfo><PocketInfo><pocket_id>p</pocket_id><is_unstructured/></PocketInfo><${place}>${body}</${place}></DataInfo></${root}>`;
