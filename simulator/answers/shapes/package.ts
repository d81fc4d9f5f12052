import { dateTime } from "../../china-time.js";
import { el, fields, type Markup } from "../../write-xml.js";
import type { Shape, Wanted } from "./types.js";
import { prefixed, undeclared, utf8, withAttributes } from "./written.js";

const XMLDSIG = "http://www.w3.org/2000/09/xmldsig#";

interface Wrapping {
  /** Ending of EnvelopInfo/file_name: INV, INVT, SAS, EXP, ACD. */
  ending: string;
  /** `BussinessData`, or `SignedData/Data`. */
  signedData?: boolean;
  pocket?: boolean;
  businessId?: boolean;
}

/** The envelope of domain 1.2 around one body. */
export function packaged(type: string, of: Wanted, body: Markup, wrapping: Wrapping): Markup {
  const { ending, signedData = false, pocket = true, businessId = false } = wrapping;
  const id = `${type}_${of.seqNo}`;
  return el("Package", [
    el(
      "EnvelopInfo",
      fields({
        version: "1.0",
        business_id: businessId ? of.customsNo : undefined,
        message_id: id,
        file_name: `${id}.${ending}`,
        message_type: type,
        sender_id: "CUS0000",
        receiver_id: `DXPESW${of.clientId}`,
        send_time: dateTime(of.at),
      }),
    ),
    el("DataInfo", [
      pocket
        ? el("PocketInfo", fields({ pocket_id: id, total_pocket_qty: 1, cur_pocket_no: 1, is_unstructured: "" }))
        : undefined,
      signedData
        ? el("SignedData", [el("Data", [body]), el("HashSign"), el("SignerInfo")])
        : el("BussinessData", [body]),
    ]),
  ]);
}

const inNamespace = (root: Markup) => withAttributes(root, { xmlns: XMLDSIG });

/** Every way in which a package was seen: with the xmldsig namespace or none, prefixed, inside Signature, undeclared. */
export function packageVariants(root: (of: Wanted) => Markup): Shape["variants"] {
  return {
    "xmldsig namespace": (of) => utf8(inNamespace(root(of))),
    "no namespace": (of) => utf8(root(of)),
    "prefix ns2:": (of) => utf8(withAttributes(prefixed("ns2", root(of)), { "xmlns:ns2": XMLDSIG })),
    "no XML declaration": (of) => undeclared(inNamespace(root(of))),
    "inside Signature/Object": (of) => utf8(inNamespace(el("Signature", [el("Object", [root(of)], { Id: "String" })]))),
  };
}
