import { spacedDateTime } from "../../china-time.js";
import { el, fields, type Markup } from "../../write-xml.js";
import { imported, type Shape, type Wanted } from "./types.js";
import { utf8, withAttributes } from "./written.js";

const XMLDSIG = "http://www.w3.org/2000/09/xmldsig#";
const namespaces = (root: (of: Wanted) => Markup): Shape["variants"] => ({
  "xmldsig namespace": (of) => utf8(withAttributes(root(of), { xmlns: XMLDSIG })),
  "no namespace": (of) => utf8(root(of)),
});

/** 原产地证 Receipt, Channel 1 and 2: received or not. */
const received: Shape = {
  format: "Receipt",
  answers: "COO",
  codes: ["1", "2"],
  variants: namespaces((of) =>
    el("Receipt", fields({ CertNo: of.key, ReceiveTime: spacedDateTime(of.at), Channel: of.code, Note: of.text })),
  ),
  prefix: imported("1"),
};

/** 原产地证 Receipt, Channel 6: the office's answer, whose code is RepType. */
const reviewed: Shape = {
  format: "Receipt, Channel 6",
  answers: "COO",
  codes: ["5", "1", "2", "3", "6", "8"],
  variants: namespaces((of) =>
    el("Receipt", [
      ...fields({ CertNo: of.key, Channel: 6, Note: of.text }),
      el("CusRespData", fields({ RspNo: 1, RepType: of.code, RepAddMsg: "", RspGenTime: spacedDateTime(of.at) })),
    ]),
  ),
  prefix: () => "Receipt",
};

/** 原产地证导入 / 附件回执. */
const fileRet: Shape = {
  format: "FileRet",
  answers: "COO",
  codes: ["1", "2", "3", "4"],
  variants: {
    ...namespaces((of) =>
      el("FileRet", fields({ CertNo: of.key, ReceiveTime: spacedDateTime(of.at), RetType: of.code, Note: of.text })),
    ),
    "of an attachment": (of) =>
      utf8(el("FileRet", fields({ CertNo: of.key, FileType: 1, FileName: "a.pdf", RetType: of.code, Note: of.text }))),
  },
  prefix: imported("1", "3"),
};

export const certificates: readonly Shape[] = [fileRet, received, reviewed];
