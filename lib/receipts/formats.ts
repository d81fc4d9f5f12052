import { acd002 } from "./acd002.js";
import { approvals } from "./approvals.js";
import { cebTax } from "./ceb-tax.js";
import { ceb792 } from "./ceb792.js";
import { cebFormatError, cebReturn } from "./cebnn2.js";
import { commonResponse } from "./common-response.js";
import { cooReceipt } from "./coo-receipt.js";
import { decImportResponse } from "./dec-import-response.js";
import { decMod } from "./dec-mod.js";
import { decResult } from "./dec-result.js";
import { dxpRep } from "./dxp-rep.js";
import { ems200 } from "./ems200.js";
import { exp302 } from "./exp302.js";
import { exp312 } from "./exp312.js";
import { fileRet } from "./file-ret.js";
import { importAgrResponse } from "./import-agr-response.js";
import { inv200 } from "./inv200.js";
import { inv201 } from "./inv201.js";
import { inv202 } from "./inv202.js";
import { inv211 } from "./inv211.js";
import { localRoot } from "./local-root.js";
import { manifestHtres4 } from "./manifest-htres4.js";
import { sas200 } from "./sas200.js";
import { sas221 } from "./sas221.js";
import { sas223 } from "./sas223.js";
import { sas224 } from "./sas224.js";
import { sas251 } from "./sas251.js";
import { sas253 } from "./sas253.js";
import { trnResult } from "./trn-result.js";
import type { ReceiptFormat } from "./types.js";

/** Every receipt format. Adding one is adding a file and a line here; the first that matches reads the receipt. */
export const FORMATS: readonly ReceiptFormat[] = [
  decImportResponse,
  decResult,
  trnResult,
  commonResponse,
  inv200,
  inv201,
  inv202,
  inv211,
  sas200,
  sas221,
  sas223,
  sas224,
  sas251,
  sas253,
  ems200,
  ...approvals,
  exp302,
  exp312,
  manifestHtres4,
  cebReturn,
  cebFormatError,
  cebTax,
  ceb792,
  dxpRep,
  cooReceipt,
  fileRet,
  importAgrResponse,
  acd002,
  decMod,
  localRoot,
];
